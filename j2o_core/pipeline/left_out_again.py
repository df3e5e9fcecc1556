"""What is left out for a reason that is known already is neither read nor mapped again."""

from __future__ import annotations

from dataclasses import replace
from typing import Sequence

from ..checks.checker import Verdict
from ..checks.left_out import LeftOut
from ..mapping.codes import ITEM_SKIPPED
from ..mapping.compiled import EntityMapping
from ..model.digest import digest
from ..model.origin import Origin
from ..model.problem import Problem
from ..snapshot.rows import Stub
from ..snapshot.skips import Skips
from ..snapshot.store import Snapshot
from ..spec.model import Spec
from .batch import Batch


class LeftOutAgain:
    """For records that have no item: a parent that is left out, or what their mapping said of them the last time.

    What a mapping says depends on the record and the mapping alone, unlike references and rules across items; where it
    is written in the spec is told too.
    """

    def __init__(self, spec: Spec, snapshot: Snapshot, left_out: LeftOut) -> None:
        self._source, self._skips, self._left_out = snapshot.source, Skips(snapshot), left_out
        self._places = digest({path: str(place) for path, place in spec.values.items()})
        self._found: list[tuple[str, str, Problem]] = []

    def list(self, batch: Batch, mapping: EntityMapping, new: Sequence[tuple[Stub, str]]) -> set[str]:
        """List those of ``new``, with the digests of what their mapping reads, for which it is known; their ids."""
        known = self._skips.known(batch.entity, [(stub.id, self._form(mapping, read)) for stub, read in new])
        listed = set()
        for stub, _ in new:
            parent = None
            if stub.parent_entity and stub.parent_id:
                parent = Origin(self._source, stub.parent_entity, stub.parent_id)
            cause = self._left_out.fate(parent) or known.get(stub.id)
            if cause is not None:
                self._left_out.add(Origin(self._source, batch.entity, stub.id), cause)
                batch.leave_out(stub.id, replace(cause, entity=batch.entity, key=stub.key))
                listed.add(stub.id)
        return listed

    def note(self, identifier: str, mapping: EntityMapping, read: str, verdict: Verdict) -> None:
        """Remember what was found of a record that breaks no rule across items."""
        cause = verdict.cause
        if cause is not None and cause.code == ITEM_SKIPPED and not verdict.problems:
            self._found.append((identifier, self._form(mapping, read), cause))

    def write(self, entity: str) -> None:
        """Keep what was noted."""
        if self._found:
            self._skips.put(entity, self._found)
            self._found = []

    def _form(self, mapping: EntityMapping, read: str) -> str:
        return f"{read} {mapping.digest} {self._places}"
