"""What tells processes and moments apart whatever the wall clock says: their birth, and the clock since the boot."""

from __future__ import annotations

import time
from functools import lru_cache
from pathlib import Path
from typing import Optional


def birth(pid: int) -> str:
    """When a process of this machine began, as text to be compared; empty where the system does not tell."""
    try:
        # The name in parentheses may hold spaces and parentheses itself; the start is the 20th field after it.
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        return f"{boot()}:{fields[19]}"
    except (OSError, IndexError):
        return ""


@lru_cache(maxsize=1)
def boot() -> str:
    """The id of this machine's present boot; empty where the system does not tell."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""


def clocks(before: str = "") -> str:
    """The boot, and by how many seconds the wall clock is ahead of the clock since then; empty where there is none.

    ``before``: what an earlier process told. Within one boot that stays where the clock was set forward since, as long
    as something may be left that was sent by the clock of then.
    """
    since_boot = _since_boot()
    if not boot() or since_boot is None:
        return ""
    known, _, ahead = before.partition("|")
    now = time.time() - since_boot
    return f"{boot()}|{min(now, float(ahead)) if known == boot() else now!r}"


def jumped(then: str) -> float:
    """By how many seconds the wall clock was set forward since ``clocks`` told ``then``; 0 where nobody knows."""
    known, _, ahead = then.partition("|")
    since_boot = _since_boot()
    if not known or known != boot() or since_boot is None:
        return 0.0
    return max(0.0, time.time() - since_boot - float(ahead))


def _since_boot() -> Optional[float]:
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return None if clock is None else time.clock_gettime(clock)
