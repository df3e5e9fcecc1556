from __future__ import annotations

from typing import Any

from j2o_core.http import Gate
from j2o_core.ledger.workers import Member
from j2o_core.model.limits import Limit
from j2o_core.pipeline.cluster.gates import Gates, directions
from j2o_core.pipeline.cluster.orders import GateOrder


def member(number: int, seen: int = 0, at: float = 100.0, **standing: Any) -> Member:
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


def test_refusals_of_the_others_are_counted_and_those_of_the_dead_are_not_forgotten():
    gates = Gates({"target": Gate("target")})
    made = order(gates, 1, member(1, refused=2), member(2, refused=3))
    assert directions(made, "1", 100.0).refused == 3
    made = order(gates, 2, member(1, refused=2))
    assert directions(made, "1", 100.0).refused == 3
