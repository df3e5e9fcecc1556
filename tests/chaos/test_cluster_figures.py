"""The figures of a run by several processes are those of all of them, inside the run and from afar."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families

from ..cluster import Case, lives
from ..dashboards import served
from ..postgres import Postgres
from ..running import explained, sandbox

pytestmark = pytest.mark.long


def test_requests_of_all_workers_are_told_inside_and_from_afar_and_are_those_that_the_servers_have_counted(
    tmp_path: Path, server: Postgres
) -> None:
    file = tmp_path / "j2o.prom"
    with sandbox(projects=2, issues=40, seed=11, latency_ms=20) as made:
        case = Case(made, server, tmp_path, "workers: 2")
        going = case.migration.going("--metrics-file", str(file))
        with served(case.migration.home, server.url(case.database)) as url:
            assert going.reach(1, event="progress", stage="apply", entity="comments"), explained(going.end())
            seen = until(url, lambda figures: len(figures["processes"]) == 3)
            ended = going.end()
            assert ended.exit_code == 0, explained(ended)
            time.sleep(1.0)  # what is kept for a moment
            last = figures_at(url)
        asked = {
            name: sum(half.state("requests")["requests"].values())
            for name, half in (("jira", made.jira), ("openproject", made.openproject))
        }
    assert seen["state"] == "now"
    lead, *workers = seen["processes"]
    assert lead["name"] == "lead"
    for worker in workers:
        assert worker["there"], worker
        assert worker["machine"]["memory"] > 1_000_000
    assert {system["connection"]: system["requests"] for system in last["systems"]} == asked
    assert last["state"] == "ended"
    assert [process["name"] for process in last["processes"]] == ["lead"]
    assert requests_in(file.read_text("utf-8")) == asked
    rows = server.execute("SELECT worker, ended FROM told", case.database)
    assert rows == [(0, True)]


def test_what_a_killed_worker_had_counted_stays_in_the_sums(tmp_path: Path, server: Postgres) -> None:
    with sandbox(state=str(tmp_path / "state"), projects=2, issues=40, seed=11, latency_ms=20) as made:
        case = Case(made, server, tmp_path, "workers: 2")
        going = case.writing()
        with served(case.migration.home, server.url(case.database)) as url:
            until(url, lambda figures: len(figures["processes"]) == 3)
            os.kill(next(pid for pid in case.workers() if lives(pid)), signal.SIGKILL)
            sums = []
            while going.process.poll() is None:
                figures = figures_at(url)
                sums.append(sum(system["requests"] for system in figures["systems"]))
                time.sleep(0.3)
        case.go_on_until_done(going.end())
    assert sums == sorted(sums), "a sum has fallen"
    assert sums[-1] > sums[0]


def figures_at(url: str) -> Any:
    answer = requests.get(f"{url}/api/v1/runs/last", timeout=30)
    answer.raise_for_status()
    return answer.json()["figures"]


def until(url: str, wanted: Any) -> Any:
    """The figures as soon as they are so."""
    deadline = time.monotonic() + 60
    while True:
        figures = figures_at(url)
        if figures is not None and wanted(figures):
            return figures
        assert time.monotonic() < deadline, figures
        time.sleep(0.2)


def requests_in(text: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name == "j2o_http_requests_total":
                connection = sample.labels["connection"]
                found[connection] = found.get(connection, 0) + int(sample.value)
    return found
