"""Source values as people can read them, for what no field took."""

from __future__ import annotations

from typing import Any

from ..expressions.empty import is_empty
from ..expressions.sandbox import show
from ..hooks.registry import READER, Registry
from ..model.digest import canonical
from ..model.payload import RichText
from ..richtext import to_json
from .claims import CHILD, stands_for_another
from .steps.bound import OBJECT_READER
from .steps.values import is_sprint_text, read_sprint

_NAMES = ("displayName", "value", "name", "title", "label", "key", "filename")
#: keys that an object without identity may have beside its name without saying more
_SAID = frozenset((*_NAMES, CHILD, "type", "emailAddress", "active", "state", "boardId", "originBoardId"))


def is_blank(value: Any) -> bool:
    """Whether there is nothing to read in a value: empty, blank text, or a list or object of nothing else."""
    kind = value.__class__
    if kind is str:
        return not value or value.isspace()
    if kind is list or kind is dict:
        for item in value.values() if kind is dict else value:  # noqa: SIM110 - a third faster than all()
            if not is_blank(item):
                return False
        return True
    return is_empty(value)


def note_text(value: Any) -> Any:
    """A preserved value as the text of a note: lists joined, objects as JSON; rich text stays rich."""
    if isinstance(value, (str, RichText)):
        return value
    if isinstance(value, list):
        if any(isinstance(item, (dict, list, RichText)) for item in value):
            return canonical([item.tree if isinstance(item, RichText) else item for item in value])
        return ", ".join(str(show(item)) for item in value)
    return canonical(value) if isinstance(value, dict) else str(show(value))


class Readable:
    """Makes plain values readable; documents become rich text where a reader for them is installed."""

    def __init__(self, registry: Registry) -> None:
        self._read = registry.find(READER, OBJECT_READER)

    def of(self, value: Any) -> Any:
        """The name of an option, person, version, ...; ``A / B`` of a cascading one; lists item by item.

        What has no name stays as it is.
        """
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, list):
            return [self.of(item) for item in value if not is_blank(item)]
        if isinstance(value, dict):
            return self._object(value)
        return value

    def _text(self, value: str) -> str:
        if not is_sprint_text(value):
            return value
        sprint = read_sprint(value)
        return _sprint(sprint.get("name") or value, sprint.get("state"))

    def _object(self, value: dict[str, Any]) -> Any:
        if value.get("type") == "doc" and isinstance(value.get("content"), list):
            return value if self._read is None else RichText(to_json(self._read(value)[0]))
        if value.keys() == {CHILD}:
            return self.of(value[CHILD])
        if not stands_for_another(value) and any(
            name not in _SAID and not is_blank(held) for name, held in value.items()
        ):
            return value
        for name in _NAMES:
            text = value.get(name)
            if isinstance(text, (str, int, float)) and text != "":
                if isinstance(value.get("child"), dict):
                    return f"{text} / {self.of(value['child'])}"
                if "boardId" in value or "originBoardId" in value:
                    return _sprint(str(text), value.get("state"))
                return text
        return value


def _sprint(name: str, state: Any) -> str:
    return f"{name} ({str(state).lower()})" if state else name
