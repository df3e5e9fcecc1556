"""Records of an entity with the records they come from, read from the snapshot in batches."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Iterable, Mapping, Optional, Sequence

from ..model.record import Record
from ..snapshot.derive import Derivation, children
from ..snapshot.rows import Stub
from ..snapshot.store import Snapshot

#: how many records are kept with their children
_FAMILIES = 16


@dataclass(frozen=True)
class Sourced:
    """A record, the record it was split from, where there is one, and the digest of what its mapping reads."""

    record: Record
    source: Optional[Record] = None
    digest: str = ""


class Records:
    """Reads records whole: data that were not stored are derived from the parent's again."""

    def __init__(self, snapshot: Snapshot, derivations: Iterable[Derivation]) -> None:
        self._snapshot = snapshot
        self._derivations: dict[str, list[Derivation]] = {}
        for derivation in derivations:
            self._derivations.setdefault(derivation.entity, []).append(derivation)
        # Files of one issue are asked for one by one, and nearly one after the other.
        self._family = lru_cache(maxsize=_FAMILIES)(self._read_family)

    def load(self, entity: str, stubs: Sequence[Stub]) -> list[Sourced]:
        """The records of these stubs, in their order."""
        found = self._snapshot.load(entity, [stub.id for stub in stubs])
        parents = self._parents(stubs)
        derived: dict[tuple[str, str], dict[str, Record]] = {}
        records = []
        for stub in stubs:
            record, complete = found[stub.id]
            source = parents.get((stub.parent_entity or "", stub.parent_id or ""))
            if not complete and source is not None:
                known = derived.get((source.origin.entity, source.origin.id))
                if known is None:
                    known = self._derive(entity, source)
                    derived[(source.origin.entity, source.origin.id)] = known
                record = known[stub.id]
            records.append(Sourced(record, source))
        return records

    def one(self, entity: str, identifier: str) -> Optional[Sourced]:
        """One record by id; ``None`` also for a child that its parent has no more."""
        found = self._snapshot.load(entity, [identifier]).get(identifier)
        if found is None:
            return None
        record, complete = found
        if record.parent is None:
            return Sourced(record)
        source, children_of = self._family(entity, record.parent.entity, record.parent.id)
        if complete or source is None:
            return Sourced(record, source)
        child = children_of.get(identifier)
        return None if child is None else Sourced(child, source)

    def without_source(self, entity: str, identifier: str) -> Optional[Record]:
        """The same record, but not what it comes from, which is not even read where the record is stored whole."""
        record, complete = self._snapshot.load(entity, [identifier]).get(identifier, (None, True))
        if record is None or complete:
            return record
        sourced = self.one(entity, identifier)
        return None if sourced is None else sourced.record

    def _read_family(self, entity: str, above: str, identifier: str) -> tuple[Optional[Record], Mapping[str, Record]]:
        """A record, and the children of an entity that it has."""
        source, _ = self._snapshot.load(above, [identifier]).get(identifier, (None, True))
        return source, {} if source is None else self._derive(entity, source)

    def _parents(self, stubs: Sequence[Stub]) -> dict[tuple[str, str], Record]:
        wanted: dict[str, dict[str, None]] = {}
        for stub in stubs:
            if stub.parent_entity and stub.parent_id:
                wanted.setdefault(stub.parent_entity, {}).setdefault(stub.parent_id)
        return {
            (entity, identifier): record
            for entity, identifiers in wanted.items()
            for identifier, (record, _) in self._snapshot.load(entity, list(identifiers)).items()
        }

    def _derive(self, entity: str, source: Record) -> dict[str, Record]:
        known: dict[str, Record] = {}
        for derivation in self._derivations.get(entity, ()):
            if derivation.of == source.origin.entity:
                for child in children(derivation, source):
                    known.setdefault(child.origin.id, child)
        return known
