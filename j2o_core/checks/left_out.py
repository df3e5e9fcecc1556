"""The items that are left out, so that what belongs or refers to them can share their fate."""

from __future__ import annotations

from typing import Optional

from ..model.origin import Origin
from ..model.problem import ERROR, WARNING, Problem

#: of an item whose parent is left out
PARENT_LEFT_OUT = "J2O-E010"


class LeftOut:
    """Remembers, of what is left out alone, whether it failed and why."""

    def __init__(self) -> None:
        self._causes: dict[str, dict[str, tuple[bool, str]]] = {}

    def add(self, origin: Origin, cause: Problem) -> None:
        """An item is skipped (the cause is a warning) or has failed (it is an error)."""
        self._causes.setdefault(origin.entity, {})[origin.id] = (cause.severity == ERROR, cause.message)

    def has(self, entity: str, origin: str) -> bool:
        """Whether an item is left out."""
        return origin in self._causes.get(entity, {})

    def fate(self, parent: Optional[Origin]) -> Optional[Problem]:
        """Why what belongs to ``parent`` is left out too; ``None`` where it is not."""
        found = self._causes.get(parent.entity, {}).get(parent.id) if parent else None
        if found is None:
            return None
        failed, message = found
        verb = "has failed" if failed else "was skipped"
        return Problem(PARENT_LEFT_OUT, f"the item it belongs to {verb}: {message}", ERROR if failed else WARNING)
