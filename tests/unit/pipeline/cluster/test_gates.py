from __future__ import annotations

from typing import Any

from j2o_core.http import Gate
from j2o_core.http.retry_budget import FLOOR, RESERVE
from j2o_core.ledger.workers import Member
from j2o_core.model.limits import Limit
from j2o_core.pipeline.cluster.gates import Gates, directions
from j2o_core.pipeline.cluster.orders import GateOrder


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def member(number: int, seen: int = 0, at: float = 100.0, **standing: Any) -> Member:
    if "seen_" in standing:
        standing["seen"] = standing.pop("seen_")
    report = {"at": at, "gates": {"target": standing} if standing else {}}
    return Member(number, f"worker-{number}", "host", number, 10.0, seen, report)


def order(gates: Gates, number: int, *members: Member, now: float = 100.0) -> GateOrder:
    return GateOrder(**gates.order(number, members, now)["target"])


def test_a_pause_that_one_worker_was_asked_for_holds_for_all():
    made = order(Gates({"target": Gate("target")}), 1, member(1, pause=30.0, at=95.0), member(2))
    assert made.pause_until == 125.0
    assert directions(made, "2", now=105.0).pause == 20.0
    assert directions(made, "2", now=130.0).pause == 0.0


def test_one_workers_breaker_holds_the_others_and_they_follow_the_same_one():
    gates = Gates({"target": Gate("target")})
    made = order(gates, 1, member(1), member(2, broken=True), member(3))
    assert [directions(made, worker, 100.0).broken for worker in "123"] == [True, False, True]
    made = order(gates, 2, member(1, broken=True), member(2, broken=True), member(3))
    assert made.broken_by == 2  # still the one who asks
    made = order(gates, 3, member(1), member(2), member(3))
    assert made.broken_by is None


def test_the_breaker_of_a_dead_worker_holds_nobody():
    gates = Gates({"target": Gate("target")})
    order(gates, 1, member(1), member(2, broken=True))
    assert order(gates, 2, member(1)).broken_by is None


def test_a_stated_number_of_requests_is_shared():
    gates = Gates({"target": Gate("target", limit=Limit(parallel=6))})
    made = order(gates, 1, member(1), member(2))
    assert made.parallel == {"1": 3, "2": 3}
    assert directions(made, "1", 100.0).parallel == 3
    assert directions(made, "7", 100.0).parallel == 0  # came after these orders were made


def test_who_has_nothing_to_send_leaves_its_places_to_the_others():
    gates = Gates({"target": Gate("target", limit=Limit(parallel=6))})
    made = gates.order(1, [member(1), member(2), member(3)], 100.0, active=["worker-1", "worker-3"])["target"]
    assert made["parallel"] == {"1": 3, "2": 0, "3": 3}


def test_a_stated_rate_is_shared_and_who_has_no_share_yet_is_held():
    gates = Gates({"target": Gate("target", limit=Limit(rate=20.0))})
    made = order(gates, 1, member(1), member(2))
    assert directions(made, "1", 100.0).rate == 10.0
    assert directions(made, "7", 100.0).held


def test_without_a_stated_maximum_nobody_is_held():
    made = order(Gates({"target": Gate("target")}), 1, member(1), member(2))
    told = directions(made, "7", 100.0)
    assert told.parallel is None and told.rate is None and not told.held


def test_what_the_operator_throttles_and_holds_goes_for_all_workers_together():
    gate = Gate("target")
    gates = Gates({"target": gate})
    gate.throttle("operator", 2)
    assert order(gates, 1, member(1), member(2)).parallel == {"1": 1, "2": 1}
    gate.hold("operator", "paused by somebody")
    assert directions(order(gates, 2, member(1)), "1", 100.0).held == "paused by somebody"


def adaptive_gates() -> tuple[Gates, Clock]:
    clock = Clock()
    return Gates({"target": Gate("target", limit=Limit(adaptive=True, parallel=40))}, clock), clock


def seen(number: int, **times: list[float]) -> dict[str, Any]:
    return {"number": number, "times": times, "full": True, "of": 10}


def test_one_adaptive_limit_is_shared_and_moves_by_what_all_have_seen():
    gates, clock = adaptive_gates()
    made = order(gates, 1, member(1), member(2))
    assert made.parallel == {"1": 1, "2": 1}, "nobody sends as much as it likes before anything is known"
    allowed = []
    for number in range(2, 44):
        clock.now += 0.5
        half = {"POST items": [20, 4.0, 0.8]}
        told = seen(made.round or 0, **half)
        made = order(gates, number, *(member(one, seen=number - 1, seen_=told, under_way=1) for one in (1, 2)))
        allowed.append(sum((made.parallel or {}).values()))
    assert allowed[-1] > 8 and allowed == sorted(allowed), allowed
    clock.now += 5.0
    made = order(gates, 44, member(1, seen=43, refused=1, seen_=told), member(2, seen=43, seen_=told))
    after = sum((made.parallel or {}).values())
    assert after == int(0.7 * allowed[-1]), "a refusal that one has seen cuts what all have"
    clock.now += 5.0
    made = order(gates, 45, member(2, seen=44, seen_=told))
    assert sum((made.parallel or {}).values()) <= after, "and is neither forgotten nor counted twice when that one dies"


def test_what_was_seen_under_another_limit_is_not_counted():
    gates, clock = adaptive_gates()
    made = order(gates, 1, member(1), member(2))
    for number in range(2, 12):
        clock.now += 0.5
        old = seen((made.round or 0) - 1, **{"POST items": [60, 12.0, 2.4]})
        found = order(gates, number, member(1, seen=number - 1, seen_=old), member(2, seen=number - 1, seen_=old))
        assert found.round == made.round


def test_retries_come_out_of_one_budget():
    gates, clock = adaptive_gates()
    made = order(gates, 1, member(1), member(2))
    assert sum(made.retries.values()) == RESERVE
    clock.now += 10.0
    made = order(gates, 2, member(1, retried=60.0), member(2))
    assert directions(made, "1", 100.0).retries == RESERVE / 2 + 10.0 * FLOOR, "the whole rate goes to who needs it"
    assert directions(made, "1", 100.0).owing == 1
    assert directions(made, "7", 100.0).retries == 0.0


def test_two_names_of_one_host_are_led_as_one():
    gate = Gate("jira and target", limit=Limit(adaptive=True))
    assert set(Gates({"jira": gate, "target": gate}).order(1, [member(1)], 100.0)) == {"jira"}
