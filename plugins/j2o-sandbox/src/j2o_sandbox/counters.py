"""Requests counted by method and path template; the judge of "how often did it ask?" in tests."""

from __future__ import annotations

import re
from typing import Dict

_KEY = re.compile(r"[A-Z][A-Z0-9_]*-\d+")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


class Counters:
    """Counts of one server, as ``{"POST /api/v3/work_packages": 12}``."""

    def __init__(self) -> None:
        self._counts: Dict[str, int] = {}

    def count(self, method: str, template: str) -> None:
        """Add one request."""
        key = f"{method} {template}"
        self._counts[key] = self._counts.get(key, 0) + 1

    def rows(self) -> Dict[str, int]:
        """All counts so far, by method and path template, sorted."""
        return dict(sorted(self._counts.items()))

    def reset(self) -> None:
        """Start again from nothing."""
        self._counts.clear()


def path_template(path: str) -> str:
    """Replace the segments of a path that are ids: numbers, issue keys and UUIDs become ``{id}``.

    A server that knows its routes better offers ``template(path)`` on its app, which is asked first.
    """
    return "/".join("{id}" if _is_id(segment) else segment for segment in path.split("/"))


def _is_id(segment: str) -> bool:
    return segment.isdigit() or bool(_KEY.fullmatch(segment)) or bool(_UUID.fullmatch(segment))
