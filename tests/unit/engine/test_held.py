"""Writes that are held back, that wait for the budget, and whose class of error has bounds of its own."""

from __future__ import annotations

import dataclasses
import threading
import time

import pytest
from sqlalchemy import select

from j2o_core.engine import attempt
from j2o_core.engine.dispatch import Stopped
from j2o_core.ledger import effects, tables
from j2o_core.model.outcome import Conflict, Fatal, Held, NotSent, Retriable
from j2o_core.spec.model import WaitSpec

from .conftest import Bench, thing


def test_being_held_is_no_attempt(bench: Bench) -> None:
    bench.connect(attempts=2)
    bench.target.before.update({number: Held("paused", not_before=0.001) for number in range(1, 12)})
    bench.things(1)
    bench.go()
    assert bench.marks() == ["1"]
    assert bench.target.writes == 12


def test_an_open_breaker_is_an_attempt_that_comes_back_no_sooner_than_it_says(bench: Bench) -> None:
    bench.connect(attempts=2)
    bench.target.before[1] = NotSent("left alone", not_before=0.3, code="breaker")
    bench.things(1)
    began = time.monotonic()
    bench.go()
    assert time.monotonic() - began >= 0.3
    bench.target.before.update({3: NotSent("left alone", not_before=0.0), 4: NotSent("left alone", not_before=0.0)})
    bench.plan(thing(2, step=1))
    with pytest.raises(Fatal) as caught:
        bench.go(1)
    assert caught.value.exit_code == 3


def test_a_held_write_of_a_run_that_is_stopped_was_never_sent(bench: Bench) -> None:
    bench.target.before.update({number: Held("paused", not_before=0.05) for number in range(1, 500)})
    bench.things(6)
    threading.Timer(0.3, bench.engine.stop.set).start()
    with pytest.raises(Stopped):
        bench.go()
    assert set(bench.states().values()) == {effects.PLANNED}


def test_a_write_that_turns_out_to_be_held_while_the_run_is_being_stopped_was_never_sent(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def held(self: attempt.Attempt, task: object) -> float:
        bench.engine.stop.set()
        time.sleep(1.0)  # the queue is closed meanwhile
        return time.monotonic() + 1.0

    monkeypatch.setattr(attempt.Attempt, "__call__", held)
    bench.things(3)
    with pytest.raises(Stopped):
        bench.go()
    assert set(bench.states().values()) == {effects.PLANNED}


def test_the_ledger_is_told_anew_of_a_write_that_leaves_long_after_it_was_marked(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempt, "STALE", 0.2)
    bench.target.before[1] = Held("paused", not_before=0.5)
    bench.things(1)
    began = time.time()
    bench.go()
    with bench.ledger.engine.connect() as connection:
        sent = connection.execute(select(tables.effect.c.sent)).scalar_one()
    assert sent - began >= 0.4  # a crash now would count its settle time from here


def test_a_class_of_errors_has_attempts_and_waits_of_its_own(bench: Bench) -> None:
    bench.connect(attempts=2)
    waits = dataclasses.replace(bench.engine.waits, classes={"conflict": WaitSpec(6, 0.0, 0.0)})
    bench.engine.waits = waits
    bench.target.before.update({number: Conflict("stale", code="http_409") for number in range(1, 6)})
    bench.things(1)
    bench.go()
    assert (bench.target.writes, bench.states()) == (6, {"T-1": effects.DONE})


def test_a_retry_waits_for_the_budget_and_what_was_not_sent_does_not(bench: Bench) -> None:
    asked: list[float] = []

    def budget(longest: float) -> float:
        asked.append(longest)
        return 0.3

    bench.engine.waits = dataclasses.replace(bench.engine.waits, budget=budget)
    bench.target.before.update({1: NotSent("refused"), 2: Retriable("busy")})
    bench.things(1)
    began = time.monotonic()
    bench.go()
    assert time.monotonic() - began >= 0.3
    assert asked == [0.01]
