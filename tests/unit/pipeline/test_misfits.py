"""What an extractor finds odd about a record, given how its source is set up."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, Callable, Iterable, Mapping

from j2o_core.model.origin import Origin
from j2o_core.model.problem import ERROR, WARNING, Problem
from j2o_core.model.record import Record
from j2o_core.pipeline.misfits import misfits_of

SET_UP = {"1": "round", "2": "square"}


class Shapes:
    name = "fake.shapes"
    set_up_by = "fake.set_up"

    def misfits(self, set_up: Iterable[Mapping[str, Any]]) -> Callable[[Mapping[str, Any]], Iterable[Problem]]:
        known = {data["shape"] for data in set_up}
        return lambda data: () if data["shape"] in known else [Problem("X-1", data["shape"], ERROR)]


class Snapshot:
    def stubs(self, entity: str) -> Iterable[list[Any]]:
        return ([SimpleNamespace(id=one)] for one in SET_UP if entity == "configuration")

    def load(self, entity: str, identifiers: Iterable[str]) -> dict[str, Any]:
        return {one: (record(entity, one, SET_UP[one]), True) for one in identifiers}


def record(entity: str, identifier: str, shape: str) -> Record:
    return Record(Origin("acme", entity, identifier), f"A-{identifier}", {"shape": shape})


def told(entity: str, shape: str, *others: str) -> list[tuple[str, str, str, str]]:
    known: dict[tuple[str, int], Any] = {("items", 0): Shapes()}
    known.update({(other, 0): SimpleNamespace(name="fake.set_up", set_up_by="") for other in others})
    wiring: Any = SimpleNamespace(extractors=known)
    snapshot: Any = Snapshot()
    found = misfits_of(wiring, snapshot, entity)(record(entity, "9", shape))
    return [(one.severity, one.message, one.entity, one.key) for one in found]


def test_it_is_told_as_a_warning_with_the_item_where_the_set_up_was_read():
    assert told("items", "round", "configuration") == []
    assert told("items", "oval", "configuration") == [(WARNING, "oval", "items", "A-9")]


def test_entities_without_such_an_extractor_are_passed_over():
    assert told("others", "oval", "configuration") == []
