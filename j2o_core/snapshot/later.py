"""A later reading that takes from the last complete one what did not change: what changed, and what goes on to hold."""

from __future__ import annotations

import re
import sqlite3
import zlib
from typing import AbstractSet, Any, Iterable, Iterator, Mapping, Optional, Sequence

from ..model.record import Record
from .rows import SliceName, unpack
from .store import Snapshot

_CHUNK = 500
#: every text in JSON that may be an id, also where an escaped quotation mark stands before it
_TEXT = re.compile(r'(?="([^"\\]{1,200})")')


class Later:
    """The snapshot's generation beside that of the last complete reading, ``of``."""

    def __init__(self, snapshot: Snapshot, of: int) -> None:
        self._snapshot = snapshot
        self._of = of

    # ---------------------------------------------------------------- what differs

    def note(self, connection: sqlite3.Connection, records: Sequence[Record]) -> None:
        """Note those of these records that are new or differ from what was read before. To be called before ``put``."""
        for record in records:
            self._remember(connection, record)
            row = connection.execute(
                "SELECT digest FROM earlier WHERE entity = ? AND id = ?", (record.origin.entity, record.origin.id)
            ).fetchone()
            if row is None or row[0] != record.digest:
                self.differ(connection, record.origin.entity, [record.origin.id])

    def _remember(self, connection: sqlite3.Connection, record: Record) -> None:
        """What was read before, as long as it stands there: people come from several extracts, in any order."""
        connection.execute(
            "INSERT OR IGNORE INTO earlier SELECT entity, id, digest, priority FROM record"
            " WHERE entity = ? AND id = ? AND generation = ?",
            (record.origin.entity, record.origin.id, self._of),
        )

    def note_child(self, connection: sqlite3.Connection, child: Record) -> None:
        """Note the record that had this child before, where that is another one: both ends of a link have it."""
        if child.parent is None:
            self._remember(connection, child)
        else:
            connection.execute(
                "INSERT OR IGNORE INTO disputed SELECT parent_entity, parent_id FROM record"
                " WHERE entity = ? AND id = ? AND generation = ? AND parent_id != ?",
                (child.origin.entity, child.origin.id, self._of, child.parent.id),
            )

    def differ(self, connection: sqlite3.Connection, entity: str, ids: Iterable[str], gone: bool = False) -> None:
        """Note ids of what changed, or is ``gone``; an empty entity: of what is no record."""
        connection.executemany(
            "INSERT INTO differs VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET gone = max(gone, excluded.gone)",
            ((entity, one, int(gone)) for one in ids),
        )

    def note_unseen(self, connection: sqlite3.Connection, entity: str, priority: int) -> None:
        """Note what an extract gave before and does not give any more, once it was read to its end."""
        connection.execute(
            "INSERT OR IGNORE INTO differs SELECT entity, id, 1 FROM record"
            " WHERE entity = ? AND priority = ? AND generation = ?"
            # Another extract tells of them, with less: what shows them has to be read again all the same.
            " UNION SELECT e.entity, e.id, 1 FROM earlier e JOIN record r ON r.entity = e.entity AND r.id = e.id"
            " WHERE e.entity = ? AND e.priority = ? AND r.priority > e.priority",
            (entity, priority, self._of, entity, priority),
        )

    # ---------------------------------------------------------------- what has to be read again

    def known(self, name: SliceName) -> Iterator[list[tuple[str, str]]]:
        """(id, key) of what a slice gave before, in chunks."""
        rows = self._connection.execute(
            "SELECT r.id, r.key FROM read_from f JOIN record r ON r.entity = f.entity AND r.id = f.id"
            " WHERE f.entity = ? AND f.priority = ? AND f.slice = ? AND r.generation >= ?",
            (name.entity, name.priority, name.slice, self._of),
        )
        while True:
            chunk = rows.fetchmany(_CHUNK)
            if not chunk:
                return
            yield chunk

    def changed(self, entity: str, priority: int) -> Iterator[Record]:
        """The records of an extract that this generation has read so far and that are new or differ."""
        after: Optional[int] = 0
        while after is not None:
            rows = self._connection.execute(
                "SELECT r.sequence, r.id FROM record r JOIN differs d ON d.entity = r.entity AND d.id = r.id"
                " WHERE r.entity = ? AND r.priority = ? AND r.generation = ? AND r.sequence > ?"
                " ORDER BY r.sequence LIMIT ?",
                (entity, priority, self._snapshot.generation, after, _CHUNK),
            ).fetchall()
            after = rows[-1][0] if rows else None
            for record, _ in self._snapshot.load(entity, [identifier for _, identifier in rows]).values():
                yield record

    def differing(self) -> dict[str, set[str]]:
        """The ids of all that differs, by entity; under an empty one those of what is no record."""
        found: dict[str, set[str]] = {}
        for entity, identifier in self._connection.execute("SELECT entity, id FROM differs"):
            found.setdefault(entity, set()).add(identifier)
        return found

    def holders(
        self, entity: str, priority: int, ids: AbstractSet[str], mentioned: AbstractSet[str]
    ) -> Iterator[tuple[str, str, str, Optional[Mapping[str, Any]]]]:
        """(slice, id, key, data) of records that were not read yet and hold one of these ids anywhere in their data;
        without data, those that are ``mentioned``."""
        if not ids and not mentioned:
            return
        rows = self._connection.execute(
            "SELECT f.slice, r.id, r.key, r.data FROM record r"
            " LEFT JOIN differs d ON d.entity = r.entity AND d.id = r.id"
            " JOIN read_from f ON f.entity = r.entity AND f.id = r.id AND f.priority = r.priority"
            " WHERE r.entity = ? AND r.priority = ? AND r.generation = ? AND coalesce(d.gone, 0) = 0"
            " ORDER BY r.sequence",
            (entity, priority, self._of),
        )
        for slice, identifier, key, data in rows:
            if identifier in mentioned:
                yield slice, identifier, key, None
            elif ids and data is not None and not ids.isdisjoint(_TEXT.findall(_plain(data))):
                yield slice, identifier, key, unpack(data)

    # ---------------------------------------------------------------- what goes on to hold

    def keep(self, names: Iterable[SliceName], shared: Iterable[tuple[str, int]]) -> None:
        """Take over what these slices gave before and was not read anew, with all below it; and the ``shared``
        (entity, priority) records that belong to no one record."""
        now = self._snapshot.generation
        with self._snapshot.transaction() as connection:
            connection.execute("CREATE TEMP TABLE IF NOT EXISTS kept (entity TEXT, id TEXT, PRIMARY KEY (entity, id))")
            connection.execute("DELETE FROM kept")
            for name in names:
                connection.execute(_KEPT, (name.entity, name.priority, name.slice, self._of))
            connection.execute(_BELOW, (self._of,))
            connection.execute(
                "UPDATE unreturned SET generation = ? WHERE generation = ? AND EXISTS (SELECT 1 FROM kept"
                " WHERE kept.entity = unreturned.parent_entity AND kept.id = unreturned.parent_id)",
                (now, self._of),
            )
            connection.execute(
                "UPDATE record SET generation = ? WHERE generation = ? AND EXISTS (SELECT 1 FROM kept"
                " WHERE kept.entity = record.entity AND kept.id = record.id)",
                (now, self._of),
            )
            connection.executemany(
                "UPDATE record SET generation = ? WHERE generation = ? AND entity = ? AND priority = ?"
                " AND parent_entity IS NULL",
                [(now, self._of, entity, priority) for entity, priority in shared],
            )

    def disputed(self) -> Iterator[Record]:
        """Records that were kept and had children which another record claimed."""
        rows = self._connection.execute(
            "SELECT d.entity, d.id FROM disputed d JOIN record r ON r.entity = d.entity AND r.id = d.id"
            " WHERE r.generation = ? ORDER BY d.entity, d.id",
            (self._snapshot.generation,),
        ).fetchall()
        for entity, identifier in rows:
            yield self._snapshot.load(entity, [identifier])[identifier][0]

    @property
    def _connection(self) -> sqlite3.Connection:
        return self._snapshot.transaction()


def _plain(data: bytes) -> str:
    return zlib.decompress(data).decode("utf-8", "surrogatepass")


_KEPT = (
    "INSERT OR IGNORE INTO kept SELECT r.entity, r.id FROM read_from f"
    " JOIN record r ON r.entity = f.entity AND r.id = f.id AND r.priority = f.priority"
    " LEFT JOIN differs d ON d.entity = r.entity AND d.id = r.id"
    " WHERE f.entity = ? AND f.priority = ? AND f.slice = ? AND r.generation = ? AND coalesce(d.gone, 0) = 0"
)
_BELOW = (
    "WITH RECURSIVE below(entity, id) AS (SELECT entity, id FROM kept UNION SELECT r.entity, r.id FROM below"
    " JOIN record r ON r.parent_entity = below.entity AND r.parent_id = below.id AND r.generation = ?)"
    " INSERT OR IGNORE INTO kept SELECT entity, id FROM below"
)
