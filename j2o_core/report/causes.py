"""Why items were skipped or failed, most frequent cause first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Iterable

from .source import Row


@dataclass
class Cause:
    """Items of one entity that share outcome and code, with the first of them as an example."""

    outcome: str
    entity: str
    code: str
    message: str
    key: str
    place: str
    count: int = 0


def rank(rows: Iterable[Row]) -> list[Cause]:
    """The causes, failures before skips, then by the number of items; holds one row a cause in memory."""
    causes: dict[tuple[str, str, str], Cause] = {}
    for row in rows:
        identity = (str(row.get("outcome", "")), str(row.get("entity", "")), str(row.get("code", "")))
        if identity not in causes:
            causes[identity] = Cause(
                *identity, str(row.get("message", "")), str(row.get("key", "")), str(row.get("place") or "")
            )
        causes[identity].count += 1
    return sorted(causes.values(), key=lambda cause: (cause.outcome != "failed", -cause.count, cause.entity))
