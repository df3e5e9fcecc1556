"""Looks after a run from a thread of its own, once a second: its hours, its operator, its machine."""

from __future__ import annotations

import threading
import time
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Callable, Mapping, Optional, Sequence

from loguru import logger
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from ..http import Gate
from ..ledger import control
from ..ledger.writer import Writer
from ..model.limits import Guard
from ..model.outcome import Fatal
from ..model.schedule import Schedule
from ..spec.model import RuntimeSpec
from .guard import Measure, Usage, fitted
from .machine import EVERY, Machine, processes_here
from .options import Emit

#: who holds or throttles a gate
_OPERATOR, _SCHEDULE = "operator", "schedule"
GO_ON = "run the same command again to go on"


class Watch:
    """Within ``with``, holds, throttles and stops a run as the schedule, the operator and the guard want it.

    ``reason`` tells why it was stopped, where that was not a signal. A gate that is held lets what is under way end.
    """

    def __init__(
        self,
        gates: Mapping[str, Gate],
        runtime: RuntimeSpec,
        stop: threading.Event,
        emit: Emit,
        requests: Requests,
        measure: Callable[[Guard], Usage],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.reason = ""
        self._gates = list({id(gate): gate for gate in gates.values()}.values())  # connections to one host share one
        self._schedule: Optional[Schedule] = runtime.schedule
        guard = fitted(runtime.guard, processes_here(runtime))
        self._machine = Machine(guard, runtime.workers, self._gates, measure, partial(self._tell, "guard"))
        self._stop, self._emit, self._requests = stop, emit, requests
        self._clock = clock
        self._is_open: Optional[bool] = None
        self._broken = ""
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)

    def __enter__(self) -> Watch:
        for gate in self._gates:
            gate.stopping = self._stop.is_set
            gate.listen(self._emit)
        for request in self._requests.standing():
            self._obey(request, still=True)
        self.look()
        self._thread.start()
        return self

    def __exit__(
        self, kind: Optional[type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self._ended.set()
        self._thread.join()

    def look(self) -> None:
        """One look at everything. What cannot be looked at keeps nothing else from being looked at."""
        for look_at in (self._look_at_the_clock, self._look_at_the_machine, self._look_at_the_operator):
            try:
                look_at()
            except (Fatal, SQLAlchemyError) as error:  # the ledger is away or broken: the writer tells the run
                logger.warning("nobody can control the run at present: {}", error)
            except Exception as error:  # noqa: BLE001 - to watch is no reason to break what is watched
                if str(error) != self._broken:  # once a second it would fill the log
                    self._broken = str(error)
                    logger.opt(exception=error).error("the watch over the run broke; it looks again")

    def _run(self) -> None:
        while not self._ended.wait(EVERY):
            self.look()

    # ---------------------------------------------------------------- schedule

    def _look_at_the_clock(self) -> None:
        schedule, now = self._schedule, self._clock()
        if schedule is None:
            return
        is_open = schedule.is_open(now)
        if is_open == self._is_open:
            return
        first, self._is_open = self._is_open is None, is_open
        if is_open:
            for gate in self._gates:
                gate.release(_SCHEDULE)
            if not first:
                self._tell("schedule", "within its hours again: the run goes on", open=True)
            return
        change = schedule.next_change(now)
        until = f" until {schedule.wall_clock(change):%Y-%m-%d %H:%M}" if change is not None else ""
        for gate in self._gates:
            gate.hold(_SCHEDULE, "outside of the hours of runtime.schedule")
        self._tell("schedule", f"outside of its hours: the run sends nothing{until}", open=False)

    # ---------------------------------------------------------------- machine

    def _look_at_the_machine(self) -> None:
        judged = self._machine.look()
        if judged is not None:
            self._end(f"{judged.stop}; make room, then {GO_ON}")

    # ---------------------------------------------------------------- operator

    def _look_at_the_operator(self) -> None:
        for request in self._requests.take():
            self._obey(request)

    def _obey(self, request: control.Request, still: bool = False) -> None:
        """Do what was asked; ``still``: of an earlier process of this run, and never taken back."""
        command, by = request.command, f"by {request.actor}"
        if command == control.PAUSE:
            for gate in self._gates:
                gate.hold(_OPERATOR, f"paused {by}")
            message = f"paused {by}"
        elif command == control.THROTTLE:
            for gate in self._gates:
                gate.throttle(_OPERATOR, int(request.argument))
            message = f"throttled {by}: at most {request.argument} requests at the same time to each system"
        elif command == control.CONTINUE:
            for gate in self._gates:
                gate.release(_OPERATOR)
                gate.throttle(_OPERATOR, None)
            message = f"goes on at its full speed {by}"
        else:
            message = f"stopped {by}"
            self._end(f"{message}; {GO_ON}")
        if still:
            message = f"still {message}, until `j2o control {self._requests.run} continue`"
        self._tell("control", message, command=command, argument=request.argument, actor=request.actor)

    def _end(self, reason: str) -> None:
        self.reason = self.reason or reason
        self._stop.set()

    def _tell(self, event: str, message: str, **values: Any) -> None:
        self._emit({"event": event, "message": message, **values})


class Requests:
    """What other processes ask of one run, through its ledger."""

    def __init__(self, engine: Engine, writer: Writer, run: str) -> None:
        self._engine, self._writer, self.run = engine, writer, run
        writer.submit(lambda connection: control.forget(connection, run))

    def standing(self) -> list[control.Request]:
        """Those that an earlier process of this run has taken, and that hold until somebody says ``continue``."""
        with self._engine.connect() as connection:
            return control.standing(connection, self.run)

    def take(self) -> list[control.Request]:
        """Those that nobody has answered: they are taken now, and confirmed."""
        with self._engine.connect() as connection:
            asked = control.pending(connection, self.run)
        take = partial(control.take, run=self.run)
        return [request for request in asked if self._writer.submit(partial(take, request=request))]


def watch_over(
    gates: Mapping[str, Gate],
    runtime: RuntimeSpec,
    folders: Sequence[Path],
    stop: threading.Event,
    emit: Emit,
    requests: Requests,
) -> Watch:
    """A watch over a run of this machine, which writes to ``folders``."""
    return Watch(gates, runtime, stop, emit, requests, Measure(*folders))
