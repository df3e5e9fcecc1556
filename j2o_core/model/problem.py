"""Places in files, and what is wrong there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

ERROR = "error"
WARNING = "warning"


@dataclass(frozen=True)
class Place:
    """A position in a file; line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True)
class Problem:
    """Something a person should know, with a stable code (``J2O-S012``) and where it was found.

    ``path`` is the dotted path in the spec; ``entity``, ``key`` and ``field`` name the item, where there is one.
    """

    code: str
    message: str
    severity: str = ERROR
    place: Optional[Place] = None
    path: str = ""
    expected: str = ""
    suggestion: str = ""
    entity: str = ""
    key: str = ""
    field: str = ""

    @property
    def docs(self) -> str:
        """The anchor of this code in the error reference."""
        return f"reference/errors.md#{self.code.lower()}"
