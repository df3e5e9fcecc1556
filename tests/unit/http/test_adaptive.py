"""The adaptive limit in virtual time, against a simulated server with a knee."""

from __future__ import annotations

from typing import Any

import pytest

from j2o_core.http import adaptive
from j2o_core.testing.simulated_server import MIXTURE, Server, Simulation, best_fixed

ONE = {"POST items": 1}
SWEEP = (2, 4, 6, 8, 12, 16, 24)


def simulated(server: Server, **options: Any) -> Simulation:
    return Simulation(server, bounds=adaptive.Bounds(64, options.pop("courtesy", 1.0)), **options)


@pytest.mark.parametrize("threads", [1, 4, 24])
@pytest.mark.parametrize("operations", [ONE, MIXTURE], ids=["one operation", "mixed"])
def test_it_finds_the_knee_from_below(threads: int, operations: dict[str, int]) -> None:
    run = simulated(Server(threads, noise=0.2), operations=operations).run(90)
    assert run.work(30, 90) >= 0.95 * threads
    assert run.refused == 0


@pytest.mark.parametrize("queue", [0, 4, 8])
def test_it_finds_the_knee_from_above(queue: int) -> None:
    # From 64 at once the server falls back to a capacity of four, and refuses what does not fit into its queue.
    run = simulated(Server(48, queue=queue, noise=0.2))
    run.at(40, lambda server: setattr(server, "threads", 4))
    run.run(120)
    assert run.work(60, 120) >= 0.9 * 4
    assert run.refused_share < 0.01


@pytest.mark.parametrize("noise", [0.1, 0.3])
@pytest.mark.parametrize(("threads", "queue"), [(4, 3), (8, 4), (16, float("inf"))])
def test_it_reaches_the_best_fixed_limit_and_is_hardly_ever_refused(noise: float, threads: int, queue: float) -> None:
    best = best_fixed(lambda limit: Simulation(Server(threads, queue, noise), fixed=limit), 40, SWEEP)
    run = simulated(Server(threads, queue, noise)).run(200)
    assert run.work(0, 200) >= 0.95 * best  # its own start included
    assert run.refused_share < 0.01


def test_where_waiting_requests_slow_the_others_down_it_stays_below() -> None:
    def server() -> Server:
        return Server(8, noise=0.1, contention=0.03)

    best = best_fixed(lambda limit: Simulation(server(), fixed=limit), 40, SWEEP)
    assert simulated(server()).run(120).work(0, 120) >= 0.95 * best
    assert Simulation(server(), fixed=64).run(60).work(0, 60) < 0.7 * best  # it matters


@pytest.mark.parametrize("noise", [0.0, 0.2])
@pytest.mark.parametrize("factor", [0.5, 2.0])
def test_it_follows_when_capacity_halves_or_doubles(factor: float, noise: float) -> None:
    run = simulated(Server(12, queue=6, noise=noise))
    run.at(100, lambda server: setattr(server, "threads", int(12 * factor)))
    run.run(200)
    assert run.work(140, 200) >= 0.93 * 12 * factor
    assert run.refused_share < 0.01


@pytest.mark.parametrize("speed", [0.5, 2.0])
def test_a_server_that_becomes_slower_or_faster_is_not_taken_for_one_with_a_queue(speed: float) -> None:
    run = simulated(Server(8, noise=0.1))
    run.at(100, lambda server: setattr(server, "speed", speed))
    run.run(180)
    assert run.work(130, 180) >= 0.95 * 8 * speed


def test_operations_of_different_length_do_not_look_like_a_queue() -> None:
    """What pooling the times of all operations would do: quick ones set the baseline, slow ones seem to wait."""
    pooled = Simulation(Server(24), bounds=adaptive.Bounds(64))
    learn = pooled._learn
    pooled._learn = lambda name, seconds: learn("all", seconds)  # type: ignore[method-assign]
    apart = simulated(Server(24))
    assert apart.run(120).work(20, 120) >= 0.97 * 24
    assert apart.work(20, 120) > pooled.run(120).work(20, 120)


def test_the_courteous_share_leaves_room_for_others() -> None:
    greedy = Simulation(Server(8, noise=0.1), fixed=64, others=2).run(120)
    courteous = simulated(Server(8, noise=0.1), others=2, courtesy=0.7).run(120)
    mean_wait = sum(courteous.waited_by_others) / len(courteous.waited_by_others)
    assert mean_wait < 1.25 * 0.2
    assert sum(greedy.waited_by_others) / len(greedy.waited_by_others) > 5 * mean_wait
    assert courteous.work(30, 120) >= 0.6 * (8 - 2)


def test_courtesy_is_a_share_of_the_capacity() -> None:
    run = simulated(Server(20), courtesy=0.7).run(120)
    assert 0.65 * 20 <= run.work(40, 120) <= 0.8 * 20


def test_it_never_allows_more_than_the_stated_maximum() -> None:
    run = Simulation(Server(32), bounds=adaptive.Bounds(5), operations=ONE).run(30)
    assert run.work(10, 30) == pytest.approx(5, rel=0.02)


def test_it_is_cut_at_most_once_a_second() -> None:
    bounds = adaptive.Bounds(64)
    state = adaptive.State(knee=40.0)
    cut = adaptive.refused(state, bounds, 39, 10.0)
    assert adaptive.allowed(cut, bounds) == 28
    assert adaptive.allowed(adaptive.refused(cut, bounds, 30, 10.9), bounds) == 28
    assert adaptive.allowed(adaptive.refused(cut, bounds, 27, 11.1), bounds) == 19


def test_refusals_of_one_burst_are_one_cut_though_the_others_end_meanwhile() -> None:
    bounds = adaptive.Bounds(64)
    state = adaptive.refused(adaptive.State(knee=40.0), bounds, 39, 10.0)
    for later, others in enumerate((20, 8, 2), start=1):  # nobody sends while the server asks for a pause
        state = adaptive.refused(state, bounds, others, 10.0 + 0.3 * later)
        assert adaptive.allowed(state, bounds) == 28


def test_what_is_left_of_a_burst_is_what_the_server_bears() -> None:
    bounds = adaptive.Bounds(64)
    state = adaptive.State(knee=40.0)
    for others in range(39, 9, -1):
        state = adaptive.refused(state, bounds, others, 10.0)
    assert adaptive.allowed(state, bounds) == 10


def test_what_was_refused_is_not_tried_again_at_once() -> None:
    bounds = adaptive.Bounds(64)
    state = adaptive.refused(adaptive.State(knee=20.0), bounds, 19, 0.0)
    for second in range(1, 15):
        calm = adaptive.Round({"POST items": (40, 8.0, 1.6)}, full=True)
        state = adaptive.step(state, bounds, calm, float(second))
        assert adaptive.allowed(state, bounds) < 20
    for second in range(15, 120):
        state = adaptive.step(state, bounds, adaptive.Round({"POST items": (40, 8.0, 1.6)}, full=True), float(second))
    assert adaptive.allowed(state, bounds) > 20


def test_idle_workers_do_not_raise_the_limit() -> None:
    bounds = adaptive.Bounds(64)
    state = adaptive.State(knee=6.0, starting=False, rounds=5)
    for second in range(30):
        seen = adaptive.Round({"POST items": (40, 8.0, 1.6)}, full=False)
        state = adaptive.step(state, bounds, seen, float(second))
    assert state.knee == 6.0
