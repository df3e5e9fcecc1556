"""Watches what a run uses of its machine: near a limit it slows down, beyond one it stops, resumable."""

from __future__ import annotations

import gc
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Optional

import psutil

from ..model.limits import Guard

#: the part of a limit from which on the run slows down
NEAR = 0.85
#: looks in a row beyond the memory limit before the run stops: what was only garbage may be gone by then
LOOKS = 3
#: what is left of the requests at the same time after each look at processors that are too busy
_LESS = 0.7


@dataclass(frozen=True)
class Usage:
    """Bytes of memory of this process, bytes free and in all of the disk of ``folder``, share of all cores."""

    memory: int
    disk_free: int
    disk_total: int
    cpu: float
    folder: str = ""


@dataclass(frozen=True)
class Judgement:
    """``parallel``: requests at the same time from now on (``None``: no limit). ``stop``: why the run has to end."""

    parallel: Optional[int] = None
    reason: str = ""
    stop: str = ""
    over: int = 0
    by_cpu: Optional[float] = None


def judge(guard: Guard, usage: Usage, workers: int, before: Judgement) -> Judgement:
    """What follows from a look at the machine, given what followed from the one before. Pure."""
    memory = usage.memory / guard.memory if guard.memory else 0.0
    wanted = _to_stay_free(guard, usage.disk_total)
    disk = wanted / max(1, usage.disk_free)
    over = before.over + 1 if memory >= 1.0 else 0
    judged = Judgement(over=over, by_cpu=_by_cpu(guard, usage, workers, before))
    if disk >= 1.0:
        disk_of = f"the disk of {usage.folder}" if usage.folder else "the disk"
        free = f"{size(usage.disk_free)} of {disk_of} are free, and {size(wanted)} shall stay free"
        return replace(judged, stop=f"{free} (runtime.guard.disk_free)")
    if over >= LOOKS:
        used = f"this process uses {size(usage.memory)} of memory, and may use {size(guard.memory)}"
        return replace(judged, stop=f"{used} (runtime.guard.memory)")
    near = max(memory, disk)
    limits: list[tuple[int, str]] = []
    if near >= NEAR:
        left = max(0.0, (1.0 - near) / (1.0 - NEAR))
        limits.append((max(1, int(workers * left)), "memory" if memory >= disk else "disk_free"))
    if judged.by_cpu is not None:
        limits.append((max(1, int(judged.by_cpu)), "cpu"))
    if not limits:
        return judged
    parallel, reason = min(limits)
    return replace(judged, parallel=parallel, reason=reason)


class Measure:
    """Looks at the machine; of the disks on which ``folders`` lie, the one that is nearest to its limit counts."""

    def __init__(self, *folders: Path) -> None:
        self._folders = [str(folder) for folder in folders]
        self._process = psutil.Process()
        self._cores = psutil.cpu_count() or 1
        self._process.cpu_percent(None)

    def __call__(self, guard: Guard) -> Usage:
        """What is used now; the processors since the look before."""
        disks = [(psutil.disk_usage(folder), folder) for folder in self._folders]
        disk, folder = max(disks, key=lambda found: _to_stay_free(guard, found[0].total) / max(1, found[0].free))
        memory = self._process.memory_info().rss
        if guard.memory and memory >= guard.memory:
            gc.collect()
            memory = self._process.memory_info().rss
        cpu = self._process.cpu_percent(None) / 100.0 / self._cores
        return Usage(memory, disk.free, disk.total, cpu, folder)


def size(number: int) -> str:
    """``1.5 GB``."""
    for unit, factor in (("GB", 1000**3), ("MB", 1000**2)):
        if number >= factor:
            return f"{number / factor:.1f} {unit}"
    return f"{number // 1000} kB"


def _to_stay_free(guard: Guard, total: int) -> int:
    return min(guard.disk_free, int(guard.disk_share * total))


def _by_cpu(guard: Guard, usage: Usage, workers: int, before: Judgement) -> Optional[float]:
    if not guard.cpu:
        return None
    if usage.cpu > guard.cpu:
        return max(1.0, (before.by_cpu or float(workers)) * _LESS)
    if before.by_cpu is None or usage.cpu > 0.9 * guard.cpu:
        return before.by_cpu
    return before.by_cpu + 1.0 if before.by_cpu + 1.0 < workers else None
