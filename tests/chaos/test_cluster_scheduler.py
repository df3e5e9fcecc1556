"""The scheduler of a Dask cluster is killed, ended or hangs: the run waits for it, or has another one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from j2o_core.pipeline.cluster import crew as crews
from j2o_core.pipeline.cluster.crew import Crew, SchedulerGone
from j2o_core.spec.model import DaskSpec

from ..cluster import Case, lives, scheduler_and_workers
from ..postgres import Postgres
from ..running import Going, Sandbox, explained, sandbox

pytestmark = pytest.mark.long

SIZE = {"projects": 2, "issues": 30, "seed": 11, "latency_ms": 20}


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


def test_ctrl_c_while_a_scheduler_is_waited_for_lets_its_workers_finish_what_is_under_way(
    tmp_path: Path, server: Postgres
):
    with sandbox(state=str(tmp_path / "state"), **SIZE) as made:
        case, environment = beside_a_scheduler(made, server, tmp_path)
        with scheduler_and_workers(environment, tmp_path) as cluster:
            port = lead(case, tmp_path, cluster.address)
            going = case.writing()
            made.openproject.faults({"do": "delay", "seconds": 10, "method": "POST"})
            os.kill(cluster.scheduler.pid, signal.SIGKILL)
            assert going.reach_any(lambda event: "the run waits" in str(event.get("message"))), explained(going.end())
            going.signal(signal.SIGINT)
            ended = going.end()
            assert ended.exit_code == 4, explained(ended)
            in_doubt = case.server.execute("SELECT count(*) FROM effect WHERE state = 'sent'", case.database)[0][0]
            assert in_doubt == 0
        made.openproject.faults()
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


def test_a_scheduler_that_hangs_counts_as_gone_and_is_found_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(crews, "_ANSWER", 5.0)
    told: list[str] = []
    with scheduler_and_workers(dict(os.environ), tmp_path) as cluster:
        crew = Crew(DaskSpec(scheduler=cluster.address), None)  # type: ignore[arg-type]
        crew.connect()
        crew.addresses()
        os.kill(cluster.scheduler.pid, signal.SIGSTOP)
        with pytest.raises(SchedulerGone) as gone:
            crew.addresses()
        os.kill(cluster.scheduler.pid, signal.SIGCONT)
        crew.outlast(gone.value, lambda: None, told.append)
        crew.addresses()
        crew.close()
    assert "is back" in told[-1]


def beside_a_scheduler(made: Sandbox, server: Postgres, folder: Path, more: str = "") -> tuple[Case, dict[str, str]]:
    """A migration that is led to a scheduler, and the environment of its workers."""
    case = Case(made, server, folder, f"scheduler: SCHEDULER{more}")
    return case, {**case.migration.variables(), "J2O_HOME": str(folder / "elsewhere")}


def lead(case: Case, folder: Path, address: str) -> int:
    """Write the scheduler's address into the spec; its port."""
    spec = folder / "spec.yaml"
    spec.write_text(spec.read_text().replace("SCHEDULER", f"'{address}'"))
    return int(address.rpartition(":")[2])
