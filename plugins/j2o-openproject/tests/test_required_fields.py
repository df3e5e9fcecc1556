"""Custom fields that must be filled: told before a run, and filled where the server does it by itself."""

from __future__ import annotations

import pytest

from j2o_core.api import Need, Needs, Refused, TargetItem
from j2o_openproject.inspection import OpenProjectInspector
from j2o_openproject.required_fields import RequiredFields

REQUIRED = {
    "custom_fields": {
        "Risk": {"format": "list", "options": ["low", "high"], "required": True, "types": ["Task"], "for_all": True},
        "Team": {"format": "string", "required": True, "default": "none yet", "types": ["Task"], "for_all": True},
        "Budget": {"format": "int", "required": True, "types": ["Phase"], "for_all": True},
        "Badge": {"format": "string", "of": "user", "required": True},
        "Ticket": {"format": "string", "of": "time_entry", "required": True},
    },
    "projects": {
        "strict": {"name": "Strict", "types": ["Task", "Phase", "Milestone"]},
        "lax": {"name": "Lax", "types": ["Task"]},
    },
}


@pytest.fixture(scope="module")
def strict(serve):
    """A server with required fields of work packages, people and time."""
    return serve(**REQUIRED)


@pytest.fixture(scope="module")
def somewhere(strict):
    """A project of that server where what is required for all is."""
    return TargetItem("projects", str(strict.client.get("projects/lax")["id"]))


def told(target, *fields, entity="work_packages", types=()):
    needs = Needs([Need("types", name) for name in types], {entity: fields})
    lines = [line for line in OpenProjectInspector(target.client).lines(needs) if "is required" in line.message]
    return {line.message.split("'")[1]: line for line in lines}


def problems(target, **payload):
    found = target.loader("work_packages").problems({"subject": "x", "type": "Task", **payload})
    return [(one.field, one.severity) for one in found if one.code == "J2O-O013"]


def test_preflight_tells_required_fields_without_a_line_of_the_spec_with_the_line_to_add(strict):
    found = told(strict, "subject")
    assert set(found) == {"Risk", "Budget"}  # the one with a default is filled by the server
    assert "Task (in lax, strict)" in found["Risk"].message and "(in strict)" in found["Budget"].message
    assert "Add 'cf:Risk: {from: ..., default: ...}'" in found["Risk"].advice
    assert set(told(strict, "cf:risk")) == {"Budget"}
    assert told(strict, "subject", types=["Milestone"]) == {}


def test_preflight_tells_required_fields_of_what_has_no_custom_fields_in_a_spec(strict, target):
    assert {name: line.status for name, line in told(strict, "login", entity="users").items()} == {"Badge": "error"}
    assert set(told(strict, "hours", entity="time_entries")) == {"Ticket"}
    assert told(target, "login", entity="users") == {}


def test_an_item_without_a_value_for_a_required_field_is_told_before_anything_is_written(strict):
    assert problems(strict) == [("cf:Risk", "error")]
    assert problems(strict, **{"cf:risk": "high"}) == []
    assert problems(strict, **{"cf:Risk": ""}) == [("cf:Risk", "error")]
    assert problems(strict, **{"cf:Risk": "unheard of"}) == [("cf:Risk", "error")]
    assert problems(strict, type="Phase", **{"cf:Budget": 0}) == []
    assert problems(strict, type="Milestone") == []


def test_what_is_required_in_some_projects_alone_is_a_warning(strict, monkeypatch):
    schemas = RequiredFields._schemas

    def without(self, pairs):
        lax = str(strict.client.get("projects/lax")["id"])
        for project, kind, schema in schemas(self, pairs):
            yield project, kind, {} if project == lax else schema

    monkeypatch.setattr(RequiredFields, "_schemas", without)
    monkeypatch.setattr(strict.client, "required_fields", RequiredFields(strict.client))
    assert problems(strict) == [("cf:Risk", "warning")]


def test_what_is_told_is_what_the_server_refuses(strict, somewhere):
    with pytest.raises(Refused, match="Risk"):
        strict.loader("work_packages").create(strict.issue(somewhere))


def test_an_empty_value_leaves_a_required_field_to_its_default_and_that_is_told(strict, somewhere):
    loader = strict.loader("work_packages")
    effect = strict.issue(somewhere, **{"cf:Risk": "low", "cf:Team": None})
    made = loader.create(effect)
    assert [(one.field, one.stored) for one in made.differences] == [("cf:Team", "none yet")]
    changed = strict.issue(somewhere, fields=frozenset({"cf:Risk"}), **{"cf:Risk": None})
    done = loader.update(changed, loader.read(made.id))
    assert [(one.field, one.sent, one.stored) for one in done.differences] == [("cf:Risk", None, "low")]
