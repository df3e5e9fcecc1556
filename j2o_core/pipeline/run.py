"""A whole run: extract, plan, apply, verify, with everything that makes it resumable around them."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from pathlib import Path
from typing import Any, Iterator, Mapping, Optional

from loguru import logger
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import SQLAlchemyError

from ..engine.dispatch import Stopped
from ..engine.resolve import Resolver
from ..hooks.manager import Plugins
from ..ledger import counts, listing, plan_rows, runs, tables
from ..ledger.items import Items
from ..ledger.processes import clocks, jumped
from ..ledger.runs import RunState
from ..ledger.store import Ledger, unusable_ledger
from ..ledger.writer import Writer
from ..model.outcome import Fatal, Outcome
from ..model.problem import ERROR
from ..snapshot.slices import Slices
from ..snapshot.store import Snapshot, unusable
from ..spec.model import Spec
from .accounts import write_accounts
from .apply import apply
from .beginning import Beginning
from .check import StoppedByCheck
from .cluster.executor import check_executor, sending_by
from .content import in_snapshot, openers
from .engines import build_engine
from .extract import extract
from .interrupt import STOPPED, Interrupted, signals, was_held
from .measuring import Measuring
from .observing import observed
from .options import Emit, RunOptions, RunResult, problem_event
from .people_words import hide_people
from .redirects import redirects_path, write_redirects
from .retry import Retry
from .spec_ledger import ledger_url, take_spec_ledger
from .verify import Verifier
from .watch import GO_ON, Requests, Watch, watch_over
from .whole_plan import plan_all
from .wiring import Wiring, wire


def run_migration(spec: Spec, plugins: Plugins, home: Path, options: RunOptions, emit: Emit) -> RunResult:
    """Run a checked spec to its end, or carry on where its last run stopped.

    Raises ``Fatal`` as long as no run was begun (usage, connections, a ledger in use); afterwards every end is a
    result, and the ledger knows it.
    """
    home.mkdir(parents=True, exist_ok=True)
    check_executor(spec, ledger_url(spec, plugins), home)
    ledger = take_spec_ledger(spec, plugins, home, rebuild=True)
    try:
        measuring = Measuring(options.metrics, options.health)
        wiring = wire(spec, plugins, home, opened=measuring.opened)
        try:
            with signals(options.stop):
                return _Run(wiring, ledger, options, emit, measuring).carry_out()
        finally:
            wiring.close()
    finally:
        ledger.close()


@contextlib.contextmanager
def logged(expected: type[Exception]) -> Iterator[None]:
    """Within the block, such an error is logged and no more."""
    try:
        yield
    except expected as error:
        logger.error("{}", error)


class _Run:
    def __init__(self, wiring: Wiring, ledger: Ledger, options: RunOptions, emit: Emit, measuring: Measuring) -> None:
        self._wiring = wiring
        self._measuring = measuring
        self._ledger = ledger
        self._options = options
        self._emit = emit
        self._settle = wiring.spec.runtime.settle if options.settle is None else options.settle
        self._writer = Writer(ledger.engine, wiring.spec.runtime.commit_size)
        self._snapshot: Optional[Snapshot] = None
        self._scan_again: frozenset[str] = frozenset()
        self._stage = runs.EXTRACT
        self._ended_as = runs.FINISHED
        self._jumped = 0.0

    def carry_out(self) -> RunResult:
        """Begin or resume, go through the stages, end."""
        try:
            state = self._begin()
            self._measuring.begun(state.id, self._ledger, self._writer, self._wiring)
            code, message, reason = STOPPED, "", ""
            watch = self._watch(state)
            try:
                with watch:
                    code = self._stages(state)
            except (Interrupted, Stopped):
                message = watch.reason or f"stopped; {GO_ON}"
            except StoppedByCheck as error:
                self._writer.submit(lambda connection: plan_rows.forget(connection, state.id))
                code, message = 1, str(error)
            except Fatal as error:
                if self._options.stop.is_set() and was_held(error):
                    message = watch.reason or f"stopped; {GO_ON}"
                else:
                    code, message, reason = error.exit_code, error.message, error.code
            except Outcome as error:  # a system that cannot be asked any more, of whatever it was asked
                if self._options.stop.is_set() and was_held(error):
                    message = watch.reason or f"stopped; {GO_ON}"
                else:
                    code, message, reason = 3, error.message, error.code
            except SQLAlchemyError as error:
                code, message, reason = STOPPED, unusable_ledger(self._ledger.shown, error), "disk"
            except sqlite3.DatabaseError as error:
                assert self._snapshot is not None
                message = unusable(self._snapshot.path, error).message
            return self._end(state, code, message, reason)
        finally:
            with logged(SQLAlchemyError), logged(Fatal):
                self._measuring.ended()
            self._writer.close()
            if self._snapshot is not None:
                self._snapshot.close()

    def _watch(self, state: RunState) -> Watch:
        wiring = self._wiring
        requests = Requests(self._ledger.engine, self._writer, state.id)
        ledger = self._ledger.path
        folders = [wiring.home] if ledger is None else [wiring.home, ledger.resolve().parent]
        return watch_over(wiring.gates, wiring.spec.runtime, folders, self._options.stop, self._emit, requests)

    # ---------------------------------------------------------------- begin and end

    def _begin(self) -> RunState:
        beginning = Beginning(self._wiring, self._ledger, self._writer, self._settle, self._emit, self._options)
        begun = beginning.begin()
        self._snapshot, self._scan_again, self._stage = begun.snapshot, begun.scan_again, begun.state.stage
        self._jumped = jumped(begun.state.clock)
        self._change(begun.state, clock=clocks(begun.state.clock))
        return begun.state

    def _end(self, state: RunState, code: int, message: str, reason: str = "") -> RunResult:
        ended = self._ended_as if self._stage == runs.DONE else runs.STOPPED
        values: dict[str, Any] = {
            "state": ended,
            "finished": time.time(),
            "exit_code": code,
            "message": message or None,
            "code": reason or None,
        }
        entities: dict[str, dict[str, int]] = {}
        # What failed here is what stopped the run: that was said already.
        with logged(sqlite3.DatabaseError):
            if self._stage in (runs.EXTRACT, runs.PLAN):
                values["entities"] = self._read_so_far(state)
        with logged(Fatal):
            self._change(state, **values)
        with logged(SQLAlchemyError), logged(Fatal):
            entities = counts.entities(self._ledger.engine, state.id)
        hook = self._wiring.plugins.manager.hook.j2o_run_finished
        observed(hook, run=state.id, exit_code=code, entities=entities)
        with logged(SQLAlchemyError), logged(Fatal):
            self._measuring.ended()
        self._emit({"event": "run_finished", "run": state.id, "exit_code": code, "entities": entities})
        return RunResult(state.id, code, entities, message)

    def _read_so_far(self, state: RunState) -> dict[str, dict[str, int]]:
        """What a run that stops before its plan is complete knows of the source."""
        assert self._snapshot is not None
        known = self._snapshot.generation == state.generation
        slices, count = Slices(self._snapshot), self._snapshot.count
        numbers = {name: max(count(name), slices.expected(name)) if known else 0 for name in self._wiring.entities}
        return {name: {"source": number, "unchanged": 0} for name, number in numbers.items()}

    def _change(self, run: RunState, /, **values: Any) -> None:
        self._writer.submit(lambda connection: runs.change(connection, run.id, **values))

    # ---------------------------------------------------------------- stages

    def _stages(self, state: RunState) -> int:
        assert self._snapshot is not None
        wiring, snapshot = self._wiring, self._snapshot
        hook = wiring.plugins.manager.hook.j2o_run_started
        observed(hook, run=state.id, spec=wiring.spec.name)
        if snapshot.generation != state.generation:
            snapshot.begin(state.generation)
            if self._stage == runs.PLAN:
                self._stage = runs.EXTRACT
            elif self._stage != runs.EXTRACT:
                self._extract(state, snapshot)
        if self._stage == runs.EXTRACT:
            self._extract(state, snapshot)
            self._enter(state, runs.PLAN)
        else:
            hide_people(wiring.spec, snapshot)
        items = Items(self._ledger.engine, state.target, state.source)
        resolver = Resolver(items, lambda entity, alias: snapshot.resolve(entity, [alias]))
        if self._stage == runs.PLAN:
            planned = self._plan(state, snapshot, items, resolver)
            if self._options.adopt:
                return self._adopted(state, planned)
            self._enter(state, runs.APPLY, entities=planned)
        if self._stage == runs.APPLY:
            self._apply(state, snapshot, items, resolver)
            if self._options.until is not None:
                write_redirects(wiring, snapshot, items, redirects_path(wiring.home, state.id))
                return self._so_far(state, self._options.until)
            self._enter(state, runs.VERIFY)
        findings = 0
        if self._stage == runs.VERIFY:
            findings = self._verify(state, items)
            write_accounts(wiring, snapshot, self._ledger.engine, self._writer, state.id)
            write_redirects(wiring, snapshot, items, redirects_path(wiring.home, state.id))
            self._enter(state, runs.DONE)  # nobody goes on with it after that
        return self._judge(state, findings)

    def _enter(self, state: RunState, stage: str, **values: Any) -> None:
        self._change(state, stage=stage, **values)
        self._stage = stage

    def _extract(self, state: RunState, snapshot: Snapshot) -> None:
        self._emit({"event": "stage_started", "stage": "extract"})
        extract(self._wiring, snapshot, self._emit, self._options.stop, self._options.look_for_deleted)
        problems = [("", problem) for problem in snapshot.problems()]

        def change(connection: Connection) -> None:
            listing.forget_problems(connection, state.id, "extract")
            listing.put_problems(connection, state.id, "extract", problems)

        self._writer.submit(change)

    def _plan(
        self, state: RunState, snapshot: Snapshot, items: Items, resolver: Resolver
    ) -> Mapping[str, Mapping[str, int]]:
        """Plan everything; raises ``StoppedByCheck`` where something was found for which nothing may be written."""
        planned = plan_all(
            self._wiring,
            snapshot,
            items,
            resolver,
            self._writer,
            state.id,
            self._emit,
            self._options.stop,
            self._scan_again,
            self._retry(state, resolver),
            bool(state.asked.get("fresh")),
        )
        if planned.stops:
            raise StoppedByCheck(planned.stops)
        return planned.counts

    def _adopted(self, state: RunState, planned: Mapping[str, Mapping[str, int]]) -> int:
        """End where others begin to write: what is not on the target yet stays ``left``, without its payload."""
        self._writer.submit(lambda connection: plan_rows.forget_payloads(connection, state.id))
        self._ended_as = runs.ADOPTED
        self._enter(state, runs.DONE, entities=planned)
        return 0

    def _so_far(self, state: RunState, phase: str) -> int:
        """End in the middle of writing, as asked for: the run is carried on later."""
        numbers = counts.entities(self._ledger.engine, state.id)
        left = sum(one["left"] for one in numbers.values())
        message = f"the phase '{phase}' is written, {left:,} items are left; {GO_ON}"
        self._emit({"event": "notice", "message": message})
        return 1 if any(one["failed"] for one in numbers.values()) else 0

    def _retry(self, state: RunState, resolver: Resolver) -> Optional[Retry]:
        asked = state.asked.get("retry")
        return Retry(self._ledger.engine, asked["of"], bool(asked["skipped"]), resolver) if asked else None

    def _apply(self, state: RunState, snapshot: Snapshot, items: Items, resolver: Resolver) -> None:
        wiring, tolerate = self._wiring, self._wiring.spec.runtime.tolerate
        engine = build_engine(
            wiring,
            self._writer,
            state.id,
            items,
            lambda entity, alias: snapshot.resolve(entity, [alias]),
            openers(wiring, in_snapshot(wiring, snapshot), wiring.home / "files"),
            self._settle,
            self._emit,
            self._options.stop,
        )
        engine.resolver, engine.jumped = resolver, self._jumped
        # What failed before may well fail again: that is no run that goes wrong.
        engine.tolerate_share = 1.0 if state.asked.get("retry") else tolerate.failed
        engine.tolerate_after = tolerate.after
        self._measuring.sends(lambda: engine.in_hand())
        with sending_by(wiring, self._ledger, engine, snapshot) as steps:
            apply(wiring, engine, snapshot, self._options.finish, steps, self._options.until)
        self._writer.flush()

    def _verify(self, state: RunState, items: Items) -> int:
        self._emit({"event": "stage_started", "stage": "verify"})
        verifier = Verifier(self._wiring, items, self._writer, state.id, self._emit, self._options.stop)
        verified = verifier.verify(only_run=state.id)
        findings = tuple(verified.findings)

        def change(connection: Connection) -> None:
            listing.forget_problems(connection, state.id, "verify")
            listing.put_problems(connection, state.id, "verify", [("", finding) for finding in findings])

        self._writer.submit(change)
        for finding in findings:
            self._emit(problem_event(finding, "verify"))
        return sum(finding.severity == ERROR for finding in findings)

    def _judge(self, state: RunState, findings: int) -> int:
        entities = counts.entities(self._ledger.engine, state.id)
        failed = sum(numbers["failed"] + numbers["left"] for numbers in entities.values())
        sums = all(counts.add_up(numbers) for numbers in entities.values())
        with self._ledger.engine.connect() as connection:
            statement = (
                select(func.count())
                .select_from(tables.problem)
                .where(tables.problem.c.run == state.id, tables.problem.c.severity == ERROR)
            )
            errors = int(connection.execute(statement).scalar_one())
        return 0 if not failed and sums and not errors and not findings else 1
