"""What the target's nature left out in an earlier run is not planned again as long as nothing about it has changed."""

from __future__ import annotations

from typing import AbstractSet, Mapping, Sequence

from ..hooks.protocols import Loader
from ..ledger import listing
from ..ledger.items import Items
from ..ledger.listing import Refusal
from ..model.problem import WARNING, Problem
from ..snapshot.rows import Stub
from ..spec.model import Spec
from .batch import Batch


class LeftOutForGood:
    """Lists records again for the reason that a loader calls ``settled``: the second relation of a pair, say.

    It holds as long as neither the record, nor the one it was split from, nor the mapping is another, and a reason that
    the tree above it decides only until a run, this one or any since, has something to write there. A ``fresh`` run
    asks for all of it again.
    """

    def __init__(self, spec: Spec, items: Items, run: str, fresh: bool = False) -> None:
        self._spec, self._items, self._run, self._fresh = spec, items, run, fresh
        #: by entity, the runs that had anything of it to write
        self._writers: dict[str, Mapping[str, int]] = {}

    def list(
        self, batch: Batch, loader: Loader, mapping_digest: str, new: Sequence[tuple[Stub, str]]
    ) -> AbstractSet[str]:
        """List those of ``new``, with the digests of what their mapping reads, that are left out again; their ids."""
        if self._fresh or not loader.settled or not new:
            return frozenset()
        entity = self._spec.entities[batch.entity]
        place = (entity.load.place if entity.load else None) or entity.place
        known = self._refusals(batch.entity, loader.settled, [stub.id for stub, _ in new])
        listed = set()
        for stub, read in new:
            before = known.get(stub.id)
            if before is None or (before.record_digest, before.mapping_digest) != (read, mapping_digest):
                continue
            if loader.settled[before.code] and self._written_since(before, stub.parent_entity or ""):
                continue
            cause = Problem(before.code, before.message, WARNING, place, entity=batch.entity, key=stub.key)
            batch.leave_out(stub.id, cause)
            listed.add(stub.id)
        return listed

    def _refusals(self, entity: str, settled: Mapping[str, bool], origins: Sequence[str]) -> Mapping[str, Refusal]:
        items = self._items
        found = listing.refusals(items.engine, items.target, items.source, self._run, entity, origins)
        return {origin: refusal for origin, refusal in found.items() if refusal.code in settled}

    def _written_since(self, refusal: Refusal, entity: str) -> bool:
        if entity not in self._writers:
            items = self._items
            self._writers[entity] = listing.writers(items.engine, items.target, items.source, entity)
        return any(run != refusal.run and effect > refusal.effect for run, effect in self._writers[entity].items())
