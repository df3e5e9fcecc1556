"""Gates of several processes before one host: each follows what the others found out."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from j2o_core.http import Gate
from j2o_core.http.retry_budget import FLOOR
from j2o_core.http.standing import Directions
from j2o_core.model.limits import BreakerBounds, Limit
from j2o_core.model.outcome import Held


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def stopped(gate: Gate) -> Gate:
    """A gate at which nobody waits: what would wait is held."""
    gate.stopping = lambda: True
    return gate


def test_a_pause_of_others_holds_here_and_a_shorter_one_never_ends_a_longer_one():
    clock = Clock()
    gate = stopped(Gate("target", clock=clock))
    gate.follow(Directions(pause=30.0))
    gate.follow(Directions(pause=1.0))
    clock.now = 29.0
    with pytest.raises(Held):
        gate.enter(writing=True)
    clock.now = 40.0
    gate.leave(gate.enter(writing=True), "create", 200)


def test_a_share_bounds_the_requests_under_way_and_none_lets_nothing_through():
    gate = stopped(Gate("target", limit=Limit(parallel=8)))
    gate.follow(Directions(parallel=1))
    passed = gate.enter(writing=True)
    with pytest.raises(Held):
        gate.enter(writing=True)
    gate.leave(passed, "create", 200)
    gate.follow(Directions(parallel=0))
    with pytest.raises(Held):
        gate.enter(writing=True)
    gate.follow(Directions(parallel=2))
    gate.enter(writing=True)


@pytest.mark.parametrize("before", [Directions(parallel=0), Directions(held="paused")], ids=["no share", "held"])
def test_a_write_that_waits_for_its_share_leaves_as_soon_as_there_is_one(before):
    gate = Gate("target", limit=Limit(parallel=8))
    gate.follow(before)
    with ThreadPoolExecutor(1) as pool:
        passed = pool.submit(gate.enter, writing=True)
        time.sleep(0.6)  # longer than one look
        gate.follow(Directions(parallel=1))
        gate.leave(passed.result(timeout=10), "create", 200)


def test_where_another_ones_breaker_is_open_nothing_is_sent_until_it_closes():
    gate = stopped(Gate("target", breaker=BreakerBounds(failures=1)))
    gate.follow(Directions(broken=True))
    with pytest.raises(Held):
        gate.enter(writing=True)
    gate.follow(Directions())
    gate.enter(writing=True)


def test_a_share_of_the_rate_spreads_requests_further():
    clock = Clock()
    gate = stopped(Gate("target", limit=Limit(rate=10.0), clock=clock))
    gate.follow(Directions(rate=2.0))
    gate.enter(writing=True)
    clock.now = 0.2
    with pytest.raises(Held):
        gate.enter(writing=True)
    clock.now = 0.5
    gate.enter(writing=True)


def test_an_adaptive_limit_that_is_led_from_elsewhere_is_the_share_and_a_refusal_here_cuts_it_at_once():
    gate = stopped(Gate("target", limit=Limit(adaptive=True), workers=16))
    gate.follow(Directions(parallel=10, round=3))
    passed = [gate.enter(writing=True) for _ in range(10)]
    with pytest.raises(Held):
        gate.enter(writing=True)
    gate.leave(passed.pop(), "POST items", 429)
    assert gate.figures().allowed == 7
    gate.follow(Directions(parallel=10, round=3))
    assert gate.figures().allowed == 7, "whoever leads has not heard of it yet"
    gate.follow(Directions(parallel=8, round=4))
    assert gate.figures().allowed == 8


def test_what_answers_took_is_told_by_round_and_a_straggler_counts_as_slow_as_one_may():
    clock = Clock()
    gate = stopped(Gate("target", limit=Limit(adaptive=True), workers=16, clock=clock))

    def answered(seconds: float) -> None:
        passed = gate.enter(writing=True)
        clock.now += seconds
        gate.leave(passed, "POST items", 201)

    gate.follow(Directions(parallel=10, round=1))
    answered(0.25)
    gate.follow(Directions(parallel=10, round=2, slow={"POST items": 0.5}))
    answered(0.25)
    answered(90.0)
    seen = gate.standing().seen
    assert seen is not None
    assert (seen.number, seen.times, seen.full) == (2, {"POST items": (2, 0.75, 0.3125)}, False)


def test_retries_wait_for_what_was_granted_here():
    gate = Gate("target")
    gate.follow(Directions(retries=2.0, owing=2))
    assert [gate.retry_wait(60.0) for _ in range(4)] == [0.0, 0.0, 2 / FLOOR, 4 / FLOOR]
    assert [gate.retry_wait(3.0) for _ in range(50)][-1] == 3.0
    assert gate.standing().retried < 10
    gate.follow(Directions(retries=20.0, owing=0))
    assert gate.retry_wait(60.0) == 0.0


def test_no_write_passes_where_the_lease_is_over_and_reads_do():
    gate = stopped(Gate("target"))
    gate.may_write = lambda: False
    with pytest.raises(Held):
        gate.enter(writing=True)
    gate.enter(writing=False)


def test_a_gate_tells_what_others_have_to_know():
    clock = Clock()
    gate = Gate("target", breaker=BreakerBounds(failures=1), clock=clock)
    first, second = gate.enter(writing=True), gate.enter(writing=True)
    gate.pause(30.0)
    clock.now = 10.0
    gate.leave(first, "create", 429)
    assert (gate.standing().under_way, gate.standing().refused, gate.standing().pause) == (1, 1, 20.0)
    assert not gate.standing().broken
    gate.leave(second, "create", 0)
    assert gate.standing().broken
    clock.now = 50.0  # open for 30 s, and nobody here has anything to send
    assert not gate.standing().broken
