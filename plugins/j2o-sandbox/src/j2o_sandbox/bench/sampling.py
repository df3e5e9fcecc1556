"""What a process has used at any moment of its life, seen from outside."""

from __future__ import annotations

import bisect
import contextlib
import threading
import time
from pathlib import Path
from typing import List

import psutil

#: seconds between two looks
_EVERY = 0.05


class Sampler:
    """Looks at a process until it ends. Times are seconds on the monotonic clock."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)
        self._moments: List[float] = []
        self._used: List[float] = []
        #: the peak of the resident set in bytes
        self.memory = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, name="sampler", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._ended.set()
        self._thread.join()

    def cpu(self, began: float, ended: float) -> float:
        """Seconds of processor time that it used between two moments."""
        return self._at(ended) - self._at(began)

    def _at(self, moment: float) -> float:
        place = bisect.bisect_left(self._moments, moment)
        if place == 0:
            return self._used[0] if self._used else 0.0
        if place == len(self._moments):
            return self._used[-1]
        before, after = self._moments[place - 1], self._moments[place]
        share = (moment - before) / (after - before)
        return self._used[place - 1] + share * (self._used[place] - self._used[place - 1])

    def _look(self) -> None:
        with contextlib.suppress(psutil.NoSuchProcess):
            while not self._ended.wait(_EVERY):
                times = self._process.cpu_times()
                self._moments.append(time.monotonic())
                self._used.append(times.user + times.system)
                self.memory = max(self.memory, peak_memory(self._process.pid))


def peak_memory(pid: int) -> int:
    """The peak of a process's resident set so far, in bytes."""
    # The kernel's own high-water mark, where it tells one: what the parent used before is not in it.
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return int(psutil.Process(pid).memory_info().rss)
