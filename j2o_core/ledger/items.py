"""Items: what of the source stands on the target, under which id, as whose."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any, Collection, Iterable, Iterator, Mapping, Optional, Sequence

from sqlalchemy import Connection, Engine, Select, bindparam, func, or_, select, update

from . import tables
from .many import Chosen, ChosenBoth, Many
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

    def without(self, names: Collection[str]) -> Item:
        """The item as one whose fields ``names`` are not as they should be: the next plan sees that."""
        fields = {name: "" if name in names else value for name, value in self.fields.items()}
        image = {name: value for name, value in self.image.items() if name not in names}
        return replace(self, record_digest="", fields=fields, image=image)


class Items:
    """The items of one (target, source)."""

    def __init__(self, engine: Engine, target: int, source: str) -> None:
        self.engine = engine
        self.target = target
        self.source = source

    @patient
    def get(self, entity: str, origins: Iterable[str]) -> dict[str, Item]:
        """Items by origin id."""
        with self.engine.connect() as connection:
            rows = _WHOLE.rows(connection, list(origins), **self._mine(entity))
            return {item.origin: item for item in map(_item, rows)}

    @patient
    def names(self, entity: str, origins: Sequence[str]) -> dict[str, tuple[str, str, str]]:
        """(target id, display, key) of items by origin id."""
        with self.engine.connect() as connection:
            rows = _NAMES.rows(connection, origins, **self._mine(entity))
            return {origin: (item, display, key) for origin, item, display, key in rows}

    @patient
    def made_of(self, entity: str, origins: Sequence[str]) -> dict[str, tuple[str, str]]:
        """(record digest, mapping digest) of items by origin id: what they were written from."""
        with self.engine.connect() as connection:
            rows = _MADE_OF.rows(connection, origins, **self._mine(entity))
            return {origin: (record, mapping) for origin, record, mapping in rows}

    @patient
    def by_target(self, entity: str, identifiers: Sequence[str], run: Optional[str] = None) -> dict[str, list[Item]]:
        """Items (or those that ``run`` wrote) by their id on the target; several where it is single below a parent."""
        found: dict[str, list[Item]] = {}
        mine = self._mine(entity)
        with self.engine.connect() as connection:
            if run is None:
                rows = _BY_TARGET.rows(connection, identifiers, **mine)
            else:
                rows = _BY_TARGET_OF_RUN.rows(connection, identifiers, of_run=run, **mine)
            for item in map(_item, rows):
                found.setdefault(item.item, []).append(item)
        return found

    @patient
    def at_places(
        self, entity: str, places: Sequence[tuple[str, str]], run: Optional[str] = None
    ) -> dict[str, list[Item]]:
        """By their id on the target, items (or those that ``run`` wrote) that have no parent, or one of those given.

        For what is single below its parent alone: somebody watches thousands of work packages under one id.
        """
        found: dict[str, dict[str, Item]] = {}
        mine = self._mine(entity)
        chosen = list(dict.fromkeys(identifier for identifier, _ in places))
        with self.engine.connect() as connection:
            if run is None:
                placed = _BELOW.rows(connection, places, **mine)
                free = _BELOW_NOTHING.rows(connection, chosen, **mine)
            else:
                placed = _BELOW_OF_RUN.rows(connection, places, of_run=run, **mine)
                free = _BELOW_NOTHING_OF_RUN.rows(connection, chosen, of_run=run, **mine)
            for item in map(_item, chain(placed, free)):
                found.setdefault(item.item, {})[item.origin] = item
        return {identifier: list(items.values()) for identifier, items in found.items()}

    @patient
    def count(self, entity: str, verified: Optional[str] = None) -> int:
        """How many items of an entity there are, or of them the run ``verified`` has read back equal."""
        statement = select(func.count()).select_from(tables.item).where(*_MINE)
        if verified is not None:
            statement = statement.where(tables.item.c.verified == verified)
        with self.engine.connect() as connection:
            return int(connection.execute(statement, self._mine(entity)).scalar_one())

    def stream(self, entity: str, run: Optional[str] = None, size: int = 500) -> Iterator[list[Item]]:
        """All items of an entity (or those that ``run`` wrote), in chunks, by origin."""
        for rows in self._rows(_of_run(select(*_COLUMNS).where(*_MINE), run), entity, size):
            yield [_item(row) for row in rows]

    def places(self, entity: str, size: int = 500) -> Iterator[list[tuple[str, str, str]]]:
        """(origin, key, target id) of all items of an entity, in chunks, by origin."""
        columns = (tables.item.c.origin, tables.item.c.key, tables.item.c.item)
        for rows in self._rows(select(*columns).where(*_MINE), entity, size):
            yield [(row[0], row[1], row[2]) for row in rows]

    @patient
    def parents(self, entity: str, run: Optional[str] = None) -> list[Optional[str]]:
        """The target ids of what the items of an entity (or those that ``run`` wrote) belong to, each once, in the
        order in which they came; ``None`` among them: some belong to nothing."""
        statement = _of_run(select(tables.item.c.parent).where(*_MINE), run)
        statement = statement.group_by(tables.item.c.parent).order_by(func.min(tables.item.c.id))
        with self.engine.connect() as connection:
            rows = connection.execution_options(yield_per=1000).execute(statement, self._mine(entity))
            return list(rows.scalars())

    @patient
    def written_by(self, run: str) -> set[str]:
        """The entities of which a run wrote or adopted items."""
        statement = select(tables.item.c.entity).where(*_MINE[:2], tables.item.c.run == run).distinct()
        with self.engine.connect() as connection:
            return set(connection.execute(statement, {"of_target": self.target, "of_source": self.source}).scalars())

    def unverified(self, entity: str, run: str, only_run: Optional[str]) -> Iterator[Item]:
        """Items that ``run`` has not read back equal; of all, or of those that ``only_run`` wrote."""
        seen = tables.item.c.verified
        statement = _of_run(select(*_COLUMNS).where(*_MINE, or_(seen.is_(None), seen != run)), only_run)
        for rows in self._rows(statement, entity, 500):
            yield from map(_item, rows)

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

    def _rows(self, statement: Select[Any], entity: str, size: int) -> Iterator[Sequence[Any]]:
        # In the order of the unique index: by any other every chunk would visit and sort all items of the entity.
        column = tables.item.c.origin
        after = ""
        while True:
            rows = self._chunk(statement.where(column > after).order_by(column).limit(size), self._mine(entity))
            if not rows:
                return
            after = rows[-1].origin
            yield rows

    @patient
    def _chunk(self, statement: Any, parameters: Mapping[str, object]) -> Sequence[Any]:
        with self.engine.connect() as connection:
            return connection.execute(statement, parameters).all()

    def _mine(self, entity: str) -> dict[str, object]:
        return {"of_target": self.target, "of_source": self.source, "of_entity": entity}

    def _of(self, entity: str, origin: str) -> dict[str, object]:
        return {**self._mine(entity), "of_origin": origin}

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
_WHICH = [tables.item.c[name] == bindparam(f"of_{name}") for name in _KEY]
_MINE = _WHICH[:-1]
_ONE = update(tables.item).where(*_WHICH)
_DIGESTS = Many(_ONE.values(record_digest=bindparam("to_record"), mapping_digest=bindparam("to_mapping")))
_SEAL = Many(
    _ONE.values(version=bindparam("to_version"), updated=bindparam("to_updated"), verified=bindparam("to_verified"))
)
_UPSERT = Upsert(tables.item, _KEY, [column.name for column in tables.item.c if column.name not in ("id", *_KEY)])
#: in the order of the fields of ``Item``
_COLUMNS = [tables.item.c[name] for name in Item.__dataclass_fields__]
_JSON = [list(Item.__dataclass_fields__).index(name) for name in ("fields", "image")]
_ALL = select(*_COLUMNS).where(*_MINE)
_WHOLE = Chosen(_ALL, tables.item.c.origin)
_NAMES = Chosen(
    select(tables.item.c.origin, tables.item.c.item, tables.item.c.display, tables.item.c.key).where(*_MINE),
    tables.item.c.origin,
)
_MADE_OF = Chosen(
    select(tables.item.c.origin, tables.item.c.record_digest, tables.item.c.mapping_digest).where(*_MINE),
    tables.item.c.origin,
)
_ALL_OF_RUN = _ALL.where(tables.item.c.run == bindparam("of_run"))
_BY_TARGET, _BY_TARGET_OF_RUN = (Chosen(rows, tables.item.c.item) for rows in (_ALL, _ALL_OF_RUN))
_BELOW, _BELOW_OF_RUN = (ChosenBoth(rows, tables.item.c.item, tables.item.c.parent) for rows in (_ALL, _ALL_OF_RUN))
_BELOW_NOTHING, _BELOW_NOTHING_OF_RUN = (
    Chosen(rows.where(tables.item.c.parent.is_(None)), tables.item.c.item) for rows in (_ALL, _ALL_OF_RUN)
)


def _of_run(statement: Select[Any], run: Optional[str]) -> Select[Any]:
    return statement if run is None else statement.where(tables.item.c.run == run)


def _item(row: Sequence[Any]) -> Item:
    values = list(row[: len(_COLUMNS)])
    for place in _JSON:
        values[place] = json.loads(values[place])
    return Item(*values)
