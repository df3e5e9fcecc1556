"""Stand-ins of those whom the target refused while they were written: nobody knows beforehand who that will be."""

from __future__ import annotations

from dataclasses import replace
from typing import Sequence

from sqlalchemy import Connection

from ..checks.checker import Checker
from ..checks.left_out import LeftOut
from ..engine.context import Engine
from ..ledger import listing, plan_rows, runs
from ..mapping.references import referrer
from ..model.payload import Ref
from ..model.record import Record
from ..snapshot.facts import Facts
from ..snapshot.rows import Stub
from ..snapshot.store import Snapshot
from .batch import Batch
from .drafting import draft
from .records import Records
from .steps import Step
from .wiring import Wiring


def plan_standing_in(wiring: Wiring, engine: Engine, snapshot: Snapshot, step: Step) -> None:
    """Add to a step that writes stand-ins one for each item that failed in this run, which had none planned.

    Everything about them but the moment is as planned before: an effect each, durable before it is sent, and counted.
    Doing it again, as a resumed run does, adds nothing.
    """
    original = wiring.loaders[step.entity].stands_in_for
    if original is None or original not in wiring.loaders:
        return
    engine.writer.flush()  # what became of the last of them
    if not listing.has_failed(engine.items.engine, engine.run, original):
        return
    later = _Later(wiring, engine, snapshot, step.entity, original)
    for stubs in snapshot.stubs(step.entity):
        later.plan(stubs)


class _Later:
    def __init__(self, wiring: Wiring, engine: Engine, snapshot: Snapshot, entity: str, original: str) -> None:
        self._wiring, self._engine = wiring, engine
        self._entity, self._original = entity, original
        self._records, self._facts = Records(snapshot, wiring.derivations), Facts(snapshot)
        self._refer = referrer(wiring.spec.entities[original], wiring.plugins.registry)
        resolver = engine.resolver
        self._checker = Checker(
            wiring.spec,
            wiring.plugins.registry,
            wiring.mappings,
            wiring.loaders,
            resolver.origin,
            LeftOut(wiring.depended_on),
            lambda ref: resolver.meant(ref) is not None,
        )

    def plan(self, chunk: Sequence[Stub]) -> None:
        """Those of one chunk of records, in one transaction."""
        engine, database = self._engine, self._engine.items.engine
        origins = [stub.id for stub in chunk]
        decided = {
            *engine.items.get(self._entity, origins),
            *listing.outcomes(database, engine.run, self._entity, origins),
            *engine.effects.origins(self._entity, origins),
        }
        stubs = [stub for stub in chunk if stub.id not in decided]
        mapping = self._wiring.mappings[self._entity]
        batch = Batch(self._entity)
        broken = self._facts.broken(self._entity, [stub.id for stub in stubs]) if mapping.across else {}
        found = list(zip(stubs, self._records.load(self._entity, stubs)))
        failed = self._failed([sourced.record for _, sourced in found])
        for stub, sourced in found:
            record = sourced.record
            if record.origin.id not in failed:
                continue
            verdict = self._checker.check(record, sourced.source, True, broken.get(record.origin.id, ()))
            batch.problems.extend((record.origin.id, problem) for problem in verdict.problems)
            if verdict.mapped is not None:
                sourced = replace(sourced, digest=stub.digest)
                batch.planned.append(draft(self._wiring, self._entity, sourced, verdict.mapped, False))
            elif verdict.cause is not None or verdict.stops:  # it is too late for stopping: the item fails
                batch.leave_out(record.origin.id, verdict.cause or verdict.stops[0])
        added = len(batch.planned) + len(batch.listed)
        if added:
            engine.writer.submit(lambda connection: self._enter(connection, batch, added))

    def _failed(self, records: Sequence[Record]) -> set[str]:
        """Ids of those records whose item itself has failed in this run."""
        engine = self._engine
        meant = {record.origin.id: self._meant(record) for record in records}
        origins = sorted(set().union(*meant.values()))
        outcomes = listing.outcomes(engine.items.engine, engine.run, self._original, origins)
        failed = {origin for origin, (outcome, _) in outcomes.items() if outcome == listing.FAILED}
        return {identifier for identifier, originals in meant.items() if originals & failed}

    def _meant(self, record: Record) -> set[str]:
        ref = self._refer(record.data)
        assert isinstance(ref, Ref)
        found = [self._engine.resolver.origin(self._original, alias) for alias in ref.aliases]
        return {one[0] for one in found if one is not None}

    def _enter(self, connection: Connection, batch: Batch, added: int) -> None:
        run = self._engine.run
        plan_rows.enter(connection, run, batch.planned)
        listing.put(connection, run, batch.listed)
        listing.put_problems(connection, run, "plan", batch.problems)
        runs.count_more(connection, run, self._entity, added)
