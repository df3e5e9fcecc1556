"""Steps for durations. Lists are taken element by element.

``seconds_to_duration``   ISO 8601 hours, minutes, seconds: 5400 → ``PT1H30M``
``duration``              the same from ``1w 2d 3h 30m``, ``2 days, 4 hours``, ISO 8601 or a number of seconds;
                          ``{duration: {unit: hours}}`` for numbers in another unit
``hours``                 the hours of a duration in any of these forms, as a number: ``1d 4h`` → 12

Days and weeks are working time, of 8 hours and 5 days where ``hours_per_day`` and ``days_per_week`` say nothing else:
Jira's settings tell what its are.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any, Union

from ...expressions.sandbox import show
from ...hooks.protocols import StepError
from .numbers import number
from .shape import choices, each, kind_of, maybe, option

HOURS_PER_DAY, DAYS_PER_WEEK = 8, 5
#: the longest duration, in hours
LIMIT = 10_000_000


def seconds_to_duration(value: Any, argument: Any = None) -> str:
    """An exact ISO 8601 duration without days, whose length nobody agrees on."""
    seconds = number(value)
    if seconds < 0 or seconds != int(seconds):
        raise StepError(f"expected whole seconds, none or more, found {seconds}")
    return _iso(int(seconds))


def duration(value: Any, argument: Any = None) -> str:
    """ISO 8601 hours, minutes, seconds, to the second."""
    return _iso(round(_seconds(value, argument)))


def hours(value: Any, argument: Any = None) -> Union[int, float]:
    """Hours as a number."""
    found = _seconds(value, argument) / 3600
    return int(found) if found.denominator == 1 else float(found)


def _seconds(value: Any, argument: Any) -> Fraction:
    day = Fraction(str(option(argument, "hours_per_day", HOURS_PER_DAY))) * 3600
    week = Fraction(str(option(argument, "days_per_week", DAYS_PER_WEEK))) * day
    sizes = {"w": week, "d": day, "h": Fraction(3600), "m": Fraction(60), "s": Fraction(1)}
    text = value.strip() if isinstance(value, str) else ""
    if not isinstance(value, str) or _NUMBER.fullmatch(text):
        found = Fraction(str(number(value))) * sizes[option(argument, "unit", "seconds")[0]]
    else:
        found = _read(text, sizes)
    if found < 0:
        raise StepError(f"a duration is not below zero, found {kind_of(value)}")
    if found > LIMIT * 3600:
        raise StepError(f"a duration has at most {LIMIT} hours, found {kind_of(value)}")
    return found


def _read(text: str, sizes: dict[str, Fraction]) -> Fraction:
    if len(text) > 100:
        raise StepError(f"expected a duration such as 1w 2d 3h 30m, found a text of {len(text)} characters")
    iso = _ISO.fullmatch(text.upper())
    if iso is not None and any(iso.groups()):
        parts = [(iso.group(name), name.lower()[0]) for name in ("W", "D", "H", "M", "S") if iso.group(name)]
        return sum((Fraction(amount.replace(",", ".")) * sizes[unit] for amount, unit in parts), Fraction(0))
    if _PARTS.fullmatch(text) is None:
        raise StepError(f"expected a duration such as 1w 2d 3h 30m or PT1H30M, found {show(text)!r}")
    return sum(
        (Fraction(amount.replace(",", ".")) * sizes[unit[0].lower()] for amount, unit in _PART.findall(text)),
        Fraction(0),
    )


def _iso(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    whole, minutes = divmod(minutes, 60)
    parts = [f"{amount}{unit}" for amount, unit in ((whole, "H"), (minutes, "M"), (rest, "S")) if amount]
    return "PT" + ("".join(parts) or "0S")


_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?", re.ASCII)
_AMOUNT = r"(\d{1,9}(?:[.,]\d{1,9})?)"
_ISO = re.compile(
    rf"P(?:{_AMOUNT.replace('(', '(?P<W>', 1)}W)?(?:{_AMOUNT.replace('(', '(?P<D>', 1)}D)?"
    rf"(?:T(?:{_AMOUNT.replace('(', '(?P<H>', 1)}H)?(?:{_AMOUNT.replace('(', '(?P<M>', 1)}M)?"
    rf"(?:{_AMOUNT.replace('(', '(?P<S>', 1)}S)?)?",
    re.ASCII,
)
_UNIT = r"(weeks?|w|days?|d|hours?|hrs?|h|minutes?|mins?|m|seconds?|secs?|s)"
_PART = re.compile(rf"{_AMOUNT}\s*{_UNIT}", re.ASCII | re.IGNORECASE)
_PARTS = re.compile(rf"(?:{_AMOUNT}\s*{_UNIT}(?:\s*,\s*|\s+|$|(?=\d)))+", re.ASCII | re.IGNORECASE)

_LENGTHS: dict[str, Any] = {
    "hours_per_day": {
        "type": "number",
        "exclusiveMinimum": 0,
        "maximum": 24,
        "default": HOURS_PER_DAY,
        "description": "Hours of a working day.",
        "examples": [7.5],
    },
    "days_per_week": {
        "type": "number",
        "exclusiveMinimum": 0,
        "maximum": 7,
        "default": DAYS_PER_WEEK,
        "description": "Days of a working week.",
        "examples": [5],
    },
    "unit": {
        "enum": ["seconds", "minutes", "hours", "days", "weeks"],
        "default": "seconds",
        "description": "What numbers count.",
        "examples": ["hours"],
    },
}

STEPS = (
    each(
        "seconds_to_duration",
        seconds_to_duration,
        "Writes seconds as an exact ISO 8601 duration.",
        examples=((None, 5400, "PT1H30M"),),
    ),
    each(
        "duration",
        duration,
        "Reads a duration as Jira, people or ISO 8601 write it, and writes it as ISO 8601 without days.",
        maybe(choices(**_LENGTHS)),
        examples=(
            (None, "1w 2d 3h 30m", "PT59H30M"),
            ({"hours_per_day": 7.5}, "2 days, 4 hours", "PT19H"),
            (None, 5400, "PT1H30M"),
            ({"unit": "hours"}, 1.5, "PT1H30M"),
            (None, "PT90M", "PT1H30M"),
        ),
    ),
    each(
        "hours",
        hours,
        "Takes the hours of a duration as a number.",
        maybe(choices(**_LENGTHS)),
        examples=((None, "1d 4h", 12), (None, 5400, 1.5), (None, "PT45M", 0.75)),
    ),
)
