"""Whatever was sent again after doubt is counted on the target: a second copy equal to ours is removed and reported."""

from __future__ import annotations

from typing import Any, Mapping, Optional

from sqlalchemy import Connection

from ..engine.attempt import resolve
from ..engine.context import Engine
from ..engine.dispatch import Stopped
from ..hooks.protocols import Loader
from ..ledger import listing
from ..ledger.effects import EffectRow
from ..model.effect import Found
from ..model.outcome import (
    Conflict,
    Fatal,
    Held,
    InDoubt,
    ItemFailed,
    ItemSkipped,
    NotSent,
    Outcome,
    Retriable,
    Undecided,
)
from ..model.problem import ERROR, WARNING, Problem
from ..model.retry import bounds_for
from .options import problem_event


def sweep(engine: Engine, step: Optional[int] = None) -> None:
    """Count what one step (or any) sent again. Right after a step, since later ones change ours and not the copy."""
    engine.writer.flush()
    for row in engine.effects.resent():
        if step is None or row.step == step:
            _count(engine, row)


def _count(engine: Engine, row: EffectRow) -> None:
    """Count one effect. Looking and removing can be repeated: after doubt the target is simply looked at again."""
    begun: dict[str, Found] = {}
    attempts = 0
    while True:
        try:
            _look(engine, row, begun)
            return
        except (ItemFailed, ItemSkipped) as reason:
            _tell_uncounted(engine, row, reason)
            return
        except (NotSent, Retriable, Undecided, InDoubt, Conflict) as outcome:
            attempts += not isinstance(outcome, Held)
            if attempts >= bounds_for(engine.waits, outcome).attempts:
                if isinstance(outcome, NotSent):
                    raise Fatal(outcome.message, exit_code=3, code=outcome.code, detail=outcome.detail) from outcome
                _tell_uncounted(engine, row, outcome)
                return
            if engine.stop.wait(engine.waits.after(outcome, attempts)):
                raise Stopped from outcome


def _look(engine: Engine, row: EffectRow, begun: dict[str, Found]) -> None:
    """``begun`` are the copies whose removal was sent and not answered."""
    loader = engine.loaders[row.entity]
    item = engine.items.get(row.entity, [row.origin]).get(row.origin)
    effect = resolve(engine, row).effect
    found, wanted = list(loader.find(effect)), loader.image(effect)
    ours = next((one for one in found if item is not None and one.id == item.item), None)
    if ours is None:
        return
    standing = {one.id for one in found}
    for identifier in [one for one in begun if one not in standing]:
        _tell_removed(engine, row, ours, begun.pop(identifier))
    for other in found:
        if other.id != ours.id:
            _remove(engine, loader, row, ours, other, _touched(loader, other, ours, wanted), begun)


def _touched(loader: Loader, other: Found, ours: Found, wanted: Mapping[str, Any]) -> list[str]:
    """Fields that we write and that are neither as ours are now (its children may have shaped it) nor as sent."""
    return [
        name
        for name in sorted(wanted)
        if name in other.image
        and name not in loader.restored_fields
        and not loader.holds(name, ours.image.get(name), other.image[name])
        and not loader.holds(name, wanted[name], other.image[name])
    ]


def _remove(
    engine: Engine,
    loader: Loader,
    row: EffectRow,
    ours: Found,
    other: Found,
    touched: list[str],
    begun: dict[str, Found],
) -> None:
    try:
        if touched:
            raise ItemFailed(f"it differs from ours in {', '.join(touched)}")
        along = loader.goes_along(other.id)
        if along:
            raise ItemFailed(f"{along} would go with it")
        begun[other.id] = other
        loader.delete(other.id, other.parent)
    except (ItemFailed, NotImplementedError) as reason:
        begun.pop(other.id, None)
        message = f"a second copy ({other.id}) of {ours.id} is on the target and stays: {reason}"
        _tell(engine, row, Problem("J2O-E030", message, ERROR, entity=row.entity, key=row.key))
        return
    del begun[other.id]
    _tell_removed(engine, row, ours, other)


def _tell_removed(engine: Engine, row: EffectRow, ours: Found, other: Found) -> None:
    message = f"a second copy ({other.id}) of {ours.id} was removed"
    _tell(engine, row, Problem("J2O-E030", message, WARNING, entity=row.entity, key=row.key))


def _tell_uncounted(engine: Engine, row: EffectRow, reason: Outcome) -> None:
    message = f"sent again after doubt, and cannot be counted: {reason}"
    _tell(engine, row, Problem("J2O-E031", message, ERROR, entity=row.entity, key=row.key))


def _tell(engine: Engine, row: EffectRow, problem: Problem) -> None:
    def change(connection: Connection) -> None:
        listing.put_problems(connection, engine.run, "apply", [(row.origin, problem)])

    engine.writer.submit(change)
    engine.emit(problem_event(problem, "apply"))
