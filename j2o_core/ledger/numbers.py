"""Items that are to get certain numbers of the target's own count: their order in the plan, and what fills the gaps."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Optional, Sequence

from sqlalchemy import Connection, Engine, and_, delete, func, insert, literal, or_, select, update

from . import listing, tables
from .effect_rows import (
    ANY_NUMBER,
    CLEAR,
    DONE,
    FAILED,
    FILL,
    PLANNED,
    SENT,
    SKIPPED,
    EffectRow,
    pack,
    read_row,
)
from .items import Items
from .listing import Listed
from .server import patient, sending_clock_of

#: lanes of numbered effects begin like this; the rest is what counts them
LANE = "numbers:"
#: the rank of what takes any number, until all are arranged: behind every number
LAST = 2_000_000_000


@dataclass(frozen=True)
class Lane:
    """The numbered effects of one scope: how many there are, and the highest number they want (0: none)."""

    name: str
    effects: int
    highest: int


@dataclass(frozen=True)
class Wrong:
    """Why nothing more may be numbered in a lane: told of every item that stands behind."""

    row: EffectRow
    code: str
    message: str


@patient
def lanes(engine: Engine, run: str, step: int) -> list[Lane]:
    """The lanes of a step in which something wants a number of its own."""
    effect = tables.effect.c
    statement = (
        select(effect.lane, func.count(), func.max(effect.rank))
        .where(*_of(run, step), effect.display != ANY_NUMBER)
        .group_by(effect.lane)
        .order_by(effect.lane)
    )
    with engine.connect() as connection:
        return [Lane(row[0], int(row[1]), int(row[2])) for row in connection.execute(statement)]


@patient
def wanted(engine: Engine, run: str, step: int, lane: str) -> list[int]:
    """The numbers that a lane wants, in order."""
    effect = tables.effect.c
    statement = select(effect.rank).where(*_of(run, step), effect.lane == lane, effect.display != ANY_NUMBER)
    with engine.connect() as connection:
        numbers: list[int] = list(connection.execute(statement.order_by(effect.rank)).scalars())
    return numbers


@patient
def neighbour(engine: Engine, run: str, step: int, lane: str, number: int) -> Optional[EffectRow]:
    """The first effect of a lane that wants a number above this one."""
    effect = tables.effect.c
    statement = (
        select(tables.effect)
        .where(*_of(run, step), effect.lane == lane, effect.display != ANY_NUMBER, effect.rank > number)
        .order_by(effect.rank, effect.id)
    )
    with engine.connect() as connection:
        row = connection.execute(statement.limit(1)).mappings().first()
    return None if row is None else read_row(row)


def give_up(connection: Connection, run: str, step: int, lane: str) -> None:
    """The effects of a lane are none to be numbered any more: they get their places as all others do."""
    connection.execute(
        update(tables.effect).where(*_of(run, step), tables.effect.c.lane == lane).values(display=None, rank=0)
    )


def give_up_below(connection: Connection, run: str, step: int, lane: str, number: int) -> None:
    """What wants a number that is behind already takes any, after all others."""
    connection.execute(
        update(tables.effect)
        .where(
            *_of(run, step),
            tables.effect.c.lane == lane,
            tables.effect.c.display != ANY_NUMBER,
            tables.effect.c.rank <= number,
        )
        .values(display=ANY_NUMBER, rank=LAST)
    )


def arrange(connection: Connection, run: str, step: int) -> None:
    """Put the numbered effects of a step into the order in which they are sent: effects of one rank go by their ids.

    Within a lane by number; of several lanes in turns, so that none waits for another, the longest first.
    """
    effect = tables.effect.c
    columns = [column for column in effect if column.name not in ("id", "rank")]
    here = _of(run, step)
    newest: int = connection.execute(select(func.max(effect.id))).scalar_one()
    left = func.count().over(partition_by=effect.lane) - func.row_number().over(
        partition_by=effect.lane, order_by=(effect.rank, effect.id)
    )
    ordered = select(*columns, literal(0)).where(*here).order_by(left.desc(), effect.lane, effect.rank, effect.id)
    connection.execute(insert(tables.effect).from_select([*(column.key for column in columns), "rank"], ordered))
    connection.execute(delete(tables.effect).where(*here, effect.id <= newest))


def turn_into_filler(
    connection: Connection, row: EffectRow, origin: str, payload: Any, refused: Optional[Listed], run: str
) -> None:
    """What was refused leaves its number to a filler, which is about to be sent in its place."""
    if refused is not None:
        listing.put(connection, run, [refused])
    connection.execute(
        update(tables.effect)
        .where(tables.effect.c.id == row.id)
        .values(
            kind=FILL,
            origin=origin,
            key=row.display,
            payload=pack(payload, ()),
            fields="{}",
            only=None,
            parent_entity=None,
            parent_origin=None,
            record_digest="",
            mapping_digest="",
            state=SENT,
            sent=sending_clock_of(connection),
            attempts=0,
            resent=False,
        )
    )


def end_lane(connection: Connection, run: str, wrong: Wrong) -> None:
    """Nothing more of a lane is sent: its items are listed as failed, and its fillers are not needed."""
    effect = tables.effect.c
    here = (effect.run == run, effect.step == wrong.row.step, effect.lane == wrong.row.lane)
    left = (*here, effect.state.in_([PLANNED, SENT]), effect.id != wrong.row.id)
    rows = connection.execute(select(effect.entity, effect.origin, effect.key).where(*left, effect.kind != FILL)).all()
    listing.put(
        connection,
        run,
        [Listed(row.entity, row.origin, row.key, FAILED, wrong.code, wrong.message) for row in rows],
    )
    ended = {"code": wrong.code, "message": wrong.message, "finished": time.time()}
    connection.execute(update(tables.effect).where(*left, effect.kind == FILL).values(state=SKIPPED, **ended))
    connection.execute(update(tables.effect).where(*left, effect.kind != FILL).values(state=FAILED, **ended))


@patient
def given(items: Items, entity: str, prefix: str) -> list[str]:
    """What the target calls those items of ours, and calls or called those fillers, whose names begin like this."""
    item, effect = tables.item.c, tables.effect.c
    known = select(item.display).where(
        item.target == items.target,
        item.source == items.source,
        item.entity == entity,
        item.display.startswith(prefix, autoescape=True),
    )
    with items.engine.connect() as connection:
        names: list[str] = list(connection.execute(known).scalars())
    begins = effect.key.startswith(prefix, autoescape=True)
    names.extend(_scalars(items, select(effect.key), entity, effect.kind == FILL, effect.state == DONE, begins))
    return names


@patient
def to_clear(items: Items, run: str, entity: str) -> list[EffectRow]:
    """The fillers of this run and of earlier ones that may stand on the target still."""
    effect = tables.effect.c
    # Of an earlier run also what was sent and has no outcome: nobody else will look for it.
    may_stand = or_(effect.state == DONE, and_(effect.state == SENT, effect.run != run))
    gone = set(_scalars(items, select(effect.undoes), entity, effect.kind == CLEAR, effect.state == DONE))
    statement = _of_pair(items, select(tables.effect), entity, effect.kind == FILL, may_stand).order_by(effect.id)
    with items.engine.connect() as connection:
        rows = connection.execute(statement).mappings().all()
    return [read_row(row) for row in rows if row["id"] not in gone]


@patient
def cleared(items: Items, entity: str) -> set[str]:
    """The origins of fillers that were removed."""
    effect = tables.effect.c
    return set(_scalars(items, select(effect.origin), entity, effect.kind == CLEAR, effect.state == DONE))


def _of(run: str, step: int) -> Sequence[Any]:
    effect = tables.effect.c
    return (
        effect.run == run,
        effect.step == step,
        effect.display.isnot(None),
        effect.state == PLANNED,
    )


def _of_pair(items: Items, statement: Any, entity: str, *conditions: Any) -> Any:
    effect, run = tables.effect.c, tables.run.c
    return statement.join(tables.run, run.id == effect.run).where(
        run.target == items.target,
        run.source == items.source,
        effect.entity == entity,
        effect.display.isnot(None),  # there is an index of these alone
        *conditions,
    )


def _scalars(items: Items, statement: Any, entity: str, *conditions: Any) -> list[Any]:
    with items.engine.connect() as connection:
        return list(connection.execute(_of_pair(items, statement, entity, *conditions)).scalars())


def lane_of(scope: str) -> str:
    """The lane in which the items of a scope get their numbers."""
    return f"{LANE}{scope}"
