"""What stands on the target already is taken over, and not created a second time."""

from __future__ import annotations

from typing import Iterable, Optional, Sequence

from ..engine.resolve import Resolution, Resolver
from ..engine.written import image_digests
from ..hooks.protocols import Loader
from ..ledger.effects import Planned
from ..ledger.items import CREATED, MATCHED, Item, Items
from ..ledger.open_references import OpenReferences
from ..model.effect import Effect
from ..model.outcome import ItemFailed, ItemSkipped
from ..model.problem import Problem
from ..model.record import Record
from ..snapshot.store import Snapshot
from .adoption import Adoption, Recognising
from .batch import Batch
from .drafting import as_row, draft_update
from .open_ends import OpenEnds
from .retry import references
from .takeover import Takeover
from .wiring import Wiring


class Present:
    """Found by what an earlier tool's id maps say, and by one scan of a kind: by origin mark, and by name."""

    def __init__(self, wiring: Wiring, snapshot: Snapshot, items: Items, resolver: Resolver, ends: OpenEnds) -> None:
        self._wiring = wiring
        self._ends = ends
        self._adoption = Adoption(snapshot, items)
        self._recognising = Recognising(resolver, self._adoption)
        self._takeover = Takeover(wiring.spec, snapshot, items, resolver, self._as_effect)

    def scan(self, entity: str, loader: Loader) -> None:
        """Read all of a kind that stands where the plan will write."""
        self._adoption.scan(entity, loader)

    def begin(self, entity: str) -> Iterable[Problem]:
        """Read what the maps say of an entity."""
        return self._takeover.begin(entity)

    def look_up(self, entity: str, loader: Loader, origins: Sequence[str]) -> None:
        """Read what the maps name for these new items."""
        self._takeover.look_up(entity, loader, origins)

    def take(self, batch: Batch, planned: Planned, record: Record, loader: Loader) -> bool:
        """Take over what is there for a new item, or leave the item out; ``False`` where nothing is: it is created."""
        taken = self._by_map(batch, planned, record, loader)
        return taken or (self._adoption.has(batch.entity) and self._by_scan(batch, planned, loader))

    def _by_map(self, batch: Batch, planned: Planned, record: Record, loader: Loader) -> bool:
        """Take over what an earlier tool has written; a mark of ours says more than its id map."""
        if self._adoption.find(planned.entity, planned.origin, ()) is not None:
            return False
        cause = self._takeover.left_out(planned, record, loader)
        if cause is not None:
            batch.leave_out(planned.origin, cause)
            return True
        changed = self._takeover.take(batch, planned, loader)
        if changed:
            batch.planned.append(draft_update(self._wiring, planned, changed))
        elif changed is not None:
            batch.stays(planned.key)
        return changed is not None

    def _by_scan(self, batch: Batch, planned: Planned, loader: Loader) -> bool:
        """Take over what the scan has found; ``False`` where it has found nothing."""
        entity = planned.entity
        try:
            row = as_row(planned)
            resolution = Resolution(self._recognising, row, self._wiring.source, loader.required)
            keys = list(loader.keys(resolution.effect))
        except (ItemFailed, ItemSkipped):
            return False  # what it refers to does not exist yet, so neither can it
        match = self._adoption.find(entity, planned.origin, keys)
        if match is None:
            return False
        found, ours = match
        changed = [
            name
            for name, value in loader.image(resolution.effect).items()
            # What others own is only added to, where the target can hold both.
            if ((ours and loader.changeable) or name in loader.shared_fields)
            and (not loader.holds(name, value, found.image.get(name)) or self._comes_later(name, planned, resolution))
        ]
        batch.items.append(
            Item(
                entity,
                planned.origin,
                planned.key,
                found.id,
                CREATED if ours else MATCHED,
                found.display,
                found.parent or None,
                "" if changed or resolution.unresolved else planned.record_digest,
                planned.mapping_digest,
                {} if changed else resolution.digests(planned.fields),
                image_digests(found.image),
                found.version,
                found.updated,
            )
        )
        if changed:
            batch.planned.append(draft_update(self._wiring, planned, changed))
        else:
            batch.stays(planned.key)
            if ours and resolution.named_in_vain:
                batch.open.append(OpenReferences(entity, planned.origin, resolution.named_in_vain))
        return True

    def _comes_later(self, name: str, planned: Planned, resolution: Resolution) -> bool:
        """Whether a field refers to what is not there yet, and is written in this run."""
        return name in resolution.in_vain and any(
            self._ends.leads_to_itself(ref) for ref in references(planned.payload.get(name))
        )

    def _as_effect(self, planned: Planned) -> Optional[Effect]:
        loader = self._wiring.loaders[planned.entity]
        try:
            return Resolution(self._recognising, as_row(planned), self._wiring.source, loader.required).effect
        except (ItemFailed, ItemSkipped):
            return None
