"""Creates whose text names what is being created: they wait, and cost nothing while they do."""

from __future__ import annotations

import time

from j2o_core.ledger import effects

from .conftest import Bench


def test_who_waits_for_a_create_tries_nothing_before_that_has_ended(bench: Bench):
    bench.things(2)
    rows = {row.origin: row for row in bench.engine.effects.window(0, 0, effects.PLANNED, 0, 10)}
    loader, tried = bench.engine.loaders["things"], []
    create = loader.create

    def slowly(effect):
        if effect.origin.id == "1":
            time.sleep(0.3)
        else:
            tried.append(time.monotonic())
            bench.engine.under_way.wait(rows["2"], "things", "1")
        return create(effect)

    loader.create = slowly  # type: ignore[method-assign]
    bench.go()
    assert bench.target.calls == ["create T-1", "create T-2"]
    assert len(tried) == 2 and tried[1] - tried[0] > 0.2
    assert not bench.engine.under_way.keeps_waiting(rows["2"])
