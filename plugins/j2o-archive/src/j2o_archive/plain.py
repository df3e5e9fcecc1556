"""Values of a payload as plain JSON: references as keys, rich text as Markdown."""

from __future__ import annotations

from typing import Any, Callable, Mapping, Optional
from urllib.parse import quote

from j2o_core.api import Effect, RichText, TargetItem, richtext

#: a rich text writer: (tree, resolver) → (text, warnings)
Writer = Callable[[Any, richtext.Resolver], Any]
#: the path of an attachment's file in the archive, by the attachment's id
Locate = Callable[[str], Optional[str]]


class PlainValues:
    """Makes plain values of what one effect carries."""

    def __init__(self, effect: Effect, write: Writer, locate: Locate) -> None:
        self._write = write
        self._references = _References(effect, locate)

    def of(self, value: Any) -> Any:
        """A value as JSON holds it."""
        if isinstance(value, RichText):
            return self._markdown(value)
        if isinstance(value, TargetItem):
            return value.key or value.id
        if isinstance(value, Mapping):
            return {str(name): self.of(inner) for name, inner in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.of(inner) for inner in value]
        return value

    def notes(self, effect: Effect) -> tuple[Mapping[str, str], ...]:
        """What had no field of its own."""
        return tuple({"label": note.label, "text": str(self.of(note.text))} for note in effect.notes)

    def _markdown(self, text: RichText) -> str:
        document = richtext.from_json(text.tree)
        return str(self._write(document, self._references)[0])


class _References(richtext.NoResolver):
    """Issues and people stay readable, as they are in the source; files lead to their place in the archive."""

    def __init__(self, effect: Effect, locate: Locate) -> None:
        self._effect = effect
        self._locate = locate
        self._issue_key = effect.parent_key or effect.key

    def attachment(self, name: str) -> Optional[str]:
        """The path from the archive's folder."""
        item = self._effect.look_up("attachments", f"{self._issue_key}/{name}")
        path = self._locate(item.id) if item is not None else None
        return quote(path) if path else None
