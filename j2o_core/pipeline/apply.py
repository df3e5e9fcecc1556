"""Stage 5: carry out the plan, step by step, and make sure that nothing stands twice."""

from __future__ import annotations

from functools import partial
from typing import Optional, Protocol

from ..engine.context import Engine
from ..ledger import sending
from ..model.effect import Phase
from ..snapshot.store import Snapshot
from .finish import plan_finish
from .late import plan_late
from .numbering import plan_clearing
from .standing_in import plan_standing_in
from .steps import CLEAR, FINISH, LATE, WRITE
from .sweep import sweep
from .wiring import Wiring


class Steps(Protocol):
    """Who carries out steps: this process, or others."""

    def run(self, *steps: int) -> None:
        """Carry out steps to their end, side by side. Raises ``Fatal`` or ``Stopped``; either can be resumed."""
        ...


def apply(
    wiring: Wiring, engine: Engine, snapshot: Snapshot, finish: bool, steps: Steps, until: Optional[str] = None
) -> None:
    """Carry out every step, the finish only where asked; those of later phases than ``until`` are left.

    Raises ``Fatal`` or ``Stopped``; both can be resumed.
    """
    prepared: set[str] = set()
    for entity, late_step in engine.late_step.items():
        if wiring.loaders[entity].claimed_by:
            release = partial(sending.release_orphans, run=engine.run, entity=entity, step=late_step)
            engine.writer.submit(release)
    phases = [phase.value for phase in Phase]
    last = len(phases) if until is None else phases.index(until)
    for group in wiring.abreast:
        if phases.index(group[0].phase.value) > last:
            break
        begun = []
        for step in group:
            if step.kind == WRITE:
                plan_standing_in(wiring, engine, snapshot, step)
            if step.kind == CLEAR and not engine.effects.exists(step.number):
                plan_clearing(engine, snapshot, step)
            if step.kind == LATE:
                plan_late(wiring, engine, snapshot, step)
            if step.kind == FINISH and finish and not engine.effects.exists(step.number):
                plan_finish(wiring, engine, snapshot, step)
            if not engine.effects.left(step.number):
                continue
            if step.entity not in prepared:
                wiring.loaders[step.entity].prepare()
                prepared.add(step.entity)
            begun.append(step)
            engine.emit({"event": "stage_started", "stage": "apply", "phase": step.phase.value, "entity": step.entity})
        if len(begun) > 1:  # the others fill the gaps that the longest lanes leave
            begun.sort(key=lambda step: -engine.effects.longest_lane(step.number))
        steps.run(*(step.number for step in begun))
        for step in begun:
            if step.kind == WRITE:
                sweep(engine, step.number)
    sweep(engine)
