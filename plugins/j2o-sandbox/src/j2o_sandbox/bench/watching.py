"""What a dashboard costs: the time until it shows something, its memory, and what it takes from a run that goes on."""

from __future__ import annotations

import contextlib
import shutil
import statistics
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator, List, Optional, Sequence, Tuple

from j2o_core.api import Fatal

from . import measure
from .filled import ISSUES, filled_ledger
from .page import Dashboard, Paint, dashboard
from .pumping import Applied, applied
from .setting import Setting
from .world import world

#: issues of the run that is watched
WRITTEN = 500
#: seconds between two looks of the page: as often as the feed tells of changes
_EVERY = 1.0
#: what a page asks again after each change
_AGAIN = ("", "/pace", "/causes", "/problems?most=200")
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
    """Pairs of runs in turns: alone, and with a dashboard beside that is looked at.

    ``shares`` are those of a core that the dashboard used, each time.
    """

    pairs: Sequence[Tuple[Applied, Applied]]
    shares: Sequence[float]

    @property
    def rate(self) -> float:
        """Median of the rate under watch over the rate alone."""
        return statistics.median(watched.rate / alone.rate for alone, watched in self.pairs)

    @property
    def noise(self) -> float:
        """By how much the rates alone differ, as a share of the fastest."""
        rates = [alone.rate for alone, _ in self.pairs]
        return 1.0 - min(rates) / max(rates)

    def __str__(self) -> str:
        alone, watched = (statistics.median(pair[side].rate for pair in self.pairs) for side in (0, 1))
        return (
            f"{alone:.0f} writes a second alone (they differ by {self.noise:.0%}), {watched:.0f} under watch; the "
            f"dashboard used {statistics.median(self.shares):.0%} of a core"
        )


def shown(setting: Setting, items: int) -> Tuple[Shown, Shown]:
    """A dashboard over a tenth of the items, and over all. Raises ``Fatal``."""
    if items < 10 * ISSUES:
        raise Fatal(f"{items} items have no tenth that could be compared: {10 * ISSUES} or more", exit_code=2)
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
                peak = page.sampler.memory
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

    Raises ``Fatal``.
    """
    spec = setting.write_spec(flat=True)
    ledger = filled_ledger(setting.write_spec(), setting.folder / "home-watched", items, 1, setting.seed)
    shares: List[float] = []
    pairs = [(_run(setting, spec, ledger), _run(setting, spec, ledger, shares)) for _ in range(setting.times)]
    return Watched(pairs, shares)


def _run(setting: Setting, spec: str, filled: Path, shares: Optional[List[float]] = None) -> Applied:
    """One run in a home of its own; where there are ``shares``, under watch, and the dashboard's is added."""
    home = setting.folder / "home-going"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    ledger = Path(shutil.copy(filled, home / "ledger.db"))
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
        try:
            while not ended.wait(_EVERY):
                for address in _AGAIN:
                    page.get(f"/api/v1/runs/{filled}{address}")
                page.get("/api/v1/runs/last")
        except BaseException as error:  # noqa: BLE001 - told when the run has ended
            failures.append(error)

    thread = threading.Thread(target=look, name="looks at the page")
    began = time.monotonic()
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
    over = time.monotonic()
    shares.append(page.sampler.cpu(began, over) / (over - began))
    if failures:
        raise Fatal(f"the dashboard could not be watched: {failures[0]}", exit_code=1) from failures[0]
