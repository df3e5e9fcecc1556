"""What is served is valid by the rules of OpenMetrics and of the older text format, whatever names there are."""

from __future__ import annotations

from typing import Any

import pytest
from prometheus_client.openmetrics.exposition import generate_latest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as strict
from prometheus_client.parser import text_string_to_metric_families as plain

from j2o_core.http.observation import Exchange, operation_of
from j2o_core.observe.metrics.families import BREAKER, CONNECTION, ERRORS, RECORDS, SOURCE_RECORDS
from j2o_core.observe.metrics.registry import Metrics
from j2o_core.observe.metrics.requests import MOST_OPERATIONS
from j2o_core.observe.metrics.samples import Sample

from .test_metrics import LETTERS

#: as people may call an entity, a connection, a host
ODD = 'a "quoted" \\ name\nof two lines, {with="labels"} 設計 \u202e 🎉'
HOSTILE = ("/" + "x" * 3000, "/a/%00/b", "/../../etc/passwd", '/"}\n# TYPE j2o_records counter', "/ünï/cödé", "//", "")


@pytest.fixture(scope="module")
def told() -> Metrics:
    metrics = Metrics("1")
    for event in (
        {"event": "run_started", "run": "r1", "spec": ODD, "environment": ODD},
        {"event": "stage_started", "stage": "apply"},
        {"event": "progress", "stage": "apply", "entity": ODD, "done": 3, "total": 9},
        {"event": "retry", "connection": ODD, "class": "timeout", "entity": ODD, "doubt": True},
        {"event": "breaker", "connection": ODD, "state": "open"},
    ):
        metrics(event)
    metrics.add(
        lambda: [
            Sample(RECORDS, (ODD, "created"), 1_000_000),
            Sample(SOURCE_RECORDS, (ODD,), 1_000_000),
            Sample(ERRORS, (ODD, "failed", "validation"), 3),
            Sample(CONNECTION, (ODD, "[::1]:8443"), 1),
            Sample(BREAKER, (ODD, "open"), 1),
        ]
    )
    count = metrics.requests(ODD)
    for number in range(3 * MOST_OPERATIONS):
        count(Exchange("GET", operation_of("/rest/" + str(number).translate(LETTERS)), 200, 0.01, 1, 2))
    for path in HOSTILE:
        count(Exchange("GET", operation_of(path), 0, 500.0, 1, 2))
    metrics.committed(0.001, 50)
    return metrics


def series(text: str, parse: Any) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    found = {}
    for family in parse(text):
        for sample in family.samples:
            place = sample.name, tuple(sorted(sample.labels.items()))
            assert place not in found, place
            found[place] = sample.value
    return found


def test_both_formats_are_valid_and_tell_the_same(told: Metrics) -> None:
    older, newer = series(told.text().decode(), plain), series(generate_latest(told.registry()).decode(), strict)
    assert {place for place in older if not place[0].startswith("j2o_told")} <= set(newer)
    assert older[("j2o_records", (("entity", ODD), ("outcome", "created")))] == 1_000_000
    assert older[("j2o_run_info", (("environment", ODD), ("run", "r1"), ("spec", ODD)))] == 1


def test_each_family_is_told_once_and_every_line_ends(told: Metrics) -> None:
    text = told.text().decode()
    heads = [line.split(" ")[2] for line in text.splitlines() if line.startswith("# TYPE")]
    assert len(set(heads)) == len(heads)
    assert text.endswith("\n")


def test_there_are_no_more_series_than_stated_whatever_a_server_calls_its_addresses(told: Metrics) -> None:
    found = series(told.text().decode(), plain)
    operations = {
        dict(labels)["operation"] for name, labels in found if name == "j2o_http_request_duration_seconds_count"
    }
    assert len(operations) <= MOST_OPERATIONS + 1
    assert len(found) < 3_000
    assert max(len(operation) for operation in operations) < 1_000
