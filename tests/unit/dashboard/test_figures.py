"""What the process of a run tells a dashboard, out of its metrics."""

from __future__ import annotations

from j2o_core.dashboard.answers import Figures
from j2o_core.dashboard.figures import of_this_process
from j2o_core.http.observation import Exchange
from j2o_core.observe.metrics.families import CONNECTION
from j2o_core.observe.metrics.registry import Metrics
from j2o_core.observe.metrics.samples import Sample


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


def test_requests_of_every_method_and_status_are_counted_and_told_by_host() -> None:
    metrics = Metrics("1.0")
    metrics({"event": "run_started", "run": "r1", "spec": "acme"})
    metrics.add(lambda: [Sample(CONNECTION, ("jira", "jira.example:443"), 1)])
    for method, status, times in (("GET", 200, 3), ("POST", 200, 2), ("POST", 500, 1), ("GET", 0, 1)):
        for _ in range(times):
            metrics.requests("jira")(Exchange(method, "/rest/api/2/search", status, 0.02, 10, 20))
    told = of_this_process(metrics, "r1")
    assert told is not None
    (system,) = Figures(**told).systems
    assert (system.host, system.requests, system.errors, system.most) == ("jira.example:443", 7, 2, 0.025)
    assert (system.sent, system.received) == (70, 140)
