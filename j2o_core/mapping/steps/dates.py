"""Steps for dates and times. Lists are taken element by element.

``date``           ``YYYY-MM-DD``, from such a text or a timestamp (its day in its own zone); ``{date: "%d/%m/%Y"}``
                   reads another form
``day``            the day of a timestamp in its own zone; ``{day: Europe/Berlin}`` in that zone
``datetime``       ISO 8601 with its offset as written (Jira's ``+0000`` becomes ``+00:00``), from such a text or epoch
                   milliseconds; ``{datetime: Europe/Berlin}`` is the zone of texts without an offset;
                   ``{datetime: {format: "%d/%b/%y %I:%M %p", zone: Europe/Berlin}}`` reads another form
``in_zone``        the same moment in another zone: ``{in_zone: Europe/Berlin}``
``add_days: N``    a date, or a timestamp, some days later; earlier where N is negative
``format_date``    a date or timestamp in a form of your own: ``{format_date: "%d.%m.%Y"}``
"""

from __future__ import annotations

from datetime import date as day_type
from datetime import datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Any, Optional
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ...expressions.dates import day_of, iso_timestamp, parse_timestamp
from ...hooks.protocols import StepError
from .shape import choices, each, kind_of, maybe


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
    if not isinstance(argument, dict):
        return _read(iso_timestamp, value, zone(argument) if argument else None)
    where = zone(argument["zone"]) if "zone" in argument else None
    if "format" not in argument:
        return _read(iso_timestamp, value, where)
    try:
        found = datetime.strptime(str(value).strip(), argument["format"])
    except ValueError:
        raise StepError(f"expected a time of the form {argument['format']}, found {kind_of(value)}") from None
    if found.tzinfo is None:
        if where is None:
            raise StepError("a time without an offset; name its zone, as in {format: ..., zone: Europe/Berlin}")
        found = found.replace(tzinfo=where)
    return found.isoformat()


def in_zone(value: Any, argument: Any) -> str:
    """The same moment, with the offset of another zone."""
    return _read(lambda text, _: parse_timestamp(text).astimezone(zone(argument)).isoformat(), value, None)


def add_days(value: Any, argument: Any) -> str:
    """Whole days later; a timestamp keeps its time and its offset."""

    def later(text: Any, _: Any) -> str:
        if isinstance(text, str) and len(text.strip()) == 10:
            return (day_type.fromisoformat(day_of(text)) + timedelta(days=argument)).isoformat()
        return (parse_timestamp(text) + timedelta(days=argument)).isoformat()

    return _read(later, value, None)


def format_date(value: Any, argument: Any) -> str:
    """A date or a timestamp as text of a stated form."""

    def shown(text: Any, _: Any) -> str:
        if isinstance(text, str) and len(text.strip()) == 10:
            return datetime.fromisoformat(day_of(text)).strftime(argument)
        return parse_timestamp(text).strftime(argument)

    return _read(shown, value, None)


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
    except (ZoneInfoNotFoundError, ValueError, OSError, TypeError):
        raise StepError(f"no time zone is called '{name}' here") from None


def _read(read: Any, value: Any, where: Optional[tzinfo]) -> str:
    if isinstance(value, (bool, dict)):
        raise StepError(f"expected a date or a time, found {kind_of(value)}")
    try:
        return str(read(value, where))
    except (ValueError, OverflowError, OSError) as error:
        raise StepError(str(error)) from None


_ZONE_NAME = {
    "type": "string",
    "format": "zone",
    "description": "A time zone of the zone database.",
    "examples": ["Europe/Berlin"],
}
_FORM = {
    "type": "string",
    "pattern": "%",
    "minLength": 2,
    "description": "A form with %d, %m, %Y, %H, %M, ... as Python reads it.",
    "examples": ["%d.%m.%Y"],
}

STEPS = (
    each(
        "date",
        date,
        "Reads a day; a timestamp gives its day in its own zone.",
        maybe(_FORM),
        examples=(
            (None, "2011-07-25T23:11:53.000-0700", "2011-07-25"),
            ("%d/%m/%Y", "29/02/2024", "2024-02-29"),
        ),
    ),
    each(
        "day",
        day,
        "Takes the day of a timestamp, in its own zone or in a named one.",
        maybe(_ZONE_NAME),
        examples=(("UTC", "2011-07-25T23:11:53.000-0700", "2011-07-26"),),
    ),
    each(
        "datetime",
        moment,
        "Writes a timestamp as ISO 8601, its offset kept.",
        maybe(_ZONE_NAME, choices(format=_FORM, zone=_ZONE_NAME)),
        "2",
        examples=(
            (None, "2011-07-25T22:11:53.123+0000", "2011-07-25T22:11:53.123+00:00"),
            (None, 1311631913123, "2011-07-25T22:11:53.123+00:00"),
            ("UTC", "2011-07-25T22:11:53", "2011-07-25T22:11:53+00:00"),
            ({"format": "%d/%b/%y %I:%M %p", "zone": "UTC"}, "25/Jul/11 10:11 PM", "2011-07-25T22:11:00+00:00"),
        ),
    ),
    each(
        "in_zone",
        in_zone,
        "Writes the same moment with the offset of another zone.",
        _ZONE_NAME,
        examples=(("UTC", "2011-07-25T23:11:53.000-0700", "2011-07-26T06:11:53+00:00"),),
    ),
    each(
        "add_days",
        add_days,
        "Moves a date or a timestamp by whole days.",
        {
            "type": "integer",
            "minimum": -400_000,
            "maximum": 400_000,
            "description": "Days; negative ones lie before.",
            "examples": [1],
        },
        examples=((1, "2024-02-28", "2024-02-29"), (-1, "2024-03-01T10:00:00Z", "2024-02-29T10:00:00+00:00")),
    ),
    each(
        "format_date",
        format_date,
        "Writes a date or a timestamp in a form of your own.",
        _FORM,
        examples=(("%d.%m.%Y", "2024-02-29", "29.02.2024"), ("%H:%M", "2024-02-29T13:45:00+0100", "13:45")),
    ),
)
