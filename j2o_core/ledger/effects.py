"""The effects of a run, as the engine reads and settles them."""

from __future__ import annotations

from typing import Any, Optional, Sequence

from sqlalchemy import Engine, bindparam, case, func, or_, select

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
    read_row,
)
from .many import Chosen
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
]


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
