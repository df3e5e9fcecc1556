"""What is told of a run while it goes: the ledger's sums, and what the workers have in their hands."""

from __future__ import annotations

import threading
import time

from j2o_core.engine.context import InHand
from j2o_core.ledger import counts, effects, runs
from j2o_core.ledger.figures import figures
from j2o_core.model.outcome import InDoubt, ItemFailed, ItemSkipped
from j2o_core.observe.metrics.registry import Metrics
from j2o_core.pipeline.measuring import LedgerFigures, samples_of
from tests.unit.observe.test_metrics import series

from .conftest import Bench, thing


def test_the_figures_of_a_ledger_agree_with_each_other_and_with_the_counts_of_its_reports(bench: Bench):
    bench.target.before = {
        2: ItemFailed("no", code="http_403"),
        4: ItemFailed("no", code="http_422"),
        5: ItemSkipped("no", code="restricted"),
    }
    bench.things(7)
    bench.plan(thing(8, step=1), thing(1, kind=effects.UPDATE, step=1))
    planned = {"things": {"source": 9, "unchanged": 1}}
    bench.writer.submit(
        lambda connection: runs.change(connection, bench.run, stage=runs.APPLY, entities=planned),
    )
    bench.go()
    engine = bench.ledger.engine
    found = figures(engine, bench.run)
    assert found.entities == counts.entities(engine, bench.run)
    assert found.entities["things"] == {
        "source": 9,
        "created": 4,
        "updated": 0,
        "unchanged": 1,
        "skipped": 1,
        "failed": 2,
        "left": 2,
    }
    assert counts.add_up({**found.entities["things"], "source": 10})  # an update beside a create is made up here
    metrics = Metrics("1")
    metrics.add(lambda: samples_of(found))
    told = series(metrics)
    of_things = (("entity", "things"),)
    assert told[("j2o_source_records", of_things)] == 9
    for outcome, number in found.entities["things"].items():
        assert outcome == "source" or told[("j2o_records", (*of_things, ("outcome", outcome)))] == number
    errors = {labels: number for (name, labels), number in told.items() if name == "j2o_errors_total"}
    assert errors == {
        (*of_things, ("error_class", "permission"), ("outcome", "failed")): 1,
        (*of_things, ("error_class", "validation"), ("outcome", "failed")): 1,
        (*of_things, ("error_class", "permission"), ("outcome", "skipped")): 1,
    }
    ended = sum(number for (name, _), number in told.items() if name == "j2o_effects_total")
    left = sum(number for (name, _), number in told.items() if name == "j2o_effects_left")
    assert (ended, left) == (7, 2)


def test_the_ledger_is_asked_seldom_and_a_last_time_before_it_is_closed(bench: Bench):
    bench.writer.submit(
        lambda connection: runs.change(
            connection, bench.run, stage=runs.APPLY, entities={"things": {"source": 2, "unchanged": 0}}
        )
    )
    now = [0.0]
    told = LedgerFigures(bench.ledger.engine, bench.run, lambda: now[0])

    def left() -> float:
        return sum(sample.value for sample in told.samples() if sample.labels == ("things", "left"))

    bench.things(2)
    assert left() == 2
    bench.go()
    assert left() == 2  # what was found a moment ago
    now[0] = 10.0
    assert left() == 0
    told.close()
    bench.close()
    now[0] = 1000.0
    assert left() == 0
    bench.open()


def test_what_is_in_doubt_is_told_until_it_is_known(bench: Bench):
    bench.target.before[2] = InDoubt("the answer was lost")
    bench.things(3)
    seen: list[InHand] = []
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(0.01):
            seen.append(bench.engine.in_hand())

    looking = threading.Thread(target=look)
    looking.start()
    began = time.monotonic()
    bench.go()
    took = time.monotonic() - began
    ended.set()
    looking.join()
    assert bench.marks() == ["1", "2", "3"]
    assert {one.in_doubt for one in seen} <= {0, 1}
    assert sum(one.in_doubt for one in seen) * 0.01 <= took
    assert any(one.in_doubt and one.delayed for one in seen)
    assert bench.engine.in_hand() == InHand()
