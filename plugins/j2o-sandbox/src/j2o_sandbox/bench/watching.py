"""What a dashboard costs: the time until it shows something, its memory, and what it takes from a run that goes on."""

from __future__ import annotations

import contextlib
import math
import os
import shutil
import statistics
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator, List, Optional, Sequence, Tuple

import psutil

from j2o_core.api import Fatal

from . import measure
from .filled import filled_ledger
from .page import Dashboard, Paint, dashboard
from .pumping import Applied, applied
from .sampling import peak_memory
from .setting import Setting
from .world import world

#: issues of the run that is watched
WRITTEN = 500
#: a ratio that is no more uncertain than this share of it is known
KNOWN = 0.02
#: seconds between two looks of the page: as often as the feed tells of changes
_EVERY = 1.0
#: looks of the page until it asks which runs there are
_LIST = 5
#: what a page asks again after each change
_AGAIN = ("", "/pace", "/causes", "/problems?most=500")
_EXPORTS = ("report.json", "report.csv", "report.html", "progress.json", "progress.csv")


@dataclass(frozen=True)
class Shown:
    """A dashboard over so many items: how it came up each time, and the peak of its memory in bytes."""

    items: int
    paints: Sequence[Paint]
    memory: int

    @property
    def paint(self) -> Paint:
        """The one that was neither fast nor slow."""
        return sorted(self.paints, key=lambda paint: paint.all)[len(self.paints) // 2]


@dataclass(frozen=True)
class Watched:
    """Pairs of runs: alone, and with a dashboard beside that is looked at.

    ``shares`` are those of a core that the dashboard used, each time.
    """

    pairs: Sequence[Tuple[Applied, Applied]]
    shares: Sequence[float]

    @property
    def rate(self) -> float:
        """Geometric mean of the rate under watch over the rate alone."""
        return math.exp(statistics.mean(self._logarithms()))

    @property
    def error(self) -> float:
        """The standard error of that, as a share of it: by so much it is uncertain, as the pairs differ."""
        found = self._logarithms()
        return statistics.stdev(found) / math.sqrt(len(found)) if len(found) > 1 else math.inf

    def __str__(self) -> str:
        alone, watched = (statistics.median(pair[side].rate for pair in self.pairs) for side in (0, 1))
        return (
            f"{alone:.0f} writes a second alone, {watched:.0f} under watch, in the middle of {len(self.pairs)} pairs "
            f"(the ratio is uncertain by {self.error:.1%}); the dashboard used {statistics.median(self.shares):.0%} of "
            "a core"
        )

    def _logarithms(self) -> List[float]:
        return [math.log(watched.rate / alone.rate) for alone, watched in self.pairs]


def shown(setting: Setting, items: int) -> Tuple[Shown, Shown]:
    """A dashboard over a tenth of the items, and over all. Raises ``Fatal``."""
    small, large = (_shown(setting, number) for number in (items // 10, items))
    return small, large


def _shown(setting: Setting, items: int) -> Shown:
    ledger = filled_ledger(
        setting.write_spec(), setting.folder / f"home-filled-{items}", items, setting.projects, setting.seed
    )
    paints: List[Paint] = []
    peak = 0
    for number in range(setting.times):
        with dashboard(ledger) as page:
            paints.append(page.paint())
            if number == 0:
                _use(page)
                peak = peak_memory(page.pid)
    return Shown(items, paints, peak)


def _use(page: Dashboard) -> None:
    """All that somebody does who looks at everything."""
    for export in _EXPORTS:
        page.drain(f"/api/v1/runs/last/{export}")
    for state in ("done", "planned", "skipped"):
        page.get(f"/api/v1/runs/last/items?state={state}&limit=500")
    page.get("/api/v1/runs/last/items?state=done&text=no-such-key")
    for inside in ("partitions", "projects"):
        page.get(f"/api/v1/runs/last/{inside}?entity=work_packages")
    page.get("/api/v1/compare?run=last&run=last")


def watched(setting: Setting, items: int) -> Watched:
    """Runs alone and under watch, each with the items of another run in its ledger, which is looked at.

    So many pairs are made, within limits, that their ratio is known. Raises ``Fatal``.
    """
    spec = setting.write_spec(flat=True)
    ledger = filled_ledger(setting.write_spec(), setting.folder / "home-watched", items, 1, setting.seed)
    shares: List[float] = []
    found = Watched([], shares)
    while len(found.pairs) < 2 * setting.times or (len(found.pairs) < 4 * setting.times and found.error > KNOWN):
        # A machine that grows slower or faster meanwhile favours neither.
        if len(found.pairs) % 2:
            under_watch = _run(setting, spec, ledger, shares)
            pair = _run(setting, spec, ledger), under_watch
        else:
            pair = _run(setting, spec, ledger), _run(setting, spec, ledger, shares)
        found = Watched([*found.pairs, pair], shares)
    return found


def _run(setting: Setting, spec: str, filled: Path, shares: Optional[List[float]] = None) -> Applied:
    """One run in a home of its own; where there are ``shares``, under watch, and the dashboard's is added."""
    home = setting.folder / "home-going"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    ledger = Path(shutil.copy(filled, home / "ledger.db"))
    os.sync()  # or the run's own first commits wait until all of that copy is written
    with world(WRITTEN, 1, setting.seed) as both, contextlib.ExitStack() as stack:
        both.record()
        if shares is not None:
            stack.enter_context(_eyes(stack.enter_context(dashboard(ledger)), shares))
        measured = measure.run(spec, home, both)
        return applied(both.writes(), measured.sampler)


@contextlib.contextmanager
def _eyes(page: Dashboard, shares: List[float]) -> Iterator[None]:
    """Within the block, a page of the run with all the items, as if they changed, and how the last run stands."""
    ended = threading.Event()
    failures: List[BaseException] = []
    filled = page.runs()[-1]
    page.paint(filled)

    def look() -> None:
        looks = 0
        try:
            while not ended.wait(_EVERY):
                looks += 1
                if looks % _LIST == 0:
                    page.runs()
                for address in _AGAIN:
                    page.get(f"/api/v1/runs/{filled}{address}")
                page.get("/api/v1/runs/last")
        except BaseException as error:  # noqa: BLE001 - told when the run has ended
            failures.append(error)

    thread = threading.Thread(target=look, name="looks at the page")
    began, used = time.monotonic(), _used(page)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
    over = time.monotonic()
    shares.append((_used(page) - used) / (over - began))
    if failures:
        raise Fatal(f"the dashboard could not be watched: {failures[0]}", exit_code=1) from failures[0]


def _used(page: Dashboard) -> float:
    """Seconds of processor time."""
    times = psutil.Process(page.pid).cpu_times()
    return float(times.user + times.system)
