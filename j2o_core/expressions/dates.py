"""Dates and times as both systems write them; the day is always the one in the timestamp's own zone."""

from __future__ import annotations

import re
from datetime import date, datetime, timezone, tzinfo
from typing import Any, Optional

_TIMESTAMP = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)[T ](?P<clock>\d\d:\d\d(?::\d\d)?)(?:[.,](?P<fraction>\d{1,9}))?"
    r"\s*(?P<zone>Z|z|[+-]\d\d(?::?\d\d)?)?"
)
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def iso_timestamp(value: Any, zone: Optional[tzinfo] = None) -> str:
    """ISO 8601 with its offset as written (``+0000`` becomes ``+00:00``), from such a text or epoch milliseconds.

    ``zone`` is that of a text without an offset.

    Raises:
        ValueError: it is no timestamp, or bears no offset and none is given.
    """
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return datetime.fromtimestamp(value / 1000, timezone.utc).isoformat(timespec="milliseconds")
    text = str(value).strip()
    match = _TIMESTAMP.fullmatch(text)
    if match is None:
        raise ValueError(f"'{_short(text)}' is no timestamp such as 2024-02-29T13:45:00+01:00")
    clock = match.group("clock") if len(match.group("clock")) == 8 else match.group("clock") + ":00"
    moment = f"{match.group('day')}T{clock}"
    local = datetime.fromisoformat(moment)  # refuses the 30th of February and 25 o'clock
    if match.group("fraction"):
        moment += "." + match.group("fraction")
    offset = match.group("zone")
    if offset is None:
        if zone is None:
            raise ValueError(f"'{_short(text)}' has no offset; name its zone, as in {{datetime: Europe/Berlin}}")
        return moment + local.replace(tzinfo=zone).isoformat()[19:]
    if offset in ("Z", "z"):
        return moment + "Z"
    digits = offset[1:].replace(":", "").ljust(4, "0")
    if int(digits[:2]) > 23 or int(digits[2:]) > 59:
        raise ValueError(f"'{_short(text)}' has an impossible offset")
    return f"{moment}{offset[0]}{digits[:2]}:{digits[2:]}"


def parse_timestamp(value: Any) -> datetime:
    """The moment of a timestamp with an offset, to the microsecond; ``ValueError`` as ``iso_timestamp``."""
    text = iso_timestamp(value)
    text = text[:-1] + "+00:00" if text.endswith("Z") else text
    head, offset = text[:19], text[-6:]
    fraction = text[20:-6][:6].ljust(6, "0")
    return datetime.fromisoformat(f"{head}.{fraction}{offset}")


def day_of(value: Any, zone: Optional[tzinfo] = None) -> str:
    """``YYYY-MM-DD`` of a date, or of a timestamp in its own zone; in ``zone`` where one is given.

    Raises:
        ValueError: it is neither.
    """
    if isinstance(value, str):
        text = value.strip()
        if _DAY.fullmatch(text):
            return date.fromisoformat(text).isoformat()
        if zone is None and _TIMESTAMP.fullmatch(text):
            return iso_timestamp(text, timezone.utc)[:10]
    if zone is None:
        return iso_timestamp(value)[:10]
    return parse_timestamp(value).astimezone(zone).date().isoformat()


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:40] + "…"
