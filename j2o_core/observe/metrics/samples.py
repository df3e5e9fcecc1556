"""What those who keep figures hand over: plain values, under the families that they belong to."""

from __future__ import annotations

import threading
from bisect import bisect_left
from dataclasses import dataclass
from typing import Callable, Iterable, Sequence, Union

from .families import Family


@dataclass(frozen=True)
class Spread:
    """A histogram as it stands. ``counts`` are by bucket, each for itself; the last is what lies above every bound."""

    bounds: Sequence[float]
    counts: Sequence[int]
    total: float


@dataclass(frozen=True)
class Sample:
    """One series of a family, with its labels in the family's order."""

    family: Family
    labels: tuple[str, ...]
    value: Union[float, Spread]


#: gives what it keeps, as it stands; called from any thread
Source = Callable[[], Iterable[Sample]]


class Durations:
    """How long something took, by bucket. Safe for threads; ``add`` costs about a microsecond."""

    def __init__(self, bounds: Sequence[float]) -> None:
        self._bounds = bounds
        self._counts = [0] * (len(bounds) + 1)
        self._total = 0.0
        self._guard = threading.Lock()

    def add(self, seconds: float) -> None:
        """It took so long once more."""
        bucket = bisect_left(self._bounds, seconds)
        with self._guard:
            self._counts[bucket] += 1
            self._total += seconds

    def spread(self) -> Spread:
        """As it stands."""
        with self._guard:
            return Spread(self._bounds, tuple(self._counts), self._total)
