"""What became of each source value of a record: for those who count."""

from __future__ import annotations

from typing import AbstractSet, Any, Callable, Mapping

from ..expressions.names import FieldNames
from ..expressions.paths import FIELDS, Path
from ..model.payload import NOTE, PLACEHOLDER, Ref
from .accounting import Accounting
from .model import Mapped

#: a target field has it (or an item that is made of it); it is kept as text; a line of the spec leaves it (or the item)
#: out; nothing holds it
MAPPED, PRESERVED, DROPPED, LOST = "mapped", "preserved", "dropped", "lost"


class Fates:
    """Tells them by what is left of a record when only some claims count: none (``everything``), those of the fields
    (``unmapped``), those of the entities split from it (``unsplit``), those of ``drop`` lines (``undropped``)."""

    def __init__(
        self,
        everything: Accounting,
        unmapped: Accounting,
        unsplit: Accounting,
        undropped: Accounting,
        sources: Mapping[str, AbstractSet[str]],
    ) -> None:
        self._everything, self._unmapped, self._unsplit, self._undropped = everything, unmapped, unsplit, undropped
        self.sources = sources

    def of(self, data: Any, mapped: Mapped, keeps_text: bool, resolves: Callable[[Ref], bool]) -> dict[str, str]:
        """The fate of each field that has a value, by display name. A field of which any part is kept as text counts
        as preserved, or as lost where the target has no text that could keep it; one whose item is not migrated
        (``resolves``) as lost, unless a note names it."""
        fates = self._of_values(data, mapped, keeps_text)
        for target, value in mapped.payload.items():
            for ref in value if isinstance(value, list) else (value,):
                if isinstance(ref, Ref) and not resolves(ref):
                    fate = PRESERVED if ref.missing in (NOTE, PLACEHOLDER) and keeps_text else LOST
                    for name in self.sources.get(target, ()):
                        if fates.get(name) == MAPPED:
                            fates[name] = fate
        return fates

    def _of_values(self, data: Any, mapped: Mapped, keeps_text: bool) -> dict[str, str]:
        names = list(self._everything.left(data, frozenset()))
        if mapped.fail is not None:
            return dict.fromkeys(names, LOST)
        if mapped.skip is not None:
            return dict.fromkeys(names, DROPPED)
        untaken = self._unmapped.left(data, frozenset()), self._unsplit.left(data, frozenset())
        undropped = self._undropped.left(data, frozenset())
        fates = {}
        for name in names:
            if name in mapped.preserved:
                fates[name] = PRESERVED if keeps_text else LOST
            elif all(name in left for left in untaken) and name not in undropped:
                fates[name] = DROPPED
            else:
                fates[name] = MAPPED
        return fates


def source_name(path: Path, names: FieldNames) -> str:
    """The display name of the source field that a path leads into; empty where it leads into none."""
    if path.root == "field":
        return names.display(path.field) if path.field is not None else ""
    keys = path.keys[1:] if path.keys[:1] == (FIELDS,) else path.keys
    return names.display(str(keys[0])) if keys and path.root in ("item", "source") else ""
