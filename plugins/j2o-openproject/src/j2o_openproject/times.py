"""Points in time and days, in the forms that this plugin sends, compares and shows."""

from __future__ import annotations

import re
from datetime import date, datetime, timezone
from functools import lru_cache
from typing import Optional

_OFFSET_WITHOUT_COLON = re.compile(r"([+-]\d\d)(\d\d)$")


@lru_cache(maxsize=1024)  # one time is shown, compared and sent
def moment_of(text: str) -> datetime:
    """An aware time from ISO 8601 as Jira or OpenProject write it (``Z``, ``+0000``, fractions of a second).

    Raises:
        ValueError: this is no time with an offset.
    """
    form = _OFFSET_WITHOUT_COLON.sub(r"\1:\2", text.strip().replace("Z", "+00:00"))
    fraction = re.search(r"\.(\d+)", form)
    if fraction:  # Python before 3.11 reads three or six digits only
        form = form.replace(fraction.group(0), "." + fraction.group(1)[:6].ljust(6, "0"))
    moment = datetime.fromisoformat(form)
    if moment.tzinfo is None:
        raise ValueError(f"'{text}' has no offset from UTC")
    return moment


def sent_time(text: str) -> str:
    """UTC with milliseconds, as sent."""
    moment = moment_of(text).astimezone(timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def normal_time(text: Optional[str]) -> Optional[str]:
    """UTC to the second, as compared: servers differ in the fractions they show."""
    return None if not text else moment_of(text).astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def readable_time(text: str) -> str:
    """``2019-01-02 03:04:05 +01:00``: the clock of the person who wrote, with its offset; UTC has ``UTC``.

    What is no time is shown as it came.
    """
    try:
        moment = moment_of(text)
    except ValueError:
        return text
    shown = moment.isoformat(" ", "seconds")
    return f"{shown[:19]} {'UTC' if shown[19:] == '+00:00' else shown[19:25]}"


def day_of(text: Optional[str]) -> Optional[str]:
    """``YYYY-MM-DD`` or ``None``. Raises ``ValueError``."""
    return None if text in (None, "") else date.fromisoformat(str(text)[:10]).isoformat()
