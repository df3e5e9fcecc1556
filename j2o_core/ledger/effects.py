"""The effect table: the plan, and the effects of a run as the engine reads them."""

from __future__ import annotations

import json
from typing import Any, Mapping, Optional, Sequence

from sqlalchemy import Connection, Engine, bindparam, case, delete, func, insert, or_, select, update

from . import tables
from .effect_rows import (
    ANY_NUMBER,
    CLEAR,
    CREATE,
    DONE,
    FAILED,
    FILL,
    PLANNED,
    SENT,
    SHAPE,
    SKIPPED,
    UPDATE,
    UPLOAD,
    EffectRow,
    Planned,
    pack,
    partition,
    read_row,
)
from .many import Chosen
from .projects import project_of
from .server import patient

__all__ = [
    "ANY_NUMBER",
    "CLEAR",
    "CREATE",
    "DONE",
    "FAILED",
    "FILL",
    "PLANNED",
    "SENT",
    "SHAPE",
    "SKIPPED",
    "UPDATE",
    "UPLOAD",
    "EffectRow",
    "Effects",
    "Planned",
    "forget_payloads",
    "forget_plan",
    "place",
    "plan",
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
                    "display": effect.display or None,
                    "item": effect.item,
                    "undoes": effect.undoes,
                    "project": project_of(effect.entity, effect.key),
                }
                for effect in effects
            ],
        )


def forget_plan(connection: Connection, run: str) -> None:
    """Remove what was planned and never sent: the plan is made anew."""
    connection.execute(delete(tables.effect).where(tables.effect.c.run == run, tables.effect.c.state == PLANNED))
    connection.execute(delete(tables.listed).where(tables.listed.c.run == run))
    connection.execute(delete(tables.problem).where(tables.problem.c.run == run, tables.problem.c.stage == "plan"))


def forget_payloads(connection: Connection, run: str) -> None:
    """A plan that nobody will carry out keeps its lines, to be counted, and nothing else."""
    connection.execute(
        update(tables.effect).where(tables.effect.c.run == run, tables.effect.c.state == PLANNED).values(payload=None)
    )


def place(connection: Connection, run: str, entity: str, step: int, places: Sequence[tuple[str, int, str]]) -> None:
    """Set (origin, rank, lane) of planned effects of one step; those that are numbered have theirs."""
    if places:
        connection.execute(
            update(tables.effect)
            .where(
                tables.effect.c.run == run,
                tables.effect.c.step == step,
                tables.effect.c.entity == entity,
                tables.effect.c.origin == bindparam("of"),
                tables.effect.c.display.is_(None),
            )
            .values(rank=bindparam("to_rank"), lane=bindparam("to_lane"), partition=bindparam("to_partition")),
            [
                {"of": origin, "to_rank": rank, "to_lane": lane, "to_partition": partition(lane)}
                for origin, rank, lane in places
            ],
        )


def join_lanes(connection: Connection, run: str, entity: str, step: int, joined: Mapping[str, str]) -> None:
    """Move planned effects of one step from each lane to the one that it is a part of."""
    for part, whole in joined.items():
        connection.execute(
            update(tables.effect)
            .where(
                tables.effect.c.run == run,
                tables.effect.c.step == step,
                tables.effect.c.entity == entity,
                tables.effect.c.lane == part,
                tables.effect.c.state == PLANNED,
            )
            .values(lane=whole, partition=partition(whole))
        )


_WINDOW = (
    select(tables.effect)
    .where(
        tables.effect.c.run == bindparam("run"),
        tables.effect.c.step == bindparam("step"),
        tables.effect.c.rank == bindparam("rank"),
        tables.effect.c.state == bindparam("state"),
        tables.effect.c.kind != UPLOAD,
        tables.effect.c.id > bindparam("after"),
    )
    .order_by(tables.effect.c.id)
    .limit(bindparam("limit"))
)
_LANES = (
    select(tables.effect.c.id, tables.effect.c.lane)
    .where(
        tables.effect.c.run == bindparam("run"),
        tables.effect.c.step == bindparam("step"),
        tables.effect.c.rank == bindparam("rank"),
        tables.effect.c.state == PLANNED,
        tables.effect.c.kind != UPLOAD,
    )
    .order_by(tables.effect.c.id)
    .limit(bindparam("limit"))
)
_SOME = select(tables.effect).where(
    tables.effect.c.id.in_(bindparam("ids", expanding=True)), tables.effect.c.state == PLANNED
)
_IN_PARTITIONS = tables.effect.c.partition.in_(bindparam("partitions", expanding=True))
_WINDOW_OF_PARTITIONS, _LANES_OF_PARTITIONS = _WINDOW.where(_IN_PARTITIONS), _LANES.where(_IN_PARTITIONS)


_WAITING = Chosen(
    select(tables.effect.c.id).where(
        tables.effect.c.run == bindparam("run"),
        tables.effect.c.entity == bindparam("entity"),
        or_(tables.effect.c.kind == CREATE, tables.effect.c.kind == UPLOAD),
        or_(tables.effect.c.state == PLANNED, tables.effect.c.state == SENT),
    ),
    tables.effect.c.origin,
)


class Effects:
    """The effects of one run, as the engine reads and settles them."""

    def __init__(self, engine: Engine, run: str) -> None:
        self.engine = engine
        self.run = run

    @patient
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

    @patient
    def longest_lane(self, step: int) -> int:
        """How many effects of a step have to be sent one after the other."""
        lanes = (
            select(func.count().label("effects"))
            .where(
                tables.effect.c.run == self.run,
                tables.effect.c.step == step,
                tables.effect.c.state.in_([PLANNED, SENT]),
            )
            .group_by(tables.effect.c.lane)
            .subquery()
        )
        with self.engine.connect() as connection:
            return int(connection.execute(select(func.max(lanes.c.effects))).scalar_one() or 0)

    @patient
    def window(
        self, step: int, rank: int, state: str, after: int, limit: int, partitions: Optional[Sequence[int]] = None
    ) -> list[EffectRow]:
        """The next effects of a rank in one state, by id; of these partitions alone where they are given."""
        asked: dict[str, Any] = {"run": self.run, "step": step, "rank": rank, "state": state, "after": after}
        asked["limit"] = limit
        statement = _WINDOW
        if partitions is not None:
            statement, asked["partitions"] = _WINDOW_OF_PARTITIONS, list(partitions)
        with self.engine.connect() as connection:
            return [read_row(row) for row in connection.execute(statement, asked).mappings()]

    @patient
    def lanes(
        self, step: int, rank: int, limit: int, partitions: Optional[Sequence[int]] = None
    ) -> list[tuple[int, str]]:
        """Id and lane of what a rank has planned, by id; at most so many; of these partitions alone where given."""
        asked: dict[str, Any] = {"run": self.run, "step": step, "rank": rank, "limit": limit}
        statement = _LANES
        if partitions is not None:
            statement, asked["partitions"] = _LANES_OF_PARTITIONS, list(partitions)
        with self.engine.connect() as connection:
            return [(row.id, row.lane) for row in connection.execute(statement, asked)]

    @patient
    def planned(self, identifiers: Sequence[int]) -> list[EffectRow]:
        """These planned effects, in this order."""
        with self.engine.connect() as connection:
            rows = connection.execute(_SOME, {"ids": list(identifiers)}).mappings()
            found = {row["id"]: read_row(row) for row in rows}
        return [found[identifier] for identifier in identifiers if identifier in found]

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

    @patient
    def waits(self, entity: str, origin: str) -> bool:
        """Whether an item is still to be created in this run."""
        with self.engine.connect() as connection:
            found = _WAITING.rows(connection, [origin], run=self.run, entity=entity)
            return bool(list(found))

    @patient
    def origins(self, entity: str, origins: Sequence[str]) -> set[str]:
        """Those of some origins that have an effect of any state."""
        effect = tables.effect.c
        with self.engine.connect() as connection:
            statement = select(effect.origin).where(
                effect.run == self.run, effect.entity == entity, effect.origin.in_(list(origins))
            )
            return set(connection.execute(statement.distinct()).scalars())

    @patient
    def exists(self, step: int) -> bool:
        """Whether a step has effects of any state."""
        with self.engine.connect() as connection:
            statement = select(tables.effect.c.id).where(tables.effect.c.run == self.run, tables.effect.c.step == step)
            return connection.execute(statement.limit(1)).first() is not None

    @patient
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

    @patient
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

    @patient
    def _rows(self, *conditions: Any, limit: Optional[int] = None) -> list[EffectRow]:
        statement = (
            select(tables.effect).where(tables.effect.c.run == self.run, *conditions).order_by(tables.effect.c.id)
        )
        if limit is not None:
            statement = statement.limit(limit)
        with self.engine.connect() as connection:
            return [read_row(row) for row in connection.execute(statement).mappings()]
