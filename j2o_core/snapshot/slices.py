"""How far each slice has been read, kept in the snapshot file: whole ones, and the parts of divided ones."""

from __future__ import annotations

import json
import sqlite3
from typing import Any, Iterable, Optional, Sequence

from .rows import SliceName, SliceState
from .store import Snapshot


class Slices:
    """The checkpoints of the snapshot's generation. Writes belong into a transaction of the snapshot."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def state(self, name: SliceName) -> SliceState:
        """How far a slice has been read; of a divided one, how far it has been divided."""
        table, where, values = _row(name)
        row = (
            self._snapshot.transaction()
            .execute(
                f"SELECT cursor, done, received, expected FROM {table} WHERE {where} AND generation = ?",
                (*values, self._snapshot.generation),
            )
            .fetchone()
        )
        return SliceState() if row is None else SliceState(_cursor(row[0]), bool(row[1]), row[2], row[3])

    def put(self, connection: sqlite3.Connection, name: SliceName, state: SliceState) -> None:
        """Store how far a slice has been read."""
        values = (_text(state.cursor), int(state.done), state.received, state.expected)
        if name.part:
            _, where, key = _row(name)
            connection.execute(
                f"UPDATE part SET cursor = ?, done = ?, received = ?, expected = ? WHERE {where}", (*values, *key)
            )
        else:
            connection.execute(
                "INSERT OR REPLACE INTO slice VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (name.entity, name.priority, name.slice, self._snapshot.generation, *values),
            )

    def add_parts(
        self, connection: sqlite3.Connection, whole: SliceName, parts: Iterable[tuple[str, Any, Optional[int]]]
    ) -> list[SliceName]:
        """Enter (name, cursor, expected) of slices within ``whole``; returns their names, each one of its kind."""
        added: list[SliceName] = []
        (place,) = connection.execute(
            "SELECT count(*) FROM part WHERE entity = ? AND priority = ? AND whole = ?", _row(whole)[2]
        ).fetchone()
        for given, cursor, expected in parts:
            name, number = given, 1
            while not self._enter(connection, whole, name, place, cursor, expected):
                number += 1
                name = f"{given} ({number})"  # what was divided anew is read anew: it may hold something else
            place += 1
            added.append(SliceName(whole.entity, whole.priority, whole.slice, name))
        return added

    def _enter(
        self,
        connection: sqlite3.Connection,
        whole: SliceName,
        name: str,
        place: int,
        cursor: Any,
        expected: Optional[int],
    ) -> bool:
        entered = connection.execute(
            "INSERT OR IGNORE INTO part VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0, ?)",
            (*_row(whole)[2], name, self._snapshot.generation, place, _text(cursor), expected),
        )
        return bool(entered.rowcount)

    def parts(self, whole: SliceName) -> list[tuple[SliceName, bool, int]]:
        """(name, whether it is done, records received) of each part of a divided slice, in the order of dividing."""
        rows = self._snapshot.transaction().execute(
            "SELECT name, done, received FROM part WHERE entity = ? AND priority = ? AND whole = ? AND generation = ?"
            " ORDER BY place",
            (*_row(whole)[2], self._snapshot.generation),
        )
        return [
            (SliceName(whole.entity, whole.priority, whole.slice, name), bool(done), received)
            for name, done, received in rows
        ]

    def put_source(self, connection: sqlite3.Connection, name: SliceName, ids: Iterable[str]) -> None:
        """Remember which slice gave these records."""
        connection.executemany(
            "INSERT OR REPLACE INTO read_from VALUES (?, ?, ?, ?)",
            [(name.entity, one, name.priority, name.slice) for one in ids],
        )

    def done(self, generation: int) -> list[SliceName]:
        """The slices that were read to their end in a generation, as far as no later one has read them."""
        rows = self._snapshot.transaction().execute(
            "SELECT entity, priority, name FROM slice WHERE generation = ? AND done = 1", (generation,)
        )
        return [SliceName(*row) for row in rows]

    def expected(self, entity: str) -> int:
        """How many records of an entity have been read so far or, where that is more, are announced by the source."""
        row = self._snapshot.transaction().execute(
            "SELECT total(max(received, coalesce(expected, 0), (SELECT total(max(received, coalesce(expected, 0)))"
            " FROM part WHERE part.entity = slice.entity AND part.priority = slice.priority"
            " AND part.whole = slice.name AND part.generation = slice.generation)))"
            " FROM slice WHERE entity = ? AND generation = ?",
            (entity, self._snapshot.generation),
        )
        return int(row.fetchone()[0])


def _row(name: SliceName) -> tuple[str, str, Sequence[Any]]:
    if name.part:
        where = "entity = ? AND priority = ? AND whole = ? AND name = ?"
        return "part", where, (name.entity, name.priority, name.slice, name.part)
    return "slice", "entity = ? AND priority = ? AND name = ?", (name.entity, name.priority, name.slice)


def _text(cursor: Any) -> Optional[str]:
    return None if cursor is None else json.dumps(cursor)


def _cursor(text: Optional[str]) -> Any:
    return None if text is None else json.loads(text)
