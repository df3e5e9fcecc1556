"""The sums of a run: by entity, every source item in exactly one column."""

from __future__ import annotations

import json
from collections import Counter
from typing import Mapping

from sqlalchemy import Connection, Engine, func, select

from ..model.error_class import error_class
from . import effects, runs, tables
from .effect_rows import OF_ITEMS
from .moment import one_moment
from .server import patient
from .tally import effects_of

COLUMNS = ("source", "created", "updated", "unchanged", "skipped", "failed", "left")


@patient
def entities(engine: Engine, run: str, with_sent: bool = False) -> dict[str, dict[str, int]]:
    """Counts by entity, as of one moment. ``source`` is what the plan saw; the other six say what became of it.

    Before the plan is complete ``source`` is what was read so far, and all of it is left. ``with_sent`` adds ``sent``:
    of those left, what is under way, or in doubt where the run does not go.
    """
    with one_moment(engine) as connection:
        counted = effects_of(connection, run, OF_ITEMS)
        found = summed(connection, run, counted, listed(connection, run))
    if with_sent:
        for sums in found.values():
            sums["sent"] = 0
        for (entity, _, state, _), number in counted.items():
            if state == effects.SENT and entity in found:
                found[entity]["sent"] += number
    return found


def listed(connection: Connection, run: str) -> dict[tuple[str, str, str], int]:
    """How many items are listed, by (entity, outcome, error class)."""
    listed = tables.listed.c
    columns = (listed.outcome, listed.entity, listed.error_class, listed.code)  # as the index has them
    statement = select(*columns, func.count()).where(listed.run == run).group_by(*columns)
    found: Counter[tuple[str, str, str]] = Counter()
    for row in connection.execute(statement):
        found[(row[1], row[0], row[2] or error_class(row[3]))] += int(row[4])
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
        if kind in OF_ITEMS:
            add(result.setdefault(entity, dict.fromkeys(COLUMNS, 0)), kind, state, adopted, number)
    for (entity, outcome, _), number in refused.items():
        result.setdefault(entity, dict.fromkeys(COLUMNS, 0))[outcome] += number
    return result


def planned(connection: Connection, run: str) -> Mapping[str, Mapping[str, int]]:
    """What the plan counted, by entity."""
    text: str = connection.execute(select(tables.run.c.entities).where(tables.run.c.id == run)).scalar_one()
    found: Mapping[str, Mapping[str, int]] = json.loads(text)
    return found


def add(counts: dict[str, int], kind: str, state: str, adopted: bool, number: int) -> None:
    """Count so many effects of items in the column in which they belong; what is listed counts there."""
    if state in (effects.PLANNED, effects.SENT):
        counts["left"] += number
    elif state == effects.DONE:
        counts["unchanged" if adopted else "updated" if kind == effects.UPDATE else "created"] += number
    if state == effects.SENT and "sent" in counts:
        counts["sent"] += number


def add_up(counts: Mapping[str, int]) -> bool:
    """Whether every source item is in exactly one column."""
    return counts["source"] == sum(counts[name] for name in COLUMNS if name != "source")
