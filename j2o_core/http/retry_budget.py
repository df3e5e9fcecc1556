"""How much may be tried again: a share of what succeeds, so that a storm does not multiply the load."""

from __future__ import annotations

from typing import Mapping, Optional

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
        #: retries so far, of which those that waited for ``longest`` count no further
        self.taken = 0.0
        self._granted: Optional[float] = None
        self._owing = 1

    def succeeded(self) -> None:
        """A request was answered well."""
        self._tokens = min(RESERVE, self._tokens + self._share)

    def wait(self, now: float, longest: float) -> float:
        """Take a retry out of the budget; seconds to wait for it, at most ``longest``."""
        if self._granted is not None:
            rate = FLOOR / self._owing
            self.taken = min(self.taken + 1.0, max(self.taken, self._granted + longest * rate))
            return min(longest, max(0.0, (self.taken - self._granted) / rate))
        self.taken += 1.0
        self._tokens = min(RESERVE, self._tokens + (now - self._at) * FLOOR)
        self._at = now
        self._tokens = max(self._tokens - 1.0, -longest * FLOOR)
        return max(0.0, -self._tokens / FLOOR)

    def follow(self, granted: float, owing: int) -> None:
        """From now on so many retries in all, as ``SharedBudget`` says; so many have taken more than that."""
        self._granted, self._owing = granted, max(1, owing)


class SharedBudget:
    """One budget for all who send to a host, led by one of them: each is granted a part before it retries."""

    def __init__(self, share: float, now: float) -> None:
        """As for ``RetryBudget``."""
        self._share = share
        self._left = RESERVE
        self._at = now
        self._succeeded: dict[int, int] = {}
        self._granted: dict[int, float] = {}

    def grant(self, seen: Mapping[int, tuple[int, float]], now: float) -> tuple[dict[int, float], int]:
        """How many retries each has been granted so far, and how many have taken more.

        ``seen``: (requests that succeeded, retries taken) so far, by whom.
        """
        self._left += max(0.0, now - self._at) * FLOOR
        self._at = now
        for worker, (succeeded, _) in seen.items():
            self._left += self._share * max(0, succeeded - self._succeeded.get(worker, 0))
            self._succeeded[worker] = succeeded
        has = {worker: self._granted.get(worker, 0.0) - taken for worker, (_, taken) in seen.items()}
        self._left = min(self._left, max(0.0, RESERVE - sum(has.values())))
        owing = [worker for worker, many in has.items() if many < 0]
        self._give({worker: -has[worker] for worker in owing})
        self._give({worker: RESERVE / len(has) - max(0.0, many) for worker, many in has.items()})
        return {worker: self._granted.get(worker, 0.0) for worker in seen}, len(owing)

    def _give(self, wanted: Mapping[int, float]) -> None:
        """To each what it wants, and where there is less, to all alike; who wants least comes first."""
        for number, worker in enumerate(sorted(wanted, key=lambda worker: wanted[worker])):
            more = max(0.0, min(wanted[worker], self._left / (len(wanted) - number)))
            self._granted[worker] = self._granted.get(worker, 0.0) + more
            self._left -= more
