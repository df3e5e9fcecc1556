"""A circuit breaker: who does not answer is left alone for a while, then asked by one request, and by no other.

Times are seconds of any steady clock. Not safe for threads by itself: the gate holds its lock around every call.
"""

from __future__ import annotations

from typing import Optional

from ..model.limits import BreakerBounds

CLOSED, OPEN, HALF_OPEN = "closed", "open", "half_open"


class Breaker:
    """``state`` is one of ``closed``, ``open`` and ``half_open`` (one probe is under way)."""

    def __init__(self, bounds: BreakerBounds) -> None:
        self.state = CLOSED
        self._bounds = bounds
        self._failures = 0
        self._since = 0.0

    @property
    def unanswered(self) -> int:
        """Requests in a row that got no answer, since the last one that did."""
        return self._failures

    def left(self, now: float) -> float:
        """Seconds before which nothing may be sent; 0 where something may."""
        if self.state == CLOSED:
            return 0.0
        left = self._since + self._bounds.reset_after - now
        # A probe may take longer than that; whoever waits for it asks again soon.
        return max(left, 1.0) if self.state == HALF_OPEN else max(left, 0.0)

    def admit(self, now: float) -> bool:
        """A request leaves; whether it is the probe."""
        if self.state != OPEN:
            return False
        self.state, self._since = HALF_OPEN, now
        return True

    def note(self, answered: bool, probe: bool, now: float) -> Optional[str]:
        """A request has ended; returns the new state where it has changed.

        What left before the breaker opened decides nothing any more.
        """
        if self.state == CLOSED:
            self._failures = 0 if answered else self._failures + 1
            if self._failures < self._bounds.failures:
                return None
            return self._change(OPEN, now)
        if not probe:
            return None
        return self._change(CLOSED if answered else OPEN, now)

    def keeps_others(self, now: float, patience: float) -> bool:
        """Whether others should leave it to us to ask: while it is open, and a little longer, or asked for."""
        if self.state == OPEN:
            return now < self._since + self._bounds.reset_after + patience
        return self.state == HALF_OPEN

    def close(self) -> None:
        """Forget what happened: somebody else finds out."""
        self.state, self._failures = CLOSED, 0

    def _change(self, state: str, now: float) -> str:
        self.state, self._since, self._failures = state, now, 0
        return state
