"""The plan: effects are entered, get their places, and are forgotten where nobody will carry them out."""

from __future__ import annotations

import json
from typing import Mapping, Sequence

from sqlalchemy import Connection, Update, bindparam, delete, insert, update

from . import tables
from .effect_rows import PLANNED, Planned, pack, partition
from .projects import project_of


def enter(connection: Connection, run: str, effects: Sequence[Planned]) -> None:
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


def forget(connection: Connection, run: str) -> None:
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
            _of_step(run, entity, step)
            .where(tables.effect.c.origin == bindparam("of"), tables.effect.c.display.is_(None))
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
            _of_step(run, entity, step)
            .where(tables.effect.c.lane == part, tables.effect.c.state == PLANNED)
            .values(lane=whole, partition=partition(whole))
        )


def _of_step(run: str, entity: str, step: int) -> Update:
    effect = tables.effect.c
    return update(tables.effect).where(effect.run == run, effect.step == step, effect.entity == entity)
