"""Source fields by the names that people see."""

from __future__ import annotations

import unicodedata
from typing import Mapping, Optional

from .errors import AmbiguousName


def fold(text: str) -> str:
    """``text`` without the differences that people do not see: case, runs of white space, Unicode forms."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


class FieldNames:
    """Finds the id of a field by its display name: exactly, else by its folded form."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = dict(names)
        self._exact: dict[str, list[str]] = {}
        self._folded: dict[str, list[str]] = {}
        for identifier, name in sorted(self.names.items()):
            self._exact.setdefault(name, []).append(identifier)
            self._folded.setdefault(fold(name), []).append(identifier)

    def all(self, name: str) -> tuple[str, ...]:
        """The ids of all fields of this display name."""
        return tuple(self._exact.get(name) or self._folded.get(fold(name)) or ())

    def one(self, name: str) -> Optional[str]:
        """The id of the one field of this display name; ``None`` where there is none.

        Raises:
            AmbiguousName: there are several.
        """
        found = self.all(name)
        if len(found) > 1:
            raise AmbiguousName(
                f"{len(found)} fields are called '{name}': {', '.join(found)}",
                expected="one field of that name; take it by its id instead, as in fields." + found[0],
            )
        return found[0] if found else None

    def display(self, identifier: str) -> str:
        """The display name of a field; with its id where another field has the same name; else the id itself."""
        name = self.names.get(identifier)
        if not name:
            return identifier
        return name if len(self._exact[name]) == 1 else f"{name} ({identifier})"
