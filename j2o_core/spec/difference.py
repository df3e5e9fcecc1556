"""What differs between two merged specs, value by value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterator, Mapping

from .node import Path, dotted

ADDED, REMOVED, CHANGED = "added", "removed", "changed"


@dataclass(frozen=True)
class Change:
    """One value that differs. ``path`` is dotted; ``before`` and ``after`` are ``None`` where there is none."""

    path: str
    kind: str
    before: Any = None
    after: Any = None


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """The changes that lead from one document to the other; maps are compared key by key, lists as a whole."""
    return list(_compared(before, after, ()))


def _compared(before: Any, after: Any, path: Path) -> Iterator[Change]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in [*before, *(key for key in after if key not in before)]:
            inner = (*path, str(key))
            if key not in after:
                yield Change(dotted(inner), REMOVED, before=before[key])
            elif key not in before:
                yield Change(dotted(inner), ADDED, after=after[key])
            else:
                yield from _compared(before[key], after[key], inner)
    elif before != after or type(before) is not type(after):
        yield Change(dotted(path), CHANGED, before, after)
