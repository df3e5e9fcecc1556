"""Working days: dates on others shift, and durations count working days only."""

from __future__ import annotations

import datetime as dt
from typing import Optional, Sequence

_DAY = dt.timedelta(days=1)


class Calendar:
    """Weekdays (1 is Monday) and dates on which nobody works."""

    def __init__(self, weekdays: Sequence[int], holidays: Sequence[str]) -> None:
        self._weekdays = frozenset(int(day) for day in weekdays) if len(set(weekdays)) < 7 else frozenset()
        self._holidays = frozenset(holidays)

    def works(self, day: dt.date) -> bool:
        """Whether a day is a working day."""
        return day.isoweekday() not in self._weekdays and day.isoformat() not in self._holidays

    def soonest(self, day: dt.date, every_day: bool) -> dt.date:
        """The day itself or the next working day."""
        while not every_day and not self.works(day) and day < dt.date.max:
            day = _next(day)
        return day

    def duration(self, start: dt.date, due: dt.date, every_day: bool) -> int:
        """Days from start to due, both included; at least 1."""
        if every_day:
            return (due - start).days + 1
        # Whole weeks at once: a span of centuries must not hold the server up.
        weeks, rest = divmod((due - start).days + 1, 7)
        days = weeks * (7 - len(self._weekdays))
        day = start + dt.timedelta(days=7 * weeks)
        for _ in range(rest):
            days += day.isoweekday() not in self._weekdays
            day += _DAY if day < due else dt.timedelta()
        first, last = start.isoformat(), due.isoformat()
        return days - sum(
            first <= holiday <= last and dt.date.fromisoformat(holiday).isoweekday() not in self._weekdays
            for holiday in self._holidays
        )

    def due(self, start: dt.date, duration: int, every_day: bool) -> dt.date:
        """The day on which ``duration`` days from ``start`` end."""
        day = self.soonest(start, every_day)
        for _ in range(duration - 1):
            day = self.soonest(_next(day), every_day)
        return day

    def start(self, due: dt.date, duration: int, every_day: bool) -> dt.date:
        """The day on which ``duration`` days that end at ``due`` begin."""
        day = due
        for _ in range(duration - 1):
            day = _next(day, -1)
            while not every_day and not self.works(day) and day > dt.date.min:
                day = _next(day, -1)
        return day

    def with_lag(self, day: dt.date, lag: int) -> dt.date:
        """The first working day after ``day`` and ``lag`` working days; a negative lag goes back."""
        if lag < 0:
            soonest = _next(day)
            for _ in range(-lag):
                soonest = _next(soonest, -1)
                while not self.works(soonest) and soonest > dt.date.min:
                    soonest = _next(soonest, -1)
            return self.soonest(soonest, False)
        soonest = self.soonest(day + _DAY, False)
        for _ in range(lag):
            soonest = self.soonest(soonest + _DAY, False)
        return soonest


def as_date(text: Optional[str]) -> Optional[dt.date]:
    """A stored date as a date."""
    return None if text is None else dt.date.fromisoformat(text)


def _next(day: dt.date, step: int = 1) -> dt.date:
    # There is nothing beyond the first and the last day of the calendar.
    try:
        return day + dt.timedelta(days=step)
    except OverflowError:
        return dt.date.max if step > 0 else dt.date.min
