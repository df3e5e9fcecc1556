"""``j2o status``, ``runs``, ``errors`` and ``report``, over a ledger with two runs."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Callable

import pytest
from sqlalchemy import insert

from j2o_core.ledger import runs as ledger_runs
from j2o_core.ledger import tables
from j2o_core.ledger.store import open_ledger

ROW = {"entity": "users", "code": "J2O-M104", "place": "acme.yaml:41:7"}


@pytest.fixture()
def two_runs() -> tuple[str, str]:
    home = Path(os.environ["J2O_HOME"])
    ledger = open_ledger("sqlite:///acme.db", home)
    ids = []
    with ledger.engine.begin() as connection:
        target = ledger_runs.target_id(connection, "openproject:x")
        for started in (1000.0, 2000.0):
            state = ledger_runs.begin(
                connection,
                target,
                "acme",
                spec="acme",
                spec_digest="d",
                document={},
                origins={},
                environment=None,
                versions={"j2o": "0.1.0"},
                generation=1,
            )
            counts = {"users": {"source": 3, "unchanged": 1}}
            ledger_runs.change(connection, state.id, started=started, entities=counts)
            ids.append(state.id)
        ledger_runs.change(connection, ids[1], state="finished", stage="done", exit_code=1, finished=time.time())
        for key, outcome, message in (("fred", "failed", "refused"), ("mia", "skipped", "left out")):
            connection.execute(
                insert(tables.listed).values(run=ids[1], origin=key, key=key, outcome=outcome, message=message, **ROW)
            )
    ledger.close()
    return ids[0], ids[1]


def test_runs_come_newest_first(j2o: Callable[..., Any], two_runs: tuple[str, str]) -> None:
    assert [run["run"] for run in json.loads(j2o("runs", "--json").out)] == [two_runs[1], two_runs[0]]
    assert two_runs[0] in j2o("runs").out


def test_status_tells_the_newest_run_with_counts_that_add_up(
    j2o: Callable[..., Any], two_runs: tuple[str, str]
) -> None:
    document = json.loads(j2o("status", "--json").out)
    assert document["run"] == two_runs[1]
    counts = document["entities"]["users"]
    assert counts.pop("source") == sum(counts.values()) == 3
    assert "finished with failures" in j2o("status").out


def test_a_run_whose_process_died_is_interrupted_not_running(
    j2o: Callable[..., Any], two_runs: tuple[str, str]
) -> None:
    first = two_runs[0]
    lock = Path(os.environ["J2O_HOME"]) / "acme.db.lock"

    def shown() -> tuple[str, str]:
        states = {run["run"]: run["state"] for run in json.loads(j2o("runs", "--json").out)}
        return states[first], next(line for line in j2o("runs").out.splitlines() if line.startswith(first))

    lock.write_text(json.dumps({"pid": os.getpid(), "host": socket.gethostname()}), encoding="utf-8")
    assert shown()[0] == "running"
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    lock.write_text(json.dumps({"pid": gone.pid, "host": "elsewhere"}), encoding="utf-8")
    assert shown()[0] == "running"
    lock.write_text(json.dumps({"pid": gone.pid, "host": socket.gethostname()}), encoding="utf-8")
    state, line = shown()
    assert state == "interrupted"
    assert "the same command carries on" in line


def test_errors_lists_what_failed_and_on_request_what_was_skipped(
    j2o: Callable[..., Any], two_runs: tuple[str, str]
) -> None:
    failed = json.loads(j2o("errors", two_runs[1], "--json").out)
    assert [(row["key"], row["message"], row["place"]) for row in failed] == [("fred", "refused", "acme.yaml:41:7")]
    both = json.loads(j2o("errors", "last", "--skipped", "--json").out)
    assert [row["key"] for row in both] == ["fred", "mia"]


def test_report_writes_each_format_to_stdout_or_to_a_file(
    j2o: Callable[..., Any], two_runs: tuple[str, str], tmp_path: Path
) -> None:
    assert json.loads(j2o("report", "last", "--json").out)["run"]["run"] == two_runs[1]
    assert j2o("report", "last", "--format", "csv").out.startswith("kind,entity,key")
    called = j2o("report", two_runs[1], "-o", str(tmp_path / "out.html"))
    assert called.out == ""
    assert "refused" in (tmp_path / "out.html").read_text(encoding="utf-8")


def test_an_unknown_run_is_refused_with_the_latest_ones_named(
    j2o: Callable[..., Any], two_runs: tuple[str, str]
) -> None:
    called = j2o("errors", "nothing")
    assert called.code == 2
    assert two_runs[1] in called.err


def test_asking_where_nothing_ran_creates_nothing(j2o: Callable[..., Any]) -> None:
    assert j2o("runs", "--json").out == "[]\n"
    assert j2o("status").code == 0
    assert j2o("report", "last").code == 2
    assert not Path(os.environ["J2O_HOME"]).exists()


def test_a_database_of_others_in_the_home_is_left_alone(j2o: Callable[..., Any]) -> None:
    home = Path(os.environ["J2O_HOME"])
    home.mkdir()
    with sqlite3.connect(home / "other.db") as other:
        other.execute("CREATE TABLE run (id)")
    (home / "text.db").write_text("no database", encoding="utf-8")
    assert json.loads(j2o("runs", "--json").out) == []
    with sqlite3.connect(home / "other.db") as other:
        assert other.execute("SELECT count(*) FROM sqlite_master").fetchone() == (1,)
