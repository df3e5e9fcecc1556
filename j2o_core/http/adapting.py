"""The adaptive limit of one gate: steps by itself, or as one of several whose answers are put together elsewhere.

Not safe for threads by itself: the gate holds its lock around every call. Times are seconds of any steady clock.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Collection, Mapping, Optional

from . import adaptive

#: a round is at least so long, in seconds
ROUND = 0.2
#: operations that are told apart at most; the others count by their method
_OPERATIONS = 200


@dataclass(frozen=True)
class Seen:
    """What one of several has seen since round ``number`` began, as in ``adaptive.Round``.

    ``of``: requests that it could have under way at the same time.
    """

    number: int = 0
    times: Mapping[str, tuple[int, float, float]] = field(default_factory=dict)
    full: bool = False
    of: int = 0


def counted_as(operation: str, known: Collection[str]) -> str:
    """The operation itself, or its method alone where many others are ``known`` already."""
    return operation if operation in known or len(known) < _OPERATIONS else operation.partition(" ")[0]


class Adapting:
    """``bounds`` are those of this process alone."""

    def __init__(self, bounds: adaptive.Bounds, now: float) -> None:
        self._bounds = bounds
        self._state = adaptive.begin(bounds, now)
        self._number: Optional[int] = None
        self._slow: Mapping[str, float] = {}
        self._cut = False
        self._begin(now)

    def allowed(self, otherwise: float) -> float:
        """How many requests may be under way; ``otherwise``: what else bounds them."""
        if self._number is None:
            return min(otherwise, adaptive.allowed(self._state, self._bounds))
        # The others learn of a refusal a moment later; here less is sent at once.
        return max(1, int(otherwise * adaptive.CUT)) if self._cut and 1 <= otherwise < float("inf") else otherwise

    def reached(self) -> None:
        """As many requests are under way as are allowed."""
        self._full = True

    def refused(self, under_way: int, now: float) -> None:
        """The server has refused a request, with so many others under way."""
        self._cut = True
        if self._number is None:
            self._state = adaptive.refused(self._state, self._bounds, under_way, now)
            self._begin(now)

    def answered(self, operation: str, seconds: float, now: float) -> None:
        """The server has carried out a request."""
        name = counted_as(operation, self._times if self._number is not None else self._state.baselines)
        if self._number is None:
            seconds = adaptive.clipped(self._state, name, seconds)
        elif name in self._slow:
            seconds = min(seconds, self._slow[name])
        count, total, squares = self._times.get(name, (0, 0.0, 0.0))
        self._times[name] = (count + 1, total + seconds, squares + seconds * seconds)
        self._samples += 1
        if self._number is not None or now - self._began < ROUND:
            return
        if self._samples >= adaptive.samples_wanted(self._state, self._bounds):
            self._state = adaptive.step(self._state, self._bounds, adaptive.Round(self._times, self._full), now)
            self._begin(now)

    # ---------------------------------------------------------------- as one of several

    def seen(self) -> Seen:
        """What whoever puts the answers together has to know."""
        return Seen(self._number or 0, dict(self._times), self._full, self._bounds.maximum)

    def follow(self, number: int, slow: Mapping[str, float], now: float) -> None:
        """Round ``number`` goes on, or begins; answers count as no slower than ``slow``, by operation."""
        if number != self._number:
            self._number, self._slow, self._cut = number, slow, False
            self._begin(now)

    def _begin(self, now: float) -> None:
        self._times: dict[str, tuple[int, float, float]] = {}
        self._samples, self._full, self._began = 0, False, now
