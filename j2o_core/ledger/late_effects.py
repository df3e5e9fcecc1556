"""The effects whose texts named what did not exist yet, and the step that writes those texts again."""

from __future__ import annotations

import json
from typing import Iterator, Sequence

from sqlalchemy import Connection, delete, select

from . import tables
from .effect_rows import PLANNED, SHAPE, EffectRow, read_row
from .effects import Effects
from .server import patient

#: payloads are large: so many are in memory at once
_CHUNK = 100


def stream(effects: Effects, step: int) -> Iterator[tuple[EffectRow, list[str]]]:
    """Effects of a step whose fields refer to items that did not exist yet, with those fields."""
    identifiers = _identifiers(effects, step)
    for start in range(0, len(identifiers), _CHUNK):
        yield from _rows(effects, identifiers[start : start + _CHUNK])


@patient
def begun(effects: Effects, step: int) -> bool:
    """Whether anything that was planned to be written again in this step was sent: then all of it is planned."""
    effect = tables.effect.c
    with effects.engine.connect() as connection:
        statement = select(effect.id).where(
            effect.run == effects.run, effect.step == step, effect.kind == SHAPE, effect.state != PLANNED
        )
        return connection.execute(statement.limit(1)).first() is not None


def forget(connection: Connection, run: str, step: int) -> None:
    """Remove what a run that died while it planned this step had planned of it."""
    effect = tables.effect.c
    connection.execute(
        delete(tables.effect).where(
            effect.run == run, effect.step == step, effect.kind == SHAPE, effect.state == PLANNED
        )
    )


@patient
def _identifiers(effects: Effects, step: int) -> list[int]:
    effect = tables.effect.c
    statement = select(effect.id).where(effect.run == effects.run, effect.step == step, effect.late.isnot(None))
    with effects.engine.connect() as connection:
        return list(connection.execute(statement.order_by(effect.id)).scalars())


@patient
def _rows(effects: Effects, identifiers: Sequence[int]) -> list[tuple[EffectRow, list[str]]]:
    statement = select(tables.effect).where(tables.effect.c.id.in_(identifiers)).order_by(tables.effect.c.id)
    with effects.engine.connect() as connection:
        rows = connection.execute(statement).mappings().all()
    return [(read_row(row), json.loads(row["late"])) for row in rows]
