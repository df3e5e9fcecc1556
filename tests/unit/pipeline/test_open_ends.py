"""What was written with nothing, or a stand-in, in place of what it refers to is written again once that is there."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, Optional

import pytest

from j2o_core.engine.resolve import OPEN_END, STAND_IN_END, Resolver
from j2o_core.ledger.items import CREATED, Item
from j2o_core.model.effect import TargetItem
from j2o_core.model.payload import PLACEHOLDER, Ref
from j2o_core.pipeline.open_ends import OpenEnds, open_ends

ANN = Ref("users", ("ann",), "Ann Lee", PLACEHOLDER, stand_in="stand_ins")
NOW = "digest"


class Known(Resolver):
    """A target that holds an item of each of these entities, whatever it is asked for."""

    def __init__(self, *entities: str) -> None:
        self._entities = entities

    def origin(self, entity: str, alias: str) -> Optional[tuple[str, str]]:
        return alias, alias

    def item(self, entity: str, origin: str) -> Optional[TargetItem]:
        return TargetItem(entity, "5") if entity in self._entities else None


def differs(then: str, *entities: str, ref: Any = ANN) -> bool:
    nothing_failed: Any = SimpleNamespace(failed=lambda entity, origins: set())
    planned: Any = SimpleNamespace(fields={"assignee": NOW}, payload={"assignee": ref})
    item = Item("work_packages", "1", "A-1", "9", CREATED, fields={"assignee": then})
    assert open_ends(item) == (then != NOW)
    return OpenEnds(Known(*entities), None, "run", {}, nothing_failed).differs(planned, item, "assignee")


@pytest.mark.parametrize(
    ("entities", "again"), [((), False), (("users",), True), (("stand_ins",), True), (("users", "stand_ins"), True)]
)
def test_what_found_nothing_is_written_with_either(entities, again):
    assert differs(NOW + OPEN_END, *entities) is again


@pytest.mark.parametrize(("entities", "again"), [(("stand_ins",), False), (("users", "stand_ins"), True)])
def test_what_found_a_stand_in_is_written_again_for_the_item_itself_alone(entities, again):
    assert differs(NOW + STAND_IN_END, *entities) is again


def test_a_reference_that_takes_no_stand_in_waits_for_the_item():
    assert differs(NOW + OPEN_END, "stand_ins", ref=Ref("users", ("ann",), missing="note")) is False


def test_what_was_written_as_it_is_does_not_differ():
    assert differs(NOW, "users", "stand_ins") is False


@pytest.mark.parametrize(("then", "again"), [(2, False), (3, True)])
def test_a_list_is_written_again_once_fewer_of_it_lead_nowhere(then: int, again: bool):
    members = [Ref("users", ("ann",)), *(Ref("guests", (name,)) for name in ("bob", "cy"))]
    assert differs(NOW + OPEN_END * (1 + then), "users", ref=members) is again
