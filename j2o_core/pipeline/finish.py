"""The finish, at cut-over: versions are closed, users locked, projects archived. Until then a later run needs them."""

from __future__ import annotations

from typing import Iterator

from ..engine.context import Engine
from ..ledger import effects, plan_rows
from ..ledger.effects import Planned
from ..ledger.items import CREATED
from ..snapshot.store import Snapshot
from .records import Records
from .steps import Step
from .wiring import Wiring


def plan_finish(wiring: Wiring, engine: Engine, snapshot: Snapshot, step: Step) -> None:
    """Plan the closing writes of one entity: of items that a run has created, never of what others own."""
    planned = list(_planned(wiring, engine, snapshot, step))
    engine.writer.submit(lambda connection: plan_rows.enter(connection, engine.run, planned))


def _planned(wiring: Wiring, engine: Engine, snapshot: Snapshot, step: Step) -> Iterator[Planned]:
    loader, mapping = wiring.loaders[step.entity], wiring.mappings[step.entity]
    records = Records(snapshot, wiring.derivations)
    for stubs in snapshot.stubs(step.entity):
        items = engine.items.get(step.entity, [stub.id for stub in stubs])
        ours = [stub for stub in stubs if stub.id in items and items[stub.id].owned == CREATED]
        for sourced in records.load(step.entity, ours):
            record = sourced.record
            mapped = mapping.apply(record, sourced.source)
            only = list(loader.finishing(mapped.payload))
            if not only or mapped.skip is not None or mapped.fail is not None:
                continue
            yield Planned(
                step=step.number,
                entity=step.entity,
                origin=record.origin.id,
                key=record.key,
                kind=effects.SHAPE,
                effect_class="repeatable",
                payload=mapped.payload,
                only=only,
                parent_entity=record.parent.entity if record.parent else None,
                parent_origin=record.parent.id if record.parent else None,
                lane=loader.lane(record.origin.id, str(record.parent or ""), "", mapped.payload),
            )
