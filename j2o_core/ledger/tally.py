"""A run's effects, counted through the indexes ``effect_ended`` and ``effect_left`` alone: none of them is read.

A group is found by one step through the index, and counted by walking over it: 0.1 s for a million effects.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, Iterator, Mapping, NamedTuple, Optional, Sequence

from sqlalchemy import ColumnElement, Connection, Engine, func, literal, select

from . import tables
from .effect_rows import PLANNED, SENT
from .server import now_of, patient

_EFFECT = tables.effect.c
_ENDED, _LEFT = _EFFECT.finished.is_not(None), _EFFECT.finished.is_(None)
Where = tuple[ColumnElement[bool], ...]


class Sent(NamedTuple):
    """An effect that was sent and has no outcome."""

    entity: str
    kind: str
    partition: int
    project: Optional[str]


def ended(connection: Connection, run: str, entity: Optional[str] = None) -> Mapping[tuple[str, str, str, bool], Where]:
    """By (entity, kind, state, adopted), of which there are any: what chooses these effects through the index."""
    where: Where = (_EFFECT.run == run, _ENDED, *(() if entity is None else (_EFFECT.entity == entity,)))
    return {
        (group[0], group[1], group[2], bool(group[3])): (
            *where,
            *(column == value for column, value in zip(_ENDED_GROUP, group)),
        )
        for group in _groups(connection, where, _ENDED_GROUP)
    }


def effects_of(
    connection: Connection, run: str, kinds: Optional[Sequence[str]] = None
) -> dict[tuple[str, str, str, bool], int]:
    """How many effects (of these kinds) a run has, by (entity, kind, state, adopted), as of one moment."""
    found = {group: _count(connection, these) for group, these in ended(connection, run).items()}
    under_way = Counter((one.entity, one.kind) for one in sent(connection, run))
    where: Where = (_EFFECT.run == run, _LEFT)
    for entity, kind in _groups(connection, where, (_EFFECT.entity, _EFFECT.kind)):
        number = _count(connection, (*where, _EFFECT.entity == entity, _EFFECT.kind == kind))
        for state, part in ((PLANNED, number - under_way[entity, kind]), (SENT, under_way[entity, kind])):
            if part:
                found[entity, kind, state, False] = part
    return found if kinds is None else {group: number for group, number in found.items() if group[1] in kinds}


def sent(connection: Connection, run: str, entity: Optional[str] = None) -> Iterator[Sent]:
    """What was sent and has no outcome: as much as can be under way at once."""
    where: Where = () if entity is None else (_EFFECT.entity == entity,)
    for (step,) in list(_groups(connection, (_EFFECT.run == run,), (_EFFECT.step,))):
        statement = select(_EFFECT.entity, _EFFECT.kind, _EFFECT.partition, _EFFECT.project)
        rows: Sequence[Any] = connection.execute(
            statement.where(_EFFECT.run == run, _EFFECT.step == step, _EFFECT.state == SENT, *where)
        ).all()
        yield from (Sent(*row) for row in rows)


@patient
def longest_sent(engine: Engine, run: str, most: int) -> list[float]:
    """For how many seconds those effects have had no outcome that were sent first, the longest first."""
    moments: list[float] = []
    with engine.connect() as connection:
        for (step,) in list(_groups(connection, (_EFFECT.run == run,), (_EFFECT.step,))):
            first = select(_EFFECT.sent).where(_EFFECT.run == run, _EFFECT.step == step, _EFFECT.state == SENT)
            moments.extend(connection.execute(first.order_by(_EFFECT.sent).limit(most)).scalars())
        now = now_of(connection)
    return [max(0.0, now - moment) for moment in sorted(moments)[:most]]


def spread(
    connection: Connection, run: str, entity: str, kinds: Sequence[str], by: str
) -> Mapping[tuple[Any, str, str, bool], int]:
    """How many effects of an entity there are by (value of the column ``by``, kind, state, adopted)."""
    column = _EFFECT[by]
    found: Counter[tuple[Any, str, str, bool]] = Counter()
    parts = [(group[1:], these) for group, these in ended(connection, run, entity).items() if group[1] in kinds]
    left: Where = (_EFFECT.run == run, _LEFT, _EFFECT.entity == entity)
    parts += [((kind, PLANNED, False), (*left, _EFFECT.kind == kind)) for kind in kinds]
    for group, these in parts:
        rows: Sequence[Any] = connection.execute(select(column, func.count()).where(*these).group_by(column)).all()
        for value, number in rows:
            found[(value, *group)] += number
    for one in sent(connection, run, entity):
        if one.kind in kinds:
            value = getattr(one, by)
            found[value, one.kind, PLANNED, False] -= 1
            found[value, one.kind, SENT, False] += 1
    return {group: number for group, number in found.items() if number}


_ENDED_GROUP = (_EFFECT.entity, _EFFECT.kind, _EFFECT.state, _EFFECT.adopted)


def _groups(connection: Connection, where: Where, columns: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
    """The different values of some columns, which follow those of ``where`` in an index; none of them is empty."""
    if not columns:
        yield ()
        return
    first, *others = columns
    least = select(first).where(*where).order_by(first).limit(1)
    value = connection.execute(least).scalar()
    while value is not None:
        for more in _groups(connection, (*where, first == value), others):
            yield (value, *more)
        value = connection.execute(least.where(first > literal(value, first.type))).scalar()


def _count(connection: Connection, where: Where) -> int:
    return int(connection.execute(select(func.count()).select_from(tables.effect).where(*where)).scalar_one())
