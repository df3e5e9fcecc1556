"""How long a server that refuses (429, 503) asks to be left alone.

Read these headers of such answers only: Data Center sends them with every success too.
"""

from __future__ import annotations

import email.utils
import re
import time
from datetime import datetime, timezone
from typing import Callable, Mapping, Optional

#: the longest wait that is believed, in seconds
LONGEST = 3600.0
#: numbers above are moments (seconds since 1970), below them seconds from now
_MOMENT = 1_000_000_000.0


def asked_wait(headers: Mapping[str, str], clock: Callable[[], float] = time.time) -> Optional[float]:
    """Seconds from now (0 to ``LONGEST``), ``None`` where nothing is asked for.

    ``Retry-After`` (seconds or an HTTP date) goes before ``RateLimit-Reset``, ``RateLimit`` and their older forms.
    Moments are compared with the server's own ``Date``, so that clocks may differ.
    """
    now = _moment(headers.get("Date", ""), None)
    here = clock() if now is None else now
    for read in (_retry_after, _reset, _structured, _refill):
        seconds = read(headers, here)
        if seconds is not None:
            return min(max(0.0, seconds), LONGEST)
    return None


def _retry_after(headers: Mapping[str, str], now: float) -> Optional[float]:
    text = headers.get("Retry-After", "").strip()
    # Where a proxy adds its own, each of them wants to be heard.
    numbers = [_number(one) for one in text.split(",")]
    seconds = None if None in numbers else max(number for number in numbers if number is not None)
    return _moment(text, now) if seconds is None else seconds


def _reset(headers: Mapping[str, str], now: float) -> Optional[float]:
    for name in ("RateLimit-Reset", "X-RateLimit-Reset"):
        text = headers.get(name, "").strip()
        seconds = _number(text)
        if seconds is None:
            seconds = _moment(text, now)
        elif seconds >= _MOMENT:
            seconds -= now
        if seconds is not None:
            return seconds
    return None


def _structured(headers: Mapping[str, str], _now: float) -> Optional[float]:
    """``RateLimit: "name";r=0;t=30`` and its draft ``limit=100, remaining=0, reset=30``."""
    for name in ("RateLimit", "Beta-RateLimit"):
        found = re.search(r"(?:^|[;,\s])(?:t|reset)\s*=\s*(\d+)", headers.get(name, ""))
        if found:
            return float(found[1])
    return None


def _refill(headers: Mapping[str, str], _now: float) -> Optional[float]:
    """Data Center's bucket: so many tokens in so many seconds; one is enough."""
    interval = _number(headers.get("X-RateLimit-Interval-Seconds", ""))
    tokens = _number(headers.get("X-RateLimit-FillRate", ""))
    return interval / tokens if interval and tokens else None


def _number(text: str) -> Optional[float]:
    return float(text) if re.fullmatch(r"\d+(\.\d+)?", text.strip()) else None


def _moment(text: str, now: Optional[float]) -> Optional[float]:
    """Seconds since 1970 of an HTTP or ISO 8601 date, or seconds after ``now``; ``None`` where it is no date."""
    if not text:
        return None
    try:
        parsed = email.utils.parsedate_tz(text) if "," in text or " " in text else None
        seconds = _iso(text) if parsed is None else float(email.utils.mktime_tz(parsed))
    except (ValueError, OverflowError, IndexError):  # the last one by words and commas, on older Pythons
        return None
    return seconds if now is None else seconds - now


def _iso(text: str) -> float:
    moment = datetime.fromisoformat(re.sub(r"Z$", "+00:00", text))
    return (moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).timestamp()
