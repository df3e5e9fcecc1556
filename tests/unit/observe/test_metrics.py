"""The figures of a run as Prometheus reads them."""

from __future__ import annotations

import base64
import contextlib
import re
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, Iterator

import pytest
from prometheus_client.parser import text_string_to_metric_families

from j2o_core.http.observation import Exchange, Observation, operation_of
from j2o_core.observe.metrics.delivery import Delivery, Push, Textfile
from j2o_core.observe.metrics.families import COUNTER, FAMILIES, HISTOGRAM, RETRIES
from j2o_core.observe.metrics.registry import Metrics
from j2o_core.observe.metrics.requests import MOST_OPERATIONS, NO_ANSWER, OTHERS
from j2o_core.observe.metrics.samples import Sample

#: so that numbers look like words
LETTERS = str.maketrans("0123456789", "abcdefghij")


def exchange(path: str, status: int = 200, seconds: float = 0.02, method: str = "GET") -> Exchange:
    return Exchange(method, operation_of(path), status, seconds, 10, 20)


def series(metrics: Metrics) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Everything that is served, by name and labels."""
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(metrics.text().decode())
        for sample in family.samples
    }


def value(metrics: Metrics, name: str, **labels: str) -> float:
    return series(metrics)[(name, tuple(sorted(labels.items())))]


def test_every_family_is_there_before_anything_has_happened() -> None:
    text = Metrics("1").text().decode()
    for family in FAMILIES:
        told = family.name[: -len("_total")] if family.kind == COUNTER else family.name
        assert f"# TYPE {family.name} {family.kind}\n" in text or f"# TYPE {told} {family.kind}\n" in text, family.name
        assert f"# HELP {family.name} {family.tells}\n" in text


def test_names_and_units_keep_the_conventions() -> None:
    names = [family.name for family in FAMILIES]
    assert len(set(names)) == len(names)
    for family in FAMILIES:
        assert re.fullmatch(r"j2o_[a-z0-9_]+", family.name) and family.tells.endswith("."), family.name
        assert family.name.endswith("_total") == (family.kind == COUNTER), family.name
        assert family.name.endswith("_seconds") or family.kind != HISTOGRAM, family.name
        assert not re.search(r"_(ms|milliseconds|kb|mb|minutes|percent)(_|$)", family.name), family.name
        assert not {"id", "key", "item", "origin", "path", "url", "le"} & set(family.labels), family.name


def test_requests_are_counted_by_template_status_and_time() -> None:
    metrics, seen = Metrics("1"), Observation()
    seen.add(metrics.requests("jira"))
    seen.record(exchange("/rest/api/2/issue/ACME-1/comment", seconds=0.02))
    seen.record(exchange("/rest/api/2/issue/ACME-2/comment", seconds=0.3))
    seen.record(exchange("/rest/api/2/issue/OPS-3/comment", status=0, seconds=200.0))
    labels = {"connection": "jira", "method": "GET"}
    told = {**labels, "operation": "/rest/api/2/issue/{id}/comment"}
    assert value(metrics, "j2o_http_request_duration_seconds_bucket", le="0.025", **told) == 1
    assert value(metrics, "j2o_http_request_duration_seconds_bucket", le="0.5", **told) == 2
    assert value(metrics, "j2o_http_request_duration_seconds_bucket", le="150.0", **told) == 2
    assert value(metrics, "j2o_http_request_duration_seconds_bucket", le="+Inf", **told) == 3
    assert value(metrics, "j2o_http_request_duration_seconds_count", **told) == 3
    assert value(metrics, "j2o_http_request_duration_seconds_sum", **told) == pytest.approx(200.32)
    assert value(metrics, "j2o_http_requests_total", status="200", **labels) == 2
    assert value(metrics, "j2o_http_requests_total", status=NO_ANSWER, **labels) == 1
    assert value(metrics, "j2o_http_sent_bytes_total", connection="jira") == 30
    assert value(metrics, "j2o_http_received_bytes_total", connection="jira") == 60


@pytest.mark.parametrize(
    ("path", "template"),
    [
        ("/rest/api/2/project/SHOP/role/10002", "/rest/api/2/project/{id}/role/{id}"),
        ("/rest/api/3/project/search?startAt=50", "/rest/api/3/project/search"),
        ("/rest/agile/1.0/board/3/sprint", "/rest/agile/1.0/board/{id}/sprint"),
        ("/secure/attachment/10/README", "/secure/attachment/{id}/{id}"),
        ("/secure/attachment/10/%C3%9Cbersicht+1.pdf", "/secure/attachment/{id}/{id}"),
        ("https://jira.example/secure/attachment/10/a.png", "/secure/attachment/{id}/{id}"),
        ("/api/v3/projects/acme-shop/versions", "/api/v3/projects/{id}/versions"),
        ("/api/v3/projects/form", "/api/v3/projects/form"),
        ("/api/v3/work_packages/schemas/12-3", "/api/v3/work_packages/schemas/{id}"),
        ("/api/v3/work_packages/7/activities", "/api/v3/work_packages/{id}/activities"),
    ],
)
def test_a_path_is_told_without_ids_keys_and_names(path: str, template: str) -> None:
    assert operation_of(path) == template


def test_an_api_that_names_everything_by_itself_makes_no_endless_series() -> None:
    metrics = Metrics("1")
    count = metrics.requests("odd")
    for number in range(5 * MOST_OPERATIONS):
        count(exchange("/things/thing-" + str(number).translate(LETTERS)))
    counts = {
        labels: number
        for (name, labels), number in series(metrics).items()
        if name == "j2o_http_request_duration_seconds_count"
    }
    assert len(counts) == MOST_OPERATIONS + 1
    assert sum(counts.values()) == 5 * MOST_OPERATIONS
    assert counts[(("connection", "odd"), ("method", "GET"), ("operation", OTHERS))] == 4 * MOST_OPERATIONS


def test_no_request_is_lost_where_many_threads_count() -> None:
    metrics = Metrics("1")
    count = metrics.requests("jira")
    threads = [
        threading.Thread(target=lambda: [count(exchange("/rest/api/2/search")) for _ in range(500)]) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        metrics.text()
    assert value(metrics, "j2o_http_requests_total", connection="jira", method="GET", status="200") == 4_000


def test_events_tell_stage_end_retries_doubts_and_breakers() -> None:
    metrics = Metrics("1")
    retry = {"event": "retry", "connection": "openproject", "class": "timeout", "entity": "work_packages"}
    for event in (
        {"event": "run_started", "run": "r1", "spec": "acme", "environment": None},
        {"event": "stage_started", "stage": "apply"},
        {"event": "progress", "stage": "apply", "entity": "users", "done": 3, "total": 9},
        {**retry, "doubt": True},
        {**retry, "doubt": False},
        {"event": "retry", "connection": "jira", "class": "rate limit"},
        {"event": "breaker", "connection": "jira", "state": "open"},
        {"event": "breaker", "connection": "jira", "state": "closed"},
    ):
        metrics(event)
    assert value(metrics, "j2o_run_info", run="r1", spec="acme", environment="") == 1
    assert value(metrics, "j2o_run_active") == 1
    assert value(metrics, "j2o_run_stage", stage="apply") == 1
    assert value(metrics, "j2o_run_stage", stage="plan") == 0
    assert value(metrics, "j2o_progress_done", stage="apply", entity="users") == 3
    assert value(metrics, "j2o_progress_expected", stage="apply", entity="users") == 9
    assert value(metrics, "j2o_retries_total", connection="openproject", error_class="timeout") == 2
    assert value(metrics, "j2o_retries_total", connection="jira", error_class="rate limit") == 1
    assert value(metrics, "j2o_doubts_total", entity="work_packages") == 1
    assert value(metrics, "j2o_breaker_opened_total", connection="jira") == 1
    metrics({"event": "run_finished", "run": "r1", "exit_code": 4, "entities": {}})
    assert value(metrics, "j2o_run_active") == 0
    assert value(metrics, "j2o_run_exit_code") == 4
    assert value(metrics, "j2o_run_stage", stage="apply") == 0


def test_a_source_that_breaks_costs_its_own_figures_alone() -> None:
    metrics = Metrics("1")
    metrics.add(lambda: [Sample(RETRIES, ("jira", "network"), 1 / 0)])
    assert value(metrics, "j2o_run_active") == 0


def test_the_textfile_is_always_whole_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    metrics, path = Metrics("1"), tmp_path / "j2o.prom"
    write, ended = Textfile(path), threading.Event()
    write(metrics)

    def keep_writing() -> None:
        while not ended.is_set():
            write(metrics)

    writer = threading.Thread(target=keep_writing)
    writer.start()
    whole = names(metrics.text())
    for _ in range(50):
        assert names(path.read_bytes()) == whole
    ended.set()
    writer.join()
    assert list(tmp_path.iterdir()) == [path]
    assert path.stat().st_mode & 0o777 == 0o644  # node-exporter is another user


def test_figures_are_delivered_now_and_then_and_at_the_end(tmp_path: Path) -> None:
    metrics, path = Metrics("1"), tmp_path / "j2o.prom"
    with Delivery(metrics, Textfile(path), every=0.01):
        _until(path.exists)
        metrics({"event": "run_started", "run": "r1"})
        _until(lambda: "j2o_run_active 1.0" in path.read_text())
        metrics({"event": "run_finished", "run": "r1", "exit_code": 0})
    assert "j2o_run_active 0.0" in path.read_text()


def test_who_does_not_take_the_figures_holds_nobody_up(tmp_path: Path) -> None:
    gone = tmp_path / "gone" / "j2o.prom"
    with Delivery(Metrics("1"), Textfile(gone), Push("http://127.0.0.1:1", "acme")) as delivery:
        delivery.deliver()
    assert not gone.exists()


def test_a_pushgateway_gets_one_group_for_each_spec_and_machine_and_the_credentials() -> None:
    with pushgateway() as gateway:
        metrics = Metrics("1")
        push = Push(f"http://us%40er:pa%2Fss@127.0.0.1:{gateway.port}/", "acme/2026")
        push(metrics)
        (pushed,) = gateway.pushed
        assert pushed.method == "PUT"
        assert pushed.path.startswith("/metrics/job/j2o/") and "/spec@base64/" in pushed.path
        assert "/instance" in pushed.path
        assert pushed.authorization == "Basic " + base64.b64encode(b"us@er:pa/ss").decode()
        assert names(pushed.body) == names(metrics.text())
        assert str(push) == f"http://127.0.0.1:{gateway.port}"


@dataclass(frozen=True)
class Pushed:
    method: str
    path: str
    authorization: str
    body: bytes


class Gateway:
    """Takes what is pushed, and keeps it."""

    def __init__(self) -> None:
        self.pushed: list[Pushed] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_PUT(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.pushed.append(Pushed("PUT", self.path, self.headers.get("Authorization", ""), body))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_port


@contextlib.contextmanager
def pushgateway() -> Iterator[Gateway]:
    gateway = Gateway()
    thread = threading.Thread(target=gateway.server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield gateway
    finally:
        gateway.server.shutdown()
        gateway.server.server_close()
        thread.join()


def names(text: bytes) -> list[bytes]:
    """The series of a text, each without its value; a line that is cut off is none."""
    return [line.rpartition(b" ")[0] for line in text.split(b"\n")[:-1]]


def _until(true: Any) -> None:
    end = time.monotonic() + 10
    while not true():
        assert time.monotonic() < end
        time.sleep(0.005)
