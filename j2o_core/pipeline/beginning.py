"""How a run begins: anew, or where an unfinished run of the same spec was left."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Optional, Sequence

from loguru import logger
from sqlalchemy import func, select

from .. import __name__ as core_name
from ..ledger import effects, plans, runs, tables
from ..ledger.items import Items
from ..ledger.processes import jumped
from ..ledger.runs import RunState
from ..ledger.server import sending_clock_of
from ..ledger.store import Ledger
from ..ledger.writer import Writer
from ..model.effect import EffectClass
from ..model.outcome import Fatal
from ..snapshot.store import Snapshot
from .extract import begun_before, read_before
from .interrupt import STOPPED
from .options import RETRY_SKIPPED, Emit, RunOptions
from .owed import note_owed
from .recorded import drop, snapshot_path
from .retry import failures
from .taking_up import CARRIES_OUT, take_up
from .wiring import Wiring


@dataclass(frozen=True)
class Begun:
    """A run and its snapshot, which may still be of an earlier generation.

    ``scan_again``: entities of which a superseded run may have written something that the ledger does not know.
    """

    state: RunState
    snapshot: Snapshot
    scan_again: frozenset[str] = frozenset()


class Beginning:
    """Begins one run. ``settle`` (seconds) is how long a lost request of a superseded run is waited for."""

    def __init__(
        self, wiring: Wiring, ledger: Ledger, writer: Writer, settle: float, emit: Emit, options: RunOptions
    ) -> None:
        self._wiring, self._ledger, self._writer = wiring, ledger, writer
        self._settle, self._emit, self._options = settle, emit, options
        self._stop: threading.Event = options.stop
        self._retried: Optional[str] = None

    def begin(self) -> Begun:
        """Enter a new run into the ledger, or take up the unfinished one; ``fresh`` drops plan and snapshot.

        Raises ``Fatal``: 4 where it is stopped while it waits, or where the snapshot cannot be used; 5 where the run
        that was to be resumed is not the one to be taken up; 0 where there is nothing to retry.
        """
        spec, source, fresh = self._wiring.spec, self._wiring.source, self._options.fresh
        target = self._writer.submit(lambda connection: runs.target_id(connection, self._wiring.target))
        with self._ledger.engine.connect() as connection:
            state = runs.unfinished(connection, target, source)
        if self._options.resume is not None:
            self._must_be(self._options.resume, state)
        if state is not None and self._options.adopt and not state.asked.get("adopt"):
            raise Fatal(
                f"run {state.id} is not finished, so the ledger is in use and not lost: carry it on with "
                f"`j2o resume {state.id}`",
                exit_code=5,
            )
        if self._options.plan is not None:
            state = take_up(self._options.plan, self._wiring, self._ledger, target, state)
        self._retried = self._to_retry(target, state)
        self._wait_for_lost_requests()
        scan_again: frozenset[str] = frozenset()
        if state is not None and (fresh or state.spec_digest != spec.digest):
            scan_again = self._supersede(state)
            state = None
        path = snapshot_path(self._wiring.home, source, self._wiring.source_identity)
        if fresh:
            drop(path)
        snapshot = Snapshot(path, source)
        try:
            if state is None:
                state = self._enter(target, snapshot)
            else:
                values: dict[str, Any] = {"finished": None, "exit_code": None, "message": None, "code": None}
                if self._options.plan is not None:
                    of_this = {"plan": False, CARRIES_OUT: self._options.plan.effects}
                    values["asked"] = json.dumps({**self._asked(), **of_this})
                self._change(state, state=runs.RUNNING, stage=state.stage, **values)
        except BaseException:
            snapshot.close()
            raise
        begun = {"run": state.id, "spec": spec.name, "environment": spec.environment, "resumed": state.resumed}
        self._emit({"event": "run_started", **begun})
        if self._options.look_for_deleted and state.resumed and state.stage != runs.EXTRACT:
            message = "this run has read the source already and is carried on; the next one looks for what is gone"
            self._emit({"event": "notice", "message": message})
        with self._ledger.engine.connect() as connection:
            known = runs.planned_before(connection, target, source)
        # Adopting may have been stopped halfway: then the ledger knows a part of what stands on the target.
        never_planned = set(self._wiring.entities) - (set() if self._options.adopt else known)
        return Begun(state, snapshot, scan_again | never_planned)

    def begin_plan(self, target: int, unfinished: Optional[RunState], snapshot: Snapshot) -> Begun:
        """Enter a run that will only be planned; ``unfinished`` is the one that goes on when it is over, if any."""
        scan_again: set[str] = set()
        if unfinished is not None:
            scan_again = {entity for entity, _, _ in self._on_the_way(unfinished)}
            if unfinished.asked.get("plan") and unfinished.stage in (runs.EXTRACT, runs.PLAN):  # ended halfway
                self._change(unfinished, state=runs.SUPERSEDED, finished=time.time())
        with self._ledger.engine.connect() as connection:
            known = runs.planned_before(connection, target, self._wiring.source)
        never_planned = set(self._wiring.entities) - known
        return Begun(self._enter(target, snapshot, plan=True), snapshot, frozenset(scan_again | never_planned))

    def _enter(self, target: int, snapshot: Snapshot, plan: bool = False) -> RunState:
        spec, source = self._wiring.spec, self._wiring.source
        generation = self._generation(target, snapshot)
        # What waits to be carried out is stale now, whatever comes of this.
        self._writer.submit(lambda connection: plans.supersede(connection, target, source))
        state: RunState = self._writer.submit(
            lambda connection: runs.begin(
                connection,
                target,
                source,
                spec=spec.name,
                spec_digest=spec.digest,
                document=spec.document,
                origins={path: str(place) for path, place in spec.values.items() if path},
                environment=spec.environment,
                versions=self._versions(),
                generation=generation,
                asked={**self._asked(), "plan": plan},
            )
        )
        return state

    def _asked(self) -> dict[str, Any]:
        """How this run was called, for the one that carries it on."""
        files, options = self._wiring.spec.files, self._options
        retry = {"of": self._retried, "skipped": options.retry == RETRY_SKIPPED}
        return {
            "spec": options.path,
            "folder": str(Path(files[0]).absolute().parent) if files else "",
            "finish": options.finish,
            "settle": options.settle,
            "retry": retry if self._retried else None,
            "adopt": self._options.adopt,
            "fresh": options.fresh,
        }

    def _wait_for_lost_requests(self) -> None:
        """Tell of a ledger that was set aside, and wait for what may have been on its way when it was last written."""
        aside = self._ledger.in_place_of
        if aside is None:
            return
        message = (
            f"the ledger {self._ledger.shown} is damaged ({aside.reason}); it was set aside as {aside.path} and is "
            "rebuilt from the origin marks on the target"
        )
        logger.warning("{}", message)
        self._emit({"event": "notice", "message": message})
        # A clock that was set back must not make this long.
        seconds = min(self._settle, aside.written + self._settle - time.time())
        if seconds > 0:
            message = f"waiting {seconds:.0f} s for requests that may still be running"
            self._emit({"event": "notice", "message": message})
            if self._stop.wait(seconds):
                raise Fatal("stopped before anything was begun", exit_code=STOPPED)

    def _to_retry(self, target: int, state: Optional[RunState]) -> Optional[str]:
        """The run whose failures a new run does again."""
        if self._options.retry is None or (state is not None and state.asked.get("retry")):
            return None  # what was begun to retry is carried on
        if state is not None:
            raise Fatal(
                f"run {state.id} is not finished, so it is not known yet what fails in it: carry it on first, with "
                f"`j2o resume {state.id}`",
                exit_code=5,
            )
        with self._ledger.engine.connect() as connection:
            last = runs.last_finished(connection, target, self._wiring.source)
            skipped = self._options.retry == RETRY_SKIPPED
            count = 0 if last is None else failures(connection, last, skipped)
        if last is None:
            raise Fatal("no run of this source and target is finished yet: there is nothing to retry", exit_code=5)
        if not count:
            what = "failed or was skipped" if skipped else "failed"
            raise Fatal(f"nothing {what} in run {last}: there is nothing to retry", exit_code=0)
        self._emit({"event": "notice", "message": f"only what failed in run {last}: {count} items"})
        return last

    def _must_be(self, run: str, state: Optional[RunState]) -> None:
        if state is None:
            raise Fatal(f"run {run} cannot be carried on: nothing is left of it, or a later run took over", exit_code=5)
        if state.id != run:
            raise Fatal(f"run {run} cannot be carried on: run {state.id} took over; resume that one", exit_code=5)
        if state.spec_digest != self._wiring.spec.digest:
            raise Fatal(f"run {run} cannot be carried on: its plan was made for another spec", exit_code=5)

    def _supersede(self, state: RunState) -> frozenset[str]:
        """An unfinished run of another spec ends here; what it had on the way is looked for before planning."""
        rows = self._on_the_way(state)
        twice = {entity for entity, loader in self._wiring.loaders.items() if loader.taken_twice}
        waited = [sent for entity, kind, sent in rows if kind == EffectClass.MARKED.value or entity in twice]
        due = [sent + self._settle for sent in waited]
        now = sending_clock_of(self._ledger.engine) - jumped(state.clock)
        if due and max(due) > now:
            seconds = min(self._settle, max(due) - now)  # the clock may have been set back
            self._emit({"event": "notice", "message": f"waiting {seconds:.0f} s for lost requests of run {state.id}"})
            if self._stop.wait(seconds):
                raise Fatal("stopped before anything was begun", exit_code=STOPPED)
        items = Items(self._ledger.engine, state.target, state.source)
        note_owed(state.id, items, self._writer, self._wiring.loaders)
        self._change(state, state=runs.SUPERSEDED, finished=time.time())
        return frozenset(entity for entity, _, _ in rows)

    def _on_the_way(self, state: RunState) -> Sequence[Any]:
        """(entity, effect class, when the last was sent) of what was sent and has no outcome."""
        statement = (
            select(tables.effect.c.entity, tables.effect.c.effect_class, func.max(tables.effect.c.sent))
            .where(tables.effect.c.run == state.id, tables.effect.c.state == effects.SENT)
            .group_by(tables.effect.c.entity, tables.effect.c.effect_class)
        )
        with self._ledger.engine.connect() as connection:
            rows: Sequence[Any] = connection.execute(statement).all()
        return rows

    def _generation(self, target: int, snapshot: Snapshot) -> int:
        """The next one; or the snapshot's, where no run has written anything from it yet."""
        known, spec = snapshot.generation, self._wiring.spec
        of_the_pair = (tables.run.c.target == target, tables.run.c.source == self._wiring.source)
        past = tables.run.c.stage.in_([runs.APPLY, runs.VERIFY, runs.DONE])
        with self._ledger.engine.connect() as connection:
            last = connection.execute(select(func.max(tables.run.c.generation)).where(*of_the_pair)).scalar() or 0
            statement = select(func.count()).where(*of_the_pair, past, tables.run.c.generation == known)
            used = int(connection.execute(statement).scalar_one())
        anew = self._retried is not None or self._ledger.in_place_of is not None or self._options.look_for_deleted
        if used or last > known or anew or not begun_before(spec, snapshot):
            return max(known, int(last)) + 1
        finished = read_before(spec, snapshot)
        if finished is None:
            return known
        moment = time.strftime("%Y-%m-%d %H:%M", time.localtime(finished))
        self._emit({"event": "notice", "message": f"goes on from what was read at {moment}; --fresh reads again"})
        return known

    def _change(self, run: RunState, /, **values: Any) -> None:
        self._writer.submit(lambda connection: runs.change(connection, run.id, **values))

    def _versions(self) -> dict[str, str]:
        versions = {info.name: info.version for info in self._wiring.plugins.infos}
        for name, facts in self._wiring.facts.items():
            versions[f"connection {name}"] = " ".join(str(value) for value in facts.values())
        return {**versions, core_name: versions.get("jira", "")}
