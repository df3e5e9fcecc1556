"""The packaged dashboard and alert rules ask for metrics that exist, with labels that they have."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any, Iterator

import pytest
import typer
import yaml

from j2o_core.cli import metrics
from j2o_core.observe.metrics import packaged
from j2o_core.observe.metrics.families import FAMILIES, HISTOGRAM
from j2o_core.observe.metrics.registry import Metrics

#: those of the scrape, those of histograms
ADDED = {"instance", "job", "le"}
LABELS = {series: {*family.labels} for family in FAMILIES for series in family.series}
#: words of the query language that look like names of metrics or labels
_SELECTOR = re.compile(r"\b(j2o_[a-z0-9_]+)\s*(\{[^}]*\})?")
_GROUPING = re.compile(r"\b(?:by|on|without|ignoring)\s*\(([^)]*)\)")
_MATCHER = re.compile(r"([a-z_]+)\s*(?:=~|!~|!=|=)")


def expressions() -> Iterator[tuple[str, str]]:
    """Every query of both, with where it stands."""
    board = json.loads(packaged.grafana())
    for panel in board["panels"]:
        for target in panel.get("targets", ()):
            yield f"panel {panel['title']}", target["expr"]
    for note in board["annotations"]["list"]:
        yield f"annotation {note['name']}", note["expr"]
    for rule in rules():
        yield f"alert {rule['alert']}", rule["expr"]


def rules() -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load(packaged.alerts())["groups"] for rule in group["rules"]]


@pytest.mark.parametrize(("place", "query"), list(expressions()))
def test_a_query_asks_for_what_there_is(place: str, query: str) -> None:
    found = _SELECTOR.findall(query)
    assert found, place
    known = set(ADDED)
    for name, matchers in found:
        assert name in LABELS, f"{place}: there is no {name}"
        known |= LABELS[name]
        wrong = set(_MATCHER.findall(re.sub(r'"[^"]*"', '""', matchers))) - LABELS[name] - ADDED
        assert not wrong, f"{place}: {name} has no {wrong}"
    for labels in _GROUPING.findall(query):
        wrong = {label.strip() for label in labels.split(",")} - known
        assert not wrong, f"{place}: {wrong}"
    assert query.count("(") == query.count(")") and query.count("{") == query.count("}"), place


@pytest.mark.parametrize(("place", "query"), list(expressions()))
def test_a_query_is_one_to_prometheus(place: str, query: str) -> None:
    _parse(query)


@pytest.mark.parametrize(
    "query",
    ["sum(rate(j2o_records))", "rate(j2o_records[5m]", "j2o_records[5m] > 1", "histogram_quantile(j2o_records)"],
)
def test_a_query_that_is_none_is_found_out(query: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        _parse(query)


def _parse(query: str) -> None:
    """Raises ``ValueError``; what Grafana puts in stands there as it will."""
    for variable, value in {"$__rate_interval": "5m", "$__range": "1h", "$instance": "x"}.items():
        query = query.replace(variable, value)
    pytest.importorskip("promql_parser", reason="needs promql-parser").parse(query)


def test_a_name_that_there_is_not_is_found_out() -> None:
    with pytest.raises(AssertionError, match="there is no j2o_record"):
        test_a_query_asks_for_what_there_is("here", "sum(j2o_record)")
    with pytest.raises(AssertionError, match="has no"):
        test_a_query_asks_for_what_there_is("here", 'j2o_records{state="failed"}')


def test_every_metric_but_those_that_name_things_is_shown_or_watched() -> None:
    asked = {name for _, query in expressions() for name, _ in _SELECTOR.findall(query)}
    unseen = [family.name for family in FAMILIES if not asked & set(family.series)]
    assert set(unseen) <= {
        "j2o_build_info",
        "j2o_run_info",
        "j2o_connection_info",
        "j2o_process_info",
        "j2o_warnings",
        "j2o_run_end_timestamp_seconds",
        "j2o_problems",
        "j2o_ledger_figures_age_seconds",
        "j2o_ledger_changes_total",
        "j2o_breaker_opened_total",
        "j2o_process_threads",
        "j2o_process_open_fds",
        "j2o_process_start_time_seconds",
    }


def test_rules_say_what_to_do_and_texts_name_labels_that_are_left() -> None:
    assert len({rule["alert"] for rule in rules()}) == len(rules())
    for rule in rules():
        assert rule["alert"].startswith("J2o") and rule["labels"]["severity"] in ("critical", "warning")
        text = rule["annotations"]["summary"] + rule["annotations"]["description"]
        (name, _), *_ = _SELECTOR.findall(rule["expr"])
        grouped = [label.strip() for labels in _GROUPING.findall(rule["expr"]) for label in labels.split(",")]
        for label in re.findall(r"\$labels\.(\w+)", text):
            assert label in ADDED | LABELS[name] and (label in grouped or "sum by" not in rule["expr"]), rule["alert"]


def test_rules_have_the_form_that_prometheus_reads() -> None:
    document = yaml.safe_load(packaged.alerts())
    assert set(document) == {"groups"}
    for group in document["groups"]:
        assert set(group) <= {"name", "interval", "rules"}
        for rule in group["rules"]:
            assert set(rule) <= {"alert", "expr", "for", "keep_firing_for", "labels", "annotations"}, rule
            for name in ("for", "keep_firing_for"):
                assert re.fullmatch(r"(\d+[smhd])+", str(rule.get(name, "0s"))), rule["alert"]
            for text in (*rule["labels"].values(), *rule["annotations"].values()):
                assert isinstance(text, str), rule["alert"]
                left = re.sub(r"\{\{ \$(?:labels\.[a-z_]+|value)(?: \| [A-Za-z0-9]+)? \}\}", "", text)
                assert "{{" not in left and "}}" not in left, text


def test_the_dashboard_is_whole_and_calls_for_no_other_machine() -> None:
    board = json.loads(packaged.grafana())
    identifiers = [panel["id"] for panel in board["panels"]]
    assert len(set(identifiers)) == len(identifiers)
    assert "http://" not in packaged.grafana() and "https://" not in packaged.grafana()
    taken: set[tuple[int, int]] = set()
    for panel in board["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken and place["x"] + place["w"] <= 24, panel["title"]
        taken |= cells


def test_promtool_finds_nothing_to_blame(tmp_path: Path) -> None:
    promtool = os.environ.get("PROMTOOL") or shutil.which("promtool")
    if not promtool:
        pytest.skip("needs promtool (Debian: apt install prometheus), on the PATH or named by PROMTOOL")
    alerts, queries = tmp_path / "alerts.yaml", tmp_path / "queries.yaml"
    alerts.write_text(packaged.alerts(), encoding="utf-8")
    recorded = [
        {"record": f"q:{number}", "expr": query.replace("$__rate_interval", "5m").replace("$instance", "x")}
        for number, (_, query) in enumerate(expressions())
    ]
    queries.write_text(yaml.safe_dump({"groups": [{"name": "queries", "rules": recorded}]}), encoding="utf-8")
    for file in (alerts, queries):
        checked = subprocess.run([promtool, "check", "rules", str(file)], capture_output=True, text=True, timeout=60)
        assert checked.returncode == 0, checked.stdout + checked.stderr
    served = Metrics("1").text()
    linted = subprocess.run([promtool, "check", "metrics"], input=served, capture_output=True, timeout=60)
    assert linted.returncode == 0, linted.stdout + linted.stderr


def test_what_shows_and_watches_is_printed_by_commands(capfd: pytest.CaptureFixture[str]) -> None:
    app = typer.Typer(rich_markup_mode=None)
    metrics.add(app)

    @app.command()
    def other() -> None:
        """So that the family keeps its name."""

    app(["metrics", "grafana"], standalone_mode=False)
    assert json.loads(capfd.readouterr().out)["uid"] == "j2o"
    app(["metrics", "alerts"], standalone_mode=False)
    assert yaml.safe_load(capfd.readouterr().out)["groups"][0]["name"] == "j2o"
    app(["metrics", "list", "--json"], standalone_mode=False)
    listed = json.loads(capfd.readouterr().out)
    assert [one["name"] for one in listed] == [family.name for family in FAMILIES]
    assert {one["kind"] for one in listed} == {"counter", "gauge", HISTOGRAM}
