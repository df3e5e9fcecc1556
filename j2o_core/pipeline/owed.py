"""What a run that is given up still owed to its items, so that the next plan does it."""

from __future__ import annotations

import json
from functools import partial
from typing import Any, Iterator, Mapping, Sequence

from sqlalchemy import select, tuple_

from ..hooks.protocols import Loader
from ..ledger import effects, tables
from ..ledger.items import Items
from ..ledger.writer import Writer

_CHUNK = 500


def note_owed(run: str, items: Items, writer: Writer, loaders: Mapping[str, Loader]) -> None:
    """Note at items that their children have disturbed them, where the run did not come to restoring that.

    The plan of another run restores only parents that get a child, and these have theirs. What failed to be restored
    was noted when it failed.
    """
    for entity, loader in loaders.items():
        restored = set(loader.restored_fields)
        if not restored or not _has_sent(run, items, entity):
            continue
        for chunk in _last_touches(run, items, entity):
            owed = {origin: names for origin, only in chunk if (names := only & restored)}
            noted = [item.without(owed[origin]) for origin, item in items.get(entity, owed).items()]
            writer.submit(partial(items.put, run=run, items=noted))


def _has_sent(run: str, items: Items, entity: str) -> bool:
    """Whether a child can have disturbed anything."""
    effect = tables.effect.c
    statement = select(effect.id).where(effect.run == run, effect.entity == entity, effect.state != effects.PLANNED)
    with items.engine.connect() as connection:
        return connection.execute(statement.limit(1)).first() is not None


def _last_touches(run: str, items: Items, entity: str) -> Iterator[Sequence[tuple[str, set[str]]]]:
    """(origin, fields) of the last touches that have not ended, in chunks, by origin: in the order of an index."""
    effect = tables.effect.c
    place = tuple_(effect.origin, effect.id)
    statement = (
        select(effect.origin, effect.id, effect.only)
        .where(
            effect.run == run,
            effect.entity == entity,
            effect.kind == effects.SHAPE,
            effect.state.in_([effects.PLANNED, effects.SENT]),
        )
        .order_by(effect.origin, effect.id)
        .limit(_CHUNK)
    )
    after = ("", 0)
    while True:
        with items.engine.connect() as connection:
            chunk: Sequence[Any] = connection.execute(statement.where(place > after)).all()
        if not chunk:
            return
        after = chunk[-1].origin, chunk[-1].id
        yield [(origin, set(json.loads(only or "[]"))) for origin, _, only in chunk]
