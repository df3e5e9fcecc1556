from __future__ import annotations

from j2o_core.pipeline.verification import new_mark


def test_two_looks_within_one_second_do_not_take_each_others_findings_for_their_own():
    assert len({new_mark() for _ in range(50)}) == 50
