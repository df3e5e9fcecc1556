"""A reference whose item is not there takes what stands in for it, and is known by that."""

from __future__ import annotations

from typing import Optional

import pytest

from j2o_core.engine.missing import References
from j2o_core.engine.resolve import Resolver
from j2o_core.model.effect import TargetItem
from j2o_core.model.outcome import ItemSkipped
from j2o_core.model.payload import PLACEHOLDER, Ref, from_json, to_json

ANN = Ref("users", ("ann",), "Ann Lee", PLACEHOLDER, stand_in="stand_ins")


class Known(Resolver):
    """Resolves what it is told of, by entity."""

    def __init__(self, **items: str) -> None:
        self._known = items

    def origin(self, entity: str, alias: str) -> Optional[tuple[str, str]]:
        return alias, alias

    def item(self, entity: str, origin: str) -> Optional[TargetItem]:
        return TargetItem(entity, self._known[entity], "their own name") if entity in self._known else None


def resolved(field: str = "assignee", **items: str) -> tuple[object, References]:
    references = References(Known(**items).reference, ("user",))
    return references.payload({field: ANN}).get(field), references


def test_the_item_itself_comes_first():
    item, references = resolved(users="5", stand_ins="9")
    assert item == TargetItem("users", "5", "Ann Lee")
    assert (references.replaced, references.unresolved) == (set(), {})


def test_what_stands_in_bears_the_label_of_the_reference():
    item, references = resolved(stand_ins="9")
    assert item == TargetItem("stand_ins", "9", "Ann Lee")
    assert (references.replaced, references.unresolved, references.notes) == ({"assignee"}, {}, [])


def test_where_neither_is_there_it_is_noted():
    item, references = resolved()
    assert item is None
    assert references.unresolved == {"assignee": None}
    assert [(note.label, note.text) for note in references.notes] == [("assignee", "Ann Lee")]
    with pytest.raises(ItemSkipped):
        resolved("user")


def test_how_many_of_a_list_are_not_there_is_known():
    references = References(Known(users="5").reference, ())
    found = references.payload({"members": [ANN, *(Ref("groups", (name,), name, "note") for name in "ab")]})["members"]
    assert [item.id for item in found] == ["5"] and references.unresolved == {"members": 2}


def test_a_reference_without_a_stand_in_takes_none():
    plain = Ref("users", ("ann",), "Ann Lee", "note")
    assert Known(stand_ins="9").reference(plain) is None


def test_it_survives_the_ledger():
    assert from_json(to_json(ANN)) == ANN
    assert "standIn" not in to_json(Ref("users", ("ann",)))
