"""What holds one request holds those of all workers."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Callable, Optional

import pytest

from j2o_core.http import ReadBounds
from j2o_core.http import gate as gates
from j2o_core.http.gate import Gate
from j2o_core.http.retry_budget import FLOOR, RESERVE, RetryBudget
from j2o_core.model.limits import BreakerBounds, Limit
from j2o_core.model.outcome import Held, NotSent, Retriable


def begin(*calls: Callable[[], Any]) -> list[threading.Thread]:
    threads = [threading.Thread(target=call, daemon=True) for call in calls]
    for thread in threads:
        thread.start()
    return threads


def busiest(ask: Callable[[], Any], workers: int, times: int) -> None:
    with ThreadPoolExecutor(workers) as pool:
        for future in [pool.submit(ask) for _ in range(times)]:
            future.result()


class Watched:
    """Counts the requests that are under way at the same time."""

    def __init__(self, seconds: float) -> None:
        self.most = self.now = 0
        self._seconds = seconds
        self._lock = threading.Lock()

    def through(self, passing: Gate) -> None:
        passed = passing.enter(writing=False)
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)
        time.sleep(self._seconds)
        with self._lock:
            self.now -= 1
        passing.leave(passed, "GET x", 200)


def test_no_more_requests_than_stated_are_under_way() -> None:
    passing, watched = Gate("op", limit=Limit(parallel=3)), Watched(0.005)
    busiest(lambda: watched.through(passing), 12, 60)
    assert watched.most == 3


def test_a_throttle_holds_from_now_on_and_is_taken_back() -> None:
    passing, watched = Gate("op"), Watched(0.005)
    passing.throttle("operator", 2)
    passing.throttle("guard", 4)
    busiest(lambda: watched.through(passing), 8, 40)
    assert watched.most == 2
    passing.throttle("operator", None)
    watched.most = 0
    busiest(lambda: watched.through(passing), 8, 40)
    assert watched.most == 4


def test_a_stated_rate_is_kept_by_all_workers_together() -> None:
    passing, left = Gate("jira", limit=Limit(rate=50.0)), []

    def ask() -> None:
        passed = passing.enter(writing=False)
        left.append(time.monotonic())
        passing.leave(passed, "GET x", 200)

    busiest(ask, 8, 30)
    left.sort()
    assert left[-1] - left[0] >= 29 / 50 - 0.03
    assert max(sum(begin <= at < begin + 0.2 for at in left) for begin in left) <= 12


def test_a_hold_ends_when_it_is_released_and_not_before() -> None:
    passing, done = Gate("op"), []
    passing.hold("operator", "paused")
    threads = begin(lambda: done.append(passing.enter(writing=False)))
    time.sleep(0.1)
    assert not done
    passing.release("operator")
    threads[0].join(2)
    assert done


def test_a_write_does_not_wait_for_ever_but_goes_back_into_its_queue() -> None:
    passing = Gate("op")
    passing.hold("schedule", "outside of its hours")
    with pytest.raises(Held, match="op: outside of its hours"):
        passing.enter(writing=True)


def test_who_waits_while_the_run_is_being_stopped_is_let_go() -> None:
    passing, stop, seen = Gate("op"), threading.Event(), []
    passing.stopping = stop.is_set
    passing.hold("operator", "paused")

    def read() -> None:
        try:
            passing.enter(writing=False)
        except Held as outcome:
            seen.append(outcome)

    threads = begin(read)
    time.sleep(0.05)
    stop.set()
    threads[0].join(2)
    assert seen
    passing.release("operator")
    passing.leave(passing.enter(writing=True), "POST x", 201)  # what is on its way may be finished


def test_an_open_breaker_lets_nothing_through_and_one_probe_closes_it(server, connect, say) -> None:
    server.answers = [say.bytes(reset=True)]
    http = connect(server.url, breaker=BreakerBounds(2, 0.4))
    told: list[Any] = []
    http.gate.listen(told.append)
    for _ in range(2):
        with pytest.raises(Retriable):
            http.get("/x", attempts=1)
    with pytest.raises(NotSent) as caught:
        http.send("POST", "/x", json={})
    assert caught.value.code == "breaker"
    assert caught.value.not_before == pytest.approx(0.4, abs=0.1)
    assert len(server.asked) == 2
    server.answers = [say.json({"ok": 1})]
    assert http.get_json("/x") == {"ok": 1}  # waits, probes
    assert [event["state"] for event in told] == ["open", "closed"]
    assert http.gate.figures().breaker == "closed"


def test_a_refusal_is_an_answer_and_opens_no_breaker(server, connect, say) -> None:
    server.answers = [say.json({"message": "busy"}, 429), say.json({"message": "broken"}, 500)]
    http = connect(server.url, breaker=BreakerBounds(2, 30.0))
    for _ in range(6):
        with pytest.raises(Retriable):
            http.get("/x", attempts=1)
    assert len(server.asked) == 6


def test_of_many_workers_only_one_probes(server, connect, say) -> None:
    server.answers = [say.bytes(reset=True)]
    http = connect(server.url, breaker=BreakerBounds(1, 0.3))
    with pytest.raises(Retriable):
        http.get("/x", attempts=1)
    server.answers = [say.json({}, 200)]
    server.answers[0].delay = 0.3
    time.sleep(0.35)
    ended: list[Optional[str]] = []

    def ask() -> None:
        try:
            http.get("/x", attempts=1)
            ended.append(None)
        except NotSent as outcome:
            ended.append(outcome.code)

    for thread in begin(*[ask] * 8):
        thread.join(5)
    assert sorted(ended, key=str) == [None, *["breaker"] * 7]
    assert len(server.asked) == 2


def test_a_rate_limit_header_pauses_every_worker(server, connect, say) -> None:
    server.answers = [say.json({"message": "slow down"}, 429, RateLimit_Reset="1"), say.json({})]
    http = connect(server.url)
    told: list[Any] = []
    http.gate.listen(told.append)
    with pytest.raises(Retriable):
        http.get("/first", attempts=1)
    began = time.monotonic()
    http.get("/second")
    assert time.monotonic() - began >= 0.9
    assert [(event["event"], event["seconds"]) for event in told] == [("pause", 1.0)]


def test_rate_limit_headers_of_a_success_mean_nothing(server, connect, say) -> None:
    server.answers = [say.json({}, 200, X_RateLimit_Remaining="0", RateLimit_Reset="60", Retry_After="60")]
    http = connect(server.url)
    began = time.monotonic()
    for _ in range(3):
        http.get("/x")
    assert time.monotonic() - began < 10


def test_a_stream_gives_its_place_back_once_the_bytes_begin(server, connect, say) -> None:
    server.answers = [say.json({"ok": 1})]
    http = connect(server.url, limit=Limit(parallel=1))
    with http.stream("/file") as answer:
        assert http.get_json("/x") == {"ok": 1}
        assert answer.complete().body


def test_a_storm_does_not_multiply_the_load(server, connect, say) -> None:
    server.answers = [say.json({"message": "broken"}, 500)]
    http = connect(server.url, retry=ReadBounds(attempts=9, initial=0.0, maximum=0.2), retry_share=0.1)

    def ask() -> None:
        with pytest.raises(Retriable):
            http.get("/x")

    began = time.monotonic()
    busiest(ask, 4, 4)
    took = time.monotonic() - began
    assert len(server.asked) == 4 * 9  # all attempts are made, but slowly once the reserve is used up
    assert took >= 0.2


def test_the_budget_is_a_share_of_what_succeeds_and_a_small_rate() -> None:
    budget = RetryBudget(0.2, 0.0)
    assert [budget.wait(0.0, 60.0) for _ in range(int(RESERVE))] == [0.0] * int(RESERVE)
    assert budget.wait(0.0, 60.0) == 1.0 / FLOOR
    assert budget.wait(0.0, 60.0) == 2.0 / FLOOR
    for _ in range(16):
        budget.succeeded()
    assert budget.wait(0.0, 60.0) == 0.0
    assert [budget.wait(0.0, 3.0) for _ in range(50)][-1] == 3.0


def test_the_adaptive_limit_follows_the_answers() -> None:
    server, stop = ThreadPoolExecutor(4), threading.Event()  # it works on four at once, in the order of arrival
    passing = Gate("op", limit=Limit(adaptive=True), workers=32)

    def ask() -> None:
        while not stop.is_set():
            passed = passing.enter(writing=False)
            server.submit(time.sleep, 0.02).result()
            passing.leave(passed, "GET x", 200)

    threads = begin(*[ask] * 32)
    time.sleep(5)
    found = passing.figures().allowed
    stop.set()
    for thread in threads:
        thread.join(5)
    assert found is not None
    assert 3 <= found <= 12


def test_a_write_waits_for_a_place_as_long_as_for_anything_else() -> None:
    gate = Gate("target", limit=Limit(parallel=1))
    first = gate.enter(writing=True)
    passed: list[Any] = []
    waiting = threading.Thread(target=lambda: passed.append(gate.enter(writing=True)))
    waiting.start()
    waiting.join(4 * gates._GLANCE)  # others have the only place for longer than between two looks
    assert waiting.is_alive()
    gate.leave(first, "POST /things", 201)
    waiting.join(10)
    assert len(passed) == 1


def test_who_got_no_place_for_long_comes_back_for_one_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gates, "PATIENCE", 0.6)
    gate = Gate("target", limit=Limit(parallel=1))
    gate.enter(writing=True)
    with pytest.raises(Held) as caught:
        gate.enter(writing=True)
    assert caught.value.not_before is not None
    assert caught.value.not_before <= gates._GLANCE
