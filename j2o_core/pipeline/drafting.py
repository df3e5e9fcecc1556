"""From a mapped record to a planned effect, and to the digests by which later runs compare."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Mapping, Sequence

from ..ledger import effects
from ..ledger.effects import EffectRow, Planned
from ..mapping.model import Mapped
from ..mapping.readable import note_text
from ..model.digest import digest
from ..model.payload import to_json
from .records import Sourced
from .steps import WRITE, Step
from .wiring import Wiring

#: the name under which preserved values are digested
NOTES = "(notes)"


def write_step(wiring: Wiring, entity: str) -> Step:
    """The step in which items of an entity are written."""
    return next(step for step in wiring.steps if step.entity == entity and step.kind == WRITE)


def draft(wiring: Wiring, entity: str, sourced: Sourced, mapped: Mapped, claimed: bool) -> Planned:
    """The create of one item; ``claimed``: a file that is uploaded for the create of its parent."""
    record, loader = sourced.record, wiring.loaders[entity]
    step = write_step(wiring, loader.claimed_by if claimed and loader.claimed_by else entity)
    return Planned(
        step=step.number,
        entity=entity,
        origin=record.origin.id,
        key=record.key,
        kind=effects.UPLOAD if claimed else effects.CREATE,
        effect_class=loader.effect_class.value,
        payload=mapped.payload,
        notes=[(label, note_text(value)) for label, value in mapped.preserved.items()],
        parent_entity=record.parent.entity if record.parent else None,
        parent_origin=record.parent.id if record.parent else None,
        rank=loader.rank(mapped.payload),
        lane=loader.lane(record.origin.id, str(record.parent or ""), "", mapped.payload),
        record_digest=sourced.digest,
        mapping_digest=wiring.mappings[entity].digest,
        fields=field_digests(mapped.payload, mapped.preserved),
    )


def draft_update(wiring: Wiring, planned: Planned, only: Sequence[str]) -> Planned:
    """The same as an update of an item that is there, of some fields."""
    step = write_step(wiring, planned.entity).number
    return replace(planned, kind=effects.UPDATE, only=list(only), step=step)


def field_digests(payload: Mapping[str, Any], preserved: Mapping[str, Any]) -> dict[str, str]:
    """The digest of each payload field, and of all that is preserved as text."""
    fields = {name: digest(to_json(value)) for name, value in payload.items()}
    if preserved:
        fields[NOTES] = digest(to_json(dict(preserved)))
    return fields


def as_row(planned: Planned) -> EffectRow:
    """A planned effect as if it had been stored: to resolve it before it is."""
    return EffectRow(
        id=0,
        rank=planned.rank,
        step=planned.step,
        entity=planned.entity,
        origin=planned.origin,
        key=planned.key,
        kind=planned.kind,
        lane=planned.lane,
        payload=planned.payload,
        notes=planned.notes,
        only=None,
        parent_entity=planned.parent_entity,
        parent_origin=planned.parent_origin,
        record_digest=planned.record_digest,
        mapping_digest=planned.mapping_digest,
        fields=planned.fields,
        attempts=0,
        sent=None,
        resent=False,
    )
