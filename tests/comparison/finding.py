"""What the comparison saw: each thing of the source, and where on the target it stands."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Missing:
    """One thing of the source that is neither on the target nor among what was left out."""

    kind: str
    item: str
    what: str


@dataclass
class Comparison:
    """``arrived`` counts by kind and place; ``left_out`` by kind and reason."""

    arrived: dict[str, Counter[str]] = field(default_factory=dict)
    left_out: dict[str, Counter[str]] = field(default_factory=dict)
    missing: list[Missing] = field(default_factory=list)

    def found(self, kind: str, place: str) -> None:
        """It stands on the target."""
        self.arrived.setdefault(kind, Counter())[place] += 1

    def skipped(self, kind: str, reason: str) -> None:
        """The run says that it was left out, and why."""
        self.left_out.setdefault(kind, Counter())[reason] += 1

    def lacks(self, kind: str, item: str, what: Any) -> None:
        """Nobody knows where it is."""
        self.missing.append(Missing(kind, item, str(what)[:500]))

    def check(self, holds: bool, kind: str, place: str, item: str, what: Any) -> bool:
        """``found`` or ``lacks``."""
        if holds:
            self.found(kind, place)
        else:
            self.lacks(kind, item, what)
        return holds

    @property
    def accounted(self) -> int:
        """How many things arrived or were left out with a reason."""
        return sum(sum(counter.values()) for part in (self.arrived, self.left_out) for counter in part.values())

    @property
    def share(self) -> float:
        """The share of all things that are accounted for, 0 to 1."""
        total = self.accounted + len(self.missing)
        return self.accounted / total if total else 1.0

    def as_json(self) -> dict[str, Any]:
        """For a file."""
        return {
            "share": self.share,
            "accounted": self.accounted,
            "arrived": {kind: dict(places) for kind, places in sorted(self.arrived.items())},
            "left_out": {kind: dict(reasons) for kind, reasons in sorted(self.left_out.items())},
            "missing": [dict(one.__dict__) for one in self.missing],
        }
