"""Values that Jira would not offer an issue in its project."""

from __future__ import annotations

import pytest

from j2o_jira.configuration import Configuration
from j2o_jira.issues.extractor import Issues
from j2o_jira.offered import values_not_offered

FIELD = "customfield_7"


def told(contexts, project, value, **details):
    found = {"contexts": contexts, **details} if contexts is not None else details
    judge = values_not_offered([{"id": f"fields/{FIELD}", "kind": "fields", "name": "Shape", "details": found}])
    return [one.message for one in judge({"fields": {"project": {"key": project}, FIELD: value}})]


def options(*values):
    return [{"id": str(100 + ord(value[0])), "value": value} for value in values]


def option(value, **more):
    return {"id": str(100 + ord(value[0])), "value": value, **more}


COMMON = {"isAnyIssueType": True, "options": options("round", "square")}
OWN = {"isAnyIssueType": True, "projects": ["SHOP"], "options": options("flat")}


def test_a_project_is_offered_what_its_own_context_holds_and_the_others_what_is_for_all():
    assert told([COMMON, OWN], "SHOP", option("flat")) == told([COMMON, OWN], "ACME", option("round")) == []
    assert told([COMMON, OWN], "SHOP", [option("flat"), option("round")]) == [
        "Jira does not offer 'round' for 'Shape' in the project SHOP"
    ]
    assert told([COMMON, OWN], "ACME", option("flat")) == ["Jira does not offer 'flat' for 'Shape' in the project ACME"]
    assert told([OWN], "ACME", option("flat")) == [], "of that project nothing is known"


def test_a_context_for_some_types_leaves_the_others_what_is_for_all():
    some = {**OWN, "isAnyIssueType": False}
    assert told([COMMON, some], "SHOP", option("round")) == []
    assert told([COMMON, some], "SHOP", option("oval")) != []


def test_of_two_levels_each_is_looked_up_and_options_below_another_may_be_told_by_id_alone():
    known = [{"id": "1", "value": "wide", "childrenIds": [11]}]
    below = {"id": "1", "value": "wide", "child": {"id": "11", "value": "very"}}
    assert told(None, "ACME", below, options=known) == []
    below["child"]["id"] = "12"
    assert told(None, "ACME", below, options=known) == ["Jira does not offer 'very' for 'Shape' in the project ACME"]


@pytest.mark.parametrize("details", [{}, {"options": []}, {"contexts": []}])
def test_where_no_options_are_known_nothing_is_told(details):
    assert told(details.pop("contexts", None), "ACME", option("round"), **details) == []


def test_what_is_no_option_is_passed_over():
    values = (None, "round", 3, {"name": "ada"}, {"id": "1", "name": "1.0"}, ["round", None])
    assert [told([COMMON], "ACME", value) for value in values] == [[]] * len(values)


def test_in_either_edition_what_is_offered_is_not_told_and_an_option_of_another_project_is(jira, records, read):
    set_up = (record.data for record in read(Configuration(jira, "acme", "configuration", {})))
    judge = Issues(jira, "acme", "work_packages", {}).misfits(set_up)
    (field,) = [one["id"] for one in jira.objects("/field") if one["name"] == "Platforms"]
    assert any(record.data["fields"].get(field) for record in records)
    assert [one.message for record in records for one in judge(record.data)] == []
    projects = {record.data["fields"]["project"]["key"]: record.data["fields"]["project"] for record in records}
    watch = [{"id": "10364", "value": "Watch"}]
    found = {key: list(judge({"fields": {"project": one, field: watch}})) for key, one in projects.items()}
    assert sorted(map(len, found.values())) == [0, *[1] * (len(projects) - 1)]
    assert {(one.code, one.field) for told in found.values() for one in told} == {("J2O-X017", f"fields.{field}")}
