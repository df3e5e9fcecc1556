"""Jira's JSON without what changes though nothing changed: addresses of the host, icons, Java object hashes."""

from __future__ import annotations

import re
from typing import Any, Optional
from urllib.parse import urlsplit

#: addresses and pictures that Jira adds to everything
NOISE = frozenset({"self", "avatarUrls", "avatarUrl", "iconUrl", "thumbnail", "expand"})
#: what belongs to whoever reads, not to the issue
_READERS = frozenset({"isWatching", "hasVoted"})
_OBJECT_HASH = re.compile(r"@[0-9a-f]{1,8}\[")
_SERVED = ("/secure/", "/rest/")


def plain(value: Any) -> Any:
    """A copy without noise. Documents of the Atlassian Document Format stay whole."""
    if isinstance(value, dict):
        if value.get("type") == "doc" and "content" in value:
            return value
        return {name: plain(item) for name, item in value.items() if name not in NOISE and name not in _READERS}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, str) and value.startswith(("com.", "{summaryBean=", "{pullrequest=")):
        return _OBJECT_HASH.sub("@0[", value)  # toString() of a Java object; its hash differs at every read
    return value


def server_path(address: str) -> str:
    """The path of an address below the base URL of whatever host serves it now, its quoting untouched."""
    parts = urlsplit(address)
    starts = [position for position in (parts.path.find(mark) for mark in _SERVED) if position >= 0]
    path = parts.path[min(starts) :] if starts else parts.path
    return f"{path}?{parts.query}" if parts.query else path


def iso_time(text: Any) -> Optional[str]:
    """A time of Jira (``+0000``) in the extended form of ISO 8601 (``+00:00``), or ``None``."""
    if not isinstance(text, str) or not text:
        return None
    if re.fullmatch(r".*[+-]\d{4}", text):
        return f"{text[:-2]}:{text[-2:]}"
    return text
