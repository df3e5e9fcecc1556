"""How far a run is that several workers carry out: what the ledger knew, and what they have reported since."""

from __future__ import annotations

import threading
from collections import Counter
from typing import Any, Mapping, Sequence

from ...engine.context import Engine
from ...ledger.workers import Member


class Progress:
    """Safe for threads. Workers count from the beginning of their own time in the run."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._guard = threading.Lock()
        self._reports: dict[int, Mapping[str, Any]] = {}
        self._base: Mapping[str, tuple[int, int]] = {}
        self._base_of: dict[int, Mapping[str, Any]] = {}

    def heard(self, members: Sequence[Member]) -> None:
        """Workers have reported."""
        with self._guard:
            self._reports.update((member.id, member.report) for member in members)

    def rebase(self) -> None:
        """Count from what the ledger knows: what a dead worker had not reported is in it."""
        self._engine.writer.flush()
        base = self._engine.effects.progress()
        with self._guard:
            self._base, self._base_of = base, dict(self._reports)

    def ended(self) -> tuple[int, int]:
        """How many effects all workers have finished, and how many of these failed."""
        with self._guard:
            reports = list(self._reports.values())
        return (
            sum(int(report.get("finished", 0)) for report in reports),
            sum(int(report.get("failed", 0)) for report in reports),
        )

    def tell(self) -> None:
        """Emit an event for each entity."""
        added: Counter[str] = Counter()
        with self._guard:
            for worker, report in self._reports.items():
                before = self._base_of.get(worker, {}).get("by_entity", {})
                for entity, number in report.get("by_entity", {}).items():
                    added[entity] += number - before.get(entity, 0)
            base = self._base
        for entity, (ended, total) in base.items():
            done = min(total, ended + added[entity])
            self._engine.emit({"event": "progress", "stage": "apply", "entity": entity, "done": done, "total": total})
