"""What workers need of the snapshot is carried into the ledger before they begin, and read from there."""

from __future__ import annotations

from functools import partial
from typing import Any, Mapping, Optional

from ...engine.context import Engine
from ...ledger import carried
from ...ledger.carried import Carried, unfinished
from ...model.origin import Origin
from ...model.record import Record
from ...snapshot.names import names, the_one_meant
from ...snapshot.rows import fold
from ...snapshot.store import Snapshot
from ..content import Find

_CHUNK = 500


def carry(engine: Engine, snapshot: Snapshot, find: Find) -> None:
    """Carry every name, and the records of the files that are still to be uploaded."""
    writer, run = engine.writer, engine.run
    writer.submit(partial(carried.forget, run=run))
    for rows in names(snapshot):
        writer.post(partial(carried.put_aliases, run=run, rows=rows))
    for entity in engine.openers:
        after = ""
        while True:
            origins = unfinished(engine.effects.engine, run, entity, after, _CHUNK)
            if not origins:
                break
            after = origins[-1]
            found = {origin: record for origin in origins for record in [find(entity, origin)] if record is not None}
            records = {origin: _plain(record) for origin, record in found.items()}
            writer.submit(partial(carried.put_records, run=run, entity=entity, records=records))
    writer.flush()


class Arrived:
    """The snapshot's answers, on a worker."""

    def __init__(self, held: Carried, source: str) -> None:
        self._held, self._source = held, source

    def alias(self, entity: str, alias: str) -> Optional[tuple[str, str]]:
        """(origin id, key) of the record that a name means."""
        return the_one_meant(alias, self._held.origins(entity, fold(alias)))

    def find(self, entity: str, origin: str) -> Optional[Record]:
        """The record of a file."""
        form = self._held.record(entity, origin)
        return None if form is None else self._record(entity, origin, form)

    def _record(self, entity: str, origin: str, form: Mapping[str, Any]) -> Record:
        return Record(
            Origin(self._source, entity, origin),
            form["key"],
            form["data"],
            tuple(form["aliases"]),
            Origin(self._source, *form["parent"]) if form["parent"] else None,
            form["position"],
            form["updated"],
            form["digest"],
        )


def _plain(record: Record) -> dict[str, Any]:
    return {
        "key": record.key,
        "data": record.data,
        "aliases": list(record.aliases),
        "parent": [record.parent.entity, record.parent.id] if record.parent else None,
        "position": record.position,
        "updated": record.updated,
        "digest": record.digest,
    }
