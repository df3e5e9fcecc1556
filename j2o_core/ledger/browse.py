"""Items of a run a page at a time, and how an entity's items are spread over its partitions, for those who look in."""

from __future__ import annotations

import math
from typing import Any, Mapping, Optional, Sequence

from sqlalchemy import ColumnElement, Engine, Integer, cast, func, or_, select

from . import effects, tables
from .listing import FAILED, SKIPPED

#: what is under way, or was when the run ended
SENT = effects.SENT
#: what has become of an item, in the words of a page
STATES = (effects.DONE, SENT, effects.PLANNED, SKIPPED, FAILED)

_OF_ITEMS = (effects.CREATE, effects.UPDATE, effects.UPLOAD)
#: the largest page
MOST = 500


def page(
    engine: Engine,
    run: str,
    state: str,
    *,
    entity: Optional[str] = None,
    partition: Optional[int] = None,
    text: str = "",
    after: int = 0,
    limit: int = 100,
) -> tuple[list[dict[str, Any]], Optional[int]]:
    """Items in one of ``STATES``, and what to give as ``after`` for the next page (``None``: that was the last).

    ``text`` is how the key begins, or the whole origin. What was skipped or has failed comes with its reason.
    """
    limit = max(1, min(limit, MOST))
    if state in (SKIPPED, FAILED):
        rows = _listed(engine, run, state, entity, text, after, limit + 1)
    else:
        rows = _effects(engine, run, state, entity, partition, text, after, limit + 1)
    return rows[:limit], rows[limit - 1]["id"] if len(rows) > limit else None


def partitions(engine: Engine, run: str, entity: str) -> list[dict[str, Any]]:
    """By partition of an entity: how many of its items are in which state."""
    effect = tables.effect.c
    statement = (
        select(effect.partition, effect.state, func.count())
        .where(effect.run == run, effect.entity == entity, effect.kind.in_(_OF_ITEMS))
        .group_by(effect.partition, effect.state)
        .order_by(effect.partition)
    )
    found: dict[int, dict[str, Any]] = {}
    with engine.connect() as connection:
        rows: Sequence[Any] = connection.execute(statement).all()
        for partition, state, number in rows:
            row = found.setdefault(partition, {"partition": partition, **dict.fromkeys(STATES, 0)})
            row[state] = number
    return list(found.values())


def pace(engine: Engine, run: str, entity: Optional[str] = None, most: int = 300) -> dict[str, Any]:
    """How many items ended when: ``since`` (epoch seconds), ``seconds`` of each stretch, and ``ended`` by stretch.

    There are at most ``most`` stretches, each of at least one second.
    """
    effect = tables.effect.c
    where: list[ColumnElement[bool]] = [effect.run == run, effect.finished.is_not(None), effect.kind.in_(_OF_ITEMS)]
    if entity is not None:
        where.append(effect.entity == entity)
    with engine.connect() as connection:
        bounds: Any = connection.execute(select(func.min(effect.finished), func.max(effect.finished)).where(*where))
        first, last = bounds.one()
        if first is None:
            return {"since": None, "seconds": 1, "ended": []}
        seconds = max(1, math.ceil((last - first + 1e-6) / most))
        stretch = cast(func.floor((effect.finished - first) / seconds), Integer)
        rows: Sequence[Any] = connection.execute(select(stretch, func.count()).where(*where).group_by(stretch)).all()
    ended = [0] * (max(number for number, _ in rows) + 1)
    for number, count in rows:
        ended[number] = count
    return {"since": first, "seconds": seconds, "ended": ended}


def _effects(
    engine: Engine,
    run: str,
    state: str,
    entity: Optional[str],
    partition: Optional[int],
    text: str,
    after: int,
    limit: int,
) -> list[dict[str, Any]]:
    effect = tables.effect.c
    names = ("id", "entity", "origin", "key", "kind", "state", "partition", "item", "attempts", "sent", "finished")
    statement = (
        select(*(effect[name] for name in names))
        .where(effect.run == run, effect.state == state, effect.kind.in_(_OF_ITEMS), effect.id > after)
        .order_by(effect.id)
        .limit(limit)
    )
    if entity is not None:
        statement = statement.where(effect.entity == entity)
    if partition is not None:
        statement = statement.where(effect.partition == partition)
    if text:
        statement = statement.where(_named(effect, text))
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(statement).mappings()]


def _listed(
    engine: Engine, run: str, state: str, entity: Optional[str], text: str, after: int, limit: int
) -> list[dict[str, Any]]:
    listed = tables.listed.c
    names = ("id", "entity", "origin", "key", "code", "message", "place", "request", "words")
    statement = (
        select(*(listed[name] for name in names), listed.outcome.label("state"))
        .where(listed.run == run, listed.outcome == state, listed.id > after)
        .order_by(listed.id)
        .limit(limit)
    )
    if entity is not None:
        statement = statement.where(listed.entity == entity)
    if text:
        statement = statement.where(_named(listed, text))
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(statement).mappings()]


def _named(columns: Any, text: str) -> ColumnElement[bool]:
    return or_(columns.origin == text, columns.key.startswith(text, autoescape=True))


def sent(engine: Engine, run: str) -> Mapping[str, int]:
    """By entity, the items that were sent and have no outcome: under way, or in doubt where the run does not go."""
    effect = tables.effect.c
    statement = (
        select(effect.entity, func.count())
        .where(effect.run == run, effect.state == SENT, effect.kind.in_(_OF_ITEMS))
        .group_by(effect.entity)
    )
    with engine.connect() as connection:
        rows: Sequence[Any] = connection.execute(statement).all()
    return dict(map(tuple, rows))
