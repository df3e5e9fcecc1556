"""Hours in which a run may work, by the clock on the wall of one time zone. Pure: the time is handed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Optional
from zoneinfo import ZoneInfo

#: minutes that are looked ahead for the next change: a day and the hour that the end of summer time adds, twice
_AHEAD = 2 * 25 * 60


@dataclass(frozen=True)
class Window:
    """From ``begin`` until just before ``end``, in minutes after midnight; over midnight where ``end`` is earlier."""

    begin: int
    end: int

    def holds(self, minute: int) -> bool:
        """Whether this minute of the day lies within."""
        if self.begin < self.end:
            return self.begin <= minute < self.end
        return minute >= self.begin or minute < self.end


@dataclass(frozen=True)
class Schedule:
    """Work is done within any of ``windows``. ``zone`` names the time zone; the machine's own where it is ``None``.

    Clocks that jump are followed: what the wall clock shows decides, whether it shows an hour never or twice.
    """

    windows: tuple[Window, ...]
    zone: Optional[str] = None

    def is_open(self, moment: float) -> bool:
        """Whether work may be done at ``moment`` (seconds since 1970)."""
        shown = self.wall_clock(moment)
        return any(window.holds(shown.hour * 60 + shown.minute) for window in self.windows)

    def next_change(self, moment: float) -> Optional[float]:
        """When it opens or closes next (seconds since 1970); ``None`` where it never does."""
        now = self.is_open(moment)
        minute = moment - moment % 60.0
        for ahead in range(1, _AHEAD):
            if self.is_open(minute + ahead * 60.0) != now:
                return minute + ahead * 60.0
        return None

    def wall_clock(self, moment: float) -> datetime:
        """What the clock on the wall shows then."""
        return datetime.fromtimestamp(moment, ZoneInfo(self.zone) if self.zone else None)
