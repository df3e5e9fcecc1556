"""Plans that wait: made by `j2o plan`, carried out later or replaced by another."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Iterator, Mapping, Optional, Sequence

from sqlalchemy import Connection, Engine, delete, func, select, update

from . import counts, listing, runs, tables
from .effect_rows import DONE, OF_ITEMS, PLANNED, SENT, UPDATE, EffectRow, read_row
from .moment import one_moment
from .runs import RunState
from .server import patient
from .tally import effects_of

#: what is to become of source items, each in exactly one column; ``done``: written already, of a run under way
ACTIONS = ("create", "update", "unchanged", "skip", "fail", "done")

_OPEN = (PLANNED, SENT)
_CHUNK = 500


def waiting(connection: Connection, target: int, source: str, run: str) -> Optional[RunState]:
    """The plan of this id, where it is of this pair and nobody has carried it out, replaced or dropped it."""
    row = (
        connection.execute(
            select(tables.run).where(
                tables.run.c.id == run,
                tables.run.c.target == target,
                tables.run.c.source == source,
                tables.run.c.state == runs.PLANNED,
            )
        )
        .mappings()
        .first()
    )
    return None if row is None else runs.state_of(row)


def supersede(connection: Connection, target: int, source: str) -> None:
    """What is planned or written from now on makes every plan that waits a stale one."""
    of_the_pair = (tables.run.c.target == target, tables.run.c.source == source, tables.run.c.state == runs.PLANNED)
    stale: list[str] = list(connection.execute(select(tables.run.c.id).where(*of_the_pair)).scalars())
    for run in stale:
        connection.execute(delete(tables.effect).where(tables.effect.c.run == run))
    connection.execute(update(tables.run).where(*of_the_pair).values(state=runs.SUPERSEDED))


def last_written(connection: Connection, target: int, source: str) -> str:
    """The newest run of a pair that came as far as writing; an empty text where there is none."""
    statement = (
        select(tables.run.c.id)
        .where(
            tables.run.c.target == target,
            tables.run.c.source == source,
            tables.run.c.stage.in_([runs.APPLY, runs.VERIFY, runs.DONE]),
        )
        .order_by(tables.run.c.generation.desc(), tables.run.c.started.desc())
    )
    return str(connection.execute(statement.limit(1)).scalar() or "")


@patient
def actions(engine: Engine, run: str, planned: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, int]]:
    """``source`` and the ``ACTIONS`` by entity. ``planned`` is what the planner counted."""
    found = {
        name: {"source": known["source"], **dict.fromkeys(ACTIONS, 0), "unchanged": known["unchanged"]}
        for name, known in planned.items()
    }
    with one_moment(engine) as connection:
        counted, listed = effects_of(connection, run, OF_ITEMS), counts.listed(connection, run)
    for (entity, kind, state, adopted), number in counted.items():
        numbers = found.setdefault(entity, {"source": 0, **dict.fromkeys(ACTIONS, 0)})
        if state in _OPEN:
            numbers["update" if kind == UPDATE else "create"] += number
        elif state == DONE:
            numbers["unchanged" if adopted else "done"] += number
    for (entity, outcome, _), number in listed.items():
        numbers = found.setdefault(entity, {"source": 0, **dict.fromkeys(ACTIONS, 0)})
        numbers["fail" if outcome == listing.FAILED else "skip"] += number
    return found


def stream(engine: Engine, run: str, entity: str = "", key: str = "") -> Iterator[list[EffectRow]]:
    """The creates and updates that are still to be sent, in chunks of one entity; ``key``: those of one item."""
    conditions = [
        tables.effect.c.run == run,
        tables.effect.c.state.in_(_OPEN),
        tables.effect.c.kind.in_(OF_ITEMS),
    ]
    if key:
        conditions.append((tables.effect.c.key == key) | (tables.effect.c.origin == key))
    for name in [entity] if entity else _entities(engine, run):
        after = 0
        while True:
            rows = _chunk(engine, [*conditions, tables.effect.c.entity == name, tables.effect.c.id > after])
            if not rows:
                break
            after = rows[-1].id
            yield rows


def digest(engine: Engine, run: str) -> str:
    """Of all that is still to be sent: two plans of one digest do the same."""
    sha = hashlib.sha256()
    for rows in stream(engine, run):
        for row in rows:
            only = sorted(row.only) if row.only is not None else None
            sha.update(json.dumps([row.entity, row.origin, row.kind, only, row.fields], sort_keys=True).encode())
    return sha.hexdigest()


@patient
def _entities(engine: Engine, run: str) -> list[str]:
    statement = (
        select(tables.effect.c.entity)
        .where(tables.effect.c.run == run)
        .group_by(tables.effect.c.entity)
        .order_by(func.min(tables.effect.c.step), tables.effect.c.entity)
    )
    with engine.connect() as connection:
        return list(connection.execute(statement).scalars())


@patient
def _chunk(engine: Engine, conditions: Sequence[Any]) -> list[EffectRow]:
    statement = select(tables.effect).where(*conditions).order_by(tables.effect.c.id).limit(_CHUNK)
    with engine.connect() as connection:
        return [read_row(row) for row in connection.execute(statement).mappings()]
