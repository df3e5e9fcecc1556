"""How much may be tried again: a share of what succeeds, so that a storm does not multiply the load."""

from __future__ import annotations

#: retries that are free at first
RESERVE = 20.0
#: retries a second that are allowed however much fails
FLOOR = 2.0


class RetryBudget:
    """Shared by all workers of a host. Not safe for threads by itself: the gate holds its lock around every call."""

    def __init__(self, share: float, now: float) -> None:
        """``share``: retries for each request that succeeds. Times are seconds of any steady clock."""
        self._share = share
        self._tokens = RESERVE
        self._at = now

    def succeeded(self) -> None:
        """A request was answered well."""
        self._tokens = min(RESERVE, self._tokens + self._share)

    def wait(self, now: float, longest: float) -> float:
        """Take a retry out of the budget; seconds to wait for it, at most ``longest``."""
        self._tokens = min(RESERVE, self._tokens + (now - self._at) * FLOOR)
        self._at = now
        self._tokens = max(self._tokens - 1.0, -longest * FLOOR)
        return max(0.0, -self._tokens / FLOOR)
