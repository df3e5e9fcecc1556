"""Filters are as strict as the server's: one wrong value fails the whole question."""

from __future__ import annotations

import json

import pytest


def asked(client, path, name, operator, *values):
    """Status and error identifier of a question."""
    filters = json.dumps([{name: {"operator": operator, "values": list(values)}}])
    answer = client.call("GET", path, params={"filters": filters, "pageSize": "1"})
    error = answer.json().get("errorIdentifier", "")
    return answer.status_code, error.rpartition(":")[2]


REFUSED = (400, "InvalidQuery")
FOUND = (200, "")


@pytest.mark.parametrize(
    ("path", "name", "operator"),
    [
        ("work_packages", "id", "="),
        ("work_packages", "subject", "~"),
        ("work_packages", "updatedAt", "<>d"),
        ("users", "login", "="),
        ("memberships", "project", "="),
        ("relations", "involved", "="),
        ("time_entries", "entityId", "="),
        ("projects", "nameAndIdentifier", "="),
        ("versions", "name", "="),
    ],
)
def test_an_operator_that_needs_values_is_refused_without_any(fresh, path, name, operator):
    assert asked(fresh, path, name, operator) == REFUSED
    assert asked(fresh, path, name, operator, "") == REFUSED


def test_one_work_package_that_is_gone_fails_a_question_for_many(fresh, project):
    one, other = fresh.work_package(project), fresh.work_package(project)
    ids = [str(one["id"]), str(other["id"])]
    assert asked(fresh, "work_packages", "id", "=", *ids) == FOUND
    assert asked(fresh, "work_packages", "parent", "=", *ids) == FOUND
    fresh.call("DELETE", f"work_packages/{other['id']}")
    assert asked(fresh, "work_packages", "id", "=", *ids) == REFUSED
    assert asked(fresh, "work_packages", "parent", "=", *ids) == REFUSED


def test_ids_of_another_project_do_not_exist_in_a_project(fresh, project):
    elsewhere = fresh.work_package(fresh.project())
    assert asked(fresh, f"projects/{project['id']}/work_packages", "id", "=", str(elsewhere["id"])) == REFUSED


@pytest.mark.parametrize(
    ("name", "operator", "value"),
    [
        ("project", "=", "999999"),
        ("type", "=", "999999"),
        ("status", "=", "999999"),
        ("priority", "=", "x"),
        ("author", "=", "999999"),
        ("assignee", "=", "999999"),
        ("watcher", "=", "2"),
        ("version", "=", "999999"),
        ("category", "=", "1"),
        ("id", "*", ""),
        ("parent", "!*", ""),
        ("subject", "=", "A thing"),
        ("search", "~", "thing"),
        ("startDate", "*", ""),
        ("startDate", "=d", "31.1.2020"),
        ("createdAt", "<>d", "yesterday"),
        ("createdAt", ">t-", "soon"),
        ("involved", "=", "1"),
    ],
)
def test_values_that_do_not_exist_and_foreign_operators_are_refused(fresh, name, operator, value):
    assert asked(fresh, "work_packages", name, operator, value) == REFUSED


def test_an_archived_project_cannot_be_asked_for(fresh):
    project = fresh.project()
    assert asked(fresh, "work_packages", "project", "=", str(project["id"])) == FOUND
    fresh.patch(f"projects/{project['id']}", {"active": False})
    assert asked(fresh, "work_packages", "project", "=", str(project["id"])) == REFUSED
    assert asked(fresh, "memberships", "project", "=", str(project["id"])) == FOUND  # only the form is checked here


def test_a_project_stands_for_its_sub_projects(fresh, project):
    below = fresh.project(_links={"parent": project["_links"]["self"]})
    item = fresh.work_package(below)
    filters = [{"project": {"operator": "=", "values": [str(project["id"])]}}]
    assert [row["id"] for row in fresh.elements("work_packages", filters=filters)] == [item["id"]]


def test_in_a_project_people_are_its_unlocked_members(fresh, project):
    member, stranger = fresh.member(project), fresh.user()
    path = f"projects/{project['id']}/work_packages"
    assert asked(fresh, path, "assignee", "=", str(member["id"])) == FOUND
    assert asked(fresh, path, "assignee", "=", str(stranger["id"])) == REFUSED
    fresh.post(f"users/{member['id']}/lock", {})
    assert asked(fresh, path, "assignee", "=", str(member["id"])) == REFUSED
    assert asked(fresh, "work_packages", "assignee", "=", str(member["id"])) == FOUND


def test_memberships_cannot_be_asked_for_by_a_locked_principal(fresh, project):
    member = fresh.member(project)
    assert asked(fresh, "memberships", "principal", "=", str(member["id"])) == FOUND
    fresh.post(f"users/{member['id']}/lock", {})
    assert asked(fresh, "memberships", "principal", "=", str(member["id"])) == REFUSED
    assert asked(fresh, "memberships", "project", "=", str(project["id"])) == FOUND
    assert asked(fresh, "memberships", "id", "=", "1") == REFUSED


def test_custom_fields_have_the_operators_of_their_format(serve):
    client = serve(
        """
custom_fields:
  Origin: {format: string, for_all: true, is_filter: true, types: all}
  Notes: {format: text, for_all: true, is_filter: true, types: all}
  Colour: {format: list, options: [Red], for_all: true, is_filter: true, types: all}
  Points: {format: int, for_all: true, is_filter: true, types: all}
  Done: {format: bool, for_all: true, is_filter: true, types: all}
  Day: {format: date, for_all: true, is_filter: true, types: all}
"""
    )
    project = client.project()
    schema = client.get(f"work_packages/schemas/{project['id']}-1")
    field = {entry["name"]: key for key, entry in schema.items() if key.startswith("customField")}
    client.work_package(project, **{field["Points"]: 5, field["Done"]: True, field["Day"]: "2020-01-02"})
    good = [
        ("Origin", "=", "X-1"),
        ("Notes", "~", "x"),
        ("Colour", "!*", ""),
        ("Points", ">=", "5"),
        ("Done", "=", "t"),
        ("Day", "<>d", "2020-01-01"),
    ]
    bad = [
        ("Origin", "*", ""),
        ("Notes", "=", "x"),
        ("Colour", "=", "999"),
        ("Points", "=", "five"),
        ("Done", "=", "maybe"),
        ("Day", "=d", "someday"),
    ]
    assert [asked(client, "work_packages", field[name], *rest) for name, *rest in good] == [FOUND] * len(good)
    assert [asked(client, "work_packages", field[name], *rest) for name, *rest in bad] == [REFUSED] * len(bad)


@pytest.mark.parametrize(
    ("path", "name", "operator", "value"),
    [
        ("users", "status", "=", "asleep"),
        ("users", "id", "=", "4"),
        ("users", "group", "=", "999999"),
        ("groups", "name", "=", "x"),
        ("principals", "id", "=", "999999"),
        ("principals", "type", "=", "Robot"),
        ("versions", "sharing", "=", "everywhere"),
        ("versions", "id", "=", "1"),
        ("projects", "id", "=", "abc"),
        ("projects", "active", "=", "yes"),
        ("relations", "from", "=", "abc"),
        ("relations", "type", "=", "likes"),
        ("relations", "involved", "~", "1"),
        ("time_entries", "entityId", "=", "abc"),
        ("time_entries", "entityType", "=", "Wish"),
        ("time_entries", "user", "=", "999999"),
        ("time_entries", "activity", "=", "999999"),
        ("time_entries", "spentOn", "=d", "x"),
        ("time_entries", "comment", "~", "x"),
        ("roles", "unit", "=", "galaxy"),
    ],
)
def test_other_lists_refuse_what_they_do_not_know(fresh, path, name, operator, value):
    assert asked(fresh, path, name, operator, value) == REFUSED


def test_names_are_looked_for_as_a_whole_and_texts_word_by_word(fresh, project):
    fresh.work_package(project, subject="alpha beta gamma")
    person = fresh.user(firstName="Anna Maria", lastName="Schmidt")
    assert asked(fresh, "work_packages", "subject", "~", "gamma alpha") == FOUND

    def found(path, name, value):
        filters = [{name: {"operator": "~", "values": [value]}}]
        return [row["id"] for row in fresh.elements(path, filters=filters)]

    assert found(f"projects/{project['id']}/work_packages", "subject", "gamma alpha") != []
    assert person["id"] in found("users", "name", "maria schmidt")
    assert person["id"] not in found("users", "name", "schmidt maria")
