"""Checking outside of a run: every record of the source, as a run would see it before its first write."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Mapping

from ..checks import codes
from ..checks.checker import Checker, Verdict
from ..checks.findings import Finding, Findings
from ..checks.left_out import LeftOut
from ..engine.resolve import Resolver
from ..hooks.manager import Plugins
from ..ledger import runs
from ..ledger.items import Items
from ..ledger.store import Ledger
from ..ledger.writer import Writer
from ..model.outcome import Fatal
from ..model.problem import WARNING, Problem
from ..snapshot.facts import Facts
from ..snapshot.store import Snapshot
from ..snapshot.tree import Tree
from ..spec.model import Spec
from .across import Across
from .extract import begun_before, extract, read_before
from .interrupt import STOPPED, Interrupted, signals
from .meaning import Meaning
from .misfits import misfits_of
from .options import Emit, RunOptions
from .parents import circle, tree_node
from .plan import UNRETURNED
from .recorded import drop, snapshot_path
from .records import Records
from .spec_ledger import take_spec_ledger
from .wiring import Wiring, wire


@dataclass(frozen=True)
class Checked:
    """How many records of each entity were checked, and every cause that was found, ranked."""

    entities: Mapping[str, int]
    findings: tuple[Finding, ...]


def check_spec(spec: Spec, plugins: Plugins, home: Path, options: RunOptions, emit: Emit) -> Checked:
    """Check all that a run of the spec would read; reads it first where it was not, or with ``options.fresh``.

    Writes nothing on the target. Raises ``Fatal``: 3 for a connection, 4 where it was stopped, 5 while a run has the
    ledger.
    """
    ledger = take_spec_ledger(spec, plugins, home)
    try:
        wiring = wire(spec, plugins, home)
        try:
            with signals(options.stop):
                return _check(wiring, ledger, options, emit)
        except Interrupted:
            raise Fatal("stopped; run the same command again to go on", exit_code=STOPPED) from None
        finally:
            wiring.close()
    finally:
        ledger.close()


def _check(wiring: Wiring, ledger: Ledger, options: RunOptions, emit: Emit) -> Checked:
    path = snapshot_path(wiring.home, wiring.source, wiring.source_identity)
    if options.fresh:
        drop(path)
    snapshot = Snapshot(path, wiring.source)
    writer = Writer(ledger.engine, wiring.spec.runtime.commit_size)
    try:
        if read_before(wiring.spec, snapshot) is None:
            if not begun_before(wiring.spec, snapshot):
                snapshot.begin(snapshot.generation + 1)
            emit({"event": "stage_started", "stage": "extract"})
            extract(wiring, snapshot, emit, options.stop)
        for loader in wiring.loaders.values():
            loader.prepare()
        target = writer.submit(lambda connection: runs.target_id(connection, wiring.target))
        checking = Checking(wiring, snapshot, Items(ledger.engine, target, wiring.source), emit, options.stop)
        return checking.check()
    finally:
        writer.close()
        snapshot.close()


class Checking:
    """One check of a whole snapshot."""

    def __init__(self, wiring: Wiring, snapshot: Snapshot, items: Items, emit: Emit, stop: threading.Event) -> None:
        self._wiring, self._snapshot, self._items, self._emit, self._stop = wiring, snapshot, items, emit, stop
        self._records = Records(snapshot, wiring.derivations)
        resolver = Resolver(items, lambda entity, alias: snapshot.resolve(entity, [alias]))
        self._find = resolver.origin
        self._checker = Checker(
            wiring.spec,
            wiring.plugins.registry,
            wiring.mappings,
            wiring.loaders,
            self._find,
            LeftOut(wiring.depended_on),
            meant=Meaning(wiring, resolver, self._records),
        )
        self._facts = Facts(snapshot)
        self._tree = Tree(snapshot)
        self._findings = Findings()

    def check(self) -> Checked:
        """Check everything; raises ``Interrupted`` where it is stopped."""
        across = Across(self._wiring, self._snapshot, self._items, self._emit, self._stop)
        across.look()
        for problem in self._snapshot.problems():
            self._findings.add(problem)
        entities = {}
        for entity in self._wiring.entities:
            for problem in self._wiring.mappings[entity].problems:
                self._findings.add(replace(problem, entity=entity))
            self._emit({"event": "stage_started", "stage": "check", "entity": entity})
            entities[entity] = self._check_entity(entity)
        found = [*across.stops.ranked(), *across.told.ranked(), *self._findings.ranked()]
        return Checked(entities, tuple(sorted(found, key=lambda finding: finding.problem.severity == WARNING)))

    def _check_entity(self, entity: str) -> int:
        loader, mapping = self._wiring.loaders[entity], self._wiring.mappings[entity]
        done = passed_over = 0
        misfits = misfits_of(self._wiring, self._snapshot, entity)
        self._tree.clear()
        for stubs in self._snapshot.stubs(entity):
            if self._stop.is_set():
                raise Interrupted
            identifiers = [stub.id for stub in stubs]
            broken = self._facts.broken(entity, identifiers) if mapping.across else {}
            known = self._items.get(entity, identifiers)
            nodes = []
            for sourced in self._records.load(entity, stubs):
                record = sourced.record
                identifier = record.origin.id
                new = identifier not in known
                verdict = self._checker.check(record, sourced.source, new, broken.get(identifier, ()))
                self._tell(verdict)
                for problem in misfits(record):
                    self._findings.add(problem)
                passed_over += verdict.is_none
                if verdict.mapped is not None and loader.parent_field:
                    nodes.append(tree_node(identifier, verdict.mapped, loader, self._find))
            self._tree.add(nodes)
            done += len(stubs)
            self._emit({"event": "progress", "stage": "check", "entity": entity, "done": done, "total": None})
        for missing in self._snapshot.unreturned(entity):
            problem = Problem("J2O-P002", UNRETURNED, WARNING, entity=entity, key=missing.parent_key)
            self._findings.add(problem, missing.count)
        found = circle(self._tree, self._snapshot, entity, loader)
        if found is not None:
            self._findings.add(found)
        if not done and not loader.stands_in_for:
            problem = Problem(codes.NO_RECORDS, f"no record of {entity} was read", WARNING, entity=entity)
            self._findings.add(problem)
        return done - passed_over

    def _tell(self, verdict: Verdict) -> None:
        cause = () if verdict.cause is None else (verdict.cause,)
        for problem in (*verdict.stops, *cause, *verdict.problems, *verdict.replaced):
            self._findings.add(problem)
