"""How often an effect was tried, as the ledger tells it: a refusal is an answer, and so an attempt."""

from __future__ import annotations

from sqlalchemy import select

from j2o_core.ledger import effects, tables
from j2o_core.model.outcome import InDoubt, ItemFailed, ItemSkipped, Retriable

from .conftest import Bench, thing

REFUSED = {"status": 422}


def attempts(bench: Bench) -> dict[str, tuple[str, int]]:
    with bench.ledger.engine.connect() as connection:
        rows = connection.execute(select(tables.effect.c.key, tables.effect.c.state, tables.effect.c.attempts))
        return {key: (state, number) for key, state, number in rows}


def test_a_refused_create_was_tried_once_and_one_that_could_not_be_sent_never(bench: Bench):
    bench.connect(workers=1)
    bench.target.before.update(
        {
            1: ItemFailed("refused", detail=REFUSED),
            2: ItemSkipped("there is one", detail=REFUSED),
            3: ItemFailed("it has no name"),
        }
    )
    bench.things(4)
    bench.go()
    assert attempts(bench) == {
        "T-1": (effects.FAILED, 1),
        "T-2": (effects.SKIPPED, 1),
        "T-3": (effects.FAILED, 0),
        "T-4": (effects.DONE, 1),
    }


def test_attempts_before_the_refusal_count_too(bench: Bench):
    bench.target.before.update(
        {1: Retriable("busy", detail={"status": 429}), 2: InDoubt("reset"), 3: ItemFailed("refused", detail=REFUSED)}
    )
    bench.things(1)
    bench.go()
    assert attempts(bench) == {"T-1": (effects.FAILED, 3)}


def test_a_file_was_tried_where_it_was_sent_whatever_becomes_of_its_parent(bench: Bench):
    bench.connect(workers=1)
    bench.target.before.update({2: ItemFailed("refused", detail=REFUSED), 3: ItemFailed("too large", detail=REFUSED)})
    for number in (1, 2):
        bench.plan(thing(number))
        about = {"payload": {"fileName": "a"}, "parent_entity": "things", "parent_origin": str(number)}
        bench.plan(thing(number, kind=effects.UPLOAD, entity="files", **about))
    bench.go()
    assert attempts(bench) == {
        "T-1": (effects.FAILED, 1),
        "F-1": (effects.FAILED, 1),
        "F-2": (effects.FAILED, 1),
        "T-2": (effects.DONE, 1),
    }
