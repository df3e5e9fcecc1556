"""Workers on a Dask cluster: killed, cut off and left alone, each item still stands on the target exactly once."""

from __future__ import annotations

import os
import random
import signal
import time
from pathlib import Path
from typing import Any

import pytest
import requests

from ..cluster import Case, lives, scheduler_and_workers
from ..postgres import Postgres
from ..running import Sandbox, explained, sandbox

pytestmark = pytest.mark.long

SIZE = {"projects": 2, "issues": 30, "seed": 11, "latency_ms": 20}


def test_workers_killed_in_the_middle_of_writing_repeat_and_lose_nothing(tmp_path: Path, server: Postgres):
    chance = random.Random(20261122)
    with sandbox(state=str(tmp_path / "state"), **SIZE) as made:
        case = Case(made, server, tmp_path)
        going = case.writing()
        for _ in range(2):
            os.kill(chance.choice([pid for pid in case.workers() if lives(pid)]), signal.SIGKILL)
            time.sleep(chance.uniform(0.5, 1.5))
        case.go_on_until_done(going.end())


def test_a_worker_that_was_frozen_beyond_its_lease_sends_nothing_when_it_wakes(tmp_path: Path, server: Postgres):
    with sandbox(state=str(tmp_path / "state"), **SIZE) as made:
        case = Case(made, server, tmp_path)
        going = case.writing()
        frozen = case.workers()[0]
        os.kill(frozen, signal.SIGSTOP)
        deadline = time.monotonic() + 30
        while frozen in case.workers() and time.monotonic() < deadline:
            time.sleep(0.2)
        assert frozen not in case.workers(), "its lease did not end"
        os.kill(frozen, signal.SIGCONT)
        case.go_on_until_done(going.end())


def test_a_killed_coordinator_takes_its_workers_along_and_the_next_run_goes_on(tmp_path: Path, server: Postgres):
    with sandbox(state=str(tmp_path / "state"), **SIZE) as made:
        case = Case(made, server, tmp_path)
        going = case.writing()
        workers = case.workers()
        going.signal(signal.SIGKILL)
        going.end()
        case.go_on_until_done()
        assert not [pid for pid in workers if lives(pid)]


def test_ctrl_c_lets_the_workers_finish_what_is_under_way(tmp_path: Path, server: Postgres):
    with sandbox(state=str(tmp_path / "state"), **SIZE) as made:
        case = Case(made, server, tmp_path)
        going = case.writing()
        going.signal(signal.SIGINT)
        ended = going.end()
        assert ended.exit_code == 4, explained(ended)
        in_doubt = case.server.execute("SELECT count(*) FROM effect WHERE state = 'sent'", case.database)[0][0]
        assert in_doubt == 0
        case.go_on_until_done(ended)


def test_workers_that_outlive_their_coordinator_stop_and_serve_the_next_one(tmp_path: Path, server: Postgres):
    with sandbox(state=str(tmp_path / "state"), **SIZE) as made:
        case = Case(made, server, tmp_path, "scheduler: '${env:SCHEDULER}'")
        environment = {**case.migration.variables(), "J2O_HOME": str(tmp_path / "elsewhere")}
        with scheduler_and_workers(environment, tmp_path) as cluster:
            spec = tmp_path / "spec.yaml"
            spec.write_text(spec.read_text().replace("${env:SCHEDULER}", cluster.address))
            going = case.writing()
            going.signal(signal.SIGKILL)
            going.end()
            ended = case.go_on_until_done()
            assert ended.events[0]["resumed"] is True
            assert all(lives(worker.pid) for worker in cluster.workers)


def test_what_is_stated_for_a_host_holds_for_all_workers_together(tmp_path: Path, server: Postgres):
    with sandbox(state=str(tmp_path / "state"), **SIZE) as made:
        case = Case(made, server, tmp_path)
        spec = tmp_path / "spec.yaml"
        spec.write_text(spec.read_text() + "  rate_limit: {openproject: {parallel: 4}}\n")
        record(made)
        case.go_on_until_done()
        rows = recorded(made)
    assert 3 <= most_at_once(rows) <= 4, most_at_once(rows)


def test_the_adaptive_limit_is_one_for_all_workers_together(tmp_path: Path, server: Postgres):
    setup = tmp_path / "openproject.yaml"
    setup.write_text("settings: {threads: 3, queue_length: 3, queue_wait: 30}\n")
    with sandbox(state=str(tmp_path / "state"), openproject_setup=str(setup), **{**SIZE, "issues": 80}) as made:
        case = Case(made, server, tmp_path)
        spec = tmp_path / "spec.yaml"
        spec.write_text(spec.read_text() + "  rate_limit: {openproject: adaptive}\n")
        record(made)
        case.go_on_until_done()
        rows = sorted(recorded(made), key=lambda row: row[3])
    packages = [row for row in rows if row[0] == "POST" and row[1].endswith("/work_packages")]
    assert most_at_once(packages[:12]) <= 2, "each begins with two of its own"
    refused = [row for row in rows if row[5] in (429, 503)]
    assert len(refused) <= 0.03 * len(rows), (len(refused), len(rows))
    assert most_at_once(rows) >= 3


def most_at_once(rows: list[Any]) -> int:
    """How many of these writes were under way at the same time."""
    under_way = most = 0
    for _, change in sorted([(row[3], 1) for row in rows] + [(row[4], -1) for row in rows]):
        under_way += change
        most = max(most, under_way)
    return most


def test_one_refusal_makes_all_workers_wait_as_long_as_the_server_asks(tmp_path: Path, server: Postgres):
    with sandbox(state=str(tmp_path / "state"), **SIZE) as made:
        case = Case(made, server, tmp_path)
        record(made)
        going = case.writing()
        made.openproject.faults({"do": "status", "status": 429, "retry_after": 6, "method": "POST", "times": 1})
        case.go_on_until_done(going.end())
        rows = recorded(made)
    (refused,) = [row[4] for row in rows if row[5] == 429]
    assert [row for row in rows if row[3] > refused + 5.9]
    meanwhile = [row[3] - refused for row in rows if refused + 1.5 < row[3] < refused + 5.9]
    assert not meanwhile, meanwhile


def test_the_operator_pauses_and_continues_all_workers(tmp_path: Path, server: Postgres):
    with sandbox(state=str(tmp_path / "state"), **SIZE) as made:
        case = Case(made, server, tmp_path)
        going = case.writing()
        asked = (str(going.events[0]["run"]), "pause", "--ledger", server.url(case.database).replace("+psycopg", ""))
        told = case.migration.command("control", *asked)
        assert told.returncode == 0, told.stderr
        time.sleep(2.5)  # orders go round, and what is under way comes to its end
        before = made.openproject.state("requests")["requests"]
        time.sleep(2.0)
        assert made.openproject.state("requests")["requests"] == before
        told = case.migration.command("control", asked[0], "continue", *asked[2:])
        assert told.returncode == 0, told.stderr
        case.go_on_until_done(going.end())


def record(made: Sandbox) -> None:
    """Let the target remember its writes."""
    requests.post(f"{made.openproject.url}/_sandbox/recording", json={"bodies": False, "only": []}, timeout=60)


def recorded(made: Sandbox) -> list[Any]:
    """They: method, address, template, began, ended (seconds), status, ..."""
    rows: list[Any] = requests.get(f"{made.openproject.url}/_sandbox/recording", timeout=60).json()["writes"]
    return rows
