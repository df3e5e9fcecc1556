"""Workers of a cluster keep within what they may use of their machines, and leave where they cannot."""

from __future__ import annotations

import signal
import socket
import time
from pathlib import Path

import pytest

from j2o_core.pipeline.cluster.crew import Crew
from j2o_core.spec.model import DaskSpec

from ..cluster import Case, scheduler_and_workers
from ..postgres import Postgres
from ..running import explained, sandbox

pytestmark = pytest.mark.long

SIZE = {"projects": 2, "issues": 40, "seed": 11, "latency_ms": 40}
#: loaded by a worker that others have left little memory
HOG = "taken = bytearray(600_000_000)\ntaken[::4096] = b'x' * len(taken[::4096])\n"


def test_workers_without_memory_leave_and_the_others_go_on_and_where_none_is_left_the_run_is_resumed(
    tmp_path: Path, server: Postgres
):
    hog = tmp_path / "hog.py"
    hog.write_text(HOG)
    with sandbox(state=str(tmp_path / "state"), **SIZE) as made:
        case = Case(made, server, tmp_path, "scheduler: '${env:SCHEDULER}'")
        environment = {**case.migration.variables(), "J2O_HOME": str(tmp_path / "elsewhere")}
        with scheduler_and_workers(environment, tmp_path, workers=0) as cluster:
            spec = tmp_path / "spec.yaml"
            spec.write_text(spec.read_text().replace("${env:SCHEDULER}", cluster.address))
            spec.write_text(spec.read_text() + "  guard: {memory: 500MB}\n")
            full = [cluster.add("--preload", str(hog)) for _ in range(2)]
            stopped = case.migration.run()
            assert stopped.exit_code == 4, explained(stopped)
            assert "no worker is left: worker tcp://127.0.0.1:" in stopped.errors
            assert sum(counts["left"] for counts in stopped.entities.values()) > 0
            told = [event for event in stopped.events if event["event"] == "guard"]
            assert {event["pid"] for event in told} == {process.pid for process in full}
            for process in full:
                who = f"(process {process.pid} on {socket.gethostname()})"
                (said,) = [event["message"] for event in told if event.get("stopped") and event["pid"] == process.pid]
                assert who in said and "may use 500.0 MB (runtime.guard.memory)" in said
                assert process.wait(30) is not None  # and with it, its memory is free
            cluster.add()
            late = cluster.add("--preload", str(hog))
            ended = case.go_on_until_done()
            assert ended.run == stopped.run
            assert late.wait(30) is not None
            log = "".join(path.read_text() for path in (tmp_path / "home").glob("logs/*.jsonl"))  # one of each process
            assert [line for line in log.splitlines() if "WARNING" in line and f"process {late.pid} on" in line]


def test_a_worker_that_hangs_when_a_run_ends_is_not_waited_for_longer_than_its_lease(tmp_path: Path):
    with scheduler_and_workers({}, tmp_path) as cluster:
        crew = Crew(DaskSpec(scheduler=cluster.address, lease=1.0), None)  # type: ignore[arg-type]
        crew.connect()
        deadline = time.monotonic() + 30
        while len(crew.addresses()) < 2:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        hangs = cluster.workers[0]
        hangs.send_signal(signal.SIGSTOP)
        try:
            began = time.monotonic()
            crew.dismiss("R-1")
            assert 5.0 < time.monotonic() - began < 12.0
        finally:
            hangs.send_signal(signal.SIGCONT)
            crew.close()
