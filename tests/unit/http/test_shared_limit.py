"""Several processes under one adaptive limit, in virtual time: they report and are told twice a second."""

from __future__ import annotations

from typing import Any, Callable

import pytest

from j2o_core.http import adaptive
from j2o_core.http.adapting import Adapting, Seen
from j2o_core.http.retry_budget import FLOOR, RESERVE, RetryBudget, SharedBudget
from j2o_core.http.shared_limit import SharedLimit
from j2o_core.pipeline.cluster.shares import Shares, whole_shares
from j2o_core.testing.simulated_server import SECONDS, Server, Simulation, best_fixed

BEAT = 0.5


class Process:
    """One of them: its threads, and what it was told."""

    def __init__(self, threads: int) -> None:
        self.adapting = Adapting(adaptive.Bounds(threads), 0.0)
        self.threads, self.share = threads, 0.0
        self.under_way = self.refused = self.follows = self.waiting = 0
        self.report: Any = None


class Together(Simulation):
    """Processes of so many threads each send to one server."""

    def __init__(self, server: Server, processes: int = 4, threads: int = 16, courtesy: float = 1.0, seed: int = 1):
        super().__init__(server, workers=processes * threads, seed=seed)
        self.most_under_way: list[tuple[float, int]] = []
        self.limits: list[tuple[float, int]] = []
        self._processes = {number: Process(threads) for number in range(processes)}
        self._leader, self._shares = SharedLimit(courtesy), Shares()
        self._orders: tuple[int, dict[int, float], int, dict[str, float]] = (0, {}, 0, {})
        self._refusals = 0
        for number, process in self._processes.items():
            self._later(number * BEAT / processes, self._beat(number, process))
        self._later(0.05, self._lead)

    def _lead(self) -> None:
        reports = {number: process.report for number, process in self._processes.items() if process.report}
        number, places, _, _ = self._orders
        busy = {worker: float(report[1]) for worker, report in reports.items()}
        total = self._leader.look(
            {worker: report[0] for worker, report in reports.items()},
            places,
            sum(report[2] for report in reports.values()),
            int(sum(busy.values())),
            None,
            self._now,
        )
        wanted = {
            worker: float(many) for worker, many in whole_shares(total, list(reports), int(self._now / 10)).items()
        }
        granted = self._shares.grant(number + 1, total, wanted, {w: r[3] for w, r in reports.items()}, busy)
        self._orders = (number + 1, granted, self._leader.number, self._leader.slow())
        self.limits.append((self._now, total))
        self._later(self._now + BEAT, self._lead)

    def _beat(self, worker: int, process: Process) -> Callable[[], None]:
        def beat() -> None:
            process.report = (process.adapting.seen(), process.under_way, process.refused, process.follows)
            number, places, round_, slow = self._orders
            if worker in places:
                process.adapting.follow(round_, slow, self._now)
                process.share, process.follows = places[worker], number
            self._later(self._now + BEAT, beat)

        return beat

    def _send(self) -> None:
        for process in self._processes.values():
            allowed = process.adapting.allowed(process.share) if process.share else 0
            while process.under_way < min(allowed, process.threads - process.waiting):
                process.under_way += 1
                self.sent += 1
                name = self._chance.choices(self._names, self._weights)[0]
                self._arrive(name, self._answer(process, name, self._now))
            if allowed and process.under_way >= allowed:
                process.adapting.reached()
        self.most_under_way.append((self._now, sum(process.under_way for process in self._processes.values())))

    def _answer(self, process: Process, name: str, sent: float) -> Callable[[bool], None]:
        def back(done: bool) -> None:
            process.under_way -= 1
            if done:
                self.finished.append((self._now, SECONDS[name]))
                process.adapting.answered(name, self._now - sent, self._now)
                return
            self.refused += 1
            process.refused += 1
            process.adapting.refused(process.under_way, self._now)
            process.waiting += 1
            self._later(self._now + self._chance.uniform(0.0, 0.5), again)

        def again() -> None:
            process.waiting -= 1

        return back


@pytest.mark.parametrize(
    ("threads", "queue", "noise"), [(8, 4, 0.2), (12, 12, 0.2), pytest.param(24, 8, 0.2, marks=pytest.mark.long)]
)
def test_four_processes_find_the_capacity_together(threads: int, queue: int, noise: float) -> None:
    best = best_fixed(lambda limit: Simulation(Server(threads, queue, noise), fixed=limit), 40, [6, 8, 12, 16, 24, 32])
    run = Together(Server(threads, queue, noise)).run(150)
    assert run.work(30, 150) >= 0.95 * best
    assert run.refused_share < 0.01


def test_all_together_never_have_more_under_way_than_the_limit_allows() -> None:
    run = Together(Server(12, 12, 0.2)).run(60)
    for at, many in run.most_under_way:
        # what was allowed lately: a limit that falls is followed within two beats, and then requests have to end
        lately = [limit for when, limit in run.limits if at - 2 * BEAT - 4 * max(SECONDS.values()) <= when <= at]
        assert many <= max(lately, default=2), (at, many)


def test_a_server_that_loses_half_of_its_threads_gets_less_from_all() -> None:
    run = Together(Server(16, 8, 0.1))
    run.at(60, lambda server: setattr(server, "threads", 8))
    run.run(140)
    assert run.work(90, 140) >= 0.9 * 8
    assert run.refused_share < 0.01
    later = [limit for at, limit in run.limits if at > 90]
    assert sum(later) / len(later) < 8 + 8


@pytest.mark.parametrize(("refusals", "limit"), [((3, 3), 28), ((1, 1), 28), ((20, 8), 12)])
def test_a_burst_that_two_looks_find_is_one_cut_or_leaves_what_was_not_refused(
    refusals: tuple[int, int], limit: int
) -> None:
    leader = SharedLimit(1.0)
    now, allowed, refused = 0.0, 0, 0
    while allowed < 40:  # nothing waits: it doubles, up to what all have together
        allowed = leader.look({1: calm(leader, 20), 2: calm(leader, 20)}, {1: 20.0, 2: 20.0}, 0, allowed, None, now)
        now += BEAT
    for many, under_way in zip(refusals, (15, 4)):  # meanwhile the others end, and nobody sends: a pause was asked for
        refused += many
        allowed = leader.look({1: calm(leader, 20), 2: calm(leader, 20)}, {}, refused, under_way, None, now)
        now += BEAT
    assert allowed == limit


def calm(leader: SharedLimit, threads: int) -> Seen:
    return Seen(leader.number, {"POST items": (100, 20.0, 4.0)}, full=True, of=threads)


def test_more_processes_than_places_take_turns() -> None:
    run = Together(Server(2, 1, 0.1), processes=6, threads=4).run(60)
    assert run.work(20, 60) >= 0.85 * 2
    assert run.refused_share < 0.05  # one request more than it bears is half as many again


def test_operations_without_number_count_by_their_method_so_that_orders_stay_small() -> None:
    limit = SharedLimit(1.0)
    for beat in range(40):
        names = [f"GET files/{beat}-{number}.png" for number in range(100)]
        seen = Seen(limit.number, dict.fromkeys([*names, "POST items"], (8, 0.8, 0.08)), of=16)
        limit.look({1: seen}, {1: 2.0}, 0, 2, None, float(beat))
    assert limit.number == 40
    assert "POST items" in limit.slow() and "GET" in limit.slow()
    assert len(limit.slow()) <= 202


def test_one_budget_is_spent_where_it_is_needed_and_never_more_than_one() -> None:
    shared = SharedBudget(0.0, 0.0)
    budgets = {worker: RetryBudget(0.0, 0.0) for worker in range(4)}
    for beat in range(41):
        now = beat * BEAT
        seen = {worker: (0, budget.taken) for worker, budget in budgets.items()}
        granted, owing = shared.grant(seen, now)
        for worker, budget in budgets.items():
            budget.follow(granted[worker], owing)
        assert sum(granted.values()) <= RESERVE + FLOOR * now + 1e-9
        while budgets[2].wait(now, 60.0) == 0.0:
            pass
    assert RESERVE / 4 + FLOOR * 20 <= budgets[2].taken <= RESERVE + FLOOR * 20, (
        "one that fails gets what the others leave"
    )


def test_what_succeeds_anywhere_adds_to_the_budget_of_all() -> None:
    shared = SharedBudget(0.5, 0.0)
    shared.grant({1: (0, 0.0), 2: (0, 0.0)}, 0.0)
    granted, owing = shared.grant({1: (0, 60.0), 2: (80, 0.0)}, 0.0)
    assert granted[1] == RESERVE / 2 + 0.5 * 80
    assert owing == 1
