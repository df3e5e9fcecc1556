"""Workers on a Dask cluster: killed, cut off and left alone, each item still stands on the target exactly once."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Iterator, Optional

import pytest

from ..exactly_once import assert_exactly_once
from ..postgres import Postgres
from ..running import Ended, Going, Migration, Sandbox, explained, sandbox

pytestmark = pytest.mark.long

SIZE = {"projects": 2, "issues": 30, "seed": 11, "latency_ms": 20}
SPEC = """
extends: j2o:demo
runtime:
  ledger: postgresql://j2o:${env:LEDGER_PASSWORD}@127.0.0.1:${env:LEDGER_PORT}/${env:LEDGER_DATABASE}
  workers: 4
  executor: {dask: {CLUSTER, lease: 3}}
"""


class Case:
    """A migration by a cluster whose ledger lies in a database of its own."""

    def __init__(self, made: Sandbox, server: Postgres, folder: Path, cluster: str = "workers: 3") -> None:
        self.made, self.server, self.database = made, server, server.create()
        spec = folder / "spec.yaml"
        spec.write_text(SPEC.replace("CLUSTER", cluster))
        variables = {
            "LEDGER_PASSWORD": server.password,
            "LEDGER_PORT": str(server.port),
            "LEDGER_DATABASE": self.database,
        }
        self.migration = Migration(made, folder / "home", spec=str(spec), environment=variables)

    def workers(self) -> list[int]:
        """The process ids of the workers that the ledger knows."""
        return [row[0] for row in self.server.execute("SELECT pid FROM worker ORDER BY id", self.database)]

    def writing(self, wanted: int = 20) -> Going:
        """Start a run and wait until so many comments or time entries are written, and workers are at it."""
        going = self.migration.going()
        assert going.reach(wanted, event="progress", stage="apply", entity="comments"), explained(going.end())
        return going

    def go_on_until_done(self, ended: Optional[Ended] = None) -> Ended:
        """Run again where the last one did not come to its end, and let the target judge."""
        if ended is None or ended.exit_code:
            ended = self.migration.run()
        assert ended.exit_code == 0, explained(ended)
        assert_exactly_once(self.made, ended)
        assert self.workers() == []
        return ended


@pytest.fixture(scope="module")
def server(own_postgres: Any) -> Iterator[Postgres]:
    """A server of these tests."""
    with own_postgres(durable=True) as made:
        yield made


@contextlib.contextmanager
def scheduler_and_workers(environment: dict[str, str], folder: Path, port: int = 0) -> Iterator[Cluster]:
    """A cluster as it is started by hand, in processes of its own."""
    made = Cluster(environment, folder, port)
    try:
        yield made
    finally:
        made.stop()


class Cluster:
    """A scheduler and two workers."""

    def __init__(self, environment: dict[str, str], folder: Path, port: int) -> None:
        self._environment, self._folder = environment, folder
        file = folder / f"scheduler-{time.monotonic_ns()}.json"
        where = ("--host", "127.0.0.1", "--port", str(port), "--no-dashboard", "--dashboard-address", "127.0.0.1:0")
        self.scheduler = self._start("scheduler", *where, "--scheduler-file", str(file))
        deadline = time.monotonic() + 30
        while not file.exists() or "127.0.0.1" not in file.read_text():
            assert time.monotonic() < deadline and self.scheduler.poll() is None
            time.sleep(0.05)
        self.address = file.read_text().partition('"address": "')[2].partition('"')[0]
        self.workers = [self._worker() for _ in range(2)]

    def _worker(self) -> subprocess.Popen[bytes]:
        return self._start(
            "worker", self.address, "--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1",
            "--local-directory", str(self._folder),
        )  # fmt: skip

    def _start(self, *arguments: str) -> subprocess.Popen[bytes]:
        log = (self._folder / f"{arguments[0]}.log").open("ab")
        with log:
            return subprocess.Popen(
                [sys.executable, "-m", "dask", *arguments], env=self._environment, stdout=log, stderr=log
            )

    def stop(self) -> None:
        """End all."""
        for process in (self.scheduler, *self.workers):
            if process.poll() is None:
                process.kill()
            process.wait(30)


def test_workers_killed_in_the_middle_of_writing_repeat_and_lose_nothing(tmp_path: Path, server: Postgres):
    chance = random.Random(20261122)
    with sandbox(state=str(tmp_path / "state"), **SIZE) as made:
        case = Case(made, server, tmp_path)
        going = case.writing()
        for _ in range(2):
            os.kill(chance.choice(case.workers()), signal.SIGKILL)
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
        assert not [pid for pid in workers if _lives(pid)]


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


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
