"""``j2o control`` over a ledger whose run goes, or does not."""

from __future__ import annotations

import json
import os
import threading
import time
from pathlib import Path
from typing import Any, Callable, Iterator

import pytest
from sqlalchemy import select

from j2o_core.ledger import control, runs, tables
from j2o_core.ledger.store import Ledger, open_ledger
from tests.ledgers import begin_run


@pytest.fixture()
def ledger() -> Iterator[Ledger]:
    """A ledger that this process holds, as a run does."""
    opened = open_ledger("sqlite:///acme.db", Path(os.environ["J2O_HOME"]))
    opened.lock()
    yield opened
    opened.close()


@pytest.fixture()
def run(ledger: Ledger) -> str:
    with ledger.engine.begin() as connection:
        return begin_run(connection, "openproject:x").id


def audit(ledger: Ledger) -> list[str]:
    with ledger.engine.connect() as connection:
        return [row.action for row in connection.execute(select(tables.audit.c.action).order_by(tables.audit.c.id))]


def test_a_command_that_the_run_takes_is_confirmed(j2o: Callable[..., Any], ledger: Ledger, run: str) -> None:
    def take() -> None:
        for _ in range(200):
            with ledger.engine.begin() as connection:
                for request in control.pending(connection, run):
                    control.take(connection, run, request)
                    return
            time.sleep(0.05)

    taker = threading.Thread(target=take)
    taker.start()
    called = j2o("control", "last", "throttle", "4")
    taker.join()
    assert (called.code, called.out) == (0, f"run {run}: throttle 4 taken\n")
    assert audit(ledger)[-1] == "control throttle"


def test_a_command_that_no_run_takes_is_withdrawn(j2o: Callable[..., Any], ledger: Ledger, run: str) -> None:
    called = j2o("control", run, "pause", "--wait", "0.2", "--json")
    assert called.code == 5
    assert json.loads(called.out) == {"run": run, "command": "pause", "number": None, "taken": False}
    assert f"run {run} has not taken it within 0.2 s: pause was withdrawn" in called.err
    with ledger.engine.connect() as connection:
        assert control.pending(connection, run) == []
    assert audit(ledger)[-1] == "control pause"


def test_a_run_that_ends_meanwhile_is_told(j2o: Callable[..., Any], ledger: Ledger, run: str) -> None:
    def end() -> None:
        asked = False
        while not asked:
            time.sleep(0.05)
            with ledger.engine.begin() as connection:
                asked = bool(control.pending(connection, run))
                if asked:
                    runs.change(connection, run, state=runs.FINISHED)

    ending = threading.Thread(target=end)
    ending.start()
    called = j2o("control", run, "pause", "--wait", "30")
    ending.join()
    assert (called.code, "has ended meanwhile" in called.err) == (5, True)


def test_a_run_that_does_not_run_is_refused(j2o: Callable[..., Any], ledger: Ledger, run: str) -> None:
    with ledger.engine.begin() as connection:
        runs.change(connection, run, state=runs.STOPPED)
    called = j2o("control", run, "stop")
    assert (called.code, "is stopped: there is nothing to stop" in called.err) == (5, True)


def test_continue_takes_back_what_would_hold_a_stopped_run(j2o: Callable[..., Any], ledger: Ledger, run: str) -> None:
    with ledger.engine.begin() as connection:
        control.ask(connection, run, control.PAUSE)
        for request in control.pending(connection, run):
            control.take(connection, run, request)
        runs.change(connection, run, state=runs.STOPPED)
    held = json.loads(j2o("status", "--json").out)["held"]
    assert [(one["command"], one["argument"]) for one in held] == [("pause", "")]
    assert f"told to pause by {held[0]['actor']}, until `continue`" in j2o("status").out
    called = j2o("control", run, "continue")
    assert (called.code, called.out) == (0, f"run {run} does not run: when it is carried on, nothing holds it\n")
    assert json.loads(j2o("status", "--json").out)["held"] == []
    assert j2o("control", run, "continue").code == 5
    assert audit(ledger)[-1] == "control continue"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("faster",), "expected pause, continue, throttle or stop"),
        (("throttle",), "throttle needs a number"),
        (("pause", "3"), "the others none"),
    ],
)
def test_a_wrong_command_is_explained(j2o: Callable[..., Any], arguments: tuple[str, ...], words: str) -> None:
    called = j2o("control", "last", *arguments)
    assert (called.code, words in called.err) == (2, True), called.err
