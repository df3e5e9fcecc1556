"""A wall clock that goes on evenly, whatever is done to the machine's: when something was sent is told by it."""

from __future__ import annotations

import functools
import time
from typing import Callable


def steady() -> float:
    """Seconds of a clock that goes on while the machine sleeps, where there is one."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)


def evenly(now: float) -> Callable[[], float]:
    """A clock that shows ``now`` (seconds since 1970) at this moment, and is never set afterwards."""
    return functools.partial(_later, now - steady())


def _later(than: float) -> float:
    return than + steady()
