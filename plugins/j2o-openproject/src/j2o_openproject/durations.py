"""ISO 8601 durations, in the one form that this plugin sends and compares."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Optional

_DURATION = re.compile(
    r"(?P<sign>-)?P(?:(?P<w>\d+(?:\.\d+)?)W)?(?:(?P<d>\d+(?:\.\d+)?)D)?"
    r"(?:T(?:(?P<h>\d+(?:\.\d+)?)H)?(?:(?P<m>\d+(?:\.\d+)?)M)?(?:(?P<s>\d+(?:\.\d+)?)S)?)?"
)
_SECONDS = {"w": 604800, "d": 86400, "h": 3600, "m": 60, "s": 1}


@lru_cache(maxsize=1024)  # people log an hour again and again
def seconds_of(duration: str) -> int:
    """Seconds of an ISO 8601 duration; a day has 24 hours, as OpenProject's API has it.

    Raises:
        ValueError: this is no duration.
    """
    match = _DURATION.fullmatch(duration.strip())
    parts = {name: text for name, text in match.groupdict().items() if text and name in _SECONDS} if match else {}
    if match is None or not parts:
        raise ValueError(f"'{duration}' is no ISO 8601 duration such as PT1H30M")
    total = sum(float(text) * _SECONDS[name] for name, text in parts.items())
    return round(-total if match["sign"] else total)


def duration_of(seconds: int) -> str:
    """``PT1H30M``: hours, minutes and seconds, without empty parts."""
    hours, rest = divmod(abs(seconds), 3600)
    minutes, left = divmod(rest, 60)
    parts = "".join(f"{number}{unit}" for number, unit in ((hours, "H"), (minutes, "M"), (left, "S")) if number)
    return f"{'-' if seconds < 0 else ''}PT{parts or '0S'}"


def stored_work(duration: Optional[str]) -> Optional[str]:
    """Work as OpenProject keeps it: hours rounded to two decimals, so up to 18 seconds away from what was sent."""
    if duration in (None, ""):
        return None
    return duration_of((2 * seconds_of(str(duration)) + 36) // 72 * 36)


def normal_duration(duration: Optional[str]) -> Optional[str]:
    """The one form of a duration, ``None`` for none. Raises ``ValueError``."""
    return None if duration in (None, "") else duration_of(seconds_of(str(duration)))
