"""Accounts for every source value: what no field took and no line dropped is preserved, told, or refused.

The unit is a field: a key of ``fields`` where the record has such an object, else a key of the record itself. Of a
field that is taken in part the other parts are left (see ``claims``). A record that was split from another accounts for
its own data alone.
"""

from __future__ import annotations

from typing import AbstractSet, Any, Iterable, Mapping, Optional

from ..expressions.errors import ExpressionSyntaxError
from ..expressions.names import FieldNames
from ..expressions.paths import FIELDS, Path, fields_of, parse_path
from ..spec.model import EntitySpec, Spec
from .claims import NAMES, PAGING, Claim, Taken
from .compiler import Compiler
from .readable import Readable, is_blank

PRESERVE, WARN, FREEZE = "preserve", "warn", "freeze"


class Accounting:
    """Finds what is left of a record.

    ``standing`` is claimed whatever the fields make of it, ``marked`` unless its mark is among those that are untaken.
    """

    def __init__(
        self,
        standing: Iterable[Claim],
        marked: Mapping[int, AbstractSet[Claim]],
        names: FieldNames,
        readable: Readable,
        split: bool,
    ) -> None:
        self._standing, self._marked = list(standing), dict(marked)
        self._names, self._readable, self._split = names, readable, split
        self._all = self._claimed(frozenset())
        self._known: dict[frozenset[int], tuple[Taken, Taken]] = {}

    def left(self, data: Any, untaken: AbstractSet[int]) -> Mapping[str, Any]:
        """Readable values by display name, sorted; ``untaken`` are the marks of claims that do not hold here."""
        if not isinstance(data, dict):
            return {}
        container = fields_of(data)
        claimed = (self._all if not untaken else self._without(frozenset(untaken)))[container is data]
        if claimed.whole:
            return {}
        if claimed.names:
            # A table that is asked about the record takes its names. What else it says of itself stays to be told.
            container = {name: value for name, value in container.items() if name not in NAMES}
        parts, found = claimed.keys, {}
        for name, value in container.items():
            if value is None:
                continue
            part = parts.get(name)
            if part is not None:
                if part.whole:
                    continue
                value = part.left(value)
            if not is_blank(value):
                found[self._names.display(name)] = self._readable.of(value)
        return dict(sorted(found.items())) if len(found) > 1 else found

    def _without(self, untaken: frozenset[int]) -> tuple[Taken, Taken]:
        known = self._known.get(untaken)
        if known is None:
            known = self._claimed(untaken)
            if len(self._known) < 1_000:
                self._known[untaken] = known
        return known

    def _claimed(self, untaken: frozenset[int]) -> tuple[Taken, Taken]:
        """What is taken of a record's fields where it has such an object, and of the record where it has not."""
        inner, outer = Taken(), Taken()
        holding = [*self._standing]
        for mark, claims in self._marked.items():
            if mark not in untaken:
                holding.extend(claims)
        for path, then in holding:
            if path.root == "field":
                if path.field is not None and not self._split:
                    inner.add((path.field, *path.keys, *then))
                    outer.add((path.field, *path.keys, *then))
            elif path.root == "item" or (path.root == "source" and not self._split):
                outer.add((*path.keys, *then))
                if path.keys[:1] == (FIELDS,):
                    inner.add((*path.keys[1:], *then))
                elif not path.keys and not then:
                    inner.whole = True
        # A record without such an object may still be mapped by paths through it: they find nothing there.
        return inner, outer


def drop_claims(entity: EntitySpec, compiler: Compiler) -> list[Claim]:
    """What ``drop`` lines claim."""
    return [Claim(path) for text in entity.drop for path in _dropped(text, entity, compiler)]


def part_claims(entity: EntitySpec, spec: Spec, compiler: Compiler) -> list[Claim]:
    """What the entities made from this one's records claim."""
    found: list[Claim] = []
    for other in spec.entities.values():
        for extract in other.extract:
            if extract.of != entity.name:
                continue
            texts = [text for text in (extract.each, extract.total) if text]
            if extract.split is not None:
                splitter = compiler.registry.find("splitter", extract.split)
                texts.extend(splitter.consumes if splitter else ())
            for text in texts:
                path = compiler.path(text, extract.place, f"entities.{other.name}.extract")
                if path is not None:
                    found.append(Claim(path))
                    if text == extract.each and len(path.keys) > 1:
                        above = path.keys[:-1]
                        found.extend(Claim(Path(path.root, (*above, name), path.name, path.field)) for name in PAGING)
    return found


def _dropped(text: str, entity: EntitySpec, compiler: Compiler) -> list[Path]:
    where = f"entities.{entity.name}.drop"
    name = _display_name(text)
    if name is None:
        path = compiler.path(text, entity.place, where)
        return [path] if path is not None else []
    # A field that is not there needs no dropping, and of several with one name the line means all.
    return [Path("field", (), name, identifier) for identifier in compiler.names.all(name)]


def _display_name(text: str) -> Optional[str]:
    try:
        path = parse_path(text, FieldNames({}))
    except ExpressionSyntaxError:
        return None
    return path.name if not path.keys else None
