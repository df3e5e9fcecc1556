"""A ledger's file that goes away while it is in use, or is replaced by another: SQLite would not notice.

Each commit has a number, which stands in the file and beside it. So whoever opens it next sees where commits that were
made are missing: what SQLite keeps beside the file was lost, or an older copy was put in its place. And where somebody
removed the lock's file, so that two processes have the lock, only one of them can go on.
"""

from __future__ import annotations

from pathlib import Path
from typing import Callable, Optional

from sqlalchemy import Connection

from ..model.outcome import Fatal

_NUMBER = (
    "INSERT INTO holder (id, token, pid, host, since, sequence) VALUES (1, '', 0, '', 0, ?) "
    "ON CONFLICT (id) DO UPDATE SET sequence = excluded.sequence WHERE holder.sequence = excluded.sequence - 1"
)


class FileFence:
    """Asked before each commit whether the file is still the one that was opened.

    ``sequence`` is the number of its last commit; ``note`` is told the number of each one once it is durable.
    """

    def __init__(self, path: Path, sequence: int, note: Callable[[int], None]) -> None:
        self._path = path
        self._opened = identity(path)
        self._last = sequence
        self._note = note
        note(sequence)

    def enter(self, connection: Connection) -> int:
        """Begin a transaction: its number.

        Raises ``Fatal``: 4 where the file is gone or another one, 5 where somebody else has written to it.
        """
        now = identity(self._path)
        if now != self._opened:
            what = "was removed" if now is None else "was replaced"
            raise Fatal(
                f"the ledger {self._path} {what} while it was in use, so nothing more is sent. What was written is on "
                "the target and recognised by its origin marks: put the file back, or run again to rebuild it",
                exit_code=4,
            )
        if connection.exec_driver_sql(_NUMBER, (self._last + 1,)).rowcount != 1:
            raise Fatal(
                f"another process writes to the ledger {self._path} too, so nothing more is sent from here: its lock "
                "file was removed, or lies where locks keep nobody out. Let one of them end, then run again",
                exit_code=5,
            )
        return self._last + 1

    def left(self, number: int) -> None:
        """The transaction of that number is durable."""
        self._last = number
        self._note(number)

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
