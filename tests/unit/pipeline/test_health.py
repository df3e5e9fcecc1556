"""What supervisors are told: whether the process lives, and whether its run can do its work."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest
from sqlalchemy import create_engine

from j2o_core.hooks.protocols import Line
from j2o_core.http import Gate
from j2o_core.ledger.server import Unreachable
from j2o_core.ledger.store import open_ledger
from j2o_core.model.limits import BreakerBounds, Guard
from j2o_core.pipeline.health import Health, disk_lines, gate_lines, ledger_line, readyz

GB = 1000**3


def test_who_asks_is_told_that_the_process_lives() -> None:
    now = [100.0]
    health = Health("1.2", lambda: now[0])
    now[0] = 107.25
    assert health.healthz() == (200, {"status": "ok", "version": "1.2", "uptime_seconds": 7.25})


def test_not_ready_tells_every_reason_and_what_is_well_too() -> None:
    status, document = readyz(
        [
            ("", Line("disk", "error", "full", "Make room")),
            ("jira", Line("connection", "error", "does not answer")),
            ("openproject", Line("connection", "warn", "slow")),
        ]
    )
    assert status == 503 and not document["ready"] and document["status"] == "not ready"
    assert document["reasons"] == ["full", "jira: does not answer"]
    assert [check["status"] for check in document["checks"]] == ["error", "error", "warn"]
    assert document["checks"][0]["advice"] == "Make room"
    assert json.loads(json.dumps(document)) == document
    assert readyz([("", Line("disk", "warn", "nearly full"))])[0] == 200


def test_a_run_is_ready_from_its_beginning_to_its_end_and_that_is_told_afterwards(tmp_path: Path) -> None:
    health, gate = Health("1"), Gate("jira", breaker=BreakerBounds(failures=1, reset_after=60))
    assert health.readyz()[0] == 503
    assert health.readyz()[1]["reasons"] == ["the run has not begun yet"]
    ledger = open_ledger("sqlite:///ledger.db", tmp_path)
    failure = [""]
    guard = Guard(disk_free=0, disk_share=0.0)
    health.begun(ledger.engine, ledger.shown, lambda: failure[0], [tmp_path], guard, {"jira": gate})
    status, document = health.readyz()
    assert status == 200, document
    assert [check["check"] for check in document["checks"]] == ["ledger", "disk", "connection"]
    failure[0] = "the ledger cannot be written: disk full"
    assert health.readyz()[1]["reasons"] == failure
    failure[0] = ""
    gate.leave(gate.enter(writing=False), "GET /x", 0)
    assert health.readyz()[1]["reasons"] == ["jira: does not answer: the circuit breaker is open"]
    health.ended()
    ledger.close()
    assert health.readyz()[0] == 503


def test_a_ledger_that_is_none_any_more_is_told(tmp_path: Path) -> None:
    ledger = open_ledger("sqlite:///ledger.db", tmp_path)
    assert ledger_line(ledger.engine, ledger.shown).status == "ok"
    ledger.engine.dispose()
    for path in tmp_path.glob("ledger.db*"):
        path.unlink()
    found = ledger_line(ledger.engine, ledger.shown)
    assert found.status == "error" and str(tmp_path) in found.message
    ledger.close()


def test_a_server_of_the_ledger_that_is_away_is_a_reason_like_any_other() -> None:
    def away() -> Any:
        raise Unreachable("the ledger on db cannot be used: refused", exit_code=4)

    found = ledger_line(create_engine("sqlite://", creator=away), "db")
    assert (found.status, found.message) == ("error", "the ledger on db cannot be used: refused")


def test_who_asks_while_a_look_does_not_come_back_is_told_that(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("j2o_core.pipeline.health.PATIENCE", 0.01)
    health, looks, back = Health("1"), threading.Event(), threading.Event()

    def hangs() -> str:
        looks.set()
        back.wait(10)
        return "away"

    health.begun(create_engine("sqlite://"), "db", hangs, [], Guard(), {})
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(health.readyz)
        try:
            assert looks.wait(10)
            assert health.readyz()[1]["reasons"] == ["a look at it is under way, and has not come back yet"]
        finally:
            back.set()
        assert first.result()[1]["reasons"] == ["away"]


def test_requests_without_an_answer_and_holds_are_told_before_the_breaker_opens() -> None:
    gate = Gate("jira", breaker=BreakerBounds(failures=3, reset_after=60))
    assert [line.status for _, line in gate_lines({"jira": gate})] == ["ok"]
    gate.leave(gate.enter(writing=False), "GET /x", 0)
    gate.hold("operator", "paused by ann")
    gate.pause(9.0)
    told = [(name, line.status, line.message) for name, line in gate_lines({"jira": gate})]
    assert told[0] == ("jira", "warn", "1 requests in a row got no answer")
    assert told[1] == ("jira", "warn", "nothing is sent: paused by ann")
    assert told[2][2].startswith("the server asked to be left alone for ")


def test_a_system_that_does_not_answer_is_out_of_reach_before_its_breaker_opens_and_back_with_an_answer() -> None:
    gate = Gate("jira", breaker=BreakerBounds(failures=8, reset_after=60))
    ready = []
    for status in (0, 0, 0, 200):
        gate.leave(gate.enter(writing=False), "GET /x", status)
        ready.append(readyz(list(gate_lines({"jira": gate})))[0])
    assert ready == [200, 200, 503, 200]


def test_a_disk_that_is_full_is_a_reason(tmp_path: Path) -> None:
    lines = [("", line) for line in disk_lines([tmp_path], Guard(disk_free=10**18, disk_share=1.0))]
    status, document = readyz(lines)
    assert status == 503 and "shall stay free" in document["reasons"][0]


@pytest.mark.parametrize(("free", "status"), [(50 * GB, "ok"), (1.05 * GB, "warn"), (0.9 * GB, "error")])
def test_a_disk_is_judged_by_what_shall_stay_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: float, status: str
) -> None:
    def usage(folder: str) -> Any:
        return SimpleNamespace(free=int(free), total=100 * GB)

    monkeypatch.setattr(psutil, "disk_usage", usage)
    there, absent = tmp_path, tmp_path / "not" / "yet"
    found = list(disk_lines([there, absent], Guard(disk_free=GB, disk_share=1.0)))
    assert [line.status for line in found] == [status]  # one disk is told once
    assert bool(found[0].advice) == (status != "ok")
