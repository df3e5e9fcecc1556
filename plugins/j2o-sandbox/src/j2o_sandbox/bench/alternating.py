"""Whether a run gets slower as it gets longer, on a machine whose own speed changes from minute to minute.

Two runs of the same issues, one in its first tenth and one in its last, are written in turns of half a second: one of
the two processes is held while the other one goes on, so both meet the same machine.
"""

from __future__ import annotations

import contextlib
import math
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Iterator, Sequence, Tuple

from j2o_core.api import Fatal

from . import measure
from .world import World, world

#: fewer give no turns that could be compared
LEAST = 5000
#: seconds of a turn
_TURN = 0.5
#: seconds between two looks at how far a run has come
_LOOK = 0.5
#: the shares of their work packages between which the two runs take turns: the very first ones meet cold connections,
#: the very last ones wait for each other in the tree
_FIRST, _LAST = (0.01, 0.1), (0.9, 0.98)


@dataclass(frozen=True)
class Turns:
    """Work packages per second in the first tenth of a run and in the last tenth of another, turn by turn."""

    issues: int
    pairs: Sequence[Tuple[float, float]]

    @property
    def rate(self) -> float:
        """The last tenth against the first."""
        first, last = (sum(pair[side] for pair in self.pairs) for side in (0, 1))
        return last / first

    @property
    def error(self) -> float:
        """The standard error of the ratio, as a share of it."""
        if len(self.pairs) < 3:
            return math.inf
        mean = statistics.mean(first for first, _ in self.pairs)
        apart = statistics.stdev(last - self.rate * first for first, last in self.pairs)
        return apart / mean / math.sqrt(len(self.pairs)) / self.rate

    def __str__(self) -> str:
        first, last = (statistics.mean(pair[side] for pair in self.pairs) for side in (0, 1))
        return (
            f"{first:.0f}/s in the first tenth of {self.issues} issues, {last:.0f}/s in the last one of the same, "
            f"in {len(self.pairs)} turns; uncertain by {self.error:.1%}"
        )


def alternating(spec: str, folder: Path, issues: int, projects: int, seed: int) -> Turns:
    """Bring one run to its first tenth, another to its last, and let them go on in turns. Raises ``Fatal``."""
    with contextlib.ExitStack() as stack:
        worlds = [stack.enter_context(world(issues, projects, seed)) for _ in ("first", "last")]
        first = stack.enter_context(_running(spec, folder / "home-first", worlds[0]))
        last = stack.enter_context(_running(spec, folder / "home-last", worlds[1]))
        _hold(((first, _FIRST[0]), (last, _LAST[0])))
        pairs = list(_turns(first, last))
    if not all(any(pair[side] for pair in pairs) for side in (0, 1)):
        raise Fatal(f"{issues} issues are too few: one of the two runs wrote nothing in its turns")
    return Turns(issues, pairs)


def _turns(first: _Run, last: _Run) -> Iterator[Tuple[float, float]]:
    order = [first, last]
    while first.share < _FIRST[1] and last.share < _LAST[1]:
        rates = {run: run.turn() for run in order}
        yield rates[first], rates[last]
        order.reverse()


def _hold(places: Sequence[Tuple[_Run, float]]) -> None:
    """Wait until each run has written its share, and hold it there. Raises ``Fatal`` where one ends before."""
    while not all(run.is_held for run, _ in places):
        for run, share in places:
            if not run.is_held and not run.hold_from(share):
                run.check()
        time.sleep(_LOOK)


class _Run:
    """A run of ``j2o`` that can be held, and how many work packages its target has."""

    def __init__(self, process: subprocess.Popen[bytes], both: World, errors: IO[bytes]) -> None:
        self._process, self._world, self._errors = process, both, errors
        self._all = both.needed("work_packages")
        self._written = 0
        self._held_at = 0.0
        self.is_held = False

    @property
    def share(self) -> float:
        """The share of the work packages that were written when it was held last."""
        return self._written / self._all

    def hold_from(self, share: float) -> bool:
        """Hold it where this share of them is written; returns whether it is."""
        if self._world.created() >= share * self._all:
            self._hold()
        return self.is_held

    def turn(self) -> float:
        """Go on for half a second; returns work packages per second."""
        before, began = self._written, time.monotonic()
        self._send(signal.SIGCONT)
        time.sleep(_TURN)
        self._hold()
        seconds = self._held_at - began
        self.check()
        return (self._written - before) / seconds

    def check(self) -> None:
        """Raises ``Fatal`` with its words where it has ended."""
        if self._process.poll() is not None:
            self._errors.seek(0)
            words = self._errors.read().decode("utf-8", "replace")
            raise Fatal(f"the measured run ended with {self._process.returncode} before its time:\n{words[-2000:]}")

    def _hold(self) -> None:
        self._send(signal.SIGSTOP)
        self._held_at = time.monotonic()
        self._written = self._world.created()
        self.is_held = True

    def _send(self, number: signal.Signals) -> None:
        os.kill(self._process.pid, number)


@contextlib.contextmanager
def _running(spec: str, home: Path, both: World) -> Iterator[_Run]:
    """A run that ends with the block, wherever it is."""
    command = [sys.executable, "-m", "j2o_core", "run", spec, "--quiet"]
    with tempfile.TemporaryFile() as errors:
        environment = measure.environment(home, both)
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=errors)
        try:
            yield _Run(process, both, errors)
        finally:
            process.kill()
            process.wait()
