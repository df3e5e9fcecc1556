"""Where the current line of each item stands in a file: on disk for as long as it is open, never kept."""

from __future__ import annotations

import re
import sqlite3
from typing import Iterator, Optional, Sequence

_DIGITS = re.compile(r"\d+")
_TABLE = """
CREATE TABLE line (id TEXT PRIMARY KEY, place TEXT NOT NULL, parent TEXT, start INTEGER NOT NULL, size INTEGER NOT NULL)
WITHOUT ROWID;
CREATE INDEX by_place ON line (place);
CREATE INDEX by_parent ON line (parent);
"""


class Index:
    """Start and size of lines by id. Not safe for threads: its journal locks."""

    def __init__(self) -> None:
        # A name that is empty makes a private file that the system removes with its last use, even after a kill.
        self._database = sqlite3.connect("", check_same_thread=False, isolation_level=None)
        self._database.executescript(
            "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-8000;" + _TABLE
        )

    def begin(self) -> None:
        """Many changes follow."""
        self._database.execute("BEGIN")

    def commit(self) -> None:
        """The many changes are over."""
        self._database.execute("COMMIT")

    def put(self, identifier: str, place: str, parent: Optional[str], start: int, size: int) -> None:
        """The current line of an item."""
        values = (_stored(identifier), place, parent and _stored(parent), start, size)
        self._database.execute("INSERT OR REPLACE INTO line VALUES (?, ?, ?, ?, ?)", values)

    def remove(self, identifier: str) -> None:
        """The item is gone."""
        self._database.execute("DELETE FROM line WHERE id = ?", (_stored(identifier),))

    def get(self, identifier: str) -> Optional[tuple[int, int]]:
        """(start, size) of an item's line."""
        found = self._database.execute("SELECT start, size FROM line WHERE id = ?", (_stored(identifier),)).fetchone()
        return (int(found[0]), int(found[1])) if found else None

    def below(self, parents: Sequence[str]) -> list[tuple[int, int]]:
        """The lines of what belongs to some items, in their order."""
        marks = ",".join("?" * len(parents))
        statement = f"SELECT start, size FROM line WHERE parent IN ({marks}) ORDER BY place"
        return [
            (int(start), int(size))
            for start, size in self._database.execute(statement, [_stored(parent) for parent in parents])
        ]

    def all(self, chunk: int = 500) -> Iterator[list[tuple[int, int]]]:
        """All lines in their order, some at a time."""
        after = ""
        while True:
            rows = self._database.execute(
                "SELECT place, start, size FROM line WHERE place > ? ORDER BY place LIMIT ?", (after, chunk)
            ).fetchall()
            if not rows:
                return
            after = str(rows[-1][0])
            yield [(int(start), int(size)) for _, start, size in rows]

    def count(self) -> int:
        """How many items there are."""
        return int(self._database.execute("SELECT count(*) FROM line").fetchone()[0])

    def close(self) -> None:
        """Forget everything."""
        self._database.close()


def place_of(key: str, identifier: str) -> str:
    """What lines are ordered by: the key as people count (ACME-9 before ACME-10), then the id; never the same twice."""
    return _stored(f"{_padded(key)}\n{_padded(identifier)}\n{identifier}")


def _padded(text: str) -> str:
    return _DIGITS.sub(lambda digits: digits[0].lstrip("0").rjust(20, "0"), text)


def _stored(text: str) -> str:
    """Text as SQLite takes it: halves of surrogate pairs spelled out."""
    return text.encode("utf-8", "backslashreplace").decode()
