"""Whatever was sent again after doubt is counted on the target: a second copy equal to ours is removed and reported."""

from __future__ import annotations

from typing import Any, Mapping, Optional

from sqlalchemy import Connection

from ..engine.attempt import resolve
from ..engine.context import Engine
from ..hooks.protocols import Loader
from ..ledger import listing
from ..ledger.effects import EffectRow
from ..model.effect import Found
from ..model.outcome import ItemFailed, ItemSkipped
from ..model.problem import ERROR, WARNING, Problem
from .options import problem_event


def sweep(engine: Engine, step: Optional[int] = None) -> None:
    """Count what one step (or any) sent again. Right after a step, since later ones change ours and not the copy."""
    engine.writer.flush()
    for row in engine.effects.resent():
        if step is None or row.step == step:
            _count(engine, row)


def _count(engine: Engine, row: EffectRow) -> None:
    loader = engine.loaders[row.entity]
    item = engine.items.get(row.entity, [row.origin]).get(row.origin)
    try:
        effect = resolve(engine, row).effect
        found, wanted = list(loader.find(effect)), loader.image(effect)
    except (ItemFailed, ItemSkipped) as reason:
        problem = Problem(
            "J2O-E031",
            f"sent again after doubt, and cannot be counted: {reason}",
            ERROR,
            entity=row.entity,
            key=row.key,
        )
        _tell(engine, row, problem)
        return
    ours = next((one for one in found if item is not None and one.id == item.item), None)
    for other in found if ours is not None else ():
        if ours is not None and other.id != ours.id:
            _remove(engine, loader, row, ours, other, _touched(loader, other, ours, wanted))


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


def _remove(engine: Engine, loader: Loader, row: EffectRow, ours: Found, other: Found, touched: list[str]) -> None:
    message, severity = f"a second copy ({other.id}) of {ours.id} was removed", WARNING
    try:
        if touched:
            raise ItemFailed(f"it differs from ours in {', '.join(touched)}")
        loader.delete(other.id, other.parent)
    except (ItemFailed, NotImplementedError) as reason:
        message, severity = f"a second copy ({other.id}) of {ours.id} is on the target and stays: {reason}", ERROR
    _tell(engine, row, Problem("J2O-E030", message, severity, entity=row.entity, key=row.key))


def _tell(engine: Engine, row: EffectRow, problem: Problem) -> None:
    def change(connection: Connection) -> None:
        listing.put_problems(connection, engine.run, "apply", [(row.origin, problem)])

    engine.writer.submit(change)
    engine.emit(problem_event(problem, "apply"))
