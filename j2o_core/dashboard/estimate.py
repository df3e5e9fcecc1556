"""How fast a run goes at present, and when it will be done: with what is uncertain about it."""

from __future__ import annotations

from collections import deque
from typing import Any, Deque, Dict, List, Optional, Tuple

#: seconds that count as *now*
NOW = 20.0
#: seconds that an estimate looks back, and into how many parts it divides them to see how much the pace varies
BACK, PARTS = 300.0, 10


class Pulse:
    """Looks at how many items have ended, one by one; times are seconds of any steady clock."""

    def __init__(self) -> None:
        self._looks: Deque[Tuple[float, int]] = deque()

    def note(self, at: float, ended: int) -> None:
        """``ended`` items had ended at that time. Fewer than before: another beginning."""
        if self._looks and ended < self._looks[-1][1]:
            self._looks.clear()
        self._looks.append((at, ended))
        while len(self._looks) > 2 and at - self._looks[1][0] >= BACK:
            self._looks.popleft()

    def tell(self, left: int, wait: float = 0.0) -> Dict[str, Any]:
        """``rate``: items per second now; ``least``, ``likely`` and ``most``: seconds until ``left`` more have ended.

        ``None`` where there is nothing to tell it from. At least ``wait`` seconds pass, whatever the pace.
        """
        if len(self._looks) < 2:
            return {"rate": None, "least": None, "likely": None, "most": None}
        rates = self._rates()
        mean = _rate(self._looks[0], self._looks[-1])
        if not mean:
            return {"rate": self._since(NOW), "least": None, "likely": None, "most": None}
        rates.sort()
        # A quarter of the parts on each side are left out: one pause is no forecast.
        quarter = len(rates) // 4
        slow, fast = rates[quarter] or mean / PARTS, rates[-1 - quarter] or mean
        return {
            "rate": self._since(NOW),
            "least": max(wait, left / max(fast, mean)),
            "likely": max(wait, left / mean),
            "most": max(wait, left / min(slow, mean)),
        }

    def _since(self, seconds: float) -> float:
        end = self._looks[-1]
        start = next((look for look in self._looks if end[0] - look[0] <= seconds), end)
        if start is end:
            start = self._looks[-2]
        return _rate(start, end) or 0.0

    def _rates(self) -> List[float]:
        looks = list(self._looks)
        part = (looks[-1][0] - looks[0][0]) / PARTS
        rates: List[float] = []
        start = looks[0]
        for look in looks[1:]:
            if look[0] - start[0] >= part or look is looks[-1]:
                rate = _rate(start, look)
                if rate is not None:
                    rates.append(rate)
                start = look
        return rates


def _rate(start: Tuple[float, int], end: Tuple[float, int]) -> Optional[float]:
    seconds = end[0] - start[0]
    return (end[1] - start[1]) / seconds if seconds > 0 else None
