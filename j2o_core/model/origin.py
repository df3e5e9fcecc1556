"""The identity of a thing at its source."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Origin:
    """Where an item comes from: (source id, entity, immutable id). Keys and logins are aliases, never the id."""

    source: str
    entity: str
    id: str

    def __str__(self) -> str:
        return f"{self.source}/{self.entity}/{self.id}"

    @classmethod
    def parse(cls, text: str) -> Origin:
        """Read what ``str()`` wrote. The id may itself hold slashes."""
        source, entity, identifier = text.split("/", 2)
        return cls(source, entity, identifier)
