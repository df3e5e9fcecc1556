"""What one call of ``run`` may ask for, and what it gives."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Callable, Mapping, Optional

from ..model.problem import Problem
from .plan_document import PlanFile

if TYPE_CHECKING:  # commands name what they ask for long before they need either
    from ..observe.metrics.registry import Metrics
    from .health import Health

#: ``RunOptions.retry``
RETRY_FAILED, RETRY_SKIPPED = "failed", "skipped"

Emit = Callable[[Mapping[str, Any]], None]


def problem_event(problem: Problem, stage: str) -> dict[str, Any]:
    """The event that tells of a problem."""
    return {
        "event": "problem",
        "stage": stage,
        "severity": problem.severity,
        "code": problem.code,
        "entity": problem.entity,
        "key": problem.key,
        "field": problem.field,
        "message": problem.message,
        "place": str(problem.place) if problem.place else "",
    }


@dataclass(frozen=True)
class RunOptions:
    """``settle`` (seconds) overrides the spec's; ``fresh`` drops snapshot and plan, never the ledger's items;
    ``finish`` closes versions, locks users and archives projects in the end. ``path`` is the spec as it was named, a
    file by its absolute path. ``resume`` is the run to carry on, and no other. ``retry`` limits a new run to what
    failed in the last one (``RETRY_FAILED``), or was skipped in it too (``RETRY_SKIPPED``). ``adopt`` ends before
    anything is written: the ledger learns what stands on the target. ``look_for_deleted``: a reading of what changed
    also finds what is gone."""

    fresh: bool = False
    finish: bool = False
    settle: Optional[float] = None
    path: str = ""
    resume: Optional[str] = None
    retry: Optional[str] = None
    adopt: bool = False
    #: the plan to carry out, and no other
    plan: Optional[PlanFile] = None
    #: the phase after which the run stops, to be carried on later
    until: Optional[str] = None
    look_for_deleted: bool = False
    #: take the figures of the run, and whether it can do its work
    metrics: Optional[Metrics] = None
    health: Optional[Health] = None
    stop: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True)
class RunResult:
    """How a run ended. ``entities``: source, created, updated, unchanged, skipped, failed, left by entity."""

    run: str
    exit_code: int
    entities: Mapping[str, Mapping[str, int]]
    message: str = ""
