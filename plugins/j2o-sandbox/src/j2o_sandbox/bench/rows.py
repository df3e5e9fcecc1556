"""The rows of the published table: what each is called, what it says and what is to be reached."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Dict, Mapping, Optional

#: what a row may get worse by, from one measurement to the next, before that is called a regression
TOLERANCE = 0.1


@dataclass(frozen=True)
class Line:
    """One line of the table. ``goal`` is ``(">=", "<=" or "<", bound)``."""

    name: str
    what: str
    unit: str
    goal: tuple[str, float]


LINES: Mapping[str, Line] = {
    line.name: line
    for line in (
        Line("writes", "writes sent / needed", "ratio", ("<=", 1.01)),
        Line("reads", "target reads / writes, verify apart", "ratio", ("<=", 0.02)),
        Line("second-run-writes", "writes of a second run, nothing changed", "", ("<=", 0.0)),
        Line("second-run-time", "time of a second run against the first", "ratio", ("<=", 0.02)),
        Line("apply-0ms", "apply against the pump, no latency", "ratio", (">=", 0.5)),
        Line("client-cpu", "client CPU per effect against the pump", "ratio", ("<=", 2.0)),
        Line("apply-50ms", "apply against the pump, 50 ms", "ratio", (">=", 0.85)),
        Line("apply-200ms", "apply against the pump, 200 ms", "ratio", (">=", 0.95)),
        Line("whole-run", "whole run against a plain script, 200 ms", "times", (">=", 12.0)),
        Line("adaptive-limit", "adaptive limit against the best fixed one", "ratio", (">=", 0.95)),
        Line("adaptive-refused", "refused under the adaptive limit", "ratio", ("<", 0.01)),
        Line("dask", "4 Dask workers against 1, 400 ms, 4 threads each", "times", (">=", 3.5)),
        Line("memory-growth", "peak memory against a tenth of the issues", "ratio", ("<=", 1.15)),
        Line("memory-peak", "peak memory", "MB", ("<=", 350.0)),
        Line("cpu-growth", "processor time per issue against a tenth of the issues", "ratio", ("<=", 1.25)),
        Line("last-tenth", "rate of the last tenth against the first, in turns", "ratio", (">=", 0.9)),
        Line("dashboard-first-paint", "the page with its counts and lists", "s", ("<=", 1.0)),
        Line("dashboard-memory", "its peak memory against a tenth of the items", "ratio", ("<=", 1.15)),
        Line("dashboard-slowdown", "apply with a dashboard looked at against without", "ratio", (">=", 0.95)),
    )
}


@dataclass(frozen=True)
class Row:
    """One figure. Without a ``value`` the measurement is void; ``note`` says why, or how the figure came about."""

    line: Line
    value: Optional[float]
    note: str = ""

    @property
    def name(self) -> str:
        """What ``--rows`` and the JSON call it."""
        return self.line.name

    @property
    def holds(self) -> bool:
        """Whether the goal is reached."""
        comparison, bound = self.line.goal
        if self.value is None:
            return False
        if comparison == "<":
            return self.value < bound
        return self.value <= bound if comparison == "<=" else self.value >= bound

    @property
    def goal(self) -> str:
        """The goal as text."""
        return f"{self.line.goal[0]} {self.line.goal[1]:g}"

    def to_json(self) -> Dict[str, Any]:
        """In the form of the contract."""
        value = None if self.value is None else round(self.value, 4)
        return {"name": self.name, "value": value, "unit": self.line.unit, "goal": self.goal, "holds": self.holds}


def row(name: str, value: Optional[float], note: str = "") -> Row:
    """A figure of the line of that name."""
    return Row(LINES[name], value, note)


def is_worse(now: Row, before: Optional[float]) -> bool:
    """Whether a row has got worse than an earlier value of it, by more than noise."""
    if before is None or not math.isfinite(before):
        return False
    if now.value is None:
        return True
    margin = TOLERANCE * abs(before)
    if now.line.goal[0] == ">=":
        return now.value < before - margin
    return now.value > before + margin
