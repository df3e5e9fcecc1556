"""What the process of a run tells a dashboard, out of its metrics."""

from __future__ import annotations

from j2o_core.dashboard.answers import Figures
from j2o_core.dashboard.figures import of_this_process
from j2o_core.observe.metrics.registry import Metrics


def test_nothing_is_told_of_the_run_of_another_process() -> None:
    metrics = Metrics("1.0")
    assert of_this_process(metrics, "r1") is None
    metrics({"event": "run_started", "run": "r1", "spec": "acme"})
    assert of_this_process(metrics, "r2") is None


def test_the_stage_at_work_and_its_progress_are_told() -> None:
    metrics = Metrics("1.0")
    metrics({"event": "run_started", "run": "r1", "spec": "acme"})
    metrics({"event": "stage_started", "stage": "extract"})
    metrics({"event": "progress", "stage": "extract", "entity": "users", "done": 3, "total": 9})
    metrics({"event": "stage_started", "stage": "plan"})
    metrics({"event": "progress", "stage": "plan", "entity": "users", "done": 4, "total": None})
    told = of_this_process(metrics, "r1")
    assert told is not None
    assert told["stage"] == "plan"
    assert told["progress"] == [{"entity": "users", "done": 4, "expected": None}]
    assert Figures(**told).systems == []
