"""Whether a run gets slower as it gets longer, on a machine whose own speed changes from minute to minute.

The last tenth of a run and a fresh run of a tenth of the issues are written in turns of half a second: one of the two
processes is held while the other one goes on, so both meet the same machine.
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
#: the shares of their work packages at which the fresh run and the long one are held for each other
_EARLY, _LATE = 0.03, 0.9
#: the share at which there are no more turns: the last ones wait for each other in the tree
_END = 0.98


@dataclass(frozen=True)
class Turns:
    """Work packages per second of the fresh run and of the last tenth of the long one, turn by turn."""

    issues: int
    pairs: Sequence[Tuple[float, float]]

    @property
    def rate(self) -> float:
        """The last tenth against the fresh run."""
        early, late = (sum(pair[side] for pair in self.pairs) for side in (0, 1))
        return late / early

    @property
    def error(self) -> float:
        """The standard error of the ratio, as a share of it."""
        if len(self.pairs) < 3:
            return math.inf
        mean = statistics.mean(early for early, _ in self.pairs)
        apart = statistics.stdev(late - self.rate * early for early, late in self.pairs)
        return apart / mean / math.sqrt(len(self.pairs)) / self.rate

    def __str__(self) -> str:
        early, late = (statistics.mean(pair[side] for pair in self.pairs) for side in (0, 1))
        return (
            f"{early:.0f}/s in a run of {self.issues // 10} issues, {late:.0f}/s in the last tenth of {self.issues}, "
            f"in {len(self.pairs)} turns; uncertain by {self.error:.1%}"
        )


def alternating(spec: str, folder: Path, issues: int, projects: int, seed: int) -> Turns:
    """Bring a run to its last tenth, and let it and a fresh one go on in turns. Raises ``Fatal``."""
    with world(issues, projects, seed) as large, _held(spec, folder / "home-late", large, _LATE) as late:
        pairs = list(_turns(late, spec, folder / "home-early", issues // 10, projects, seed))
    if not all(any(pair[side] for pair in pairs) for side in (0, 1)):
        raise Fatal(f"{issues} issues are too few: one of the two runs wrote nothing in its turns")
    return Turns(issues, pairs)


def _turns(late: _Run, spec: str, home: Path, issues: int, projects: int, seed: int) -> Iterator[Tuple[float, float]]:
    with world(issues, projects, seed) as small, _held(spec, home, small, _EARLY) as early:
        while early.share < _END and late.share < _END:
            yield early.turn(), late.turn()


class _Run:
    """A run of ``j2o`` that can be held, and how many work packages its target has."""

    def __init__(self, process: subprocess.Popen[bytes], both: World, errors: IO[bytes]) -> None:
        self._process, self._world, self._errors = process, both, errors
        self._all = both.needed("work_packages")
        self._written = 0

    @property
    def share(self) -> float:
        """The share of the work packages that were written when it was held last."""
        return self._written / self._all

    def hold_at(self, share: float) -> None:
        """Wait until this share of them is written. Raises ``Fatal`` where it ends before."""
        while self._world.created() < share * self._all:
            time.sleep(_LOOK)
            self._check()
        self._send(signal.SIGSTOP)
        self._written = self._world.created()

    def turn(self) -> float:
        """Go on for half a second; returns work packages per second."""
        began = time.monotonic()
        self._send(signal.SIGCONT)
        time.sleep(_TURN)
        self._send(signal.SIGSTOP)
        seconds = time.monotonic() - began
        before, self._written = self._written, self._world.created()
        self._check()
        return (self._written - before) / seconds

    def _send(self, number: signal.Signals) -> None:
        os.kill(self._process.pid, number)

    def _check(self) -> None:
        if self._process.poll() is not None:
            self._errors.seek(0)
            words = self._errors.read().decode("utf-8", "replace")
            raise Fatal(f"the measured run ended with {self._process.returncode} before its time:\n{words[-2000:]}")


@contextlib.contextmanager
def _held(spec: str, home: Path, both: World, share: float) -> Iterator[_Run]:
    """A run that is held where this share of its work packages is written; it ends with the block, wherever it is."""
    command = [sys.executable, "-m", "j2o_core", "run", spec, "--quiet"]
    with tempfile.TemporaryFile() as errors:
        environment = measure.environment(home, both)
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=errors)
        try:
            run = _Run(process, both, errors)
            run.hold_at(share)
            yield run
        finally:
            process.kill()
            process.wait()
