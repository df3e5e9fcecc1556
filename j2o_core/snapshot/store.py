"""One SQLite file per source: records by origin and their aliases. How far each slice has been read: ``slices``."""

from __future__ import annotations

import sqlite3
import threading
from importlib import resources
from pathlib import Path
from typing import Iterable, Iterator, Optional, Sequence

from ..model.origin import Origin
from ..model.outcome import Fatal
from ..model.problem import Problem
from ..model.record import Record
from .names import the_one_meant
from .rows import Stub, Unreturned, fold, pack, problem_of, problem_text, unpack


class Snapshot:
    """The records of one source. Writes come from one thread at a time; readers may be many.

    Opening raises ``Fatal`` where the file is no snapshot.
    """

    def __init__(self, path: Path, source: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.source = source
        self._local = threading.local()
        self._connections: dict[threading.Thread, sqlite3.Connection] = {}
        self._guard = threading.Lock()
        try:
            self._connection().executescript(resources.files(__package__).joinpath("tables.sql").read_text("utf-8"))
            self.generation = int(self.meta("generation") or 0)
        except sqlite3.DatabaseError as error:
            self.close()
            raise unusable(path, error) from error

    # ---------------------------------------------------------------- generations

    def meta(self, name: str) -> Optional[str]:
        """A named note about the snapshot."""
        row = self._connection().execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def set_meta(self, name: str, value: str) -> None:
        """Write a named note."""
        with self.transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    def begin(self, generation: int) -> None:
        """Read anew as ``generation``; what is not seen again by its end no longer exists at the source."""
        self.generation = generation
        with self.transaction() as connection:
            connection.execute("DELETE FROM problem")
            connection.execute("DELETE FROM part")
            connection.execute("DELETE FROM differs")
            connection.execute("DELETE FROM disputed")
            connection.execute("DELETE FROM earlier")
        self.set_meta("generation", str(generation))

    # ---------------------------------------------------------------- writing

    def transaction(self) -> sqlite3.Connection:
        """A connection whose ``with`` block is one transaction."""
        return self._connection()

    def put(self, connection: sqlite3.Connection, records: Iterable[tuple[Record, int, bool]]) -> None:
        """Upsert (record, priority, keep its data) by origin; an earlier extract's record is not overridden."""
        rows, names = [], []
        for record, priority, keep in records:
            rows.append(
                (
                    record.origin.entity,
                    record.origin.id,
                    record.key,
                    record.parent.entity if record.parent else None,
                    record.parent.id if record.parent else None,
                    record.position,
                    priority,
                    record.digest,
                    record.updated,
                    pack(record.data) if keep else None,
                    self.generation,
                )
            )
            for alias in {record.origin.id, record.key, *record.aliases}:
                names.append((record.origin.entity, fold(alias), record.origin.id))
        connection.executemany(
            "INSERT INTO record (entity, id, key, parent_entity, parent_id, position, priority, digest, updated, data,"
            " generation) VALUES (?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT (entity, id) DO UPDATE SET key = excluded.key,"
            " parent_entity = excluded.parent_entity, parent_id = excluded.parent_id, position = excluded.position,"
            " priority = excluded.priority, digest = excluded.digest, updated = excluded.updated,"
            " data = excluded.data, generation = excluded.generation"
            " WHERE excluded.priority < record.priority OR record.generation < excluded.generation"
            # Slices are read side by side: which of two equals comes first must not decide, unless one is newer.
            f" OR (excluded.priority = record.priority AND ({_MOMENT.format('excluded')} > {_MOMENT.format('record')}"
            f" OR ({_MOMENT.format('excluded')} = {_MOMENT.format('record')} AND excluded.digest < record.digest)))",
            rows,
        )
        connection.executemany("INSERT OR IGNORE INTO alias VALUES (?, ?, ?)", names)

    def put_parents(self, connection: sqlite3.Connection, records: Sequence[Record], priority: int) -> Iterator[Record]:
        """Upsert records with their data; gives those whose children are to be put, which have none after that.

        A record may come twice in a generation, as where an issue was moved while it was read: the children of one of
        both versions count.
        """
        twice = {record.origin for record in records if self._is_present(connection, record)}
        self.put(connection, ((record, priority, True) for record in records))
        for record in records:
            if record.origin not in twice:
                yield record
            elif self._is_present(connection, record, record.digest):
                connection.execute(_CHILDLESS, (record.origin.entity, record.origin.id, self.generation))
                yield record

    def _is_present(self, connection: sqlite3.Connection, record: Record, digest: str = "") -> bool:
        row = connection.execute(
            "SELECT digest FROM record WHERE entity = ? AND id = ? AND generation = ?",
            (record.origin.entity, record.origin.id, self.generation),
        ).fetchone()
        return row is not None and (not digest or row[0] == digest)

    def put_unreturned(self, connection: sqlite3.Connection, entity: str, parent: Record, count: int) -> None:
        """Remember how many items below ``parent`` the source counts but does not return (0 forgets it)."""
        connection.execute(
            "INSERT OR REPLACE INTO unreturned VALUES (?, ?, ?, ?, ?, ?)",
            (entity, parent.origin.entity, parent.origin.id, parent.key, count, self.generation),
        )

    def put_problems(self, connection: sqlite3.Connection, problems: Iterable[Problem]) -> None:
        """Remember what a person should know of the reading."""
        rows = [(self.generation, problem_text(problem)) for problem in problems]
        connection.executemany("INSERT INTO problem (generation, body) VALUES (?, ?)", rows)

    # ---------------------------------------------------------------- reading

    def problems(self) -> list[Problem]:
        """What was remembered of the reading of this generation, in order."""
        rows = self._connection().execute(
            "SELECT body FROM problem WHERE generation = ? ORDER BY sequence", (self.generation,)
        )
        return [problem_of(body) for (body,) in rows]

    def count(self, entity: str) -> int:
        """How many records of an entity exist in this generation."""
        row = self._connection().execute(
            "SELECT count(*) FROM record WHERE entity = ? AND generation = ?", (entity, self.generation)
        )
        return int(row.fetchone()[0])

    def stubs(self, entity: str, size: int = 500) -> Iterator[list[Stub]]:
        """All records of an entity in the order they were first read, without data, in chunks."""
        after = 0
        while True:
            rows = (
                self._connection()
                .execute(
                    "SELECT r.sequence, r.id, r.key, r.digest, r.parent_entity, r.parent_id, p.digest FROM record r"
                    # By another index every chunk would visit and sort all records of the entity.
                    " INDEXED BY record_in_turn LEFT JOIN record p ON p.entity = r.parent_entity AND p.id = r.parent_id"
                    " WHERE r.entity = ? AND r.generation >= 0 AND r.generation = ? AND r.sequence > ?"
                    " ORDER BY r.sequence LIMIT ?",
                    (entity, self.generation, after, size),
                )
                .fetchall()
            )
            if not rows:
                return
            after = rows[-1][0]
            yield [Stub(*row) for row in rows]

    def load(self, entity: str, identifiers: Sequence[str]) -> dict[str, tuple[Record, bool]]:
        """Records by id. The flag tells whether the data are there or have to be derived from the parent's."""
        found = {}
        for part in _chunks(identifiers, 500):
            marks = ",".join("?" * len(part))
            for row in self._connection().execute(
                "SELECT id, key, parent_entity, parent_id, position, digest, updated, data FROM record"
                f" WHERE entity = ? AND id IN ({marks})",
                (entity, *part),
            ):
                parent = Origin(self.source, row[2], row[3]) if row[2] else None
                data = {} if row[7] is None else unpack(row[7])
                record = Record(
                    Origin(self.source, entity, row[0]), row[1], data, (), parent, row[4], row[6], digest=row[5]
                )
                found[row[0]] = (record, row[7] is not None)
        return found

    def resolve(self, entity: str, aliases: Iterable[str]) -> Optional[tuple[str, str]]:
        """(id, key) of the record that the first known alias names. An alias of several records names none of them,
        unless it is the id itself."""
        for alias in aliases:
            rows = (
                self._connection()
                .execute(
                    "SELECT r.id, r.key FROM alias a JOIN record r ON r.entity = a.entity AND r.id = a.id"
                    " WHERE a.entity = ? AND a.alias = ? AND r.generation = ? LIMIT 20",
                    (entity, fold(alias), self.generation),
                )
                .fetchall()
            )
            meant = the_one_meant(alias, rows)
            if meant is not None:
                return meant
        return None

    def further_names(self, entity: str) -> Iterator[tuple[str, str]]:
        """(id, alias in lower case) of every name of an entity's records beside their ids and keys."""
        rows = self._connection().execute(
            "SELECT r.id, r.key, a.alias FROM alias a JOIN record r ON r.entity = a.entity AND r.id = a.id"
            " WHERE a.entity = ? AND r.generation = ? AND a.alias != lower(r.id) AND a.alias != lower(r.key)"
            " ORDER BY r.sequence, a.alias",
            (entity, self.generation),
        )
        for identifier, key, alias in rows:
            if alias not in (fold(identifier), fold(key)):
                yield str(identifier), str(alias)

    def named(self, entity: str, alias: str) -> list[str]:
        """The ids of all records of an entity that have this id, key or alias."""
        rows = self._connection().execute(
            "SELECT r.id FROM alias a JOIN record r ON r.entity = a.entity AND r.id = a.id"
            " WHERE a.entity = ? AND a.alias = ? AND r.generation = ? ORDER BY r.sequence",
            (entity, fold(alias), self.generation),
        )
        return [str(identifier) for (identifier,) in rows]

    def children(self, entity: str, of: str, identifier: str) -> int:
        """How many records of an entity were split from the record ``identifier`` of ``of``."""
        row = self._connection().execute(
            "SELECT count(*) FROM record WHERE entity = ? AND parent_id = ? AND parent_entity = ? AND generation = ?",
            (entity, identifier, of, self.generation),
        )
        return int(row.fetchone()[0])

    def unreturned(self, entity: str) -> Iterator[Unreturned]:
        """What the source counts but does not return, by parent."""
        for row in self._connection().execute(
            "SELECT u.parent_entity, u.parent_id, u.parent_key, u.count FROM unreturned u"
            " JOIN record r ON r.entity = u.parent_entity AND r.id = u.parent_id AND r.generation = u.generation"
            " WHERE u.entity = ? AND u.generation = ? AND u.count > 0 ORDER BY u.parent_id",
            (entity, self.generation),
        ):
            yield Unreturned(*row)

    # ---------------------------------------------------------------- life

    def close(self) -> None:
        """Close every thread's connection."""
        with self._guard:
            for connection in self._connections.values():
                connection.close()
            self._connections.clear()
        self._local = threading.local()

    def _connection(self) -> sqlite3.Connection:
        connection: Optional[sqlite3.Connection] = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._open()
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute(f"PRAGMA cache_size = -{_PAGES_KB}")
            self._local.connection = connection
            with self._guard:
                ended = [thread for thread in self._connections if not thread.is_alive()]
                for thread in ended:  # a connection keeps megabytes of pages
                    self._connections.pop(thread).close()
                self._connections[threading.current_thread()] = connection
        return connection

    def _open(self) -> sqlite3.Connection:
        if not self._connections:
            return sqlite3.connect(self.path, timeout=60, check_same_thread=False)
        try:  # a file that has gone meanwhile must not come back empty
            uri = f"{self.path.absolute().as_uri()}?mode=rw"
            return sqlite3.connect(uri, timeout=60, check_same_thread=False, uri=True)
        except sqlite3.DatabaseError as error:
            raise unusable(self.path, error) from error


#: how many KiB of pages a connection keeps (SQLite's own number is 2,000): every thread has one, and the system keeps
#: them too
_PAGES_KB = 256
#: the moment of a row's last change, to compare
_MOMENT = "coalesce(julianday({}.updated), 0)"
_CHILDLESS = (
    "WITH RECURSIVE below(entity, id) AS (VALUES (?1, ?2) UNION SELECT r.entity, r.id FROM below"
    " JOIN record r ON r.parent_entity = below.entity AND r.parent_id = below.id)"
    " UPDATE record SET generation = 0 WHERE generation = ?3 AND parent_entity IS NOT NULL"
    " AND (entity, id) IN (SELECT entity, id FROM below) AND NOT (entity = ?1 AND id = ?2)"
)


def unusable(path: Path, error: Exception) -> Fatal:
    """What to say of a snapshot file that cannot be read or written."""
    few = "may more files be open at a time (ulimit -n), and " if "unable to open" in str(error) else ""
    return Fatal(
        f"the snapshot {path} cannot be used: {error}; {few}is there room on the disk? Where the file is damaged, run "
        "with --fresh to read the source again: what was written stays known",
        exit_code=4,
    )


def _chunks(items: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
