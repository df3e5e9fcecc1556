"""Items: what of the source stands on the target, under which id, as whose."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Iterable, Iterator, Mapping, Optional, Sequence

from sqlalchemy import Connection, Engine, bindparam, func, select, update

from . import tables
from .many import Many
from .server import patient
from .upsert import Upsert

CREATED, MATCHED = "created", "matched"


@dataclass(frozen=True)
class Item:
    """One line of the ledger. ``fields`` digests the symbolic payload, ``image`` what the target stored."""

    entity: str
    origin: str
    key: str
    item: str
    owned: str
    display: str = ""
    parent: Optional[str] = None
    record_digest: str = ""
    mapping_digest: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    image: Mapping[str, str] = field(default_factory=dict)
    version: Optional[str] = None
    updated: Optional[str] = None
    verified: Optional[str] = None


class Items:
    """The items of one (target, source)."""

    def __init__(self, engine: Engine, target: int, source: str) -> None:
        self.engine = engine
        self.target = target
        self.source = source

    @patient
    def get(self, entity: str, origins: Iterable[str]) -> dict[str, Item]:
        """Items by origin id."""
        found: dict[str, Item] = {}
        wanted = list(origins)
        with self.engine.connect() as connection:
            for start in range(0, len(wanted), 500):
                statement = select(tables.item).where(
                    *self._mine(entity), tables.item.c.origin.in_(wanted[start : start + 500])
                )
                for row in connection.execute(statement).mappings():
                    found[row["origin"]] = _item(row)
        return found

    @patient
    def by_target(self, entity: str, identifiers: Sequence[str], run: Optional[str] = None) -> dict[str, list[Item]]:
        """Items (or those that ``run`` wrote) by their id on the target; several where it is single below a parent."""
        found: dict[str, list[Item]] = {}
        with self.engine.connect() as connection:
            for start in range(0, len(identifiers), 500):
                statement = select(tables.item).where(
                    *self._mine(entity), tables.item.c.item.in_(identifiers[start : start + 500])
                )
                if run is not None:
                    statement = statement.where(tables.item.c.run == run)
                for row in connection.execute(statement).mappings():
                    found.setdefault(row["item"], []).append(_item(row))
        return found

    @patient
    def count(self, entity: str) -> int:
        """How many items of an entity there are."""
        with self.engine.connect() as connection:
            return int(
                connection.execute(
                    select(func.count()).select_from(tables.item).where(*self._mine(entity))
                ).scalar_one()
            )

    def stream(self, entity: str, run: Optional[str] = None, size: int = 500) -> Iterator[list[Item]]:
        """All items of an entity (or those that ``run`` wrote), in chunks."""
        after = 0
        while True:
            statement = select(tables.item).where(*self._mine(entity), tables.item.c.id > after)
            if run is not None:
                statement = statement.where(tables.item.c.run == run)
            rows = self._chunk(statement.order_by(tables.item.c.id).limit(size))
            if not rows:
                return
            after = rows[-1]["id"]
            yield [_item(row) for row in rows]

    def unverified(self, entity: str, run: str, only_run: Optional[str]) -> Iterator[Item]:
        """Items that ``run`` has not read back equal; of all, or of those that ``only_run`` wrote."""
        for chunk in self.stream(entity, only_run):
            for item in chunk:
                if item.verified != run:
                    yield item

    def put(self, connection: Connection, run: str, items: Sequence[Item]) -> None:
        """Upsert items."""
        _UPSERT.execute(connection, [self._row(run, item) for item in items])

    def digests(self, connection: Connection, entity: str, changes: Sequence[tuple[str, str, str]]) -> None:
        """Remember that items are unchanged under a new (origin, record digest, mapping digest)."""
        rows = [
            {**self._of(entity, origin), "to_record": record_digest, "to_mapping": mapping_digest}
            for origin, record_digest, mapping_digest in changes
        ]
        _DIGESTS.execute(connection, rows)

    def seal(
        self, connection: Connection, entity: str, run: str, seals: Sequence[tuple[str, Optional[str], Optional[str]]]
    ) -> None:
        """Remember (origin, version, updated) of items that were read back equal."""
        rows = [
            {**self._of(entity, origin), "to_version": version, "to_updated": updated, "to_verified": run}
            for origin, version, updated in seals
        ]
        _SEAL.execute(connection, rows)

    @patient
    def _chunk(self, statement: Any) -> Sequence[Any]:
        with self.engine.connect() as connection:
            return connection.execute(statement).mappings().all()

    def _mine(self, entity: str) -> tuple[Any, ...]:
        return (
            tables.item.c.target == self.target,
            tables.item.c.source == self.source,
            tables.item.c.entity == entity,
        )

    def _of(self, entity: str, origin: str) -> dict[str, object]:
        return {"of_target": self.target, "of_source": self.source, "of_entity": entity, "of_origin": origin}

    def _row(self, run: str, item: Item) -> dict[str, object]:
        return {
            "target": self.target,
            "source": self.source,
            "entity": item.entity,
            "origin": item.origin,
            "key": item.key,
            "item": item.item,
            "display": item.display,
            "parent": item.parent,
            "owned": item.owned,
            "record_digest": item.record_digest,
            "mapping_digest": item.mapping_digest,
            "fields": json.dumps(item.fields),
            "image": json.dumps(item.image),
            "version": item.version,
            "updated": item.updated,
            "run": run,
            "verified": item.verified,
        }


_KEY = ("target", "source", "entity", "origin")
_ONE = update(tables.item).where(*(tables.item.c[name] == bindparam(f"of_{name}") for name in _KEY))
_DIGESTS = Many(_ONE.values(record_digest=bindparam("to_record"), mapping_digest=bindparam("to_mapping")))
_SEAL = Many(
    _ONE.values(version=bindparam("to_version"), updated=bindparam("to_updated"), verified=bindparam("to_verified"))
)
_UPSERT = Upsert(tables.item, _KEY, [column.name for column in tables.item.c if column.name not in ("id", *_KEY)])


def _item(row: Any) -> Item:
    values = {name: row[name] for name in Item.__dataclass_fields__ if name not in ("fields", "image")}
    return Item(**values, fields=json.loads(str(row["fields"])), image=json.loads(str(row["image"])))
