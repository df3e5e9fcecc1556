"""How fast something goes, and how long it will still take."""

from __future__ import annotations

from collections import deque
from typing import Optional


class Pace:
    """Items per second over the last ``window`` seconds, so that an estimate follows what happens now."""

    def __init__(self, window: float = 20.0) -> None:
        self._window = window
        self._points: deque[tuple[float, int]] = deque()

    def note(self, now: float, done: int) -> None:
        """``done`` items are finished at ``now`` (seconds of any steady clock)."""
        self._points.append((now, done))
        while len(self._points) > 2 and now - self._points[1][0] >= self._window:
            self._points.popleft()

    @property
    def rate(self) -> Optional[float]:
        """Items per second; ``None`` before there is anything to tell."""
        if len(self._points) < 2:
            return None
        (start, first), (end, last) = self._points[0], self._points[-1]
        return (last - first) / (end - start) if end > start and last > first else None

    def left(self, total: Optional[int]) -> Optional[float]:
        """Seconds until ``total`` is reached at this rate."""
        rate = self.rate
        if rate is None or total is None:
            return None
        return max(0.0, (total - self._points[-1][1]) / rate)


def duration(seconds: float) -> str:
    """``7 s``, ``3 min 05 s``, ``2 h 10 min``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
