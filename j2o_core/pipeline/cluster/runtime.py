"""What one worker keeps for a run: its own connections, gates, ledger, engine and lease."""

from __future__ import annotations

import math
import os
import socket
import threading
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Callable, Iterator, Mapping, Optional, Sequence

from loguru import logger
from sqlalchemy.exc import SQLAlchemyError

from ...engine.dispatch import Dispatcher, Stopped
from ...hooks.discovery import OURS, version_of
from ...hooks.manager import Plugins, load_plugins
from ...ledger import leases, workers
from ...ledger.carried import Carried
from ...ledger.items import Items
from ...ledger.server import clock_of, set_clock, wait_for_return
from ...ledger.workers import WorkerFence, lost
from ...ledger.writer import Writer
from ...mapping import builtin
from ...model.outcome import Fatal
from ...observe.metrics.registry import Metrics
from ...observe.relay import relay_log
from ...spec.model import Spec
from ...spec.stored import stored_spec
from ..content import openers
from ..engines import build_engine
from ..guard import Judgement, Measure, fitted
from ..log_policy import log_policy_of
from ..machine import EVERY, Machine, processes_here
from ..measuring import Measuring, process_figures
from ..secret_words import redactor_of
from ..spec_ledger import open_spec_ledger
from ..wiring import wire
from .carrying import Arrived
from .gates import follow, report
from .lease import Lease
from .orders import DONE, LOST, OVER, STOPPED, Part, RunOrder, TurnOrder

#: seconds between two renewals of the lease
BEAT = 0.5
Send = Callable[[Mapping[str, Any]], None]


class Runtime:
    """Made once for each run and process. ``gone``: its lease is over, and another one has to be made."""

    def __init__(self, order: RunOrder, name: str, home: Path, send: Send) -> None:
        if order.version != version_of(OURS):
            raise Fatal(f"worker {name} has j2o {version_of(OURS)}, and the run is led by {order.version}", exit_code=2)
        self.gone = self._forsaken = False
        self._order, self._name = order, name
        self._stop = threading.Event()
        self._ended = threading.Event()
        self._ordered = threading.Condition()
        self._busy = threading.Lock()
        self._number = 0
        self._over: Optional[Judgement] = None
        self._looked = float("-inf")
        self._stamp, self._silence, self._heard = -1, 0.0, 0.0
        plugins = load_plugins(os.environ, [(builtin.NAME, builtin)])
        spec = _spec_of(order)
        policy = log_policy_of(spec, os.environ, home)
        relay_log(lambda line: send({"log": line}), redactor_of(spec, plugins, os.environ), policy, order.run)
        _need_variables(spec, name)
        self._closers: list[Callable[[], Any]] = []
        try:
            self._open(spec, plugins, home, send)
        except BaseException:
            self.close()
            raise

    def _open(self, spec: Spec, plugins: Plugins, home: Path, send: Send) -> None:
        order, name = self._order, self._name
        self._ledger = open_spec_ledger(spec, plugins, home)
        self._closers.append(self._ledger.close)
        engine = self._ledger.engine
        metrics = Metrics(order.version, wanted=False)
        metrics.add(process_figures(home, None).samples)
        self._measuring = Measuring(metrics)
        wiring = wire(spec, plugins, home, opened=self._measuring.opened)
        self._closers.append(wiring.close)
        if (wiring.target, wiring.source) != (order.identity, order.source):
            raise Fatal(
                f"worker {name} is led to another target: {wiring.target} instead of {order.identity}", exit_code=2
            )
        self._gates = wiring.gates
        self._lease = Lease(order.lease)
        asked = self._lease.now()
        with engine.begin() as connection:
            found = workers.register(connection, order.run, order.token, name, order.lease)
        if found is None:
            raise Fatal(f"the ledger {self._ledger.shown} on worker {name} is not that of the run", exit_code=2)
        self._worker = found
        self._lease.renewed(asked)
        set_clock(engine)
        wait_for_return(engine)
        engine.update_execution_options(fence=WorkerFence(found, order.token, self._ledger.shown, order.lease))
        self._writer = Writer(engine, spec.runtime.commit_size)
        self._closers.append(self._writer.close)
        arrived = Arrived(Carried(engine, order.run), order.source)
        items = Items(engine, order.target, order.source)
        folder = home / "files" / f"{name.rpartition('/')[2].replace(':', '-')}"
        files = openers(wiring, arrived.find, folder)
        emit = partial(_emit, send)
        self._engine = build_engine(
            wiring, self._writer, order.run, items, arrived.alias, files, order.settle, emit, self._stop
        )
        self._engine.may_send = self._lease.holds
        for gate in self._gates.values():
            gate.may_write = self._lease.holds
            gate.stopping = self._stop.is_set
            gate.listen(emit)
        self._shown = f"worker {name} (process {os.getpid()} on {socket.gethostname()})"
        self._machine = self._watched(spec, home, emit)
        self._dispatcher = Dispatcher(self._engine)
        self._measuring.sends(lambda: self._engine.in_hand())
        self._measuring.takes_part(order.run, found, self._writer, self._gates, lambda: not self.gone)
        self._closers.append(self._measuring.ended)
        self._prepared: set[str] = set()
        logger.info("takes part as process {} on {}", os.getpid(), socket.gethostname())
        self._beat = threading.Thread(target=self._run, name="lease", daemon=True)
        self._beat.start()

    def take_part(self, turn: TurnOrder) -> Part:
        """Carry out what is free of a turn, until nothing is. Raises ``Fatal``."""
        with self._busy:
            return Part(LOST) if self.gone else self._take_part(turn)

    def _take_part(self, turn: TurnOrder) -> Part:
        order, submit = self._order, self._writer.submit
        finish, release = (
            partial(change, run=order.run, turn=turn.number, worker=self._worker)
            for change in (leases.finish, leases.release)
        )
        try:
            self._wait_for_orders()
            for entity in turn.entities:
                if entity not in self._prepared:
                    self._engine.loaders[entity].prepare()
                    self._prepared.add(entity)
            self._dispatcher.run_turn(turn.parts, self._shares(turn))
            submit(finish)
            return Part(DONE)
        except Stopped:
            if self.gone:
                return Part(LOST)
            submit(release)
            if self._over is not None:
                return Part(OVER, f"{self._shown} has stopped: {self._over.stop}", code=self._over.reason)
            return Part(STOPPED)
        except Fatal as error:
            if self.gone or error.code == "lease":
                self._give_up()
                return Part(LOST)
            try:
                submit(release)
            except Fatal as another:
                logger.warning("what this worker had is free when its lease ends: {}", another.message)
            raise

    def close(self) -> None:
        """Let go of everything."""
        self._stop.set()
        self._ended.set()
        beat: Optional[threading.Thread] = getattr(self, "_beat", None)
        if beat is not None and beat is not threading.current_thread():
            beat.join()
        if beat is not None and not self.gone:
            self._measuring.ended()  # as long as it may write
            try:
                with self._ledger.engine.begin() as connection:
                    workers.leave(connection, self._worker, self._order.token)
            except (Fatal, SQLAlchemyError) as error:
                logger.warning("this worker's lease ends by itself: {}", error)
        self.gone = True
        while self._closers:
            self._closers.pop()()

    # ---------------------------------------------------------------- partitions

    def _shares(self, turn: TurnOrder) -> Iterator[Sequence[int]]:
        """One handful of partitions after the other, as they are asked for."""
        # One read and one commit for each handful: it should at least keep the threads busy.
        least = math.ceil(self._engine.workers / max(1.0, turn.effects))
        take = partial(
            leases.take, run=self._order.run, turn=turn.number, worker=self._worker, workers=turn.workers, least=least
        )
        while not self._stop.is_set():
            partitions: list[int] = self._writer.submit(take)
            if not partitions:
                return
            yield partitions

    def _wait_for_orders(self) -> None:
        """Nothing is sent before it is known what holds for all workers."""
        with self._ordered:
            while not self._number and not self._stop.is_set():
                self._ordered.wait(BEAT)
        if self._stop.is_set():
            raise Stopped

    # ---------------------------------------------------------------- lease

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                self._look()
            except (Fatal, SQLAlchemyError) as error:
                logger.warning("the lease of this worker cannot be renewed at present: {}", error)
            except Exception as error:  # noqa: BLE001 - without renewal the lease ends, and nothing more is sent
                logger.opt(exception=error).error("the lease of this worker cannot be renewed")
            self._look_at_the_machine()
            self._ended.wait(BEAT)
            if self._forsaken and self._busy.acquire(blocking=False):
                try:
                    self.close()  # nobody will come to let go of it
                finally:
                    self._busy.release()

    def _look(self) -> None:
        """Renew, report, and follow what is ordered."""
        order, engine = self._order, self._ledger.engine
        record = self._dispatcher.record
        told = {
            "at": clock_of(engine),
            "busy": self._busy.locked(),
            "finished": record.finished,
            "failed": record.failed,
            "by_entity": dict(record.by_entity),
            "gates": report(self._gates),
        }
        asked = self._lease.now()
        with engine.begin() as connection:
            renewed = workers.renew(connection, order.run, self._worker, order.token, order.lease, self._number, told)
        if renewed is None:
            self._give_up()
            return
        self._lease.renewed(asked)
        set_clock(engine, renewed.now)  # it may have been set meanwhile
        self._listen_for_life(renewed.stamp, asked)
        if renewed.number:
            follow(self._gates, renewed.orders, self._worker, renewed.now)
            if renewed.orders.get("stop"):
                self._stop.set()
            with self._ordered:
                if self._worker in renewed.orders.get("workers", ()):
                    self._number = renewed.number
                    self._ordered.notify_all()

    def _listen_for_life(self, stamp: int, now: float) -> None:
        """Stop where nobody leads the run any more. What could not be seen, as the ledger was away, does not count."""
        passed = min(now - self._heard, 2 * BEAT)
        self._heard = now
        self._silence = 0.0 if stamp != self._stamp else self._silence + passed
        self._stamp = stamp
        if self._silence > self._order.lease and not self._forsaken:
            logger.warning("nobody leads the run any more: this worker stops")
            self._forsaken = True
            self._stop.set()

    # ---------------------------------------------------------------- machine

    def _watched(self, spec: Spec, home: Path, emit: Callable[[Mapping[str, Any]], None]) -> Machine:
        home.mkdir(parents=True, exist_ok=True)
        runtime = spec.runtime
        gates = list({id(gate): gate for gate in self._gates.values()}.values())
        me = {"worker": self._name, "host": socket.gethostname(), "pid": os.getpid()}

        def tell(message: str, **values: object) -> None:
            emit({"event": "guard", "message": message, **me, **values})

        guard = fitted(runtime.guard, processes_here(runtime))
        return Machine(guard, runtime.workers, gates, Measure(home), tell, self._shown)

    def _look_at_the_machine(self) -> None:
        """Near a limit this worker slows down; beyond one it ends what is under way, and gives the rest back."""
        now = time.monotonic()
        if now - self._looked < EVERY:
            return
        self._looked = now
        try:
            over = self._machine.look()
        except Exception as error:  # noqa: BLE001 - to watch is no reason to break what is watched
            logger.opt(exception=error).error("the look at this worker's machine broke")
            return
        if over is not None:
            self._over = over
            self._stop.set()

    def _give_up(self) -> None:
        if not self.gone:
            self.gone = self._forsaken = True
            self._lease.end()
            self._stop.set()
            logger.warning("{}", lost(self._ledger.shown).message)


def _emit(send: Send, event: Mapping[str, Any]) -> None:
    if event["event"] != "progress":  # the coordinator counts for all
        send({"event": dict(event)})


def _spec_of(order: RunOrder) -> Spec:
    spec = stored_spec(order.document, order.name, order.environment, order.files)
    dask = spec.runtime.dask
    threads = dask.threads if dask is not None and dask.threads else spec.runtime.workers
    return replace(spec, digest=order.digest, runtime=replace(spec.runtime, workers=threads))


def _need_variables(spec: Spec, name: str) -> None:
    """What the spec would start must not be started here as well."""
    if spec.system is None:
        return
    missing = [variable for variable in spec.system.unless if not os.environ.get(variable)]
    if missing:
        raise Fatal(f"worker {name} was started without {', '.join(missing)}", exit_code=2)
