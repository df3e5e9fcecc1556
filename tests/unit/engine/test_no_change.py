"""An update that the target holds already is not sent."""

from __future__ import annotations

from j2o_core.ledger import effects

from .conftest import Bench, thing


def test_what_the_target_holds_already_is_not_sent_again(bench: Bench):
    bench.things(1)
    bench.go()
    bench.plan(thing(1, effects.UPDATE, step=1, only=["name"]), thing(1, effects.SHAPE, step=2, only=["name"]))
    bench.go(1)
    bench.go(2)
    assert bench.target.calls == ["create T-1"]
    assert set(bench.states().values()) == {"done"}
    assert bench.observed.ended == [("T-1", "done"), ("T-1", "adopted"), ("T-1", "adopted")]
