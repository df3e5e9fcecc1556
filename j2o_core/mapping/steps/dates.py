"""Steps for dates, times and durations. Lists are taken element by element.

``date``                  ``YYYY-MM-DD``, from such a text or a timestamp (its day in its own zone);
                          ``{date: "%d/%m/%Y"}`` reads another form
``day``                   the day of a timestamp in its own zone; ``{day: Europe/Berlin}`` in that zone
``datetime``              ISO 8601 with its offset as written (Jira's ``+0000`` becomes ``+00:00``), from such a text or
                          epoch milliseconds; ``{datetime: Europe/Berlin}`` is the zone of texts without an offset
``seconds_to_duration``   ISO 8601 hours, minutes, seconds: 5400 → ``PT1H30M``
"""

from __future__ import annotations

from datetime import datetime, timezone, tzinfo
from functools import lru_cache
from typing import Any, Optional
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ...expressions.dates import day_of, iso_timestamp
from ...hooks.protocols import StepError
from .numbers import number
from .shape import NOTHING, each, kind_of


def date(value: Any, argument: Any = None) -> str:
    """A day, from a day, a timestamp or a text of a stated form."""
    if argument is not None:
        try:
            return datetime.strptime(str(value).strip(), argument).date().isoformat()
        except ValueError:
            raise StepError(f"expected a date of the form {argument}, found {kind_of(value)}") from None
    return _read(day_of, value, None)


def day(value: Any, argument: Any = None) -> str:
    """The day of a timestamp in its own zone, or in a named one."""
    return _read(day_of, value, zone(argument) if argument else None)


def moment(value: Any, argument: Any = None) -> str:
    """A timestamp with its offset."""
    return _read(iso_timestamp, value, zone(argument) if argument else None)


def seconds_to_duration(value: Any, argument: Any = None) -> str:
    """An exact ISO 8601 duration without days, whose length nobody agrees on."""
    seconds = number(value)
    if seconds < 0 or seconds != int(seconds):
        raise StepError(f"expected whole seconds, none or more, found {seconds}")
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [f"{amount}{unit}" for amount, unit in ((hours, "H"), (minutes, "M"), (rest, "S")) if amount]
    return "PT" + ("".join(parts) or "0S")


@lru_cache(maxsize=64)
def zone(name: str) -> tzinfo:
    """A time zone by its name in the zone database.

    Raises:
        StepError: there is none of that name on this machine.
    """
    if name.upper() in ("UTC", "Z"):
        return timezone.utc
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise StepError(f"no time zone is called '{name}' here") from None


def _read(read: Any, value: Any, where: Optional[tzinfo]) -> str:
    if isinstance(value, (bool, dict)):
        raise StepError(f"expected a date or a time, found {kind_of(value)}")
    try:
        return str(read(value, where))
    except (ValueError, OverflowError, OSError) as error:
        raise StepError(str(error)) from None


_ZONE = {"oneOf": [NOTHING, {"type": "string", "format": "zone"}]}

STEPS = (
    each(
        "date",
        date,
        "Reads a day; a timestamp gives its day in its own zone.",
        {"oneOf": [NOTHING, {"type": "string", "pattern": "%"}]},
    ),
    each("day", day, "Takes the day of a timestamp, in its own zone or in a named one.", _ZONE),
    each("datetime", moment, "Writes a timestamp as ISO 8601, its offset kept.", _ZONE),
    each("seconds_to_duration", seconds_to_duration, "Writes seconds as an exact ISO 8601 duration."),
)
