"""Times as Jira writes them."""

from __future__ import annotations

import time


def jira_time(seconds: int, offset_minutes: int, milliseconds: int = 0) -> str:
    """Epoch seconds as ``2021-03-01T08:00:00.000+0000`` in a zone of the given offset."""
    moment = time.gmtime(seconds + offset_minutes * 60)
    sign = "-" if offset_minutes < 0 else "+"
    hours, minutes = divmod(abs(offset_minutes), 60)
    text = time.strftime("%Y-%m-%dT%H:%M:%S", moment)
    return f"{text}.{milliseconds:03d}{sign}{hours:02d}{minutes:02d}"


def jira_date(seconds: int) -> str:
    """Epoch seconds as ``2021-03-01``."""
    return time.strftime("%Y-%m-%d", time.gmtime(seconds))
