"""What a change of the spec changes: the snapshot is mapped with both, and what comes out is compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterator, Mapping, Optional

from ..mapping.model import Mapped
from .legible import Legible
from .recorded import Recorded
from .records import Sourced

#: what becomes of a record of an entity that the spec does not have
NOT_MIGRATED = "not migrated"
WRITTEN = "written"


@dataclass(frozen=True)
class Remapped:
    """One value of one item that is another with the other spec.

    ``field`` is a target field, ``preserved > NAME`` for what is kept as text, or ``outcome`` (written, skipped,
    failed, not migrated; then nothing else is told of the item). ``None`` stands for no value.
    """

    entity: str
    key: str
    field: str
    before: Any
    after: Any


def remap(before: Recorded, after: Recorded) -> Iterator[Remapped]:
    """Every difference between what the two specs make of the same snapshot, item by item, as a stream."""
    mappings, others = before.wiring.mappings, after.wiring.mappings
    legible = Legible(after.wiring.plugins.registry)
    for entity in [*mappings, *(name for name in others if name not in mappings)]:
        first, second = mappings.get(entity), others.get(entity)
        if first is not None and second is not None and first.digest == second.digest:
            continue
        for stubs in after.snapshot.stubs(entity):
            nothing: list[Optional[Sourced]] = [None] * len(stubs)
            old = before.records.load(entity, stubs) if first else nothing
            new = after.records.load(entity, stubs) if second else nothing
            for stub, one, other in zip(stubs, old, new):
                made = _made(before, entity, one, legible), _made(after, entity, other, legible)
                for name in _names(*made) if _both_written(*made) else ["outcome"]:
                    if made[0].get(name) != made[1].get(name):
                        yield Remapped(entity, stub.key, name, made[0].get(name), made[1].get(name))


def _made(recorded: Recorded, entity: str, sourced: Optional[Sourced], legible: Legible) -> Mapping[str, Any]:
    """What becomes of a record, flat: its outcome, its fields, what is preserved of it."""
    if sourced is None:
        return {"outcome": NOT_MIGRATED}
    mapped: Mapped = recorded.wiring.mappings[entity].apply(sourced.record, sourced.source)
    if mapped.fail is not None:
        return {"outcome": f"failed: {mapped.fail.message}"}
    if mapped.skip is not None:
        return {"outcome": f"skipped: {mapped.skip}"}
    kept = {f"preserved > {name}": value for name, value in mapped.preserved.items()}
    return {"outcome": WRITTEN, **legible.of({**mapped.payload, **kept})}


def _both_written(first: Mapping[str, Any], second: Mapping[str, Any]) -> bool:
    return bool(first["outcome"] == second["outcome"] == WRITTEN)


def _names(first: Mapping[str, Any], second: Mapping[str, Any]) -> list[str]:
    return [*first, *(name for name in second if name not in first)]
