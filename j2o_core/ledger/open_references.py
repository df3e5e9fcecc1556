"""What texts name and was not there when they were written: looked for again by every later run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterator, Sequence

from sqlalchemy import Connection, bindparam, delete, insert, select

from . import tables
from .items import Items
from .many import Many
from .server import patient

#: (entity, alias) of something that a text names
Named = tuple[str, str]

_CHUNK = 500


@dataclass(frozen=True)
class OpenReferences:
    """What the texts of one item name and is not there. ``whole``: of all its texts, so that nothing else is open."""

    entity: str
    origin: str
    named: Sequence[Named]
    whole: bool = True


def put(connection: Connection, items: Items, found: Sequence[OpenReferences]) -> None:
    """Remember what is open; what was open before is forgotten where ``whole`` says so."""
    of = {"of_target": items.target, "of_source": items.source}
    _FORGET.execute(
        connection, [{**of, "of_entity": one.entity, "of_origin": one.origin} for one in found if one.whole]
    )
    _FORGET_ONE.execute(
        connection,
        [
            {**of, "of_entity": one.entity, "of_origin": one.origin, "of_to_entity": entity, "of_alias": alias}
            for one in found
            if not one.whole
            for entity, alias in one.named
        ],
    )
    rows = [
        {
            "target": items.target,
            "source": items.source,
            "entity": one.entity,
            "origin": one.origin,
            "to_entity": entity,
            "alias": alias,
        }
        for one in found
        for entity, alias in one.named
    ]
    if rows:
        connection.execute(insert(tables.open_reference), rows)


def stream(items: Items, entity: str) -> Iterator[tuple[str, list[Named]]]:
    """The items of an entity whose texts name what was not there, by origin, each with what that was."""
    after = ""
    while True:
        origins = _origins(items, entity, after)
        if not origins:
            return
        after = origins[-1]
        named: dict[str, list[Named]] = {}
        for origin, to_entity, alias in _rows(items, entity, origins):
            named.setdefault(origin, []).append((to_entity, alias))
        yield from named.items()


@patient
def _origins(items: Items, entity: str, after: str) -> list[str]:
    column = tables.open_reference.c.origin
    statement = select(column).where(*_mine(items, entity), column > after).distinct().order_by(column).limit(_CHUNK)
    with items.engine.connect() as connection:
        return list(connection.execute(statement).scalars())


@patient
def _rows(items: Items, entity: str, origins: Sequence[str]) -> list[tuple[str, str, str]]:
    table = tables.open_reference.c
    statement = select(table.origin, table.to_entity, table.alias).where(
        *_mine(items, entity), table.origin.in_(list(origins))
    )
    with items.engine.connect() as connection:
        return [(row[0], row[1], row[2]) for row in connection.execute(statement.order_by(table.id))]


def _mine(items: Items, entity: str) -> tuple[Any, ...]:
    table = tables.open_reference.c
    return table.target == items.target, table.source == items.source, table.entity == entity


_ITEM = ("target", "source", "entity", "origin")
_FORGET, _FORGET_ONE = (
    Many(
        delete(tables.open_reference).where(*(tables.open_reference.c[name] == bindparam(f"of_{name}") for name in key))
    )
    for key in (_ITEM, (*_ITEM, "to_entity", "alias"))
)
