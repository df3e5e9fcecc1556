"""Stage 5: carry out the plan, step by step, and make sure that nothing stands twice."""

from __future__ import annotations

from sqlalchemy import Connection

from ..engine.attempt import resolve
from ..engine.context import Engine
from ..engine.dispatch import Dispatcher
from ..hooks.protocols import Loader
from ..ledger import effects, listing
from ..ledger.effects import EffectRow, Planned
from ..model.effect import Found
from ..model.outcome import ItemFailed, ItemSkipped
from ..model.problem import ERROR, WARNING, Problem
from ..snapshot.store import Snapshot
from .finish import plan_finish
from .options import problem_event
from .steps import FINISH, LATE, WRITE, Step
from .wiring import Wiring


def apply(wiring: Wiring, engine: Engine, snapshot: Snapshot, finish: bool) -> None:
    """Carry out every step, the finish only where asked. Raises ``Fatal`` or ``Stopped``; both can be resumed."""
    prepared: set[str] = set()
    dispatcher = Dispatcher(engine)
    for step in wiring.steps:
        if step.kind == LATE and not engine.effects.exists(step.number):
            _plan_late(wiring, engine, step)
        if step.kind == FINISH and finish and not engine.effects.exists(step.number):
            plan_finish(wiring, engine, snapshot, step)
        if not engine.effects.left(step.number):
            continue
        if step.entity not in prepared:
            wiring.loaders[step.entity].prepare()
            prepared.add(step.entity)
        engine.emit({"event": "stage_started", "stage": "apply", "phase": step.phase.value, "entity": step.entity})
        dispatcher.run(step.number)
    _sweep(engine)


def _plan_late(wiring: Wiring, engine: Engine, step: Step) -> None:
    """Text that named items which did not exist yet is written again, now that they do."""
    first = next(other for other in wiring.steps if other.entity == step.entity and other.kind == WRITE)
    planned = [
        Planned(
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
        for row, fields in engine.effects.late(first.number)
    ]
    engine.writer.submit(lambda connection: effects.plan(connection, engine.run, planned))


def _sweep(engine: Engine) -> None:
    """Whatever was sent again after doubt is counted on the target; a second copy equal to ours is removed."""
    engine.writer.flush()
    for row in engine.effects.resent():
        if row.kind != effects.CREATE:
            continue
        loader = engine.loaders[row.entity]
        item = engine.items.get(row.entity, [row.origin]).get(row.origin)
        try:
            found = list(loader.find(resolve(engine, row).effect))
        except (ItemFailed, ItemSkipped):
            continue
        ours = next((one for one in found if item is not None and one.id == item.item), None)
        if ours is None or len(found) < 2:
            continue
        for other in found:
            if other.id != ours.id:
                _remove_copy(engine, loader, row, ours, other)


def _remove_copy(engine: Engine, loader: Loader, row: EffectRow, ours: Found, other: Found) -> None:
    equal = {**other.image} == {**ours.image}
    message, severity = f"a second copy ({other.id}) of {ours.id} was removed", WARNING
    try:
        if not equal:
            raise ItemFailed("it differs from ours")
        loader.delete(other.id, other.parent)
    except (ItemFailed, NotImplementedError) as reason:
        message, severity = f"a second copy ({other.id}) of {ours.id} is on the target and stays: {reason}", ERROR
    problem = Problem("J2O-E030", message, severity, entity=row.entity, key=row.key)

    def change(connection: Connection) -> None:
        listing.put_problems(connection, engine.run, "apply", [(row.origin, problem)])

    engine.writer.submit(change)
    engine.emit(problem_event(problem, "apply"))
