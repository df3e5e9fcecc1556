"""What workers on other machines need of the snapshot: which record a name means, and the records of files."""

from __future__ import annotations

import json
import zlib
from typing import Any, Iterable, Mapping, Optional, Sequence

from sqlalchemy import Connection, Engine, delete, insert, select

from . import tables
from .effect_rows import PLANNED, SENT
from .many import Many
from .server import patient

_ALIAS = ["run", "entity", "alias", "origin", "key"]
_PUT_ALIAS = Many(insert(tables.carried_alias).inline(), _ALIAS)
_RECORD = ["run", "entity", "origin", "record"]
_PUT_RECORD = Many(insert(tables.carried_record).inline(), _RECORD)


def put_aliases(connection: Connection, run: str, rows: Iterable[Sequence[str]]) -> None:
    """Each row: entity, alias (folded), origin, key."""
    _PUT_ALIAS.execute(connection, [{"run": run, **dict(zip(_ALIAS[1:], row))} for row in rows])


def put_records(connection: Connection, run: str, entity: str, records: Mapping[str, Mapping[str, Any]]) -> None:
    """Records as plain data, by origin."""
    rows = [{"run": run, "entity": entity, "origin": origin, "record": _pack(one)} for origin, one in records.items()]
    _PUT_RECORD.execute(connection, rows)


def forget(connection: Connection, run: str) -> None:
    """Nobody needs them any more."""
    for table in (tables.carried_alias, tables.carried_record):
        connection.execute(delete(table).where(table.c.run == run))


class Carried:
    """What was carried for one run, as its workers read it."""

    def __init__(self, engine: Engine, run: str) -> None:
        self.engine = engine
        self._run = run

    @patient
    def origins(self, entity: str, alias: str) -> list[tuple[str, str]]:
        """(origin, key) of the records that have this (folded) name: at most 20."""
        table = tables.carried_alias.c
        statement = select(table.origin, table.key).where(
            table.run == self._run, table.entity == entity, table.alias == alias
        )
        with self.engine.connect() as connection:
            return [(row.origin, row.key) for row in connection.execute(statement.limit(20))]

    @patient
    def record(self, entity: str, origin: str) -> Optional[Any]:
        """The record of a file as plain data."""
        table = tables.carried_record.c
        statement = select(table.record).where(table.run == self._run, table.entity == entity, table.origin == origin)
        with self.engine.connect() as connection:
            found = connection.execute(statement).scalar()
        return None if found is None else json.loads(zlib.decompress(found).decode("utf-8", "surrogatepass"))


@patient
def unfinished(engine: Engine, run: str, entity: str, after: str, limit: int) -> list[str]:
    """The next origins of an entity whose effects have not ended, by origin."""
    table = tables.effect.c
    statement = (
        select(table.origin)
        .where(table.run == run, table.entity == entity, table.origin > after, table.state.in_([PLANNED, SENT]))
        .distinct()
        .order_by(table.origin)
        .limit(limit)
    )
    with engine.connect() as connection:
        return list(connection.execute(statement).scalars())


def _pack(record: Mapping[str, Any]) -> bytes:
    text = json.dumps(record, separators=(",", ":"), ensure_ascii=False)
    return zlib.compress(text.encode("utf-8", "surrogatepass"), 1)
