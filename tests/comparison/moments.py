"""Days and instants, in whatever way either system writes them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import Any, Optional

_INSTANT = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d))?(?:[.,]\d+)?\s*(Z|UTC|[+-]\d\d:?\d\d)?",
)
_DAY = re.compile(r"\b(\d{4}-\d\d-\d\d)\b")
_DURATION = re.compile(
    r"P(?:(\d+(?:\.\d+)?)W)?(?:(\d+(?:\.\d+)?)D)?(?:T(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?)?"
)


def instant(text: Any) -> Optional[datetime]:
    """The instant that a text begins with, to the second; without an offset it is UTC."""
    found = instants(text)
    return found[0] if found else None


def instants(text: Any) -> list[datetime]:
    """Every instant that a text names, to the second, as UTC."""
    return [_utc(found) for found in _INSTANT.finditer(str(text or ""))]


def days(text: Any) -> list[str]:
    """Every day that a text names."""
    return _DAY.findall(str(text or "").replace("T", " "))


def seconds(duration: Any) -> Optional[int]:
    """Seconds of an ISO 8601 duration; a day of a duration has 24 hours."""
    found = _DURATION.fullmatch(str(duration or ""))
    if found is None or str(duration) == "P":
        return None
    parts = [float(part or 0) for part in found.groups()]
    return round(sum(part * unit for part, unit in zip(parts, (604800, 86400, 3600, 60, 1))))


def _utc(found: re.Match[str]) -> datetime:
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    zone = found[7] or "Z"
    offset = timedelta()
    if zone[0] in "+-":
        offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:])) * (1 if zone[0] == "+" else -1)
    return datetime(year, month, day, hour, minute, second, tzinfo=timezone(offset)).astimezone(timezone.utc)
