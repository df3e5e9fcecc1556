"""Plans that wait in the ledger."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Iterator

import pytest
from sqlalchemy import select

from j2o_core.ledger import effects, listing, plan_rows, plans, runs, sending, tables
from j2o_core.ledger.effect_rows import SKIPPED, Ended
from j2o_core.ledger.effects import CREATE, UPDATE, Planned
from j2o_core.ledger.listing import Listed
from j2o_core.ledger.store import Ledger, open_ledger
from tests.ledgers import begin_run


@pytest.fixture
def ledger(ledger_url: str, tmp_path: Path) -> Iterator[Ledger]:
    made = open_ledger(ledger_url, tmp_path)
    yield made
    made.close()


def planned(ledger: Ledger, *made: Planned, **changes: Any) -> runs.RunState:
    with ledger.engine.begin() as connection:
        state = begin_run(connection)
        plan_rows.enter(connection, state.id, made)
        runs.change(connection, state.id, **{"stage": runs.PLAN, "state": runs.PLANNED, **changes})
    return state


def effect(origin: str, kind: str = CREATE, **more: Any) -> Planned:
    return Planned(0, "items", origin, f"K-{origin}", kind, "marked", {"a": 1}, **more)


COUNTED = {"items": {"source": 5, "unchanged": 1}}


def test_every_source_item_is_in_one_column(ledger: Ledger):
    state = planned(ledger, effect("1"), effect("2"), effect("3", UPDATE, only=["a"]), effect("3", effects.SHAPE))
    with ledger.engine.begin() as connection:
        listing.put(connection, state.id, [Listed("items", "4", "K-4", listing.SKIPPED, "c", "m")])
    counts = plans.actions(ledger.engine, state.id, COUNTED)["items"]
    assert counts == {"source": 5, "create": 2, "update": 1, "unchanged": 1, "skip": 1, "fail": 0, "done": 0}


def test_effects_come_in_chunks_and_one_item_by_key_or_id(ledger: Ledger):
    state = planned(ledger, *(effect(str(number)) for number in range(700)))
    assert [len(rows) for rows in plans.stream(ledger.engine, state.id)] == [500, 200]
    for key in ("K-7", "7"):
        ((row,),) = plans.stream(ledger.engine, state.id, "items", key)
        assert row.origin == "7"
    assert list(plans.stream(ledger.engine, state.id, "others")) == []


def test_a_digest_tells_two_plans_apart(ledger: Ledger):
    one, same = planned(ledger, effect("1")), planned(ledger, effect("1"))
    other = planned(ledger, effect("1", fields={"a": "x"}))
    digests = [plans.digest(ledger.engine, state.id) for state in (one, same, other)]
    assert digests[0] == digests[1] != digests[2]


def test_what_is_begun_afterwards_takes_the_place_of_a_plan_with_its_effects(ledger: Ledger):
    state = planned(ledger, effect("1"))
    running = planned(ledger, effect("2"), state=runs.RUNNING, stage=runs.APPLY)
    with ledger.engine.begin() as connection:
        assert plans.waiting(connection, state.target, "acme", state.id) is not None
        assert plans.waiting(connection, state.target, "acme", running.id) is None
        assert plans.last_written(connection, state.target, "acme") == running.id
        plans.supersede(connection, state.target, "acme")
        assert plans.waiting(connection, state.target, "acme", state.id) is None
    assert list(plans.stream(ledger.engine, state.id)) == []
    assert len(list(plans.stream(ledger.engine, running.id))) == 1


def skipped(ledger: Ledger, state: runs.RunState, code: str) -> None:
    with ledger.engine.begin() as connection:
        (row,) = connection.execute(select(tables.effect.c.id).where(tables.effect.c.run == state.id)).scalars()
        sending.end(connection, [Ended(row, SKIPPED, 1, code=code, message="m")])


def test_why_the_last_run_that_tried_skipped_an_item_is_known_with_what_it_was_made_of(ledger: Ledger):
    first = planned(ledger, effect("1", record_digest="r", mapping_digest="p"))
    skipped(ledger, first, "second_of_pair")

    def known(run: str = "later") -> dict[str, listing.Refusal]:
        return listing.refusals(ledger.engine, first.target, "acme", run, "items", ["1", "2"])

    (refusal,) = known().values()
    assert refusal == listing.Refusal(first.id, refusal.effect, "r", "p", "second_of_pair", "m")
    assert known(first.id) == {}
    again = planned(ledger, effect("1"))
    assert known() == {}, "the last one that tried has not ended so"
    skipped(ledger, again, "same_branch")
    assert known()["1"].code == "same_branch"
    wrote = listing.writers(ledger.engine, first.target, "acme", "items")
    assert wrote[first.id] == refusal.effect < wrote[again.id]
    assert listing.writers(ledger.engine, first.target, "acme", "others") == {}
    assert listing.writers(ledger.engine, first.target, "other", "items") == {}
