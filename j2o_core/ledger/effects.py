"""The effect table: the plan, what was sent, and how it ended."""

from __future__ import annotations

import json
import time
from typing import Any, Mapping, Optional, Sequence

from sqlalchemy import Connection, Engine, bindparam, case, delete, func, insert, select, update

from . import tables
from .effect_rows import (
    CREATE,
    DONE,
    FAILED,
    PLANNED,
    SENT,
    SHAPE,
    SKIPPED,
    UPDATE,
    UPLOAD,
    EffectRow,
    Ended,
    Planned,
    pack,
    partition,
    read_row,
)

__all__ = [
    "CREATE",
    "DONE",
    "FAILED",
    "PLANNED",
    "SENT",
    "SHAPE",
    "SKIPPED",
    "UPDATE",
    "UPLOAD",
    "EffectRow",
    "Effects",
    "Ended",
    "Planned",
    "end",
    "forget_plan",
    "make_late",
    "mark_resent",
    "mark_sent",
    "not_sent",
    "place",
    "plan",
    "release_orphans",
]


def plan(connection: Connection, run: str, effects: Sequence[Planned]) -> None:
    """Enter planned effects."""
    if effects:
        connection.execute(
            insert(tables.effect),
            [
                {
                    "run": run,
                    "step": effect.step,
                    "rank": effect.rank,
                    "entity": effect.entity,
                    "origin": effect.origin,
                    "key": effect.key,
                    "kind": effect.kind,
                    "effect_class": effect.effect_class,
                    "lane": effect.lane,
                    "partition": partition(effect.lane),
                    "state": PLANNED,
                    "parent_entity": effect.parent_entity,
                    "parent_origin": effect.parent_origin,
                    "payload": pack(effect.payload, effect.notes),
                    "only": None if effect.only is None else json.dumps(list(effect.only)),
                    "record_digest": effect.record_digest,
                    "mapping_digest": effect.mapping_digest,
                    "fields": json.dumps(effect.fields),
                    "attempts": 0,
                    "resent": False,
                    "adopted": False,
                    "doubtful": effect.doubtful,
                }
                for effect in effects
            ],
        )


def forget_plan(connection: Connection, run: str) -> None:
    """Remove what was planned and never sent: the plan is made anew."""
    connection.execute(delete(tables.effect).where(tables.effect.c.run == run, tables.effect.c.state == PLANNED))
    connection.execute(delete(tables.listed).where(tables.listed.c.run == run))
    connection.execute(delete(tables.problem).where(tables.problem.c.run == run, tables.problem.c.stage == "plan"))


def place(connection: Connection, run: str, entity: str, step: int, places: Sequence[tuple[str, int, str]]) -> None:
    """Set (origin, rank, lane) of planned effects of one step."""
    if places:
        connection.execute(
            update(tables.effect)
            .where(
                tables.effect.c.run == run,
                tables.effect.c.step == step,
                tables.effect.c.entity == entity,
                tables.effect.c.origin == bindparam("of"),
            )
            .values(rank=bindparam("to_rank"), lane=bindparam("to_lane"), partition=bindparam("to_partition")),
            [
                {"of": origin, "to_rank": rank, "to_lane": lane, "to_partition": partition(lane)}
                for origin, rank, lane in places
            ],
        )


class Effects:
    """The effects of one run, as the engine reads and settles them."""

    def __init__(self, engine: Engine, run: str) -> None:
        self.engine = engine
        self.run = run

    def ranks(self, step: int) -> list[int]:
        """The ranks of a step that still have something to do, in order."""
        with self.engine.connect() as connection:
            return list(
                connection.execute(
                    select(tables.effect.c.rank)
                    .where(
                        tables.effect.c.run == self.run,
                        tables.effect.c.step == step,
                        tables.effect.c.state.in_([PLANNED, SENT]),
                        tables.effect.c.kind != UPLOAD,
                    )
                    .distinct()
                    .order_by(tables.effect.c.rank)
                ).scalars()
            )

    def window(self, step: int, rank: int, state: str, after: int, limit: int) -> list[EffectRow]:
        """The next effects of a rank in one state, by id."""
        return self._rows(
            tables.effect.c.step == step,
            tables.effect.c.rank == rank,
            tables.effect.c.state == state,
            tables.effect.c.kind != UPLOAD,
            tables.effect.c.id > after,
            limit=limit,
        )

    def uploads(self, entities: Sequence[str], parent_entity: str, parents: Sequence[str]) -> list[EffectRow]:
        """The files (of these entities) that are to be claimed by these parents."""
        return self._rows(
            tables.effect.c.entity.in_(list(entities)),
            tables.effect.c.kind == UPLOAD,
            tables.effect.c.state.in_([PLANNED, SENT]),
            tables.effect.c.parent_entity == parent_entity,
            tables.effect.c.parent_origin.in_(list(parents)),
        )

    def resent(self) -> list[EffectRow]:
        """The creates that were sent again after doubt."""
        return self._rows(
            tables.effect.c.resent.is_(True), tables.effect.c.state == DONE, tables.effect.c.kind == CREATE
        )

    def late(self, step: int) -> list[tuple[EffectRow, list[str]]]:
        """Effects of a step whose fields refer to items that did not exist yet, with those fields."""
        with self.engine.connect() as connection:
            rows = (
                connection.execute(
                    select(tables.effect)
                    .where(
                        tables.effect.c.run == self.run, tables.effect.c.step == step, tables.effect.c.late.isnot(None)
                    )
                    .order_by(tables.effect.c.id)
                )
                .mappings()
                .all()
            )
        return [(read_row(row), json.loads(row["late"])) for row in rows]

    def exists(self, step: int) -> bool:
        """Whether a step has effects of any state."""
        with self.engine.connect() as connection:
            statement = select(tables.effect.c.id).where(tables.effect.c.run == self.run, tables.effect.c.step == step)
            return connection.execute(statement.limit(1)).first() is not None

    def left(self, step: Optional[int] = None) -> int:
        """How many effects have not ended."""
        with self.engine.connect() as connection:
            statement = (
                select(func.count())
                .select_from(tables.effect)
                .where(tables.effect.c.run == self.run, tables.effect.c.state.in_([PLANNED, SENT]))
            )
            if step is not None:
                statement = statement.where(tables.effect.c.step == step)
            return int(connection.execute(statement).scalar_one())

    def progress(self) -> dict[str, tuple[int, int]]:
        """(ended, all) effects by entity."""
        ended = func.sum(case((tables.effect.c.state.in_([DONE, FAILED, SKIPPED]), 1), else_=0))
        with self.engine.connect() as connection:
            rows = connection.execute(
                select(tables.effect.c.entity, ended, func.count())
                .where(tables.effect.c.run == self.run)
                .group_by(tables.effect.c.entity)
            )
            return {row[0]: (int(row[1]), int(row[2])) for row in rows}

    def _rows(self, *conditions: Any, limit: Optional[int] = None) -> list[EffectRow]:
        statement = (
            select(tables.effect).where(tables.effect.c.run == self.run, *conditions).order_by(tables.effect.c.id)
        )
        if limit is not None:
            statement = statement.limit(limit)
        with self.engine.connect() as connection:
            return [read_row(row) for row in connection.execute(statement).mappings()]


def mark_sent(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Durable before sent. Each row: ``of`` (effect id), ``digest``, ``image`` (before-image JSON or None)."""
    if rows:
        connection.execute(
            update(tables.effect)
            .where(tables.effect.c.id == bindparam("of"))
            .values(
                state=SENT,
                sent=time.time(),
                window=rows[0]["of"],
                request_digest=bindparam("digest"),
                before=bindparam("image"),
            ),
            [dict(row) for row in rows],
        )


def mark_resent(connection: Connection, effect: int) -> None:
    """It is about to be sent once more after doubt."""
    connection.execute(update(tables.effect).where(tables.effect.c.id == effect).values(sent=time.time(), resent=True))


def not_sent(connection: Connection, effects: Sequence[int]) -> None:
    """These were marked sent but never left: they are planned again."""
    if effects:
        connection.execute(
            update(tables.effect).where(tables.effect.c.id == bindparam("of")).values(state=PLANNED, sent=None),
            [{"of": effect} for effect in effects],
        )


def end(connection: Connection, outcomes: Sequence[Ended]) -> None:
    """Effects have ended. Their payloads go, unless something still needs them."""
    now = time.time()
    for statement, keeps in ((_END, False), (_END_WITH_PAYLOAD, True)):
        rows = [
            {
                "of": one.id,
                "to_state": one.state,
                "to_finished": now,
                "to_attempts": one.attempts,
                "to_item": one.item,
                "to_version": one.version,
                "to_adopted": one.adopted,
                "to_inverse": None if one.inverse is None else json.dumps(one.inverse),
                "to_late": json.dumps(list(one.late)) if one.late else None,
                "to_code": one.code,
                "to_message": one.message,
            }
            for one in outcomes
            if (bool(one.late) or one.keeps_payload) == keeps
        ]
        if rows:
            connection.execute(statement, rows)


def release_orphans(connection: Connection, run: str, entity: str, step: int) -> None:
    """Files whose parent has ended without them (the process died between the two outcomes) go on by themselves.

    What was sent stays in doubt: it is looked for on the parent before it is written again.
    """
    parent = tables.effect.alias()
    ended = (
        select(parent.c.id)
        .where(
            parent.c.run == run,
            parent.c.kind == CREATE,
            parent.c.entity == tables.effect.c.parent_entity,
            parent.c.origin == tables.effect.c.parent_origin,
            parent.c.state.in_([DONE, FAILED, SKIPPED]),
        )
        .exists()
    )
    connection.execute(
        update(tables.effect)
        .where(
            tables.effect.c.run == run,
            tables.effect.c.entity == entity,
            tables.effect.c.kind == UPLOAD,
            tables.effect.c.state.in_([PLANNED, SENT]),
            ended,
        )
        .values(kind=CREATE, step=step)
    )


def make_late(connection: Connection, effect: int, step: int) -> None:
    """A file that could not be claimed is written in a later step, as an item of its own."""
    connection.execute(
        update(tables.effect)
        .where(tables.effect.c.id == effect)
        .values(state=PLANNED, kind=CREATE, step=step, sent=None)
    )


_ENDED: dict[str, Any] = {
    name: bindparam(f"to_{name}")
    for name in (
        "state",
        "finished",
        "attempts",
        "item",
        "version",
        "adopted",
        "inverse",
        "late",
        "code",
        "message",
    )
}
_END_WITH_PAYLOAD = update(tables.effect).where(tables.effect.c.id == bindparam("of")).values(**_ENDED)
_END = _END_WITH_PAYLOAD.values(payload=None)
