"""A fixed rate: requests are spread over time, so that no second holds more than was stated."""

from __future__ import annotations

#: seconds by which a request may come early to make up for one that came late: sleeping is not exact
_SLACK = 0.02


class Pace:
    """So many requests a second. Not safe for threads by itself: the gate holds its lock around every call."""

    def __init__(self, rate: float) -> None:
        self.slow_to(rate)
        self._next = float("-inf")

    def slow_to(self, rate: float) -> None:
        """So many requests a second from now on."""
        self._interval = 1.0 / rate
        self._slack = min(_SLACK, self._interval)

    def left(self, now: float) -> float:
        """Seconds until the next request may leave."""
        return max(0.0, self._next - self._slack - now)

    def take(self, now: float) -> None:
        """A request leaves."""
        self._next = max(self._next, now) + self._interval
