"""Whether a process lives and whether a run can do its work, as answers for supervisors, with the reasons."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any, Callable, Iterator, Mapping, Optional, Sequence

import psutil
from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError

from ..hooks.protocols import Line
from ..hooks.protocols.inspectors import BROKEN, FINE, NOTICE
from ..http import Gate
from ..http.breaker import CLOSED
from ..ledger import tables
from ..ledger.store import unusable_ledger
from ..model.limits import Guard
from ..model.outcome import Fatal
from .guard import NEAR, size, to_stay_free

#: statuses of HTTP
OK, UNAVAILABLE = 200, 503
#: requests in a row without an answer from which on a system counts as out of reach, also while its breaker is closed
UNREACHABLE = 3
#: seconds for which who asks waits for the look of another
PATIENCE = 2.0
Document = Mapping[str, Any]


def healthz(version: str, born: float, now: float) -> tuple[int, Document]:
    """The answer of ``/healthz``: that this process answers is all that it says. Times are epoch seconds."""
    return OK, {"status": "ok", "version": version, "uptime_seconds": round(max(0.0, now - born), 3)}


def readyz(lines: Sequence[tuple[str, Line]]) -> tuple[int, Document]:
    """The answer of ``/readyz``: a status, and each check with its connection (empty: of no connection)."""
    broken = [f"{name}: {line.message}" if name else line.message for name, line in lines if line.status == BROKEN]
    checks = [
        {
            "check": line.topic,
            "connection": name,
            "status": line.status,
            "message": line.message,
            "advice": line.advice,
        }
        for name, line in lines
    ]
    ready = not broken
    document = {"status": "ready" if ready else "not ready", "ready": ready, "reasons": broken, "checks": checks}
    return OK if ready else UNAVAILABLE, document


def ledger_line(engine: Engine, shown: str, failure: str = "") -> Line:
    """Whether the ledger answers; ``failure``: why it could not be written."""
    if failure:
        return Line("ledger", BROKEN, failure, "Mend it; the same command goes on where the run was")
    began = time.monotonic()
    try:
        with engine.connect() as connection:
            connection.execute(select(tables.run.c.id).limit(1)).first()
    except Fatal as error:  # a server that is away
        return Line("ledger", BROKEN, error.message)
    except SQLAlchemyError as error:
        return Line("ledger", BROKEN, unusable_ledger(shown, error))
    return Line("ledger", FINE, f"{shown} answers within {1000 * (time.monotonic() - began):.0f} ms")


def disk_lines(folders: Sequence[Path], guard: Guard) -> Iterator[Line]:
    """Whether the disks on which these folders lie have as much room as the guard wants; each disk once."""
    seen: set[int] = set()
    for folder in folders:
        there = next((one for one in (folder, *folder.parents) if one.is_dir()), None)
        if there is None or there.stat().st_dev in seen:
            continue
        seen.add(there.stat().st_dev)
        disk = psutil.disk_usage(str(there))
        wanted = to_stay_free(guard, disk.total)
        told = f"{size(disk.free)} of the disk of {folder} are free"
        advice = f"Make room: a run leaves {size(wanted)} free (runtime.guard.disk_free)"
        if wanted >= disk.free:
            yield Line("disk", BROKEN, f"{told}, and {size(wanted)} shall stay free", advice)
        elif wanted >= NEAR * disk.free:
            yield Line("disk", NOTICE, f"{told}: the run slows down", advice)
        else:
            yield Line("disk", FINE, told)


def gate_lines(gates: Mapping[str, Gate]) -> Iterator[tuple[str, Line]]:
    """Whether the systems answer a run that talks to them, as its gates have seen it: nothing more is sent for that."""
    for name, gate in gates.items():
        stands = gate.figures()
        if stands.breaker != CLOSED:
            yield name, breaker_line(stands.breaker)
        elif stands.unanswered:
            message = f"{stands.unanswered} requests in a row got no answer"
            status = BROKEN if stands.unanswered >= UNREACHABLE else NOTICE
            yield name, Line("connection", status, message, "See that the server runs and may be reached")
        else:
            yield name, breaker_line(CLOSED)
        for reason in stands.held:
            yield name, Line("held", NOTICE, f"nothing is sent: {reason}")
        if stands.pause:
            yield name, Line("held", NOTICE, f"the server asked to be left alone for {stands.pause:.0f} s still")


def breaker_line(state: str) -> Line:
    """Whether a system answers, by its circuit breaker."""
    if state == CLOSED:
        return Line("connection", FINE, "answers; the circuit breaker is closed")
    message = f"does not answer: the circuit breaker is {state.replace('_', ' ')}"
    return Line("connection", BROKEN, message, "See that the server runs and may be reached; it is asked again")


class Health:
    """What a supervisor is told of this process and of the run in it. Safe for threads."""

    def __init__(self, version: str, clock: Callable[[], float] = time.time) -> None:
        self._version, self._clock = version, clock
        self._born = clock()
        self._guard = threading.Lock()
        self._look: Optional[Callable[[], Sequence[tuple[str, Line]]]] = None
        self._last: Sequence[tuple[str, Line]] = (("", Line("run", BROKEN, "the run has not begun yet")),)

    def begun(
        self,
        engine: Engine,
        shown: str,
        failure: Callable[[], str],
        folders: Sequence[Path],
        guard: Guard,
        gates: Mapping[str, Gate],
    ) -> None:
        """A run has begun: this is what it needs. ``failure``: why the ledger could not be written."""

        def look() -> Sequence[tuple[str, Line]]:
            return [
                ("", ledger_line(engine, shown, failure())),
                *(("", line) for line in disk_lines(folders, guard)),
                *gate_lines(gates),
            ]

        with self._guard:
            self._look = look

    def ended(self) -> None:
        """The run is over, and its ledger is about to be closed: what was last seen is what is told."""
        with self._guard:
            if self._look is not None:
                self._last, self._look = self._look(), None

    def healthz(self) -> tuple[int, Document]:
        """Status and document of ``/healthz``."""
        return healthz(self._version, self._born, self._clock())

    def readyz(self) -> tuple[int, Document]:
        """Status and document of ``/readyz``."""
        if not self._guard.acquire(timeout=PATIENCE):  # a server that is away is waited for, and once is enough
            return readyz([("", Line("ledger", BROKEN, "a look at it is under way, and has not come back yet"))])
        try:
            if self._look is not None:
                self._last = self._look()
            return readyz(self._last)
        finally:
            self._guard.release()
