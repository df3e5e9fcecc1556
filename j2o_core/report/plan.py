"""A plan for people and programs: counts by entity and action, problems by root cause, effects where wanted."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass, field
from typing import Any, Callable, Mapping, Optional, Sequence, TextIO

from .csv_report import cell
from .pages import environment

ACTIONS = ("source", "create", "update", "unchanged", "skip", "fail", "done")


@dataclass(frozen=True)
class PlanReport:
    """``entities``: counts by entity. ``stops``: findings that keep it from being carried out; ``causes``: why items
    are skipped or fail; ``problems``: what else to know. ``effects`` are ``None`` where nobody asked for them, and
    ``server`` is what the target said, where it was asked. ``file`` is where the plan was written."""

    spec: str
    run: str
    entities: Mapping[str, Mapping[str, int]]
    stops: Sequence[Mapping[str, Any]] = ()
    causes: Sequence[Mapping[str, Any]] = ()
    problems: Sequence[Mapping[str, Any]] = ()
    effects: Optional[Sequence[Mapping[str, Any]]] = None
    server: Optional[Mapping[str, Any]] = None
    under_way: bool = False
    file: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_clean(self) -> bool:
        """Whether everything planned can be written, as far as is known."""
        refused = any(one["refused"] for one in (self.server or {}).get("entities", {}).values())
        return not self.stops and not refused and not any(counts["fail"] for counts in self.entities.values())


def as_json(plan: PlanReport) -> dict[str, Any]:
    """``{"spec", "run", "under_way", "stopped", "file", "entities", "stops", "causes", "problems"}``, with ``effects``
    and ``server_check`` where they were asked for."""
    form: dict[str, Any] = {
        "spec": plan.spec,
        "run": plan.run,
        "under_way": plan.under_way,
        "stopped": bool(plan.stops),
        "file": plan.file or None,
        "entities": {name: dict(counts) for name, counts in plan.entities.items()},
        "stops": list(plan.stops),
        "causes": list(plan.causes),
        "problems": list(plan.problems),
    }
    if plan.effects is not None:
        form["effects"] = list(plan.effects)
    if plan.server is not None:
        form["server_check"] = dict(plan.server)
    return form


def write_json(plan: PlanReport, out: TextIO) -> None:
    """One JSON document."""
    out.write(json.dumps(as_json(plan), indent=2, ensure_ascii=False, default=str) + "\n")


def write_csv(plan: PlanReport, out: TextIO) -> None:
    """Counts, one row for each entity, under a header."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("entity", *ACTIONS))
    for name, counts in plan.entities.items():
        writer.writerow([cell(name), *(counts[action] for action in ACTIONS)])


def write_html(plan: PlanReport, out: TextIO) -> None:
    """One page that needs nothing else."""
    out.write(environment().get_template("plan.html").render(plan=plan, actions=ACTIONS, shown=_shown))


FORMATS: Mapping[str, Callable[[PlanReport, TextIO], None]] = {
    "html": write_html,
    "csv": write_csv,
    "json": write_json,
}


def _shown(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
