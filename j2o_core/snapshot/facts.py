"""What records say to rules that look at all of them together, kept in the snapshot file, and who breaks them."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Iterable, Iterator, Sequence

from .store import Snapshot

#: how many rows are read or written at once
CHUNK = 500


@dataclass(frozen=True)
class Fact:
    """What one record says: (rule, value), and (rule, reason) where its value cannot be made.

    ``digest`` is of all that this depends on.
    """

    id: str
    digest: str
    values: tuple[tuple[str, str], ...] = ()
    failures: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Broken:
    """A record breaks a rule by a ``value`` that ``count`` records share, the ``first`` (a key) among them.

    ``failed``: the rule could not be asked, and ``value`` says why.
    """

    id: str
    rule: str
    value: str
    count: int = 1
    first: str = ""
    failed: bool = False


class Facts:
    """Filled record by record, then asked rule by rule. Only records of the snapshot's generation count."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    # ---------------------------------------------------------------- what records say

    def digests(self, entity: str, identifiers: Sequence[str]) -> dict[str, str]:
        """The digests of what is known of these records."""
        marks = ",".join("?" * len(identifiers))
        rows = self._connection.execute(
            f"SELECT id, digest FROM fact_of WHERE entity = ? AND id IN ({marks})", (entity, *identifiers)
        )
        return dict(rows.fetchall())

    def put(self, entity: str, facts: Sequence[Fact]) -> None:
        """Enter what records say, instead of what they said before."""
        with self._snapshot.transaction() as connection:
            connection.executemany("DELETE FROM fact WHERE entity = ? AND id = ?", [(entity, one.id) for one in facts])
            connection.executemany(
                "INSERT OR REPLACE INTO fact_of VALUES (?, ?, ?)", [(entity, one.id, one.digest) for one in facts]
            )
            connection.executemany(
                "INSERT OR IGNORE INTO fact VALUES (?, ?, ?, ?, ?)",
                [
                    (entity, rule, failed, value, one.id)
                    for one in facts
                    for failed, said in ((0, one.values), (1, one.failures))
                    for rule, value in said
                ],
            )

    def groups(self, entity: str, rule: str, at_least: int = 1) -> Iterator[tuple[str, int]]:
        """Values that at least so many records share, each with their number, in order."""
        after = None
        while True:
            rows = self._connection.execute(
                f"SELECT f.value, count(*) {_FACTS} AND (? IS NULL OR f.value > ?)"
                " GROUP BY f.value HAVING count(*) >= ? ORDER BY f.value LIMIT ?",
                (self._snapshot.generation, entity, rule, after, after, at_least, CHUNK),
            ).fetchall()
            yield from rows
            if len(rows) < CHUNK:
                return
            after = rows[-1][0]

    def sharing(self, entity: str, rule: str, value: str) -> Iterator[list[tuple[str, str]]]:
        """(id, key) of the records with this value, the lowest id first, in chunks."""
        return self._pages(
            f"SELECT f.id, r.key {_FACTS} AND f.value = ? ORDER BY length(f.id), f.id", (entity, rule, value)
        )

    def nameless(self, entity: str, rule: str, other: str) -> Iterator[list[tuple[str, str]]]:
        """(id, value) of the records whose value names no record of the entity ``other``, in chunks."""
        return self._pages(
            f"SELECT f.id, min(f.value) {_FACTS} AND NOT EXISTS (SELECT 1 FROM alias a JOIN record o"
            " ON o.entity = a.entity AND o.id = a.id AND o.generation = r.generation"
            " WHERE a.entity = ? AND a.alias = f.value) GROUP BY f.id ORDER BY f.id",
            (entity, rule, other),
        )

    # ---------------------------------------------------------------- who breaks them

    def clear(self, entity: str) -> None:
        """Forget which records break rules, but for those that could say nothing to a rule."""
        with self._snapshot.transaction() as connection:
            connection.execute("DELETE FROM broken WHERE entity = ?", (entity,))
            connection.execute(
                "INSERT OR IGNORE INTO broken SELECT f.entity, f.id, f.rule, f.value, 1, '', 1 FROM fact f"
                " WHERE f.entity = ? AND f.failed = 1",
                (entity,),
            )

    def enter(self, entity: str, broken: Iterable[Broken]) -> None:
        """These records break rules."""
        rows = [(entity, one.id, one.rule, one.value, one.count, one.first, int(one.failed)) for one in broken]
        with self._snapshot.transaction() as connection:
            connection.executemany("INSERT OR IGNORE INTO broken VALUES (?, ?, ?, ?, ?, ?, ?)", rows)

    def broken(self, entity: str, identifiers: Sequence[str]) -> dict[str, list[Broken]]:
        """What these records break, by id."""
        found: dict[str, list[Broken]] = {}
        marks = ",".join("?" * len(identifiers))
        for id, rule, value, count, first, failed in self._connection.execute(
            "SELECT id, rule, value, count, first, failed FROM broken"
            f" WHERE entity = ? AND id IN ({marks}) ORDER BY id, rule",
            (entity, *identifiers),
        ):
            found.setdefault(id, []).append(Broken(id, rule, value, count, first, bool(failed)))
        return found

    # ---------------------------------------------------------------- reading

    def _pages(self, statement: str, values: Sequence[str]) -> Iterator[list[tuple[str, str]]]:
        cursor = self._connection.execute(statement, (self._snapshot.generation, *values))
        while True:
            rows = cursor.fetchmany(CHUNK)
            if not rows:
                return
            yield rows

    @property
    def _connection(self) -> sqlite3.Connection:
        return self._snapshot.transaction()


_FACTS = (
    "FROM fact f JOIN record r ON r.entity = f.entity AND r.id = f.id AND r.generation = ?"
    " WHERE f.entity = ? AND f.rule = ? AND f.failed = 0"
)
