"""Stage 3 and 4: map what changed, compare it with ledger and target, and enter the effects."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import replace
from typing import Mapping, Optional, Sequence

from ..checks.checker import Checker
from ..checks.findings import Findings
from ..checks.left_out import LeftOut
from ..engine.resolve import Resolver
from ..hooks.protocols import Loader
from ..ledger import effects, listing
from ..ledger.effects import Planned
from ..ledger.items import MATCHED, Item, Items
from ..ledger.projects import counts_of_unchanged, project_of
from ..ledger.writer import Writer
from ..mapping.model import Mapped
from ..model.effect import EffectClass
from ..model.problem import ERROR, WARNING, Problem
from ..snapshot.facts import Broken, Facts
from ..snapshot.rows import Stub
from ..snapshot.store import Snapshot
from ..snapshot.tree import Tree
from .batch import Batch, Batches
from .drafting import NOTES, draft, draft_update, write_step
from .interrupt import Interrupted
from .left_out_again import LeftOutAgain
from .left_out_for_good import LeftOutForGood
from .meaning import Meaning
from .numbering import Numbers
from .open_ends import OpenEnds, open_ends
from .options import Emit
from .parents import circle, tree_node
from .present import Present
from .records import Records, Sourced
from .retry import Retry
from .tolerance import Tolerance
from .tree_plan import TreePlan
from .wiring import Wiring


class Planner:
    """Plans the entities of a run one after the other, in the order of their steps."""

    def __init__(
        self,
        wiring: Wiring,
        snapshot: Snapshot,
        items: Items,
        resolver: Resolver,
        writer: Writer,
        run: str,
        emit: Emit,
        stop: threading.Event,
        scan_again: frozenset[str] = frozenset(),
        retry: Optional[Retry] = None,
        fresh: bool = False,
    ) -> None:
        self._wiring = wiring
        self._snapshot = snapshot
        self._items = items
        self._resolver = resolver
        self._run = run
        self._commit = wiring.spec.runtime.commit_size
        self._emit = emit
        self._stop = stop
        self._scan_again = scan_again
        self._retry = retry
        #: where ``retry`` is set: of the records being planned, those that failed; how many are nobody's business
        self._failed: set[str] = set()
        self._passed_over = 0
        self._records = Records(snapshot, wiring.derivations)
        self._facts = Facts(snapshot)
        self._ends = OpenEnds(resolver, items, run, wiring.loaders, retry)
        self._present = Present(wiring, snapshot, items, resolver, self._ends)
        self._tree = Tree(snapshot)
        self._tree_plan = TreePlan(wiring, self._tree, items, self._records, writer, run)
        self._numbers = Numbers(wiring, snapshot, resolver, items, writer, run)
        self._batches = Batches(writer, items, self._tree, run)
        self._left_out = LeftOut(wiring.depended_on)
        self._left_out_again = LeftOutAgain(wiring.spec, snapshot, self._left_out)
        self._left_out_for_good = LeftOutForGood(wiring.spec, items, run, fresh)
        self._tolerance = Tolerance(wiring.spec.runtime.tolerate, run)
        self._checker = Checker(
            wiring.spec,
            wiring.plugins.registry,
            wiring.mappings,
            wiring.loaders,
            resolver.origin,
            self._left_out,
            None if retry is None else self._ends.leads_to_itself,
            Meaning(wiring, resolver, self._records),
        )
        #: what nothing may be written for
        self.stops = Findings()
        #: of the files being planned, the parents that are on the target already
        self._standing: set[str] = set()
        #: origins that get a child which stood elsewhere before
        self._moved: set[str] = set()

    def plan(self) -> dict[str, dict[str, int]]:
        """Plan everything; returns, by entity, how many the source has, how many are unchanged, and these by project.

        Afterwards ``stops`` tells for what the plan must not be carried out.
        """
        counts: dict[str, dict[str, int]] = {}
        for entity in self._wiring.entities:
            counts[entity] = self._plan_entity(entity)
            told = {name: counts[entity][name] for name in ("source", "unchanged")}
            self._emit({"event": "planned", "entity": entity, **told})
        return counts

    # ---------------------------------------------------------------- one entity

    def _plan_entity(self, entity: str) -> dict[str, int]:
        loader, mapping = self._wiring.loaders[entity], self._wiring.mappings[entity]
        source, unchanged = 0, Counter[Optional[str]]()
        if self._items.count(entity) == 0 or entity in self._scan_again:
            self._present.scan(entity, loader)
        if loader.parent_field:
            self._tree.clear()
        self._batches.write(Batch(entity, problems=[("", problem) for problem in self._present.begin(entity)]))
        for stubs in self._snapshot.stubs(entity, min(_CHUNK, self._commit)):
            if self._stop.is_set():
                raise Interrupted
            made_of = self._items.made_of(entity, [stub.id for stub in stubs])
            if self._retry is not None:
                written = self._items.get(entity, made_of)
                incomplete = [origin for origin, item in written.items() if open_ends(item)]
                stubs, self._failed = self._retry.choose(entity, stubs, incomplete)
            source += len(stubs)
            broken = self._facts.broken(entity, [stub.id for stub in stubs]) if mapping.across else {}
            todo = [
                stub
                for stub in stubs
                if stub.id in broken
                or stub.id in self._failed
                or made_of.get(stub.id) != (self._digest_of(stub, entity), mapping.digest)
            ]
            known = self._items.get(entity, [stub.id for stub in todo if stub.id in made_of])
            other = {stub.id for stub in todo}
            as_it_was = (project_of(entity, stub.key) for stub in stubs if stub.id not in other)
            batch = Batch(entity, unchanged=Counter(as_it_was))
            todo = self._not_left_out_again(batch, todo, known, broken)
            new = [stub.id for stub in todo if stub.id not in known]
            self._present.look_up(entity, loader, new)
            batch.doubtful = self._refused_before(entity, new)
            if loader.claimed_by:
                self._standing = set(self._items.get(loader.claimed_by, [stub.parent_id or "" for stub in todo]))
            for stub, sourced in zip(todo, self._records.load(entity, todo)):
                sourced = replace(sourced, digest=self._digest_of(stub, entity))
                self._plan_record(batch, sourced, known.get(stub.id), broken.get(stub.id, ()))
            self._batches.write(batch)
            self._left_out_again.write(entity)
            if self._retry is None:
                self._tolerance.count(len(stubs), sum(one.outcome == effects.FAILED for one in batch.listed))
            unchanged.update(batch.unchanged)
            self._emit({"event": "progress", "stage": "plan", "entity": entity, "done": source, "total": None})
        if self._retry is None or self._retry.skipped:
            source += self._list_unreturned(entity)
        self._settle_numbers(entity)
        if loader.parent_field:
            self._plan_tree(entity, loader)
        joined = loader.joined_lanes()
        if joined:
            self._batches.join_lanes(entity, write_step(self._wiring, entity).number, joined)
        passed_over, self._passed_over = self._passed_over, 0
        return {"source": source - passed_over, **counts_of_unchanged(unchanged)}

    def _settle_numbers(self, entity: str) -> None:
        told = list(self._numbers.settle(entity))
        for problem in told:
            if problem.severity == ERROR:
                self.stops.add(problem)
        if told:
            self._batches.write(Batch(entity, problems=[("", one) for one in told if one.severity != ERROR]))

    def _not_left_out_again(
        self, batch: Batch, todo: list[Stub], known: Mapping[str, Item], broken: Mapping[str, Sequence[Broken]]
    ) -> list[Stub]:
        if self._retry is not None or self._wiring.loaders[batch.entity].stands_in_for:
            return todo
        entity, mapping = batch.entity, self._wiring.mappings[batch.entity]
        new = [(stub, self._digest_of(stub, entity)) for stub in todo if stub.id not in known and stub.id not in broken]
        listed = self._left_out_again.list(batch, mapping, new)
        if entity not in self._scan_again:
            rest = [one for one in new if one[0].id not in listed]
            listed |= self._left_out_for_good.list(batch, self._wiring.loaders[entity], mapping.digest, rest)
        return [stub for stub in todo if stub.id not in listed]

    def _digest_of(self, stub: Stub, entity: str) -> str:
        """The digest of all that decides: of the record it was split from too, where the mapping or the loader asks."""
        asked = self._wiring.mappings[entity].reads_source or self._wiring.loaders[entity].settled
        return f"{stub.digest}+{stub.parent_digest}" if asked and stub.parent_digest else stub.digest

    def _plan_record(self, batch: Batch, sourced: Sourced, item: Optional[Item], broken: Sequence[Broken]) -> None:
        record = sourced.record
        verdict = self._checker.check(record, sourced.source, item is None, broken)
        if not broken:
            mapping = self._wiring.mappings[batch.entity]
            self._left_out_again.note(record.origin.id, mapping, sourced.digest, verdict)
        batch.problems.extend((record.origin.id, problem) for problem in verdict.problems)
        for problem in verdict.stops:
            self.stops.add(problem)
        if verdict.is_none and item is not None:
            batch.stays(record.key)  # made when it was needed
        elif verdict.is_none or self._is_passed_over(record.origin.id, verdict.mapped):
            self._passed_over += 1
        elif verdict.cause is not None:
            batch.leave_out(record.origin.id, verdict.cause)
            if item is not None and verdict.cause.severity == WARNING:
                batch.problems.append((record.origin.id, _stays(item, verdict.cause)))
        elif verdict.mapped is not None:
            self._plan_mapped(batch, sourced, verdict.mapped, item)

    def _plan_mapped(self, batch: Batch, sourced: Sourced, mapped: Mapped, item: Optional[Item]) -> None:
        record, loader = sourced.record, self._wiring.loaders[batch.entity]
        if loader.parent_field:
            batch.nodes.append(tree_node(record.origin.id, mapped, loader, self._resolver.origin))
        claimed = bool(loader.claimed_by and record.parent and record.parent.id not in self._standing)
        planned = draft(self._wiring, batch.entity, sourced, mapped, claimed)
        if item is not None:
            self._compare(batch, planned, loader, item)
        elif self._present.take(batch, planned, record, loader):
            if batch.planned and batch.planned[-1].origin == planned.origin:
                self._note_move(batch, loader, batch.planned[-1].only or ())
        else:
            doubtful = record.origin.id in batch.doubtful
            batch.planned.extend(self._numbers.in_turn(replace(planned, doubtful=doubtful)))

    def _is_passed_over(self, origin: str, mapped: Optional[Mapped]) -> bool:
        """Whether a retry has nothing to do with it: it neither failed nor lacks what did."""
        if self._retry is None or origin in self._failed:
            return False
        return mapped is None or not self._retry.follows(mapped.payload)

    def _refused_before(self, entity: str, origins: Sequence[str]) -> set[str]:
        items = self._items
        return listing.refused_before(items.engine, items.target, items.source, self._run, entity, origins)

    # ---------------------------------------------------------------- compare

    def _compare(self, batch: Batch, planned: Planned, loader: Loader, item: Item) -> None:
        changed = [
            name
            for name in {**planned.fields, **item.fields}
            if self._ends.differs(planned, item, name) and name not in loader.finish_fields
        ]
        if any(name in loader.identifying and self._ends.was_replaced(planned, item, name) for name in changed):
            # What stood in for another keeps what it has: that other one gets an item of its own.
            batch.planned.append(planned)
            return
        if NOTES in changed:
            changed.remove(NOTES)
            if loader.notes_field and loader.notes_field not in changed:
                changed.append(loader.notes_field)
        if item.owned == MATCHED and loader.effect_class is EffectClass.NATURAL:
            changed = [name for name in changed if name in loader.shared_fields]
        if not changed:
            batch.stays(planned.key)
            digest = "" if open_ends(item) else planned.record_digest
            batch.digests.append((item.origin, digest, planned.mapping_digest))
            return
        self._note_move(batch, loader, changed)
        batch.planned.extend(self._numbers.in_turn(draft_update(self._wiring, planned, changed)))

    def _note_move(self, batch: Batch, loader: Loader, changed: Sequence[str]) -> None:
        """Note the parent that the record planned last is moved to."""
        if loader.parent_field in changed and batch.nodes[-1][1] is not None:
            self._moved.add(batch.nodes[-1][1])

    # ---------------------------------------------------------------- what is left out

    def _list_unreturned(self, entity: str) -> int:
        total, batch = 0, Batch(entity)
        for missing in self._snapshot.unreturned(entity):
            total += missing.count
            for origin in missing.origins():
                cause = Problem("J2O-P002", UNRETURNED, WARNING, entity=entity, key=missing.parent_key)
                batch.leave_out(origin, cause)
            if len(batch.listed) >= min(_CHUNK, self._commit):
                self._batches.write(batch)
                batch = Batch(entity)
        self._batches.write(batch)
        return total

    def _plan_tree(self, entity: str, loader: Loader) -> None:
        self._tree_plan.place(entity, loader)
        batch = Batch(entity)
        found = circle(self._tree, self._snapshot, entity, loader)
        if found is not None:
            batch.problems.append(("", found))
        for planned in self._tree_plan.restoring(entity, self._left_out, self._moved):
            batch.planned.append(planned)
            if len(batch.planned) >= min(_PAYLOADS, self._commit):
                self._batches.write(batch)
                batch = Batch(entity)
        self._batches.write(batch)


#: how many records or lines are planned at once at most: they are in memory
_CHUNK = 500
#: the same of what has a payload, which may be large
_PAYLOADS = 100
UNRETURNED = "the source counts it but does not return it (restricted, or no permission)"


def _stays(item: Item, cause: Problem) -> Problem:
    """What was written before is left out now, as where an issue or a comment was restricted since."""
    where = item.display or item.item
    message = f"left out now ({cause.message}), and on the target since an earlier run as {where}: it stays there"
    return Problem("J2O-P003", message, WARNING, cause.place, entity=item.entity, key=cause.key)
