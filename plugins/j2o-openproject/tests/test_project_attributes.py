"""Attributes of projects: custom fields that an administrator has made for them."""

from __future__ import annotations

import pytest

from j2o_core.api import ItemFailed, Needs, TargetItem
from j2o_openproject import background
from j2o_openproject.catalogue import Catalogue
from j2o_openproject.inspection.set_up import SetUp
from j2o_openproject.work_package_schema import read_schema

ATTRIBUTES = {
    "Cost centre": {"of": "project", "format": "string", "max_length": 5},
    "Stage": {"of": "project", "format": "list", "options": ["Alpha", "Beta"]},
    "Areas": {"of": "project", "format": "list", "multi": True, "options": ["North", "South", "West"]},
    "Charter": {"of": "project", "format": "text"},
    "Head": {"of": "project", "format": "user"},
    "Budget": {"of": "project", "format": "float"},
    "Since": {"of": "project", "format": "date"},
    "Paid": {"of": "project", "format": "bool"},
    "Hidden": {"of": "project", "format": "string"},
}


@pytest.fixture(scope="module")
def furnished(serve):
    return serve(custom_fields=ATTRIBUTES)


def payload(target, **more):
    return {"identifier": f"p-{next(target.numbers)}", "name": "Shop", **more}


def test_attributes_are_stored_as_wanted_whatever_their_case_and_changed_and_emptied(furnished):
    projects = furnished.loader("projects")
    values = {
        "cf:cost CENTRE": "K-1",
        "cf:Stage": "beta",
        "cf:Areas": ["west", "North"],
        "cf:Charter": furnished.rich("One #12", "two"),
        "cf:Budget": 12,
        "cf:Since": "2019-01-02",
        "cf:Paid": True,
    }
    wanted = payload(furnished, **values)
    effect = furnished.effect("projects", wanted)
    answer = projects.create(effect)
    assert answer.differences == ()
    held = {name: answer.image[f"cf:{name}"] for name in ("Cost centre", "Stage", "Areas", "Budget", "Since", "Paid")}
    assert held == {
        "Cost centre": "K-1",
        "Stage": "Beta",
        "Areas": ["North", "West"],
        "Budget": 12.0,
        "Since": "2019-01-02",
        "Paid": True,
    }
    assert "One !#12" in answer.image["cf:Charter"]
    assert not answer.image["description"]
    (found,) = projects.find(effect)
    assert furnished.unlike(projects, effect, found.image) == []
    other = {**wanted, "cf:cost CENTRE": None, "cf:Stage": "Alpha"}
    fields = frozenset({"cf:cost CENTRE", "cf:Stage"})
    change = furnished.effect("projects", other, fields=fields)
    assert dict(projects.wanted(change)) == {"cf:Cost centre": None, "cf:Stage": "Alpha"}
    changed = projects.update(change, found)
    assert changed.differences == ()
    assert (changed.image["cf:Cost centre"], changed.image["cf:Stage"]) == (None, "Alpha")
    assert changed.image["cf:Charter"] == answer.image["cf:Charter"]


def test_a_value_that_comes_later_switches_its_attribute_on(furnished):
    projects = furnished.loader("projects")
    wanted = payload(furnished)
    answer = projects.create(furnished.effect("projects", wanted))
    assert "cf:Hidden" not in answer.image
    change = furnished.effect("projects", {**wanted, "cf:Hidden": "here"}, fields=frozenset({"cf:Hidden"}))
    changed = projects.update(change, projects.read(answer.id))
    assert (changed.differences, changed.image["cf:Hidden"]) == ((), "here")


def test_what_an_attribute_cannot_hold_or_nobody_has_made_stands_in_the_text(furnished):
    projects = furnished.loader("projects")
    wanted = payload(
        furnished,
        **{"cf:Cost centre": "too long", "cf:Stage": "Gamma", "cf:Nowhere": 7.0, "cf:Areas": ["west", "Moon"]},
    )
    answer = projects.create(furnished.effect("projects", wanted))
    assert answer.differences == ()
    for words in ("too long", "Gamma", "Nowhere", "7", "Moon"):
        assert words in answer.image["description"]
    assert answer.image["cf:Areas"] == ["West"]
    fewer = {**wanted, "cf:Nowhere": "eight"}
    effect = furnished.effect("projects", fewer, fields=frozenset({"cf:Nowhere"}))
    assert "eight" in projects.update(effect, projects.read(answer.id)).image["description"]


def test_somebody_whom_the_server_refuses_is_told_in_words_and_whom_it_takes_is_stored(serve):
    furnished = serve("16.6", custom_fields=ATTRIBUTES)
    projects, nobody = furnished.loader("projects"), furnished.user()
    nobody = TargetItem("users", nobody.id, "Nobody Yet")
    wanted = payload(furnished, **{"cf:Head": nobody})
    effect = furnished.effect("projects", wanted)
    answer = projects.create(effect)
    assert "Nobody Yet" in answer.image["description"]
    assert [(one.field, one.stored) for one in answer.differences] == [("cf:Head", None)]
    assert "choose the person by hand" in answer.differences[0].because
    project = TargetItem("projects", answer.id, "Shop")
    renamed = furnished.effect("projects", {**wanted, "description": furnished.rich("New")}, fields={"description"})
    assert "Nobody Yet" in projects.update(renamed, projects.read(answer.id)).image["description"]
    furnished.member(project, nobody)
    change = furnished.effect("projects", wanted, fields=frozenset({"cf:Head"}))
    changed = projects.update(change, projects.read(answer.id))
    assert (changed.differences, changed.image["cf:Head"]) == ((), nobody.id)
    again = projects.create(furnished.effect("projects", payload(furnished, **{"cf:Head": nobody})))
    assert (again.differences, again.image["cf:Head"]) == ((), nobody.id)


def test_a_copy_has_the_attributes_of_its_template_and_the_others_stand_in_its_text(furnished, monkeypatch):
    monkeypatch.setattr(background, "GLANCE", 0.05)
    template = payload(furnished, **{"cf:Stage": "Alpha", "cf:Cost centre": "K-0"})
    furnished.loader("projects").create(furnished.effect("projects", template))
    projects = furnished.loader("projects", template={"project": template["identifier"]})
    wanted = payload(furnished, **{"cf:Stage": "Beta", "cf:Hidden": "seen"})
    effect = furnished.effect("projects", wanted)
    answer = projects.create(effect)
    assert answer.differences == ()
    assert (answer.image["cf:Stage"], answer.image["cf:Cost centre"]) == ("Beta", "K-0")
    assert "seen" in answer.image["description"]
    assert furnished.unlike(projects, effect, projects.read(answer.id).image) == []


def test_a_required_attribute_without_a_value_is_told_by_preflight_and_its_refusal_says_what_to_do(serve):
    target = serve(custom_fields={"Client": {"of": "project", "format": "string", "required": True}})
    with pytest.raises(ItemFailed, match="'cf:NAME'"):
        target.loader("projects").create(target.effect("projects", payload(target)))
    made = target.loader("projects").create(target.effect("projects", payload(target, **{"cf:Client": "ACME"})))
    assert made.image["cf:Client"] == "ACME"

    def told(*fields, **options):
        needs = Needs(fields={"projects": fields}, options={"projects": options})
        return [line.message for line in SetUp(target.client).lines(needs, 5) if line.topic == "project attribute"]

    (message,) = told("identifier", "name")
    assert "'Client' is required" in message
    assert told("identifier", "cf:client") == []
    assert told("identifier", template={"project": "x"}) == []


def test_what_the_server_reckons_itself_is_not_written():
    schema = read_schema({"customField1": {"type": "CalculatedValue", "name": "Total", "writable": True}})
    assert not schema.custom["total"].is_writable


def test_an_attribute_that_was_made_since_the_last_run_is_there(furnished, monkeypatch):
    monkeypatch.setattr(furnished.client.http, "cached_json", None)  # what it keeps may be as old as that run
    assert Catalogue(furnished.client).project_schema.custom_field("Stage")


def test_without_attributes_nobody_asks_for_their_schema(target):
    before = target.requests()
    target.loader("projects").create(target.effect("projects", payload(target)))
    assert not [name for name in target.requests() if "schema" in name and target.requests()[name] != before.get(name)]
