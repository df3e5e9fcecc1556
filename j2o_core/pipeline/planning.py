"""Planning outside of a run: the effect table is filled and shown, and waits to be carried out; nothing is written."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Callable, Mapping, Optional, TypeVar

from sqlalchemy import Connection

from ..checks.findings import Finding
from ..engine.resolve import Resolver
from ..hooks.manager import Plugins
from ..ledger import listing, plan_rows, plans, runs
from ..ledger.items import Items
from ..ledger.runs import RunState
from ..ledger.store import Ledger
from ..ledger.writer import Writer
from ..model.outcome import Fatal, Outcome
from ..snapshot.store import Snapshot
from ..spec.model import Spec
from .beginning import Beginning
from .extract import extract, read_before
from .interrupt import STOPPED, Interrupted, signals
from .options import Emit, RunOptions
from .recorded import drop, snapshot_path
from .spec_ledger import take_spec_ledger
from .whole_plan import plan_all
from .wiring import Wiring, wire

_Made = TypeVar("_Made")


@dataclass(frozen=True)
class PlanView:
    """A plan with all that is needed to look into it; good until ``plan_spec`` returns.

    ``counts`` are ``source`` and the actions by entity; ``stops`` is what keeps it from being carried out.
    ``under_way``: it is what a run that was stopped has left to do.
    """

    state: RunState
    counts: Mapping[str, Mapping[str, int]]
    stops: tuple[Finding, ...]
    told: tuple[Finding, ...]
    wiring: Wiring
    ledger: Ledger
    snapshot: Snapshot
    items: Items
    resolver: Resolver
    under_way: bool = False

    @property
    def is_fit(self) -> bool:
        """Whether it may be carried out."""
        return not self.stops


def plan_spec(
    spec: Spec, plugins: Plugins, home: Path, options: RunOptions, emit: Emit, look: Callable[[PlanView], _Made]
) -> _Made:
    """Plan what a run of the spec would do, and return what ``look`` makes of it.

    The source is read where a run would read it. A run of the same spec that was stopped while it wrote is not planned
    anew: what it has left is its plan. Raises ``Fatal``: 3 for a connection, 4 where it was stopped, 5 while a run has
    the ledger.
    """
    home.mkdir(parents=True, exist_ok=True)
    ledger = take_spec_ledger(spec, plugins, home)
    try:
        wiring = wire(spec, plugins, home)
        try:
            with signals(options.stop):
                return _Planning(wiring, ledger, options, emit).plan(look)
        except Interrupted:
            raise Fatal("stopped; run the same command again to go on", exit_code=STOPPED) from None
        except Fatal:
            raise
        except Outcome as outcome:
            raise Fatal(f"a system cannot be asked: {outcome.message}", exit_code=3, code=outcome.code) from outcome
        finally:
            wiring.close()
    finally:
        ledger.close()


class _Planning:
    def __init__(self, wiring: Wiring, ledger: Ledger, options: RunOptions, emit: Emit) -> None:
        self._wiring, self._ledger, self._options, self._emit = wiring, ledger, options, emit
        self._writer = Writer(ledger.engine, wiring.spec.runtime.commit_size)

    def plan(self, look: Callable[[PlanView], _Made]) -> _Made:
        wiring, path = self._wiring, snapshot_path(self._wiring.home, self._wiring.source, self._wiring.source_identity)
        try:
            target = self._writer.submit(lambda connection: runs.target_id(connection, wiring.target))
            with self._ledger.engine.connect() as connection:
                unfinished = runs.unfinished(connection, target, wiring.source)
            going = unfinished if unfinished is not None and self._is_going(unfinished) else None
            if self._options.fresh and going is None:
                drop(path)
            snapshot = Snapshot(path, wiring.source)
            try:
                if going is not None:
                    return look(self._left_of(going, snapshot))
                return self._anew(target, unfinished, snapshot, look)
            finally:
                snapshot.close()
        finally:
            self._writer.close()

    def _is_going(self, state: RunState) -> bool:
        """Whether a run of this very spec has begun to write and would be carried on by the next one."""
        begun = state.stage in (runs.APPLY, runs.VERIFY) and not state.asked.get("adopt")
        if begun and self._options.fresh:
            raise Fatal(
                f"run {state.id} is not finished: carry it on (`j2o resume {state.id}`), or begin anew with "
                "`j2o run SPEC --fresh`",
                exit_code=5,
            )
        return begun and state.spec_digest == self._wiring.spec.digest

    def _view(self, state: RunState, snapshot: Snapshot) -> PlanView:
        items = Items(self._ledger.engine, state.target, state.source)
        resolver = Resolver(items, lambda entity, alias: snapshot.resolve(entity, [alias]))
        return PlanView(state, {}, (), (), self._wiring, self._ledger, snapshot, items, resolver)

    def _left_of(self, state: RunState, snapshot: Snapshot) -> PlanView:
        message = f"run {state.id} is not finished: this is what it has left to do, as it was planned"
        self._emit({"event": "notice", "message": message})
        for loader in self._wiring.loaders.values():
            loader.prepare()
        counts = plans.actions(self._ledger.engine, state.id, state.entities)
        return replace(self._view(state, snapshot), counts=counts, under_way=True)

    def _anew(
        self, target: int, unfinished: Optional[RunState], snapshot: Snapshot, look: Callable[[PlanView], _Made]
    ) -> _Made:
        wiring, options = self._wiring, self._options
        beginning = Beginning(wiring, self._ledger, self._writer, 0.0, self._emit, options)
        begun = beginning.begin_plan(target, unfinished, snapshot)
        state = begun.state
        ended = False
        try:
            if snapshot.generation != state.generation:
                snapshot.begin(state.generation)
            if read_before(wiring.spec, snapshot) is None:
                self._emit({"event": "stage_started", "stage": "extract"})
                extract(wiring, snapshot, self._emit, options.stop)
            self._writer.submit(
                lambda connection: listing.put_problems(
                    connection, state.id, "extract", [("", problem) for problem in snapshot.problems()]
                )
            )
            view = self._view(state, snapshot)
            planned = plan_all(
                wiring,
                snapshot,
                view.items,
                view.resolver,
                self._writer,
                state.id,
                self._emit,
                options.stop,
                begun.scan_again,
                fresh=options.fresh,
            )
            counts = plans.actions(self._ledger.engine, state.id, planned.counts)
            self._writer.flush()
            made = look(replace(view, counts=counts, stops=planned.stops, told=planned.told))
            self._end(state, runs.SUPERSEDED if planned.stops else runs.PLANNED, planned.counts)
            ended = True
            return made
        finally:
            if not ended:  # nobody may take half a plan for a run that is to be carried on
                self._end(state, runs.SUPERSEDED, {})

    def _end(self, state: RunState, ended: str, counts: Mapping[str, Mapping[str, int]]) -> None:
        def change(connection: Connection) -> None:
            runs.change(connection, state.id, stage=runs.PLAN, state=ended, finished=time.time(), entities=counts)
            if ended != runs.PLANNED:
                plan_rows.forget(connection, state.id)

        self._writer.submit(change)
