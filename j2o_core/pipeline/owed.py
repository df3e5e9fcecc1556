"""What a run that is given up still owed to its items, so that the next plan does it."""

from __future__ import annotations

import json
from functools import partial
from typing import Any, Iterator, Mapping, Sequence

from sqlalchemy import and_, or_, select, tuple_

from ..hooks.protocols import Loader
from ..ledger import effects, tables
from ..ledger.items import Items
from ..ledger.writer import Writer

_CHUNK = 500


def note_owed(run: str, items: Items, writer: Writer, loaders: Mapping[str, Loader]) -> None:
    """Note at items what the run has disturbed and not come to restoring: the next plan does it.

    That are values that children disturb (the plan of another run restores only parents that get a child, and these
    have theirs), and those that a write of several steps may have left aside. What failed was noted when it failed.
    """
    for entity, loader in loaders.items():
        restored, passing = set(loader.restored_fields), set(loader.passing_fields)
        if not (restored or passing) or not _has_sent(run, items, entity):
            continue
        for chunk in _last_touches(run, items, entity):
            owed: dict[str, set[str]] = {}
            for origin, kind, state, only in chunk:
                names = only & restored if kind == effects.SHAPE else set()
                owed.setdefault(origin, set()).update(names | passing if state == effects.SENT else names)
            _note(run, items, writer, entity, owed)
        for parent_entity, parents in _parents_of_sent(run, items, entity) if passing else ():
            _note(run, items, writer, parent_entity, dict.fromkeys(parents, passing))


def _note(run: str, items: Items, writer: Writer, entity: str, owed: Mapping[str, set[str]]) -> None:
    known = items.get(entity, [origin for origin, names in owed.items() if names])
    noted = [item.without(owed[origin]) for origin, item in known.items()]
    if noted:
        writer.submit(partial(items.put, run=run, items=noted))


def _has_sent(run: str, items: Items, entity: str) -> bool:
    """Whether a child can have disturbed anything."""
    effect = tables.effect.c
    statement = select(effect.id).where(effect.run == run, effect.entity == entity, effect.state != effects.PLANNED)
    with items.engine.connect() as connection:
        return connection.execute(statement.limit(1)).first() is not None


def _last_touches(run: str, items: Items, entity: str) -> Iterator[Sequence[tuple[str, str, str, set[str]]]]:
    """(origin, kind, state, fields) of changes that may be under way, and of last touches that have not ended.

    In chunks, by origin: in the order of an index.
    """
    effect = tables.effect.c
    place = tuple_(effect.origin, effect.id)
    statement = (
        select(effect.origin, effect.id, effect.kind, effect.state, effect.only)
        .where(
            effect.run == run,
            effect.entity == entity,
            or_(
                and_(effect.kind == effects.SHAPE, effect.state.in_([effects.PLANNED, effects.SENT])),
                and_(effect.kind == effects.UPDATE, effect.state == effects.SENT),
            ),
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
        yield [(origin, kind, state, set(json.loads(only or "[]"))) for origin, _, kind, state, only in chunk]


def _parents_of_sent(run: str, items: Items, entity: str) -> Iterator[tuple[str, Sequence[str]]]:
    """(entity, origins) of the parents to which something was just being added: as many as were under way at once."""
    effect = tables.effect.c
    statement = (
        select(effect.parent_entity, effect.parent_origin)
        .where(
            effect.run == run,
            effect.entity == entity,
            effect.kind == effects.CREATE,
            effect.state == effects.SENT,
            effect.parent_origin.is_not(None),
        )
        .distinct()
    )
    with items.engine.connect() as connection:
        found: dict[str, list[str]] = {}
        for row in connection.execute(statement):
            found.setdefault(str(row.parent_entity), []).append(str(row.parent_origin))
    yield from found.items()
