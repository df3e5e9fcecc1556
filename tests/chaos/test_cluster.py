"""Workers on a Dask cluster: killed, cut off and left alone, each item still stands on the target exactly once."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Iterator

import pytest
import requests

from ..cluster import Case, lives, scheduler_and_workers
from ..postgres import Postgres
from ..running import Going, Sandbox, explained, sandbox

pytestmark = pytest.mark.long

SIZE = {"projects": 2, "issues": 30, "seed": 11, "latency_ms": 20}


@pytest.fixture(scope="module")
def server(own_postgres: Any) -> Iterator[Postgres]:
    """A server of these tests."""
    with own_postgres(durable=True) as made:
        yield made


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


def test_a_killed_scheduler_is_waited_for_and_the_same_run_goes_on(tmp_path: Path, server: Postgres):
    with sandbox(state=str(tmp_path / "state"), **SIZE) as made:
        case, environment = beside_a_scheduler(made, server, tmp_path)
        with scheduler_and_workers(environment, tmp_path) as cluster:
            port = lead(case, tmp_path, cluster.address)
            going = case.writing()
            os.kill(cluster.scheduler.pid, signal.SIGKILL)
            assert going.reach_any(lambda event: "the run waits" in str(event.get("message"))), explained(going.end())
            with scheduler_and_workers(environment, tmp_path, port):
                case.go_on_until_done(going.end())


def test_a_scheduler_that_does_not_come_back_ends_the_run_and_the_next_one_goes_on(tmp_path: Path, server: Postgres):
    with sandbox(state=str(tmp_path / "state"), **SIZE) as made:
        case, environment = beside_a_scheduler(made, server, tmp_path, ", reconnect: 3")
        with scheduler_and_workers(environment, tmp_path) as cluster:
            port = lead(case, tmp_path, cluster.address)
            going = case.writing()
            os.kill(cluster.scheduler.pid, signal.SIGKILL)
            ended = going.end()
            assert ended.exit_code == 4, explained(ended)
            assert "waited for 3 s; start it and its workers" in ended.errors, explained(ended)
        with scheduler_and_workers(environment, tmp_path, port):
            case.go_on_until_done()


#: read by every new Python process: ends the scheduler that it holds once there is a file
_ENDS = """
import sys, threading, time
from pathlib import Path

def end():
    while not Path(FILE).exists():
        time.sleep(0.2)
    from distributed import SpecCluster
    for cluster in list(SpecCluster._instances):
        cluster.sync(cluster.scheduler.close)
        Path(FILE).unlink()

if "run" in sys.argv:
    threading.Thread(target=end, daemon=True).start()
"""


def test_a_scheduler_that_was_started_for_the_run_is_started_again(tmp_path: Path, server: Postgres):
    code, file = tmp_path / "code", tmp_path / "end"
    code.mkdir()
    (code / "sitecustomize.py").write_text(_ENDS.replace("FILE", repr(str(file))))
    with sandbox(state=str(tmp_path / "state"), **SIZE) as made:
        case = Case(made, server, tmp_path)
        arguments = ("run", case.migration.spec, "--json", *case.migration.arguments)
        variables = case.migration.variables()
        process = subprocess.Popen(
            [sys.executable, "-m", "j2o_core", *arguments],
            env={**variables, "PYTHONPATH": f"{code}{os.pathsep}{variables.get('PYTHONPATH', code)}"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        going = Going(process)  # type: ignore[arg-type]
        assert going.reach(20, event="progress", stage="apply", entity="comments"), explained(going.end())
        first = case.workers()
        file.touch()
        ended = case.go_on_until_done(going.end())
        told = [event["message"] for event in ended.events if event["event"] == "notice"]
        assert "another Dask scheduler is there" in told, told
        assert first and not [pid for pid in first if lives(pid)]


def beside_a_scheduler(made: Sandbox, server: Postgres, folder: Path, more: str = "") -> tuple[Case, dict[str, str]]:
    """A migration that is led to a scheduler, and the environment of its workers."""
    case = Case(made, server, folder, f"scheduler: SCHEDULER{more}")
    return case, {**case.migration.variables(), "J2O_HOME": str(folder / "elsewhere")}


def lead(case: Case, folder: Path, address: str) -> int:
    """Write the scheduler's address into the spec; its port."""
    spec = folder / "spec.yaml"
    spec.write_text(spec.read_text().replace("SCHEDULER", f"'{address}'"))
    return int(address.rpartition(":")[2])


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
