"""What a loader calls settled is left out again without being asked, as long as all that decides is the same."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, Iterator

import pytest
from sqlalchemy import select

from j2o_core.ledger import plan_rows, runs, sending, tables
from j2o_core.ledger.effect_rows import SKIPPED, Ended
from j2o_core.ledger.effects import CREATE, UPDATE, Planned
from j2o_core.ledger.items import Items
from j2o_core.ledger.store import Ledger, open_ledger
from j2o_core.pipeline.batch import Batch
from j2o_core.pipeline.left_out_for_good import LeftOutForGood
from j2o_core.snapshot.rows import Stub
from tests.ledgers import begin_run

REFUSALS = {
    "1": ("second_of_pair", "there is one"),
    "2": ("same_branch", "above it"),
    "3": ("hidden", "may not be seen"),
}
LOADER: Any = SimpleNamespace(settled={"second_of_pair": False, "same_branch": True})
PLACE = "spec.yaml:7:3"
PARENT = Planned(0, "work_packages", "9", "A-1", UPDATE, "repeatable", {"a": 1}, only=["a"])


class Past:
    """A ledger, and runs that are over but for what they wrote."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        with ledger.engine.begin() as connection:
            self.target = runs.target_id(connection, "op")

    def run(self, *planned: Planned) -> str:
        with self.ledger.engine.begin() as connection:
            state = begin_run(connection)
            plan_rows.enter(connection, state.id, planned)
        return state.id

    def refused(self, *before: Planned) -> str:
        """A run in which the target did not take any of the relations."""
        relations = [
            Planned(1, "relations", id, f"A-1#{id}", CREATE, "natural", {}, record_digest="r+p", mapping_digest="m")
            for id in REFUSALS
        ]
        run = self.run(*before, *relations)
        of_this = (tables.effect.c.run == run, tables.effect.c.entity == "relations")
        with self.ledger.engine.begin() as connection:
            rows = connection.execute(select(tables.effect.c.id, tables.effect.c.origin).where(*of_this)).all()
            ended = [Ended(row.id, SKIPPED, 1, code=REFUSALS[row.origin][0], message="no") for row in rows]
            sending.end(connection, ended)
        return run

    def listed(
        self, run: str, read: str = "r+p", mapping: str = "m", fresh: bool = False
    ) -> list[tuple[str, str, str, str]]:
        spec: Any = SimpleNamespace(
            entities={"relations": SimpleNamespace(load=SimpleNamespace(place=PLACE), place=None)}
        )
        again = LeftOutForGood(spec, Items(self.ledger.engine, self.target, "acme"), run, fresh)
        batch = Batch("relations")
        stubs = [(Stub(1, origin, f"A-1#{origin}", "r", "work_packages", "9", "p"), read) for origin in REFUSALS]
        found = again.list(batch, LOADER, mapping, stubs)
        assert found == {one.origin for one in batch.listed}
        return [(one.key, one.outcome, one.code, one.place) for one in batch.listed]


BOTH = [("A-1#1", "skipped", "second_of_pair", PLACE), ("A-1#2", "skipped", "same_branch", PLACE)]


@pytest.fixture
def past(tmp_path: Path) -> Iterator[Past]:
    made = open_ledger("sqlite:///ledger.db", tmp_path)
    yield Past(made)
    made.close()


def test_what_is_settled_is_listed_again_with_its_reason_and_what_is_not_is_asked_again(past: Past):
    past.refused(PARENT)
    past.run()
    assert past.listed(past.run()) == BOTH


def test_it_is_planned_again_once_the_record_or_what_it_was_split_from_or_the_mapping_is_another(past: Past):
    past.refused()
    run = past.run()
    assert past.listed(run, read="other+p") == past.listed(run, read="r+other") == past.listed(run, mapping="o") == []


def test_what_the_tree_decides_is_planned_again_where_anything_is_written_there(past: Past):
    past.refused(PARENT)
    assert past.listed(past.run(PARENT)) == BOTH[:1]


def test_what_the_tree_decides_is_planned_again_where_a_run_in_between_wrote_there_and_planned_no_relation(past: Past):
    past.refused(PARENT)
    past.run(PARENT)  # a retry of what had failed, or another spec
    assert past.listed(past.run()) == BOTH[:1]
    past.refused()
    assert past.listed(past.run()) == BOTH, "asked after that, and refused again"


def test_a_fresh_run_asks_for_all_of_it(past: Past):
    past.refused(PARENT)
    assert past.listed(past.run(), fresh=True) == []
    assert past.listed(past.run()) == BOTH, "and only that one"


def test_a_ledger_that_knows_nothing_settles_nothing(past: Past):
    assert past.listed(past.run()) == []
    past.refused()
    with past.ledger.engine.begin() as connection:
        past.target = runs.target_id(connection, "another")
    assert past.listed(past.run()) == []
