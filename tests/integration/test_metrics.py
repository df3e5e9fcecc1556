"""The figures of a whole run agree with its ledger, its report and what the servers have counted."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from ..running import Migration, explained, sandbox
from ..unit.observe.test_metrics import pushgateway

pytestmark = pytest.mark.newest


def test_every_figure_of_a_run_is_that_of_the_report_and_of_the_servers(tmp_path: Path):
    file = tmp_path / "j2o.prom"
    with sandbox(projects=1, issues=5, seed=3) as made, pushgateway() as gateway:
        migration = Migration(made, tmp_path / "home")
        made.openproject.faults({"server": "openproject", "method": "POST", "nth": 3, "do": "status", "status": 500})
        ended = migration.run("--metrics-file", str(file), "--metrics-push", f"http://127.0.0.1:{gateway.port}")
        assert ended.exit_code in (0, 1), explained(ended)
        asked = {
            "jira": made.jira.state("requests")["requests"],
            "openproject": made.openproject.state("requests")["requests"],
        }
        report = json.loads(migration.command("report", ended.run, "--format", "json").stdout)
    samples = [
        sample
        for family in text_string_to_metric_families(file.read_text(encoding="utf-8"))
        for sample in family.samples
    ]
    assert counts_of(gateway.pushed[-1].body) == counts_of(file.read_bytes())
    records = {
        (sample.labels["entity"], sample.labels["outcome"]): int(sample.value)
        for sample in samples
        if sample.name == "j2o_records"
    }
    sources = {
        (sample.labels["entity"], "source"): int(sample.value)
        for sample in samples
        if sample.name == "j2o_source_records"
    }
    assert {**records, **sources} == {
        (entity, outcome): number for entity, counts in report["entities"].items() for outcome, number in counts.items()
    }
    assert report["entities"] == ended.entities
    errors: Counter[tuple[str, str, str]] = Counter(
        (item["entity"], item["outcome"], item["class"]) for item in report["items"]
    )
    assert errors == {
        (sample.labels["entity"], sample.labels["outcome"], sample.labels["error_class"]): int(sample.value)
        for sample in samples
        if sample.name == "j2o_errors_total"
    }
    assert sum(errors.values()) > 0
    for connection, counted in asked.items():
        sent = sum(
            int(sample.value)
            for sample in samples
            if sample.name == "j2o_http_requests_total" and sample.labels["connection"] == connection
        )
        timed = sum(
            int(sample.value)
            for sample in samples
            if sample.name == "j2o_http_request_duration_seconds_count" and sample.labels["connection"] == connection
        )
        assert sent == timed == sum(counted.values()), connection
    retried = sum(event["event"] == "retry" for event in ended.events)
    assert retried == sum(int(sample.value) for sample in samples if sample.name == "j2o_retries_total") > 0
    plain = {sample.name: sample.value for sample in samples if not sample.labels}
    assert plain["j2o_run_exit_code"] == ended.exit_code
    assert plain["j2o_run_active"] == plain["j2o_effects_in_doubt"] == 0
    assert plain["j2o_ledger_changes_total"] > plain["j2o_ledger_commit_duration_seconds_count"] > 0


def counts_of(text: bytes) -> list[bytes]:
    return [line for line in text.splitlines() if line.startswith(b"j2o_records{")]
