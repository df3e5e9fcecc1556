"""What a run that is given up still owed to its items, so that the next plan does it."""

from __future__ import annotations

import json
from typing import Any, Mapping, Sequence

from sqlalchemy import select

from ..hooks.protocols import Loader
from ..ledger import effects, tables
from ..ledger.items import Item, Items
from ..ledger.writer import Writer


def note_owed(run: str, items: Items, writer: Writer, loaders: Mapping[str, Loader]) -> None:
    """Note at items that their children have disturbed them, where the run did not come to restoring that.

    The plan of another run restores only parents that get a child, and these have theirs.
    """
    statement = select(tables.effect.c.entity, tables.effect.c.origin, tables.effect.c.only).where(
        tables.effect.c.run == run,
        tables.effect.c.kind == effects.SHAPE,
        tables.effect.c.state.in_([effects.PLANNED, effects.SENT]),
    )
    owed: dict[str, dict[str, set[str]]] = {}
    with items.engine.connect() as connection:
        rows: Sequence[Any] = connection.execute(statement).all()
    for entity, origin, only in rows:
        names = set(json.loads(only or "[]")) & set(loaders[entity].restored_fields if entity in loaders else ())
        if names:
            owed.setdefault(entity, {}).setdefault(origin, set()).update(names)
    noted: list[Item] = []
    for entity, by_origin in owed.items():
        noted += (item.without(by_origin[origin]) for origin, item in items.get(entity, by_origin).items())
    writer.submit(lambda connection: items.put(connection, run, noted))
