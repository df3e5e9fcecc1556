"""One adaptive limit for several processes that send to one host: their answers make one round, one state follows."""

from __future__ import annotations

from typing import Collection, Mapping, Optional

from . import adaptive
from .adapting import ROUND, Seen, counted_as

#: the limit counts as reached where those who have used up their share have this part of all places
_FULL = 0.75
#: requests at the same time, as long as nobody has told how many could be under way
_UNKNOWN = 2


class SharedLimit:
    """Led by one of them. Times are seconds of any steady clock."""

    def __init__(self, courtesy: float) -> None:
        self._courtesy = courtesy
        self._state: Optional[adaptive.State] = None
        self._refused = 0
        self._began = 0.0
        #: the round that is under way: what was seen in an earlier one does not count, as another limit held then
        self.number = 0

    def look(
        self,
        seen: Mapping[int, Seen],
        places: Mapping[int, float],
        refused: int,
        under_way: int,
        most: Optional[int],
        now: float,
    ) -> int:
        """How many requests all together may have under way from now on.

        ``seen`` and ``places``: what each has seen and may have under way at present; ``refused``: requests so far, of
        all; ``under_way``: at present, of all; ``most``: what is stated for all, or asked for.
        """
        own = sum(one.of for one in seen.values()) or _UNKNOWN
        bounds = adaptive.Bounds(own if most is None else max(1, min(most, own)), self._courtesy)
        if self._state is None:
            self._state, self._refused = adaptive.begin(bounds, now), refused
            self._begin(now)
        elif refused > self._refused:
            # Of those that were sent before all were told: what is reported as under way has only become less since.
            others = max(under_way, adaptive.allowed(self._state, bounds) - 1)
            cut = now - self._state.cut_at >= adaptive.CUT_EVERY
            for _ in range(min(refused - self._refused, bounds.maximum)):
                self._state = adaptive.refused(self._state, bounds, others if cut else under_way, now)
                cut = False
            self._refused = refused
            self._begin(now)
        elif now - self._began >= ROUND:
            found = _together(seen, places, self.number, self._state.baselines)
            samples = sum(count for count, _, _ in found.times.values())
            if samples >= adaptive.samples_wanted(self._state, bounds):
                self._state = adaptive.step(self._state, bounds, found, now)
                self._begin(now)
        return adaptive.allowed(self._state, bounds)

    def slow(self) -> dict[str, float]:
        """Seconds by operation: whatever took longer counts as that long."""
        state = self._state
        if state is None:
            return {}
        slow = {name: adaptive.clipped(state, name, float("inf")) for name in state.baselines}
        return {name: seconds for name, seconds in slow.items() if seconds < float("inf")}

    def _begin(self, now: float) -> None:
        self.number += 1
        self._began = now


def _together(
    seen: Mapping[int, Seen], places: Mapping[int, float], number: int, baselines: Collection[str]
) -> adaptive.Round:
    times: dict[str, tuple[int, float, float]] = {}
    known = set(baselines)
    for one in seen.values():
        if one.number == number:
            for operation, (count, seconds, squares) in one.times.items():
                name = counted_as(operation, known)
                known.add(name)
                before = times.get(name, (0, 0.0, 0.0))
                times[name] = (before[0] + count, before[1] + seconds, before[2] + squares)
    full = sum(many for worker, many in places.items() if worker in seen and seen[worker].full)
    return adaptive.Round(times, 0 < sum(places.values()) * _FULL <= full)
