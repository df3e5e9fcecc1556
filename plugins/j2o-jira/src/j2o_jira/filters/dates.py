"""Dates in queries, as ranges of days: ``2024-01-31..``, ``-7..0``, ``..-1``.

Ends are days (ISO 8601), or numbers of days from today. JQL knows minutes; what is finer than a day is no range here.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Optional, Union

from .tree import Call, Operand, Value

#: a day of the calendar, or a number of days from today
Day = Union[dt.date, int]

_DATE = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[ T]0?0:00)?")
_RELATIVE = re.compile(r"([+-]?)((?:\d+\s*[wd]\s*)+)", re.IGNORECASE)
_STEP = re.compile(r"(\d+)\s*([wd])", re.IGNORECASE)
_PLAIN = re.compile(r"[+-]?\d+")
_BOUNDS = (">", ">=", "<", "<=")


class Inexpressible(ValueError):
    """What a condition says cannot be said elsewhere; the message says why."""


def range_of(operator: str, operand: Operand, to_the_minute: bool) -> str:
    """What a comparison with a date means, as a range. Raises ``Inexpressible``."""
    low: Optional[Day]
    high: Optional[Day]
    if operator == "=" and not to_the_minute:
        low = high = _point(operand, "start")
    elif operator in _BOUNDS:
        low, high = _bound(operator, operand, to_the_minute)
    else:
        raise Inexpressible(f"'{operator}' with a date means a minute")
    return f"{_text(low)}..{_text(high)}"


def both(one: str, other: str) -> str:
    """The range in which both are. Raises ``Inexpressible`` where they cannot be compared."""
    ends = []
    for first, second, choose in zip(one.split(".."), other.split(".."), (max, min)):
        if not first or not second:
            ends.append(first or second)
        elif first == second:
            ends.append(first)
        elif _PLAIN.fullmatch(first) and _PLAIN.fullmatch(second):
            ends.append(str(choose(int(first), int(second))))
        elif not _PLAIN.fullmatch(first) and not _PLAIN.fullmatch(second):
            ends.append(choose(first, second))
        else:
            raise Inexpressible("it mixes days of the calendar with days from today")
    return "..".join(ends)


def _bound(operator: str, operand: Operand, to_the_minute: bool) -> tuple[Optional[Day], Optional[Day]]:
    """First and last day that meet a comparison; days are compared by their first minute."""
    place = operand.name.lower() if isinstance(operand, Call) else ""
    lower, strict = operator.startswith(">"), len(operator) == 1
    if place == "now":
        if to_the_minute:
            raise Inexpressible("it compares with this very minute")
        return (1, None) if lower else (None, 0)
    if place == "endofday":
        day = _point(operand, "end")
        return (_later(day, 1), None) if lower else (None, day)
    day = _point(operand, "start")
    if to_the_minute:
        # "-7d" is counted from this minute: whole days here.
        whole = isinstance(day, int) and not place
        return (day, None) if lower else (None, day if whole else _later(day, -1))
    if lower:
        return (_later(day, 1) if strict else day), None
    return None, (_later(day, -1) if strict else day)


def _point(operand: Operand, part: str) -> Day:
    if isinstance(operand, Call):
        if operand.name.lower() != f"{part}ofday" or len(operand.arguments) > 1:
            raise Inexpressible(f"{operand.name}() has no counterpart")
        offset = operand.arguments[0].strip() if operand.arguments else "0"
        return int(offset) if _PLAIN.fullmatch(offset) else _days(offset)
    if not isinstance(operand, Value):
        raise Inexpressible("it compares a date with several things")
    date = _DATE.fullmatch(operand.text.strip())
    if date is None:
        return _days(operand.text.strip())
    try:
        return dt.date(*map(int, date.groups()))
    except ValueError:
        raise Inexpressible(f"'{operand.text}' is no day") from None


def _days(text: str) -> int:
    found = _RELATIVE.fullmatch(text)
    if found is None:
        raise Inexpressible(f"'{text[:40]}' is finer than a day, or no date")
    days = sum(int(number) * (7 if unit.lower() == "w" else 1) for number, unit in _STEP.findall(found[2]))
    return -days if found[1] == "-" else days


def _later(day: Day, days: int) -> Day:
    try:
        return day + days if isinstance(day, int) else day + dt.timedelta(days=days)
    except OverflowError:
        raise Inexpressible("a day beyond the calendar") from None


def _text(day: Optional[Day]) -> str:
    return "" if day is None else day.isoformat() if isinstance(day, dt.date) else str(day)
