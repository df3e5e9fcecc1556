from __future__ import annotations

from j2o_core.http.breaker import CLOSED, HALF_OPEN, OPEN, Breaker
from j2o_core.model.limits import BreakerBounds


def opened(reset_after: float = 30.0) -> Breaker:
    breaker = Breaker(BreakerBounds(3, reset_after))
    for _ in range(3):
        breaker.note(False, breaker.admit(0.0), 0.0)
    return breaker


def test_it_opens_after_so_many_failures_in_a_row_and_no_others() -> None:
    breaker = Breaker(BreakerBounds(3, 30.0))
    for answered in (False, False, True, False, False):
        assert breaker.note(answered, False, 0.0) is None
    assert (breaker.state, breaker.left(0.0)) == (CLOSED, 0.0)
    assert breaker.note(False, False, 0.0) == OPEN
    assert breaker.left(10.0) == 20.0


def test_after_its_time_one_request_probes_and_the_others_wait() -> None:
    breaker = opened()
    assert breaker.left(29.0) == 1.0
    assert breaker.left(31.0) == 0.0
    assert breaker.admit(31.0) is True
    assert breaker.state == HALF_OPEN
    assert breaker.left(31.0) == 30.0
    assert breaker.left(100.0) == 1.0  # the probe takes its time


def test_an_answer_to_the_probe_closes_it() -> None:
    breaker = opened()
    assert breaker.note(True, breaker.admit(31.0), 32.0) == CLOSED
    assert breaker.left(32.0) == 0.0
    assert breaker.admit(32.0) is False


def test_a_probe_without_an_answer_opens_it_again_for_the_whole_time() -> None:
    breaker = opened()
    assert breaker.note(False, breaker.admit(31.0), 41.0) == OPEN
    assert breaker.left(41.0) == 30.0


def test_what_left_before_it_opened_decides_nothing() -> None:
    breaker = opened()
    assert breaker.note(True, False, 1.0) is None
    assert breaker.note(False, False, 1.0) is None
    assert (breaker.state, breaker.left(1.0)) == (OPEN, 29.0)
