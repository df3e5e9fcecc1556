"""`missing: placeholder`: which fields take what stands in for an item, and what becomes of the others."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from j2o_core.mapping.compiled import CompileError, EntityMapping, compile_entity
from j2o_core.model.origin import Origin
from j2o_core.model.payload import Ref
from j2o_core.model.record import Record
from j2o_core.spec.model import EntitySpec, ExtractSpec, LoadSpec

from .conftest import FakeLoader, make_registry, make_spec


class FakeStandIns(FakeLoader):
    name = "fake.stand_ins"
    stands_in_for = "users"


def compiled(stand_ins: bool = True, **fields: Any) -> EntityMapping:
    registry = make_registry()
    registry.add("loader", FakeStandIns.name, FakeStandIns)
    spec = make_spec({"subject": {"value": "a"}, **fields})
    if stand_ins:
        own = EntitySpec("stand_ins", (ExtractSpec(of="users", split="fake.files"),), {}, LoadSpec(FakeStandIns.name))
        spec = replace(spec, entities={**spec.entities, "stand_ins": own})
    return compile_entity(spec.entities["work_packages"], spec, registry, None)


def reference(mapping: EntityMapping, field: str) -> Ref:
    data = {"key": "ACME-1", "fields": {"who": {"name": "ann", "displayName": "Ann"}}}
    payload = mapping.apply(Record(Origin("acme", "work_packages", "1"), "ACME-1", data)).payload
    assert isinstance(payload[field], Ref)
    return payload[field]


WHO = {"from": "fields.who", "ref": "users", "missing": "placeholder"}


@pytest.mark.parametrize("field", ["assignee", "cf:Reviewer"])
def test_a_field_that_takes_them_refers_to_what_stands_in(field):
    mapping = compiled(**{field: WHO})
    found = reference(mapping, field)
    assert (found.entity, found.missing, found.stand_in) == ("users", "placeholder", "stand_ins")
    assert mapping.refers_to == {"users", "stand_ins"}
    assert mapping.problems == ()


def test_a_field_that_takes_none_notes_what_is_missing_and_the_spec_is_told():
    mapping = compiled(author=WHO)
    found = reference(mapping, "author")
    assert (found.missing, found.stand_in) == ("note", None)
    (told,) = mapping.problems
    assert (told.code, told.severity, told.path) == (
        "J2O-M014",
        "warning",
        "entities.work_packages.map.author.missing",
    )
    assert "author" in told.message


def test_a_spec_without_what_stands_in_is_wrong_and_the_loaders_that_could_are_named():
    with pytest.raises(CompileError) as error:
        compiled(stand_ins=False, assignee=WHO)
    (problem,) = error.value.problems
    assert problem.code == "J2O-M011" and "fake.stand_ins" in problem.expected
