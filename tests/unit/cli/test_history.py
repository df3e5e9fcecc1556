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
from j2o_core.ledger.listing import Listed, put
from j2o_core.ledger.store import open_ledger
from j2o_core.model.error_class import BECAUSE_MISSING
from j2o_core.reference import error_codes
from tests.ledgers import begin_run

ROW = {"entity": "users", "code": "J2O-M104", "place": "acme.yaml:41:7"}


@pytest.fixture()
def two_runs() -> tuple[str, str]:
    home = Path(os.environ["J2O_HOME"])
    ledger = open_ledger("sqlite:///acme.db", home)
    ids = []
    with ledger.engine.begin() as connection:
        for started in (1000.0, 2000.0):
            state = begin_run(connection, "openproject:x", versions={"j2o": "0.1.0"})
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
    assert f"j2o resume {first}" in line


def test_errors_lists_what_failed_and_on_request_what_was_skipped(
    j2o: Callable[..., Any], two_runs: tuple[str, str]
) -> None:
    failed = json.loads(j2o("errors", two_runs[1], "--json").out)
    assert [(row["key"], row["message"], row["place"]) for row in failed["items"]] == [
        ("fred", "refused", "acme.yaml:41:7")
    ]
    both = json.loads(j2o("errors", "last", "--skipped", "--json").out)
    assert [row["key"] for row in both["items"]] == ["fred", "mia"]
    listed = j2o("errors", "last", "--skipped", "--items").out
    assert "fred" in listed
    assert "mia" in listed


def _fail(run: str, *rows: Listed) -> None:
    ledger = open_ledger("sqlite:///acme.db", Path(os.environ["J2O_HOME"]))
    with ledger.engine.begin() as connection:
        put(connection, run, rows)
    ledger.close()


def test_errors_groups_by_root_cause_with_counts_samples_and_a_next_step(
    j2o: Callable[..., Any], two_runs: tuple[str, str]
) -> None:
    words = "POST http://op/api/v3/projects/{}/work_packages: 422 Status is not set to one of the allowed values."
    packages = [
        Listed("work_packages", str(n), f"A-{n}", "failed", "http_422", words.format(n), "acme.yaml:7:3", request="r1")
        for n in range(8)
    ]
    reason = BECAUSE_MISSING + packages[0].message
    comments = [Listed("comments", str(n), f"c{n}", "failed", "J2O-E010", reason) for n in range(3)]
    slow = Listed("watchers", "1", "w1", "failed", "no_answer", "no complete answer", error_class="timeout")
    _fail(two_runs[1], *comments, *packages, slow)
    causes = json.loads(j2o("errors", "last", "--json").out)["causes"]
    first = causes[0]
    assert (first["class"], first["code"], first["count"]) == ("validation", "http_422", 11)
    assert first["entities"] == {"work_packages": 8, "comments": 3}
    assert first["place"] == "acme.yaml:7:3"
    assert first["requests"] == ["r1"] * 5
    assert len(first["keys"]) == 5
    assert "--retry-failed" in first["next"]
    assert {cause["class"] for cause in causes} == {"validation", "timeout"}
    text = j2o("errors", "last").out
    assert "failed: 8 work_packages, 3 comments (validation, http_422)" in text
    assert "next step: " in text


@pytest.mark.parametrize("name", ["timeout", "Timeout"])
def test_errors_of_one_class(j2o: Callable[..., Any], two_runs: tuple[str, str], name: str) -> None:
    slow = Listed("watchers", "1", "w1", "failed", "no_answer", "no complete answer", error_class="timeout")
    _fail(two_runs[1], slow)
    found = json.loads(j2o("errors", "last", "--class", name, "--json").out)
    assert [row["key"] for row in found["items"]] == ["w1"]
    assert [cause["class"] for cause in found["causes"]] == ["timeout"]


def test_errors_are_told_though_a_code_is_explained_twice(
    j2o: Callable[..., Any], two_runs: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def twice(plugins: Any) -> Any:
        raise ValueError("explained in x and elsewhere: X-1")

    monkeypatch.setattr(error_codes, "error_codes", twice)
    (cause,) = json.loads(j2o("errors", two_runs[1], "--json").out)["causes"]
    assert cause["keys"] == ["fred"] and cause["next"], "its class says what to do"


def test_an_unknown_class_is_refused_with_those_there_are(j2o: Callable[..., Any], two_runs: tuple[str, str]) -> None:
    called = j2o("errors", "last", "--class", "weather")
    assert called.code == 2
    assert "missing reference" in called.err
    assert j2o("errors", "last", "--class", "rate-limit").code == 0


def test_rows_of_before_there_were_classes_have_that_of_their_code(
    j2o: Callable[..., Any], two_runs: tuple[str, str]
) -> None:
    assert json.loads(j2o("errors", "last", "--json").out)["items"][0]["class"] == "validation"


def test_errors_tells_why_the_whole_run_stopped(j2o: Callable[..., Any], two_runs: tuple[str, str]) -> None:
    ledger = open_ledger("sqlite:///acme.db", Path(os.environ["J2O_HOME"]))
    with ledger.engine.begin() as connection:
        values = {"state": "stopped", "stage": "apply", "exit_code": 3, "message": "GET /: 401", "code": "http_401"}
        ledger_runs.change(connection, two_runs[1], **values)
    ledger.close()
    stopped = json.loads(j2o("errors", "last", "--json").out)["stopped"]
    assert stopped["class"] == "authentication"
    assert "auth" in stopped["next"]
    assert "GET /: 401" in j2o("errors", "last").out


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
