"""A pause that a server asked for, kept by all who talk to it."""

from __future__ import annotations

import threading
import time
from typing import Callable

from ..model.outcome import NotSent

#: the longest pause that is kept without asking again, in seconds
LONGEST = 3600.0


class Pause:
    """Shared by all workers of one connection. ``close`` ends every wait at once."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until = 0.0
        self._closed = threading.Event()

    def ask(self, seconds: float) -> None:
        """Nobody sends for so many seconds; a shorter pause never ends a longer one."""
        self._until = max(self._until, self._clock() + min(seconds, LONGEST))

    def wait(self) -> None:
        """Return when nothing holds. Raises ``NotSent`` where the connection was closed."""
        while True:
            left = self._until - self._clock()
            if self._closed.is_set():
                raise NotSent("the connection was closed", code="closed")
            if left <= 0:
                return
            self._closed.wait(left)

    def sleep(self, seconds: float) -> None:
        """Sleep, but not beyond ``close``."""
        self._closed.wait(seconds)

    def close(self) -> None:
        """Wake all who wait; nothing is sent any more."""
        self._closed.set()
