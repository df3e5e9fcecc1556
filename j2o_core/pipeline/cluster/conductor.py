"""Leads the workers of a run: gives out turns, takes back what dead workers held, tells all what holds for all."""

from __future__ import annotations

import threading
import time
from functools import partial
from typing import Any, Mapping, Optional

from loguru import logger
from sqlalchemy.exc import SQLAlchemyError

from ...engine.context import Engine
from ...engine.dispatch import Stopped
from ...engine.tolerance import check_tolerance
from ...engine.turns import Part as StepRank
from ...engine.turns import turns
from ...hooks.discovery import OURS, version_of
from ...ledger import carried, leases, workers
from ...ledger.server import clock_of, persist
from ...ledger.store import Ledger
from ...ledger.workers import Member
from ...model.outcome import Fatal
from ...observe.relay import log_relayed
from ...snapshot.store import Snapshot
from ..content import in_snapshot
from ..watch import GO_ON
from ..wiring import Wiring
from .carrying import carry
from .crew import Crew, Errand, SchedulerGone
from .gates import Gates
from .orders import DONE, FATAL, LOST, OVER, Part, RunOrder, TurnOrder
from .progress import Progress

#: seconds between two looks at the workers, and between two looks at what ended
_BEAT, _GLANCE = 0.5, 0.02
#: seconds after which a run without any worker says so, and stops
_ALONE, _FORSAKEN = 10.0, 120.0


class Conductor:
    """Within ``with``, carries out steps by the workers of a crew; the engine's own thread sends nothing."""

    def __init__(self, wiring: Wiring, ledger: Ledger, engine: Engine, snapshot: Snapshot, crew: Crew) -> None:
        self._wiring, self._engine, self._crew = wiring, engine, crew
        self._ledger, self._snapshot = ledger, snapshot
        spec = wiring.spec
        dask = spec.runtime.dask
        assert dask is not None
        self._lease = dask.lease
        self._order = RunOrder(
            run=engine.run,
            token=ledger.token,
            version=version_of(OURS),
            document=spec.document,
            digest=spec.digest,
            name=spec.name,
            environment=spec.environment,
            files=spec.files,
            source=engine.source,
            target=engine.items.target,
            identity=wiring.target,
            settle=engine.waits.settle,
            lease=dask.lease,
        )
        self._gates = Gates(wiring.gates)
        self._turn = self._number = 0
        self._orders: dict[str, Any] = {}
        self._stopping = False
        #: the first orders that say so, and whether all have followed them and come to an end
        self._stopping_since: Optional[int] = None
        self._quiet = False
        #: who sends at present
        self._active: tuple[str, ...] = ()
        #: what those have said who take no further part, as their machines have no room, by address
        self._over: dict[str, str] = {}
        self._failure: Optional[BaseException] = None
        self._progress = Progress(engine)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._lead, name="conductor", daemon=True)

    def __enter__(self) -> Conductor:
        self._crew.listen(self._engine.run, self._hear)
        if self._engine.effects.left():
            carry(self._engine, self._snapshot, in_snapshot(self._wiring, self._snapshot))
        self._look()
        self._thread.start()
        return self

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        try:
            self._dismiss(done=kind is None)
        except Fatal as failed:
            logger.warning("what the workers needed stays in the ledger: {}", failed.message)

    def _dismiss(self, done: bool) -> None:
        run, submit = self._engine.run, self._engine.writer.submit
        try:
            self._crew.dismiss(run)
        finally:  # before anything is forgotten: orders published afterwards would stay
            self._ended.set()
            self._thread.join()
        if done:
            submit(partial(leases.forget, run=run))
            submit(partial(carried.forget, run=run))

    def run(self, *steps: int) -> None:
        """Carry out steps to their end, side by side. Raises ``Fatal`` or ``Stopped``; either can be resumed."""
        for parts in turns(self._engine.effects, steps):
            self._carry_out(parts)
            self._progress.tell()

    # ---------------------------------------------------------------- one turn

    def _carry_out(self, parts: list[StepRank]) -> None:
        engine = self._engine
        self._turn += 1
        begin = partial(leases.begin_turn, run=engine.run, turn=self._turn, parts=parts)
        partitions, count = engine.writer.submit(begin)
        self._progress.rebase()
        steps = {step for step, _ in parts}
        entities = sorted({step.entity for step in self._wiring.steps if step.number in steps})
        going: dict[str, Errand] = {}
        try:
            while True:
                try:
                    return self._until_done(going, parts, entities, partitions, count / max(1, partitions))
                except SchedulerGone as lost:  # whoever has its lease still goes on with what it has
                    while going:
                        going.popitem()[1].drop()
                    self._crew.outlast(lost, self._check, self._tell)
        except BaseException:
            self._wind_up(going)
            raise

    def _tell(self, message: str) -> None:
        logger.warning("{}", message)
        self._engine.emit({"event": "notice", "message": message})

    def _until_done(
        self,
        going: dict[str, Errand],
        parts: list[StepRank],
        entities: list[str],
        partitions: int,
        effects: float,
    ) -> None:
        looked = float("-inf")
        present: list[str] = []
        seen = time.monotonic()
        while True:
            self._check()
            ended = [address for address, errand in going.items() if errand.ended()]
            for address in ended:
                self._judge(address, going.pop(address).result())
            if not ended and time.monotonic() - looked < _BEAT:
                time.sleep(_GLANCE)
                continue
            looked = time.monotonic()
            free, taken = persist(self._ledger.engine, self._standing)
            if not free and not taken and not going:
                return
            there = self._crew.addresses()
            present = [address for address in there if address not in self._over]
            for address in set(going) - set(present):
                logger.warning("worker {} is gone; its partitions are free when its lease ends", address)
                going.pop(address).drop()
            if self._over and not present and not going:
                said = "; ".join(self._over.values())
                raise Fatal(f"no worker is left: {said}; make room there, then {GO_ON}", exit_code=4)
            if free:
                most = min(len(present), partitions, self._gates.places() or len(present))
                order = TurnOrder(self._turn, parts, entities, most, effects)
                for address in present:
                    if len(going) < most and address not in going:
                        going[address] = self._crew.send(address, self._order, order)
            self._active = tuple(going)
            seen = self._count_absence(seen, bool(present))

    def _standing(self) -> tuple[int, int]:
        with self._ledger.engine.connect() as connection:
            return leases.standing(connection, self._engine.run, self._turn)

    def _count_absence(self, seen: float, anybody: bool) -> float:
        """Say so where no worker is there, and stop where none comes; when there was one the last time."""
        if anybody:
            return time.monotonic()
        alone = time.monotonic() - seen
        if _ALONE <= alone < _ALONE + _BEAT:
            self._engine.emit({"event": "notice", "message": "no worker is there; the run waits for one"})
        if alone > _FORSAKEN:
            raise Fatal("the Dask scheduler has no workers; start some, then the same command goes on", exit_code=3)
        return seen

    def _judge(self, address: str, part: Part) -> None:
        if part.ended == FATAL:
            raise Fatal(part.message, exit_code=part.exit_code, code=part.code)
        if part.ended == LOST:
            logger.warning("worker {} lost its lease; it begins anew", address)
        elif part.ended == OVER:
            logger.warning("{}", part.message)
            self._over[address] = part.message
            if part.code != "disk_free":  # a process that ends gives its memory back
                self._crew.retire(address)
        elif part.ended != DONE:
            logger.info("worker {} has stopped", address)

    def _check(self) -> None:
        if self._failure is not None:
            raise self._failure
        if self._engine.stop.is_set():
            raise Stopped
        check_tolerance(self._engine, *self._progress.ended())

    def _wind_up(self, going: dict[str, Errand]) -> None:
        """Let what is under way come to its end: everybody is told, and who is alive is waited for."""
        self._stopping = True
        unheard = time.monotonic() + self._lease
        while True:  # errands tell of those who have just begun, the ledger of those whom no scheduler reaches
            ended = time.monotonic() > unheard or all(errand.ended() for errand in going.values())
            if ended and (self._quiet or self._failure is not None):
                return
            time.sleep(_GLANCE)

    # ---------------------------------------------------------------- leading

    def _lead(self) -> None:
        while not self._ended.wait(_BEAT):
            try:
                self._look()
                self._progress.tell()
            except SQLAlchemyError as error:
                logger.warning("the workers cannot be led at present: {}", error)
            except Fatal as error:
                if self._failure is None:
                    logger.warning("the workers cannot be led at present: {}", error.message)
                self._failure = self._broken()
            except Exception as error:  # noqa: BLE001 - told to the thread that waits
                logger.opt(exception=error).error("the workers cannot be led")
                self._failure = error

    def _broken(self) -> Optional[BaseException]:
        """Whether the ledger can still be written: a writer that has failed says so to everybody."""
        try:
            self._engine.writer.flush()
        except Fatal as error:
            return error
        return None

    def _look(self) -> None:
        """Who is there, what did they see, what follows from that."""
        run, engine = self._engine.run, self._ledger.engine
        with engine.connect() as connection:
            members = workers.members(connection, run)
        for member in members:
            if member.left < -_BEAT and self._engine.writer.submit(partial(workers.give_up, run=run, worker=member.id)):
                logger.warning("worker {} (process {} on {}) has died", member.name, member.pid, member.host)
        members = [member for member in members if member.left >= -_BEAT]
        self._progress.heard(members)
        since = self._stopping_since
        self._quiet = since is not None and all(
            member.seen >= since and not member.report.get("busy") for member in members
        )
        number = self._number_for(members)
        self._engine.writer.submit(partial(workers.publish, run=run, number=number, orders=self._orders))

    def _number_for(self, members: list[Member]) -> int:
        """Make the next orders; their number."""
        now = clock_of(self._ledger.engine)
        self._number += 1
        stopping = self._stopping
        if stopping and self._stopping_since is None:
            self._stopping_since = self._number
        self._orders = {
            "stop": stopping,
            "workers": [member.id for member in members],
            "gates": self._gates.order(self._number, members, now, self._active),
        }
        return self._number

    # ---------------------------------------------------------------- listening

    def _hear(self, worker: str, message: Mapping[str, Any]) -> None:
        if "log" in message:
            log_relayed(worker, message["log"])
        elif "event" in message:
            self._engine.emit(message["event"])
