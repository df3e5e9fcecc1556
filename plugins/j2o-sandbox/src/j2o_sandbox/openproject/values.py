"""Durations, dates and formatted text as the API reads and writes them."""

from __future__ import annotations

import datetime as dt
import html
import re
from typing import Any, Dict, Optional

from j2o_sandbox.openproject.errors import raise_format

_PART = r"[0-9]{1,12}(?:\.[0-9]{1,12})?"
_DURATION = re.compile(
    "P(?:(N)Y)?(?:(N)M)?(?:(N)W)?(?:(N)D)?(?:T(?:(N)H)?(?:(N)M)?(?:(N)S)?)?".replace("N", _PART),
)
_HOURS = (8766.0, 730.5, 168.0, 24.0, 1.0, 1 / 60.0, 1 / 3600.0)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_FALSE = ("0", "f", "F", "false", "FALSE", "off", "OFF")


def duration_to_hours(value: Any) -> float:
    """Hours of an ISO 8601 duration like ``P1DT2H30M``.

    Raises:
        ValueError: not such a duration.
    """
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if match is None or value in ("P", "PT") or value.endswith("T"):
        raise ValueError(f"{value!r} is no ISO 8601 duration")
    return sum(float(part) * hours for part, hours in zip(match.groups(), _HOURS) if part)


def hours_to_duration(hours: Optional[float], exact: bool = True) -> Optional[str]:
    """An ISO 8601 duration of hours; parts of a second are cut off unless ``exact`` rounds them."""
    if hours is None:
        return None
    seconds = round(hours * 3600) if exact else int(hours * 3600)
    days, seconds = divmod(seconds, 86400)
    whole, seconds = divmod(seconds, 3600)
    minutes, seconds = divmod(seconds, 60)
    day = f"{days}D" if days else ""
    time = (f"{whole}H" if whole else "") + (f"{minutes}M" if minutes else "") + (f"{seconds}S" if seconds else "")
    if not day and not time:
        return "PT0S"
    return f"P{day}" + (f"T{time}" if time else "")


def as_text(language: str, name: str, value: Any) -> Optional[str]:
    """A plain text; numbers are taken for their digits.

    Raises:
        ApiError: 422 PropertyFormatError, a list or an object.
    """
    if isinstance(value, (list, dict)):
        raise_format(language, name, "String", value)
    if isinstance(value, bool):
        return "t" if value else "f"
    return None if value is None else str(value)


def as_boolean(language: str, name: str, value: Any) -> Optional[bool]:
    """True or false, also where texts and numbers stand for them; None for nothing.

    Raises:
        ApiError: 422 PropertyFormatError, a list or an object.
    """
    if value is None or value == "":
        return None
    if isinstance(value, (list, dict)):
        raise_format(language, name, "Boolean", value)
    return not (value is False or value == 0 or str(value) in _FALSE)


def parse_date(value: Any) -> dt.date:
    """A date like ``2020-01-31``.

    Raises:
        ValueError: anything else.
    """
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise ValueError(f"{value!r} is no date")
    return dt.date.fromisoformat(value)


def plain(raw: Optional[str]) -> Dict[str, Any]:
    """Plain text as the API shows it, one paragraph per blank line."""
    text = raw or ""
    paragraphs = [part.strip("\n") for part in re.split(r"\n\s*\n", text.replace("\r\n", "\n")) if part.strip()]
    return {"format": "plain", "raw": text, "html": "".join(f"<p>{html.escape(part)}</p>" for part in paragraphs)}


def raw_text(value: Any) -> Optional[str]:
    """The raw text of a formattable.

    A plain string in its place is asked for its part "raw", as the server does: its text is lost without a word.

    Raises:
        ValueError: no formattable at all.
    """
    if isinstance(value, str):
        return "raw" if "raw" in value else None
    if isinstance(value, dict):
        value = value.get("raw")
    if value is None or isinstance(value, str):
        return value
    raise ValueError(f"{value!r} is no formatted text")
