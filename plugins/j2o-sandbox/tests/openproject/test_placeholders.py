"""Placeholder users: who may make them, where they can stand, how they are deleted."""

from __future__ import annotations

import itertools

import pytest

SETUP = """
edition: enterprise
settings: {writable_history: true}
users:
  nobody: {first_name: Rea, last_name: Der, token: nobody-token}
custom_fields:
  Reviewer: {format: user, for_all: true, types: [Task]}
"""
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def licensed(serve):
    return serve(SETUP)


@pytest.fixture
def placeholder(licensed):
    return licensed.post("placeholder_users", {"name": f"Gone {next(_numbers)}"})


def test_the_community_edition_says_what_is_wrong_with_the_name_and_with_the_edition(fresh):
    assert fresh.refused("POST", "placeholder_users", {"name": "Gone"}) == (422, "PropertyConstraintViolation", "base")
    assert fresh.refused("POST", "placeholder_users", {"name": ""}) == (422, "MultipleErrors", ["base", "name"])
    assert fresh.elements("placeholder_users") == []


def test_the_enterprise_edition_makes_one_of_a_name_alone(licensed):
    made = licensed.post("placeholder_users", {"name": "Former Jira user", "email": "is@ignored.example"})
    assert (made["_type"], made["name"], made["status"]) == ("PlaceholderUser", "Former Jira user", "active")
    assert "email" not in made
    assert licensed.get(f"placeholder_users/{made['id']}") == made


@pytest.mark.parametrize("name", ["", "  ", None, "n" * 257])
def test_a_bad_name_is_refused(licensed, name):
    refused = licensed.refused("POST", "placeholder_users", {"name": name})
    assert refused == (422, "PropertyConstraintViolation", "name")


def test_a_name_is_unique_as_it_is_written_and_a_group_may_have_it_too(licensed, placeholder):
    name = placeholder["name"]
    assert licensed.refused("POST", "placeholder_users", {"name": name})[2] == "name"
    licensed.post("placeholder_users", {"name": name.upper()})
    licensed.post("groups", {"name": name})


def test_those_without_the_permission_make_none_and_see_none(licensed, placeholder):
    nobody = type(licensed)(licensed.running, "nobody-token")
    assert nobody.refused("POST", "placeholder_users", {"name": ""})[:2] == (403, "MissingPermission")
    assert nobody.refused("GET", f"placeholder_users/{placeholder['id']}")[:2] == (403, "MissingPermission")
    assert nobody.elements("placeholder_users") == []


def test_an_id_of_somebody_else_is_none_of_theirs(licensed):
    assert licensed.refused("GET", f"placeholder_users/{licensed.user()['id']}")[0] == 404


def test_the_filter_finds_parts_of_names(licensed, placeholder):
    def found(*values):
        filters = [{"name": {"operator": "~", "values": values}}]
        return [row["id"] for row in licensed.elements("placeholder_users", filters=filters)]

    assert placeholder["id"] in found("one")
    assert found("nobody is called so") == []


def test_one_is_a_member_and_is_assigned_and_reviews(licensed, placeholder):
    project = licensed.project()
    link = placeholder["_links"]["self"]
    payload = licensed.payload(project, links={"assignee": link})
    assert licensed.refused("POST", "work_packages", payload)[2] == "assignee"
    licensed.post("memberships", licensed.membership(project, placeholder))
    kind = licensed.by_name("types")["Task"]
    schema = licensed.get(f"work_packages/schemas/{project['id']}-{kind['href'].rsplit('/', 1)[1]}")
    fields = {field["name"]: name for name, field in schema.items() if isinstance(field, dict) and "name" in field}
    reviewer = fields["Reviewer"]
    links = {"assignee": link, "responsible": link, reviewer: link}
    made = licensed.work_package(project, links={"type": kind, **links})
    assert {name: made["_links"][name]["href"] for name in links} == dict.fromkeys(links, link["href"])


def test_a_role_that_cannot_be_assigned_is_not_enough(licensed, placeholder):
    project = licensed.project()
    licensed.post("memberships", licensed.membership(project, placeholder, "Reader"))
    payload = licensed.payload(project, links={"assignee": placeholder["_links"]["self"]})
    assert licensed.refused("POST", "work_packages", payload)[2] == "assignee"


def test_one_writes_nothing_watches_nothing_and_works_no_hours(licensed, placeholder):
    project = licensed.project()
    licensed.post("memberships", licensed.membership(project, placeholder))
    made = licensed.work_package(project)
    link = placeholder["_links"]["self"]
    as_user = {"href": f"/api/v3/users/{placeholder['id']}"}
    assert licensed.refused("POST", f"work_packages/{made['id']}/watchers", {"user": link})[0] == 422
    assert licensed.refused("POST", f"work_packages/{made['id']}/watchers", {"user": as_user})[0] == 422
    for author in (link, as_user):
        assert licensed.refused("POST", "work_packages", licensed.payload(project, links={"author": author}))[0] == 422
        entry = {
            "spentOn": "2024-01-02",
            "hours": "PT1H",
            "_links": {"entity": made["_links"]["self"], "project": project["_links"]["self"], "user": author},
        }
        assert licensed.refused("POST", "time_entries", entry)[0] in (403, 422)


def test_a_deleted_one_leaves_its_projects_and_its_work(licensed, placeholder):
    project = licensed.project()
    licensed.post("memberships", licensed.membership(project, placeholder))
    made = licensed.work_package(project, links={"assignee": placeholder["_links"]["self"]})
    assert licensed.call("DELETE", f"placeholder_users/{placeholder['id']}").status_code == 202
    assert licensed.refused("GET", f"placeholder_users/{placeholder['id']}")[0] == 404
    assert licensed.get(f"work_packages/{made['id']}")["_links"]["assignee"]["href"] is None
