"""The names of records: which record one of them means, and all of them at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Iterator, Optional, Sequence

if TYPE_CHECKING:
    from .store import Snapshot


def the_one_meant(alias: str, rows: Sequence[tuple[str, str]]) -> Optional[tuple[str, str]]:
    """Of the records (id, key) that have a name, the one whose id it is, or the only one."""
    rows = [row for row in rows if row[0] == alias] or rows
    return (str(rows[0][0]), str(rows[0][1])) if len(rows) == 1 else None


def names(snapshot: Snapshot, size: int = 2000) -> Iterator[list[tuple[str, str, str, str]]]:
    """All names of all records, in chunks: entity, folded name, id, key."""
    rows = snapshot.transaction().execute(
        "SELECT a.entity, a.alias, r.id, r.key FROM alias a JOIN record r ON r.entity = a.entity AND r.id = a.id"
        " WHERE r.generation = ?",
        (snapshot.generation,),
    )
    while True:
        part = rows.fetchmany(size)
        if not part:
            return
        yield part
