"""The viewer's time zone, in which JQL reads dates. Only zones without summer time are offered."""

from __future__ import annotations

_OFFSETS = {"Etc/UTC": 0, "Africa/Lagos": 60}


def offset_minutes(zone: str) -> int:
    """Minutes east of UTC.

    Raises:
        KeyError: the zone is not one a sandbox's viewer may live in.
    """
    return _OFFSETS[zone]
