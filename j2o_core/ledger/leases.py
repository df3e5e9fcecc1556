"""Which partitions of a turn are free, which worker has the others, and what is done.

A turn is one rank of steps that are carried out side by side. Effects of one lane lie in one partition, so whoever has
the partition has the lane to itself.
"""

from __future__ import annotations

from typing import Any, Sequence

from sqlalchemy import Connection, and_, delete, false, func, insert, literal, or_, select, text, update

from . import tables
from .effect_rows import PLANNED, SENT, UPLOAD

#: what is free stands by the length of its longest lane; of the first half some are taken, each as far from the next
#: as there are workers, so that nobody has all the long lanes. Whoever comes meanwhile waits, and sees what is left.
_TAKE = text(
    "WITH free AS (SELECT id, longest, partition FROM lease WHERE run = :run AND turn = :turn AND worker IS NULL "
    "AND NOT done ORDER BY longest DESC, partition FOR UPDATE), "
    "placed AS (SELECT id, row_number() OVER (ORDER BY longest DESC, partition) - 1 AS place, "
    "count(*) OVER () AS many FROM free) "
    "UPDATE lease SET worker = :worker WHERE id IN (SELECT id FROM placed WHERE place % :workers = 0 "
    "AND place / :workers < greatest(:least, many / (2 * :workers))) RETURNING partition"
)


def begin_turn(connection: Connection, run: str, turn: int, parts: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """Make every partition free that has something to do in these (step, rank).

    Returns how many partitions there are, and how many effects lie in them.
    """
    connection.execute(delete(tables.lease).where(tables.lease.c.run == run))
    effect = tables.effect.c
    of_turn = or_(*(and_(effect.step == step, effect.rank == rank) for step, rank in parts))
    lanes = (
        select(effect.partition, func.count().label("effects"))
        .where(effect.run == run, of_turn, effect.state.in_([PLANNED, SENT]), effect.kind != UPLOAD)
        .group_by(effect.partition, effect.lane)
        .subquery()
    )
    found = select(literal(run), literal(turn), lanes.c.partition, func.max(lanes.c.effects), false()).group_by(
        lanes.c.partition
    )
    columns = ["run", "turn", "partition", "longest", "done"]
    connection.execute(insert(tables.lease).from_select(columns, found))
    count = connection.execute(select(func.sum(lanes.c.effects))).scalar()
    return sum(standing(connection, run, turn)), int(count or 0)


def take(connection: Connection, run: str, turn: int, worker: int, workers: int, least: int = 1) -> list[int]:
    """Some free partitions, those with long lanes first, fewer towards the end; none where none is free.

    ``least``: no fewer, as long as there are so many for each of the workers.
    """
    values = {"run": run, "turn": turn, "worker": worker, "workers": max(1, workers), "least": max(1, least)}
    return sorted(connection.execute(_TAKE, values).scalars())


def finish(connection: Connection, run: str, turn: int, worker: int) -> None:
    """All that this worker took in a turn is done."""
    _mine(connection, run, turn, worker, done=True, worker=None)


def release(connection: Connection, run: str, turn: int, worker: int) -> None:
    """What this worker took in a turn is free again: it sends nothing of it any more."""
    _mine(connection, run, turn, worker, worker=None)


def standing(connection: Connection, run: str, turn: int) -> tuple[int, int]:
    """(free, taken) partitions of a turn; both 0 at its end."""
    lease = tables.lease.c
    statement = select(lease.worker.is_(None), func.count()).where(
        lease.run == run, lease.turn == turn, lease.done.is_(False)
    )
    rows = connection.execute(statement.group_by(lease.worker.is_(None))).all()
    return sum(row[1] for row in rows if row[0]), sum(row[1] for row in rows if not row[0])


def forget(connection: Connection, run: str) -> None:
    """A run has no more turns."""
    connection.execute(delete(tables.lease).where(tables.lease.c.run == run))
    connection.execute(delete(tables.orders).where(tables.orders.c.run == run))


def _mine(connection: Connection, run: str, turn: int, holder: int, **values: Any) -> None:
    lease = tables.lease.c
    connection.execute(
        update(tables.lease).where(lease.run == run, lease.turn == turn, lease.worker == holder).values(**values)
    )
