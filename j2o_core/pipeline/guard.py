"""Watches what a run uses of its machine: near a limit it slows down, beyond one it stops, resumable."""

from __future__ import annotations

import gc
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Optional

import psutil

from ..model.limits import Guard
from .heaps import give_back_what_is_free
from .memory import read_back, resident, usual_limit
from .processors import usable_processors

#: the part of a limit from which on the run slows down
NEAR = 0.85
#: looks in a row beyond the memory limit before the run stops: what was only garbage may be gone by then
LOOKS = 3
#: looks in a row at a process that waits for its memory before the run stops: slowing down may help until then
SWAPPING = 10
#: how often between two looks such a process has had to wait
_WAITS = 50
#: what is left of the requests at the same time after each look at processors that are too busy, or at such a process
_LESS = 0.7


@dataclass(frozen=True)
class Usage:
    """Bytes of memory of this process, bytes free and in all of the disk of ``folder``, share of its processors.

    ``swapped``: bytes of the memory that are swapped out; ``waits``: how often since the look before a part of it had
    to be read from a disk.
    """

    memory: int
    disk_free: int
    disk_total: int
    cpu: float
    folder: str = ""
    swapped: int = 0
    waits: int = 0


@dataclass(frozen=True)
class Judgement:
    """``parallel``: requests at the same time from now on (``None``: no limit). ``stop``: why the run has to end.

    ``reason``: what either is for: ``memory``, ``swap``, ``disk_free`` or ``cpu``.
    """

    parallel: Optional[int] = None
    reason: str = ""
    stop: str = ""
    over: int = 0
    by_cpu: Optional[float] = None
    swapped: int = 0
    swapping: int = 0
    by_swap: Optional[float] = None


def judge(guard: Guard, usage: Usage, workers: int, before: Judgement) -> Judgement:
    """What follows from a look at the machine, given what followed from the one before. Pure."""
    memory = usage.memory / guard.memory if guard.memory else 0.0
    wanted = to_stay_free(guard, usage.disk_total)
    disk = wanted / max(1, usage.disk_free)
    over = before.over + 1 if memory >= 1.0 else 0
    # What was swapped out while the run waited comes back once, and is less at each look; what is always as much is
    # needed and does not fit.
    swaps = bool(guard.memory) and usage.waits >= _WAITS and usage.swapped >= max(1, before.swapped)
    judged = Judgement(
        over=over,
        by_cpu=_by_cpu(guard, usage, workers, before),
        swapped=usage.swapped,
        swapping=before.swapping + 1 if swaps else 0,
        by_swap=_slower(before.by_swap, workers) if swaps else _faster(before.by_swap, workers),
    )
    if disk >= 1.0:
        disk_of = f"the disk of {usage.folder}" if usage.folder else "the disk"
        free = f"{size(usage.disk_free)} of {disk_of} are free, and {size(wanted)} shall stay free"
        return replace(judged, reason="disk_free", stop=f"{free} (runtime.guard.disk_free)")
    if over >= LOOKS:
        used = f"this process uses {size(usage.memory)} of memory, and may use {size(guard.memory or 0)}"
        return replace(judged, reason="memory", stop=f"{used} (runtime.guard.memory)")
    if judged.swapping >= SWAPPING:
        back = f"this process waits for its memory to come back from the swap, where {size(usage.swapped)} of it lie"
        return replace(judged, reason="swap", stop=f"{back} (runtime.guard.memory)")
    near = max(memory, disk)
    limits: list[tuple[int, str]] = []
    if near >= NEAR:
        left = max(0.0, (1.0 - near) / (1.0 - NEAR))
        limits.append((max(1, int(workers * left)), "memory" if memory >= disk else "disk_free"))
    if judged.by_cpu is not None:
        limits.append((max(1, int(judged.by_cpu)), "cpu"))
    if judged.by_swap is not None:
        limits.append((max(1, int(judged.by_swap)), "swap"))
    if not limits:
        return judged
    parallel, reason = min(limits)
    return replace(judged, parallel=parallel, reason=reason)


class Measure:
    """Looks at the machine; of the disks on which ``folders`` lie, the one that is nearest to its limit counts."""

    def __init__(self, *folders: Path) -> None:
        self._folders = [str(folder) for folder in folders]
        self._process = psutil.Process()
        self._cores = usable_processors()
        self._process.cpu_percent(None)
        self._read_back = read_back()

    def __call__(self, guard: Guard) -> Usage:
        """What is used now, and not merely kept; processors and waits since the look before."""
        give_back_what_is_free()
        disks = [(psutil.disk_usage(folder), folder) for folder in self._folders]
        disk, folder = max(disks, key=lambda found: to_stay_free(guard, found[0].total) / max(1, found[0].free))
        memory, swapped = resident(self._process)
        if guard.memory and memory + swapped >= guard.memory:
            gc.collect()
            memory, swapped = resident(self._process)
        cpu = self._process.cpu_percent(None) / 100.0 / self._cores
        before, self._read_back = self._read_back, read_back()
        waits = self._read_back - before
        return Usage(memory + swapped, disk.free, disk.total, cpu, folder, swapped, waits)


def fitted(guard: Guard, processes: int = 1) -> Guard:
    """The guard of one of so many processes of a run on this machine: with a limit of memory that fits it, where none
    is stated."""
    return guard if guard.memory is not None else replace(guard, memory=usual_limit(processes))


def size(number: int) -> str:
    """``1.5 GB``."""
    for unit, factor in (("GB", 1000**3), ("MB", 1000**2)):
        if number >= factor:
            return f"{number / factor:.1f} {unit}"
    return f"{number // 1000} kB"


def to_stay_free(guard: Guard, total: int) -> int:
    """Bytes of a disk of this size that a run leaves free."""
    return min(guard.disk_free, int(guard.disk_share * total))


def _by_cpu(guard: Guard, usage: Usage, workers: int, before: Judgement) -> Optional[float]:
    if not guard.cpu:
        return None
    if usage.cpu > guard.cpu:
        return _slower(before.by_cpu, workers)
    return before.by_cpu if usage.cpu > 0.9 * guard.cpu else _faster(before.by_cpu, workers)


def _slower(parallel: Optional[float], workers: int) -> float:
    return max(1.0, (parallel or float(workers)) * _LESS)


def _faster(parallel: Optional[float], workers: int) -> Optional[float]:
    return parallel + 1.0 if parallel is not None and parallel + 1.0 < workers else None
