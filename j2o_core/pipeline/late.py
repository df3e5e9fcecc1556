"""Texts that named what was not there are written again once it is: later in the same run, or in a later one."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import chain, islice
from typing import AbstractSet, Iterator, Optional, Sequence

from ..engine.context import Engine
from ..engine.resolve import OPEN_END, rich_fields
from ..ledger import effects, late_effects, open_references, plan_rows
from ..ledger.effects import Planned
from ..ledger.items import CREATED, Item
from ..ledger.open_references import Named
from ..snapshot.store import Snapshot
from .drafting import NOTES, as_row, draft
from .records import Records, Sourced
from .steps import WRITE, Step
from .wiring import Wiring

#: payloads are large: so many are in memory at once
_CHUNK = 100


def plan_late(wiring: Wiring, engine: Engine, snapshot: Snapshot, step: Step) -> None:
    """Plan the last touch of one entity's texts; those that nobody needs to write again stay as they are.

    Anew where a run died before it sent any of it: it may not have planned them all.
    """
    if late_effects.begun(engine.effects, step.number):
        return
    engine.writer.submit(partial(late_effects.forget, run=engine.run, step=step.number))
    known: set[str] = set()
    both = chain(_of_this_run(wiring, engine, step, known), _of_earlier_runs(wiring, engine, snapshot, step, known))
    while True:
        planned = list(islice(both, _CHUNK))
        if not planned:
            return
        engine.writer.submit(partial(plan_rows.enter, run=engine.run, effects=planned))


def _of_this_run(wiring: Wiring, engine: Engine, step: Step, known: set[str]) -> Iterator[Planned]:
    """The texts that were written without what they name; ``known`` gets their origins."""
    first = next(other for other in wiring.steps if other.entity == step.entity and other.kind == WRITE)
    for row, fields in late_effects.stream(engine.effects, first.number):
        known.add(row.origin)
        yield Planned(
            step=step.number,
            entity=row.entity,
            origin=row.origin,
            key=row.key,
            kind=effects.SHAPE,
            effect_class="repeatable",
            payload=row.payload,
            notes=row.notes,
            only=fields,
            parent_entity=row.parent_entity,
            parent_origin=row.parent_origin,
            lane=row.lane,
            fields=row.fields,
        )


def _of_earlier_runs(
    wiring: Wiring, engine: Engine, snapshot: Snapshot, step: Step, known: AbstractSet[str]
) -> Iterator[Planned]:
    """The texts that name what is there now, as they were written but for that; none of those ``known`` already."""
    records = Records(snapshot, wiring.derivations)
    for origin, named in open_references.stream(engine.items, step.entity):
        if origin in known or not _leads_somewhere(engine, named):
            continue
        item = engine.items.get(step.entity, [origin]).get(origin)
        sourced = records.one(step.entity, origin) if item is not None and item.owned == CREATED else None
        planned = _again(wiring, step, sourced, item) if item is not None and sourced is not None else None
        if planned is not None:
            yield planned


def _leads_somewhere(engine: Engine, named: Sequence[Named]) -> bool:
    resolver = engine.resolver
    origins = ((entity, resolver.origin(entity, alias)) for entity, alias in named)
    return any(resolver.item(entity, origin[0]) is not None for entity, origin in origins if origin is not None)


def _again(wiring: Wiring, step: Step, sourced: Sourced, item: Item) -> Optional[Planned]:
    loader, mapping = wiring.loaders[step.entity], wiring.mappings[step.entity]
    mapped = mapping.apply(sourced.record, sourced.source)
    if mapped.skip is not None or mapped.fail is not None or mapped.stops:
        return None
    planned = draft(wiring, step.entity, sourced, mapped, False)
    only = rich_fields(as_row(planned), loader.notes_field)
    # What is not written as it is mapped now could not be written in this run, and has its reason.
    texts = {*only, NOTES} if loader.notes_field in only else {*only}
    if any(item.fields.get(name, "").rstrip(OPEN_END) != planned.fields.get(name, "") for name in texts):
        return None
    return replace(planned, kind=effects.SHAPE, effect_class="repeatable", only=only, rank=0, step=step.number)
