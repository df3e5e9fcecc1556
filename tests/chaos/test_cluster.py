"""Workers on a Dask cluster: killed, cut off and left alone, each item still stands on the target exactly once."""

from __future__ import annotations

import os
import random
import signal
import time
from pathlib import Path
from typing import Any, Iterator

import pytest

from ..cluster import Case, lives, scheduler_and_workers
from ..postgres import Postgres
from ..running import explained, sandbox

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


def test_a_killed_scheduler_stops_the_run_and_a_new_one_carries_it_on(tmp_path: Path, server: Postgres):
    with sandbox(state=str(tmp_path / "state"), **SIZE) as made:
        case = Case(made, server, tmp_path, "scheduler: '${env:SCHEDULER}'")
        environment = {**case.migration.variables(), "J2O_HOME": str(tmp_path / "elsewhere")}
        with scheduler_and_workers(environment, tmp_path) as cluster:
            port = cluster.address.rpartition(":")[2]
            spec = tmp_path / "spec.yaml"
            spec.write_text(spec.read_text().replace("${env:SCHEDULER}", cluster.address))
            going = case.writing()
            os.kill(cluster.scheduler.pid, signal.SIGKILL)
            ended = going.end()
            assert ended.exit_code == 4, explained(ended)
            assert "scheduler" in ended.errors, explained(ended)
        with scheduler_and_workers(environment, tmp_path, int(port)):
            case.go_on_until_done()
