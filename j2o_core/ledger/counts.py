"""The sums of a run: by entity, every source item in exactly one column."""

from __future__ import annotations

import json
from collections import Counter
from typing import Mapping, Optional, Sequence

from sqlalchemy import Connection, Engine, func, select

from ..model.error_class import error_class
from . import effects, runs, tables
from .effect_rows import OF_ITEMS
from .server import patient

COLUMNS = ("source", "created", "updated", "unchanged", "skipped", "failed", "left")


@patient
def entities(engine: Engine, run: str) -> dict[str, dict[str, int]]:
    """Counts by entity. ``source`` is what the plan saw; the other six say what became of it.

    Before the plan is complete ``source`` is what was read so far, and all of it is left.
    """
    with engine.connect() as connection:
        return summed(connection, run, effects_of(connection, run, OF_ITEMS), listed(connection, run))


def effects_of(
    connection: Connection, run: str, kinds: Optional[Sequence[str]] = None
) -> dict[tuple[str, str, str, bool], int]:
    """How many effects (of these kinds) a run has, by (entity, kind, state, adopted)."""
    effect = tables.effect.c
    columns = (effect.entity, effect.kind, effect.state, effect.adopted)
    statement = select(*columns, func.count()).where(effect.run == run).group_by(*columns)
    if kinds is not None:
        statement = statement.where(effect.kind.in_(kinds))
    return {(row[0], row[1], row[2], bool(row[3])): int(row[4]) for row in connection.execute(statement)}


def listed(connection: Connection, run: str) -> dict[tuple[str, str, str], int]:
    """How many items are listed, by (entity, outcome, error class)."""
    listed = tables.listed.c
    columns = (listed.entity, listed.outcome, listed.error_class, listed.code)
    statement = select(*columns, func.count()).where(listed.run == run).group_by(*columns)
    found: Counter[tuple[str, str, str]] = Counter()
    for row in connection.execute(statement):
        found[(row[0], row[1], row[2] or error_class(row[3]))] += int(row[4])
    return dict(found)


def summed(
    connection: Connection,
    run: str,
    counted: Mapping[tuple[str, str, str, bool], int],
    refused: Mapping[tuple[str, str, str], int],
) -> dict[str, dict[str, int]]:
    """What ``entities`` gives, from what ``effects_of`` and ``listed`` have counted."""
    columns = (tables.run.c.stage, tables.run.c.state, tables.run.c.entities)
    row = connection.execute(select(*columns).where(tables.run.c.id == run)).one()
    planned: Mapping[str, Mapping[str, int]] = json.loads(row.entities)
    if row.stage in (runs.EXTRACT, runs.PLAN) and row.state != runs.PLANNED:
        return {
            name: {**dict.fromkeys(COLUMNS, 0), "source": counts["source"], "left": counts["source"]}
            for name, counts in planned.items()
        }
    result = {
        name: {**dict.fromkeys(COLUMNS, 0), "source": counts["source"], "unchanged": counts["unchanged"]}
        for name, counts in planned.items()
    }
    for (entity, kind, state, adopted), number in counted.items():
        if kind not in OF_ITEMS:
            continue
        counts = result.setdefault(entity, dict.fromkeys(COLUMNS, 0))
        if state in (effects.PLANNED, effects.SENT):
            counts["left"] += number
        elif state == effects.DONE:
            column = "unchanged" if adopted else "updated" if kind == effects.UPDATE else "created"
            counts[column] += number
    for (entity, outcome, _), number in refused.items():
        result.setdefault(entity, dict.fromkeys(COLUMNS, 0))[outcome] += number
    return result


def add_up(counts: Mapping[str, int]) -> bool:
    """Whether every source item is in exactly one column."""
    return counts["source"] == sum(counts[name] for name in COLUMNS if name != "source")
