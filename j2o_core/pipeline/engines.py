"""The engine of a run, as its wiring and its ledger make it: in the one process, or in each of several workers."""

from __future__ import annotations

import threading
from functools import partial
from typing import Mapping

from ..engine.context import Engine, Opener, Waits
from ..engine.resolve import AliasIndex, Resolver
from ..hooks.protocols import Loader, Numbering
from ..ledger import listing
from ..ledger.effects import Effects
from ..ledger.items import Items
from ..ledger.writer import Writer
from .observing import Observing
from .options import Emit
from .spec_line import spec_line
from .wiring import Wiring


def build_engine(
    wiring: Wiring,
    writer: Writer,
    run: str,
    items: Items,
    alias: AliasIndex,
    openers: Mapping[str, Opener],
    settle: float,
    emit: Emit,
    stop: threading.Event,
) -> Engine:
    """An engine that tolerates every failure. ``settle`` is in seconds."""
    spec, retry = wiring.spec, wiring.spec.runtime.retry
    gate = wiring.gates.get(wiring.target_connection)  # none where the target is no server
    waits = Waits(retry.attempts, retry.initial, retry.maximum, settle, retry.classes)
    if gate is not None:
        waits = Waits(retry.attempts, retry.initial, retry.maximum, settle, retry.classes, gate.retry_wait)
    return Engine(
        run=run,
        source=items.source,
        writer=writer,
        effects=Effects(items.engine, run),
        items=items,
        resolver=Resolver(items, alias),
        loaders=wiring.loaders,
        openers=openers,
        waits=waits,
        workers=spec.runtime.workers,
        batch_size=spec.runtime.batch_size,
        emit=emit,
        observe=Observing(wiring.plugins, run, emit, wiring.target_connection),
        parent_outcome=lambda entity, origin: listing.outcomes(items.engine, run, entity, [origin]).get(origin),
        place=partial(spec_line, spec),
        late_step={step.entity: step.number for step in wiring.steps if step.kind == "write"},
        rewritten=frozenset(step.entity for step in wiring.steps if step.kind == "late"),
        numbering=numberings(wiring.loaders),
        stop=stop,
    )


def numberings(loaders: Mapping[str, Loader]) -> dict[str, Numbering]:
    """By entity, how the keys of its items are reproduced, where that is asked for."""
    asked = ((name, loader.numbering()) for name, loader in loaders.items())
    return {name: numbering for name, numbering in asked if numbering is not None}
