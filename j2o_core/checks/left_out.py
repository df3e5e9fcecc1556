"""The items that are left out, so that what belongs or refers to them can share their fate."""

from __future__ import annotations

import sys
from typing import AbstractSet, Optional

from ..model.error_class import BECAUSE_FAILED, BECAUSE_SKIPPED
from ..model.origin import Origin
from ..model.problem import ERROR, WARNING, Problem

#: of an item whose parent is left out
PARENT_LEFT_OUT = "J2O-E010"


class LeftOut:
    """Remembers, of what is left out alone, whether it failed and why.

    ``entities``: those to which others belong or refer; what nobody asks for (comments) may be left out by the hundred
    thousand, and is not remembered. Without it, all are.
    """

    def __init__(self, entities: Optional[AbstractSet[str]] = None) -> None:
        self._entities = entities
        self._causes: dict[str, dict[str, tuple[bool, str]]] = {}

    def add(self, origin: Origin, cause: Problem) -> None:
        """An item is skipped (the cause is a warning) or has failed (it is an error)."""
        if self._entities is None or origin.entity in self._entities:
            self._causes.setdefault(origin.entity, {})[origin.id] = (cause.severity == ERROR, sys.intern(cause.message))

    def has(self, entity: str, origin: str) -> bool:
        """Whether an item is left out."""
        return origin in self._causes.get(entity, {})

    def fate(self, parent: Optional[Origin]) -> Optional[Problem]:
        """Why what belongs to ``parent`` is left out too; ``None`` where it is not."""
        found = self._causes.get(parent.entity, {}).get(parent.id) if parent else None
        if found is None:
            return None
        failed, message = found
        because = BECAUSE_FAILED if failed else BECAUSE_SKIPPED
        return Problem(PARENT_LEFT_OUT, f"{because}{message}", ERROR if failed else WARNING)
