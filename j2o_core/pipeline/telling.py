"""What each process of a run knows is kept in the ledger, for who looks from elsewhere, and for the one that leads.

One small row for each, written anew every few seconds. The process that leads adds up: what a worker told that is gone
is counted among its own from then on, so that no sum ever falls.
"""

from __future__ import annotations

import json
import threading
import time
from functools import partial
from typing import Callable, Optional, Sequence

from sqlalchemy import Engine

from ..ledger import told
from ..ledger.told import LEADS, Told
from ..ledger.writer import Change, Writer
from ..observe.metrics import families
from ..observe.metrics.plain import WARNINGS, plain, samples_of
from ..observe.metrics.registry import Metrics
from ..observe.metrics.samples import Sample
from ..observe.metrics.together import Other, together

#: seconds between two times that a process tells its figures, and after which they are old
EVERY, OLD = 5.0, 20.0
#: seconds for which the process that leads keeps what it found
_LEAST = 2.0


class Workers:
    """What the workers of a run have told, as the process that leads finds it. Safe for threads."""

    def __init__(self, engine: Engine, run: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._engine, self._run, self._clock = engine, run, clock
        self._guard = threading.Lock()
        self._at = float("-inf")
        self._closed = False
        self._there: Sequence[Other] = ()
        self._gone: Sequence[Sample] = ()
        #: the workers that are gone, as long as they have rows
        self._counted: Sequence[int] = ()

    def others(self) -> Sequence[Other]:
        """All of them; those that are gone as one."""
        with self._guard:
            self._look()
            return [*self._there, Other("gone", False, self._gone)]

    def gone(self) -> tuple[Sequence[Sample], Sequence[int]]:
        """What those have counted that are gone, to be told among our own; and the rows that it stands in as well."""
        with self._guard:
            self._look()
            return self._gone, self._counted

    def close(self) -> None:
        """Look a last time, before the ledger is closed."""
        with self._guard:
            self._at = float("-inf")
            try:
                self._look()
            finally:
                self._closed = True

    def _look(self) -> None:
        if self._closed or self._clock() - self._at < _LEAST:
            return
        found = [one for one in told.told(self._engine, self._run) if one.worker != LEADS]
        self._at = self._clock()
        left = [one for one in found if one.left]
        for one in left:
            if one.worker not in self._counted:
                self._gone = _counts((*self._gone, *samples_of(one.figures)))
        self._counted = [one.worker for one in left]
        self._there = [other_of(one) for one in found if not one.left]


class InTheLedger:
    """Takes the figures of this process to its row. ``worker``: its number, where it is one."""

    def __init__(
        self,
        writer: Writer,
        run: str,
        worker: int = LEADS,
        workers: Optional[Workers] = None,
        still: Callable[[], bool] = lambda: True,
    ) -> None:
        """``workers`` are those that this process leads; ``still``: whether it may write to the ledger."""
        self._writer, self._run, self._worker, self._workers, self._still = writer, run, worker, workers, still
        self._ended = False

    def end(self) -> None:
        """What is told next is told for the last time."""
        self._ended = True

    def __call__(self, metrics: Metrics) -> None:
        """Soon; for the last time now. Raises ``Fatal`` where the ledger cannot be written."""
        if not self._still():
            return
        samples = metrics.own()
        counted: Sequence[int] = ()
        if self._worker != LEADS:
            samples = [sample for sample in samples if sample.family.joins != families.LEADS]
        if self._workers is not None:
            gone, counted = self._workers.gone()
            samples = together(samples, [Other("gone", False, gone)])
        known = plain(samples)
        if self._worker == LEADS:  # what workers warn of comes to the one that leads
            known[WARNINGS] = metrics.warnings.current()
        figures = json.dumps(known, separators=(",", ":"))
        change: Change = partial(
            told.put, run=self._run, figures=figures, worker=self._worker, ended=self._ended, counted=counted
        )
        if self._ended:
            self._writer.submit(change)
        else:
            self._writer.post(change)

    def __str__(self) -> str:
        return "the ledger"


def other_of(one: Told) -> Other:
    """A worker's row as one of several processes."""
    there, samples = not one.left and one.age <= OLD, list(samples_of(one.figures))
    return Other(f"worker-{one.worker}", there, samples, one.host, one.pid, one.age)


def _counts(samples: Sequence[Sample]) -> list[Sample]:
    """Of all these the sums that outlive their processes."""
    return together([], [Other("gone", False, [one]) for one in samples])
