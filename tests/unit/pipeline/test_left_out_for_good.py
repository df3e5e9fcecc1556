"""What a loader calls settled is left out again without being asked, as long as all that decides is the same."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from j2o_core.ledger import listing
from j2o_core.ledger.listing import Refusal
from j2o_core.pipeline.batch import Batch
from j2o_core.pipeline.left_out_for_good import LeftOutForGood
from j2o_core.snapshot.rows import Stub

REFUSALS = {
    "1": Refusal("r+p", "m", "second_of_pair", "there is one"),
    "2": Refusal("r+p", "m", "same_branch", "above it"),
    "3": Refusal("r+p", "m", "hidden", "may not be seen"),
}
LOADER: Any = SimpleNamespace(settled={"second_of_pair": False, "same_branch": True})
PLACE = "spec.yaml:7:3"


@pytest.fixture
def again(monkeypatch: pytest.MonkeyPatch) -> LeftOutForGood:
    monkeypatch.setattr(listing, "refusals", lambda *asked: {one: REFUSALS[one] for one in asked[-1]})
    spec: Any = SimpleNamespace(entities={"relations": SimpleNamespace(load=SimpleNamespace(place=PLACE), place=None)})
    items: Any = SimpleNamespace(engine=None, target=1, source="acme")
    return LeftOutForGood(spec, items, "later")


def listed(again: LeftOutForGood, read: str = "r+p", mapping: str = "m") -> list[tuple[str, str, str, str]]:
    batch = Batch("relations")
    stubs = [(Stub(1, origin, f"A-1#{origin}", "r", "work_packages", "9", "p"), read) for origin in REFUSALS]
    found = again.list(batch, LOADER, mapping, stubs)
    assert found == {one.origin for one in batch.listed}
    return [(one.key, one.outcome, one.code, one.place) for one in batch.listed]


def test_what_is_settled_is_listed_again_with_its_reason_and_what_is_not_is_asked_again(again: LeftOutForGood):
    assert listed(again) == [
        ("A-1#1", "skipped", "second_of_pair", PLACE),
        ("A-1#2", "skipped", "same_branch", PLACE),
    ]


def test_it_is_planned_again_once_the_record_or_its_mapping_is_another(again: LeftOutForGood):
    assert listed(again, read="r+other") == listed(again, mapping="other") == []


def test_what_the_tree_decides_is_planned_again_where_anything_is_written_there(again: LeftOutForGood):
    again.planned.add("work_packages")
    assert [key for key, *_ in listed(again)] == ["A-1#1"]
