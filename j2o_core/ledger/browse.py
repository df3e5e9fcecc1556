"""Items of a run a page at a time, and how an entity's items are spread over its partitions, for those who look in."""

from __future__ import annotations

import math
from typing import Any, Mapping, Optional, Sequence

from sqlalchemy import ColumnElement, Engine, Integer, cast, exists, func, or_, select

from . import effects, tables
from .effect_rows import OF_ITEMS
from .listing import FAILED, SKIPPED

#: what is under way, or was when the run ended
SENT = effects.SENT
#: what has become of an item, in the words of a page
STATES = (effects.DONE, SENT, effects.PLANNED, SKIPPED, FAILED)
#: the largest page
MOST = 500
_OF_EFFECTS = ("id", "entity", "origin", "key", "kind", "state", "partition", "item", "attempts", "sent", "finished")
_OF_LISTED = ("id", "entity", "origin", "key", "code", "message", "place", "request", "words")


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

    ``text`` is how the key begins, or the whole origin. What was skipped or has failed comes with its reason; of a
    ``partition`` is what was planned there.
    """
    limit = max(1, min(limit, MOST))
    effect = tables.effect.c
    in_partition = [effect.kind.in_(OF_ITEMS), *([] if partition is None else [effect.partition == partition])]
    if state in (SKIPPED, FAILED):
        columns = tables.listed.c
        shown = [*(columns[name] for name in _OF_LISTED), columns.outcome.label("state")]
        where = [columns.outcome == state]
        if partition is not None:
            same = (effect[name] == columns[name] for name in ("run", "entity", "origin"))
            where.append(exists().where(*same, *in_partition))
    else:
        columns = effect
        shown = [columns[name] for name in _OF_EFFECTS]
        where = [columns.state == state, *in_partition]
    if entity is not None:
        where.append(columns.entity == entity)
    if text:
        where.append(or_(columns.origin == text, columns.key.startswith(text, autoescape=True)))
    statement = select(*shown).where(columns.run == run, columns.id > after, *where).order_by(columns.id)
    with engine.connect() as connection:
        rows = [dict(row) for row in connection.execute(statement.limit(limit + 1)).mappings()]
    return rows[:limit], rows[limit - 1]["id"] if len(rows) > limit else None


def partitions(engine: Engine, run: str, entity: str) -> list[dict[str, Any]]:
    """By partition of an entity: how many of its items are in which state."""
    effect = tables.effect.c
    statement = (
        select(effect.partition, effect.state, func.count())
        .where(effect.run == run, effect.entity == entity, effect.kind.in_(OF_ITEMS))
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
    where: list[ColumnElement[bool]] = [effect.run == run, effect.finished.is_not(None), effect.kind.in_(OF_ITEMS)]
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


def sent(engine: Engine, run: str) -> Mapping[str, int]:
    """By entity, the items that were sent and have no outcome: under way, or in doubt where the run does not go."""
    effect = tables.effect.c
    statement = (
        select(effect.entity, func.count())
        .where(effect.run == run, effect.state == SENT, effect.kind.in_(OF_ITEMS))
        .group_by(effect.entity)
    )
    with engine.connect() as connection:
        rows: Sequence[Any] = connection.execute(statement).all()
    return dict(map(tuple, rows))
