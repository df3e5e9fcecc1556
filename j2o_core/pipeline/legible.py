"""Payloads as plain data that people can read and programs can compare."""

from __future__ import annotations

from typing import Any, Mapping

from ..hooks.registry import WRITER, Registry
from ..model.payload import Ref, RichText
from ..richtext import NoResolver, from_json

_MARKDOWN = "markdown"


class Legible:
    """Formatted text becomes what the writer of the target makes of it (Markdown, where there is a choice); a
    reference becomes ``{"ref": entity, "key": its first name}``."""

    def __init__(self, registry: Registry) -> None:
        writers = registry.names(WRITER)
        name = _MARKDOWN if _MARKDOWN in writers or not writers else writers[0]
        self._write = registry.find(WRITER, name)

    def of(self, value: Any) -> Any:
        """The plain form of a value, whatever is inside of it."""
        if isinstance(value, RichText):
            if self._write is None:
                return value.tree
            return self._write(from_json(value.tree), NoResolver())[0].strip("\n")
        if isinstance(value, Ref):
            return {"ref": value.entity, "key": value.aliases[0] if value.aliases else value.use}
        if isinstance(value, Mapping):
            return {key: self.of(item) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.of(item) for item in value]
        return value
