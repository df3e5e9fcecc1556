"""Counts what the events of a run tell: its stage and end, how far it is, retries, doubts, breakers."""

from __future__ import annotations

import threading
import time
from collections import Counter
from typing import Any, Callable, Iterator, Mapping, Optional

from .families import (
    BREAKER_OPENED,
    DOUBTS,
    PROGRESS,
    PROGRESS_EXPECTED,
    RETRIES,
    RUN,
    RUN_ACTIVE,
    RUN_ENDED,
    RUN_EXIT_CODE,
    RUN_STAGE,
    RUN_STARTED,
)
from .samples import Sample

#: what a run goes through
STAGES = ("extract", "check", "plan", "server check", "apply", "verify")


class EventTally:
    """A listener of the run's events."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._guard = threading.Lock()
        self._run: Optional[tuple[str, str, str]] = None
        self._stage = ""
        self._started: Optional[float] = None
        self._ended: Optional[float] = None
        self._exit_code: Optional[int] = None
        self._progress: dict[tuple[str, str], tuple[int, Optional[int]]] = {}
        self._retries: Counter[tuple[str, str]] = Counter()
        self._doubts: Counter[str] = Counter()
        self._opened: Counter[str] = Counter()

    def __call__(self, event: Mapping[str, Any]) -> None:
        """One event."""
        kind = event["event"]
        with self._guard:
            if kind == "progress":
                key = (str(event["stage"]), str(event.get("entity") or ""))
                self._progress[key] = (int(event["done"]), event.get("total"))
            elif kind == "retry":
                self._retries[(str(event["connection"]), str(event["class"]))] += 1
                if event.get("doubt"):
                    self._doubts[str(event["entity"])] += 1
            elif kind == "breaker":
                self._opened[str(event["connection"])] += event["state"] == "open"
            elif kind == "stage_started":
                self._stage = str(event["stage"])
            elif kind == "run_started":
                self._run = (str(event["run"]), str(event.get("spec") or ""), str(event.get("environment") or ""))
                self._started = self._clock()
            elif kind == "run_finished":
                self._end(int(event["exit_code"]))

    def failed(self, exit_code: int) -> None:
        """The process ends with this code, although no run was begun or its end was not told."""
        with self._guard:
            if self._exit_code is None:
                self._end(exit_code)

    def samples(self) -> Iterator[Sample]:
        """What was told so far."""
        with self._guard:
            known = list(self._samples())
        yield from known

    def _end(self, exit_code: int) -> None:
        self._stage, self._exit_code, self._ended = "", exit_code, self._clock()

    def _samples(self) -> Iterator[Sample]:
        if self._run is not None:
            yield Sample(RUN, self._run, 1)
        yield Sample(RUN_ACTIVE, (), self._started is not None and self._ended is None)
        for stage in STAGES:
            yield Sample(RUN_STAGE, (stage,), stage == self._stage)
        for family, value in ((RUN_STARTED, self._started), (RUN_ENDED, self._ended), (RUN_EXIT_CODE, self._exit_code)):
            if value is not None:
                yield Sample(family, (), value)
        for key, (done, expected) in self._progress.items():
            yield Sample(PROGRESS, key, done)
            if expected is not None:
                yield Sample(PROGRESS_EXPECTED, key, expected)
        for retried, number in self._retries.items():
            yield Sample(RETRIES, retried, number)
        for entity, number in self._doubts.items():
            yield Sample(DOUBTS, (entity,), number)
        for connection, number in self._opened.items():
            yield Sample(BREAKER_OPENED, (connection,), number)
