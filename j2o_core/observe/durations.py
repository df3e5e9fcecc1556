"""How long things took, many of them, in a few numbers each: their shares are told to a tenth."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

#: bounds grow by a tenth
_STEP = math.log(1.1)
_SHORTEST = 1e-4


@dataclass
class Durations:
    """Of so many, ``failed`` did; all in seconds."""

    count: int = 0
    failed: int = 0
    total: float = 0.0
    longest: float = 0.0
    _counts: Counter[int] = field(default_factory=Counter)

    def add(self, duration: float, failed: bool) -> None:
        """Count one."""
        self.count += 1
        self.failed += failed
        self.total += duration
        self.longest = max(self.longest, duration)
        self._counts[math.ceil(math.log(max(duration, _SHORTEST)) / _STEP)] += 1

    def share(self, part: float) -> float:
        """So many seconds, a tenth at most too many, or fewer took this part of them."""
        left = part * self.count
        for bound in sorted(self._counts):
            left -= self._counts[bound]
            if left <= 1e-9:
                return min(self.longest, math.exp(bound * _STEP))
        return self.longest

    def figures(self) -> dict[str, Any]:
        """As data, rounded."""
        return {
            "count": self.count,
            "failed": self.failed,
            "mean": round(self.total / self.count, 4) if self.count else 0.0,
            "median": round(self.share(0.5), 4),
            "p95": round(self.share(0.95), 4),
            "longest": round(self.longest, 4),
        }
