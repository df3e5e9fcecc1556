"""The rows of the published table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, List, Optional

from .measure import Measured


@dataclass(frozen=True)
class Row:
    """One figure. ``goal`` is ``(comparison, bound)`` or ``None``: published without a goal."""

    name: str
    value: float
    unit: str
    goal: Optional[tuple[str, float]] = None

    @property
    def holds(self) -> bool:
        """Whether the goal is reached."""
        if self.goal is None:
            return True
        comparison, bound = self.goal
        return self.value <= bound if comparison == "<=" else self.value >= bound

    def to_json(self) -> Dict[str, Any]:
        """In the form of the contract."""
        goal = None if self.goal is None else f"{self.goal[0]} {self.goal[1]:g}"
        return {"name": self.name, "value": round(self.value, 4), "unit": self.unit, "goal": goal, "holds": self.holds}


def rows(first: Measured, second: Measured, needed: int, work_packages: int) -> List[Row]:
    """All figures of a first run and of a second one over unchanged data."""
    effects = max(1, sum(first.writes.values()))
    applied = max(first.stages.get("apply", 0.0), 1e-9)
    before_verify = sum(number for stage, number in first.reads.items() if stage != "verify")
    return [
        Row("effects per second, apply", first.writes.get("apply", 0) / applied, "1/s"),
        Row("work packages per second, whole run", work_packages / first.seconds, "1/s"),
        Row("target requests per work package", (effects + sum(first.reads.values())) / max(1, work_packages), ""),
        Row("writes sent / needed", effects / max(1, needed), "ratio", ("<=", 1.01)),
        Row("target reads / writes, verify apart", before_verify / effects, "ratio"),
        Row("client CPU per effect", 1000.0 * first.cpu / effects, "ms"),
        Row("peak memory", first.memory, "MiB", ("<=", 350.0)),
        Row("second run: writes", sum(second.writes.values()), "", ("<=", 0.0)),
        Row("second run: time / first run", second.seconds / first.seconds, "ratio"),
    ]
