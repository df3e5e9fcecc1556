"""Joins the parts of a run to its metrics: gates, workers, ledger and disks tell their figures when they are asked."""

from __future__ import annotations

import contextlib
import threading
import time
from pathlib import Path
from typing import Callable, Iterable, Iterator, Mapping, Optional

from sqlalchemy import Engine

from ..engine.context import InHand
from ..http import Gate, Http
from ..http.breaker import CLOSED, HALF_OPEN, OPEN
from ..http.environment import origin_of
from ..ledger import told
from ..ledger.effect_rows import DONE, PLANNED, SENT
from ..ledger.figures import Figures, figures
from ..ledger.store import Ledger
from ..ledger.writer import Writer
from ..observe.metrics import families
from ..observe.metrics.delivery import Delivery
from ..observe.metrics.process import ProcessFigures
from ..observe.metrics.registry import Metrics
from ..observe.metrics.samples import Sample
from .health import Health
from .telling import EVERY, InTheLedger, Workers
from .wiring import Wiring

#: the ledger is asked at most so often (seconds), and at most for this share of the time
LEAST, SHARE = 2.0, 0.05


class LedgerFigures:
    """What the ledger has of one run, asked anew where that was long enough ago, measured by what asking costs."""

    def __init__(self, engine: Engine, run: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._engine, self._run, self._clock = engine, run, clock
        self._guard = threading.Lock()
        self._found: Optional[Figures] = None
        self._at = self._cost = 0.0
        self._closed = False

    def samples(self) -> Iterator[Sample]:
        """As it stands, or stood a moment ago."""
        with self._guard:
            if self._found is None or self._clock() - self._at >= max(LEAST, self._cost / SHARE):
                self._look()
            found, age = self._found, self._clock() - self._at
        if found is not None:
            yield Sample(families.FIGURES_AGE, (), age)
            yield from samples_of(found)

    def close(self) -> None:
        """Ask a last time; from now on that is what is told."""
        with self._guard:
            try:
                self._look()
            finally:
                self._closed = True

    def _look(self) -> None:
        if self._closed:
            return
        began = self._clock()
        self._found = figures(self._engine, self._run)
        self._at = self._clock()
        self._cost = self._at - began


def samples_of(found: Figures) -> Iterator[Sample]:
    """What the ledger has, as series."""
    for entity, counts in found.entities.items():
        for outcome, number in counts.items():
            if outcome == "source":
                yield Sample(families.SOURCE_RECORDS, (entity,), number)
            else:
                yield Sample(families.RECORDS, (entity, outcome), number)
    ended: dict[tuple[str, str, str], int] = {}
    for (entity, kind, state, adopted), number in found.effects.items():
        if state in (PLANNED, SENT):
            yield Sample(families.EFFECTS_LEFT, (entity, kind, state), number)
            continue
        outcome = "adopted" if adopted and state == DONE else state
        ended[(entity, kind, outcome)] = ended.get((entity, kind, outcome), 0) + number
    for labels, number in ended.items():
        yield Sample(families.EFFECTS, labels, number)
    for listed, number in found.listed.items():
        yield Sample(families.ERRORS, listed, number)
    for problems, number in found.problems.items():
        yield Sample(families.PROBLEMS, problems, number)


class GateFigures:
    """The gates of a run, by connection."""

    def __init__(self, gates: Mapping[str, Gate]) -> None:
        self._gates = gates

    def samples(self) -> Iterator[Sample]:
        """As they stand."""
        for name, gate in self._gates.items():
            stands = gate.figures()
            yield Sample(families.UNDER_WAY, (name,), stands.under_way)
            yield Sample(families.ALLOWED, (name,), float("inf") if stands.allowed is None else stands.allowed)
            yield Sample(families.REFUSED, (name,), stands.refused)
            yield Sample(families.HELD, (name,), bool(stands.held))
            yield Sample(families.PAUSE, (name,), stands.pause)
            for state in (CLOSED, OPEN, HALF_OPEN):
                yield Sample(families.BREAKER, (name, state), stands.breaker == state)


class Measuring:
    """Attaches a run to its metrics and its health, part by part as they come to be; where neither is wanted it does
    nothing."""

    def __init__(self, metrics: Optional[Metrics], health: Optional[Health] = None) -> None:
        self._metrics, self._health = metrics, health
        self._in_hand: Callable[[], InHand] = InHand
        #: what is to be done at the end, last things first
        self._open = contextlib.ExitStack()

    def opened(self, name: str, http: Http) -> None:
        """A connection is open: its requests count from the first one on."""
        if self._metrics is None:
            return
        http.observe(self._metrics.requests(name))
        host, port = origin_of(http.base_url)[1:]
        self._metrics.add(lambda: [Sample(families.CONNECTION, (name, f"{host}:{port}"), 1)])

    def begun(self, run: str, ledger: Ledger, writer: Writer, wiring: Wiring) -> None:
        """A run has begun in this ledger."""
        gates = wiring.gates
        if self._health is not None:
            folders = [wiring.home] if ledger.path is None else [wiring.home, ledger.path.parent]
            guard = wiring.spec.runtime.guard
            self._health.begun(ledger.engine, ledger.shown, lambda: writer.failure, folders, guard, gates)
        if self._metrics is None:
            return
        if self._metrics.wanted:
            kept = LedgerFigures(ledger.engine, run)
            self._metrics.add_ledger(kept.samples)
            self._open.callback(kept.close)
        workers = None if wiring.spec.runtime.dask is None else Workers(ledger.engine, run)
        writer.post(told.begin)
        self._tell(self._metrics, InTheLedger(writer, run, workers=workers), writer, gates)
        if workers is not None:
            self._metrics.others = workers.others
            self._open.callback(workers.close)

    def takes_part(
        self, run: str, worker: int, writer: Writer, gates: Mapping[str, Gate], still: Callable[[], bool]
    ) -> None:
        """This process is a worker of a run that another one leads, as long as it is ``still`` one."""
        if self._metrics is not None:
            self._tell(self._metrics, InTheLedger(writer, run, worker, still=still), writer, gates)

    def _tell(self, metrics: Metrics, row: InTheLedger, writer: Writer, gates: Mapping[str, Gate]) -> None:
        writer.committed = metrics.committed
        metrics.add(GateFigures(gates).samples)
        metrics.add(lambda: self._queues(writer))
        self._open.enter_context(Delivery(metrics, row, every=EVERY))
        self._open.callback(row.end)

    def sends(self, in_hand: Callable[[], InHand]) -> None:
        """From now on there are workers that have effects in their hands."""
        self._in_hand = in_hand

    def ended(self) -> None:
        """The run is over, or this process's part in it, and its ledger is about to be closed."""
        self._in_hand = InHand
        if self._health is not None:
            self._health.ended()
        self._open.close()

    def _queues(self, writer: Writer) -> Iterable[Sample]:
        hand = self._in_hand()
        for state in ("waiting", "under_way", "delayed"):
            yield Sample(families.QUEUE, (state,), getattr(hand, state))
        yield Sample(families.IN_DOUBT, (), hand.in_doubt)
        yield Sample(families.COMMIT_QUEUE, (), writer.waiting)


def process_figures(home: Path, ledger: Optional[Path]) -> ProcessFigures:
    """This process, and the disks that a run writes to."""
    folders = {"home": home}
    if ledger is not None and ledger.parent != home:
        folders["ledger"] = ledger.parent
    return ProcessFigures(folders)
