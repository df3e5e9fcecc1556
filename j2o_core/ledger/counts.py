"""The sums of a run: by entity, every source item in exactly one column."""

from __future__ import annotations

import json
from typing import Any, Mapping, Sequence

from sqlalchemy import Engine, func, select

from . import effects, listing, runs, tables
from .server import patient

_OF_ITEMS = (effects.CREATE, effects.UPDATE, effects.UPLOAD)
COLUMNS = ("source", "created", "updated", "unchanged", "skipped", "failed", "left")


@patient
def entities(engine: Engine, run: str) -> dict[str, dict[str, int]]:
    """Counts by entity. ``source`` is what the plan saw; the other six say what became of it.

    Before the plan is complete ``source`` is what was read so far, and all of it is left.
    """
    with engine.connect() as connection:
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
        rows: Sequence[Any] = connection.execute(
            select(
                tables.effect.c.entity,
                tables.effect.c.kind,
                tables.effect.c.state,
                tables.effect.c.adopted,
                func.count(),
            )
            .where(tables.effect.c.run == run, tables.effect.c.kind.in_(_OF_ITEMS))
            .group_by(tables.effect.c.entity, tables.effect.c.kind, tables.effect.c.state, tables.effect.c.adopted)
        ).all()
    for entity, kind, state, adopted, number in rows:
        counts = result.setdefault(entity, dict.fromkeys(COLUMNS, 0))
        if state in (effects.PLANNED, effects.SENT):
            counts["left"] += number
        elif state == effects.DONE:
            column = "unchanged" if adopted else "updated" if kind == effects.UPDATE else "created"
            counts[column] += number
    for (entity, outcome), number in listing.counts(engine, run).items():
        result.setdefault(entity, dict.fromkeys(COLUMNS, 0))[outcome] += number
    return result


def add_up(counts: Mapping[str, int]) -> bool:
    """Whether every source item is in exactly one column."""
    return counts["source"] == sum(counts[name] for name in COLUMNS if name != "source")
