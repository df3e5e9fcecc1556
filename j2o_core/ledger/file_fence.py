"""A ledger's file that goes away while it is in use, or is replaced by another: SQLite would not notice."""

from __future__ import annotations

from pathlib import Path
from typing import Optional

from sqlalchemy import Connection

from ..model.outcome import Fatal


class FileFence:
    """Asked before each commit whether the file is still the one that was opened."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._opened = identity(path)
        self._number = 0

    def enter(self, _connection: Connection) -> int:
        """Begin a transaction: its number. Raises ``Fatal`` (exit 4) where the file is gone or another one."""
        now = identity(self._path)
        if now != self._opened:
            what = "was removed" if now is None else "was replaced"
            raise Fatal(
                f"the ledger {self._path} {what} while it was in use, so nothing more is sent. What was written is on "
                "the target and recognised by its origin marks: put the file back, or run again to rebuild it",
                exit_code=4,
            )
        self._number += 1
        return self._number

    def committed(self, _connection: Connection, _number: int) -> bool:
        """A file answers at once: what was not told to be committed was not."""
        return False


def identity(path: Path) -> Optional[tuple[int, int]]:
    """Which file lies there, whatever its name; ``None``: none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
