"""Everybody in the directory and all groups are found, whatever the version's searches leave out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit
from urllib.request import Request, urlopen

import pytest

from j2o_core.api import Retriable, Selection
from j2o_core.testing.scripted_server import say_json
from j2o_jira.groups import Groups
from j2o_jira.survey.surveyor import JiraSurveyor
from j2o_jira.users import Users

PASSWORD = {"user": "admin", "password": "j2o-sandbox-admin-password"}


@pytest.fixture
def many(sandbox: Any) -> Iterator[Any]:
    """A Data Center with more users than any search of some versions gives."""
    server = sandbox("datacenter", users=1100, issues=0)
    yield server
    server.control("behaviour", {"version": "10.3.2", "user_list": None, "picker_cap": 20})


def listed(server: Any) -> set[str]:
    """Whom a version lists whose searches go on to the end."""
    server.control("behaviour", {"version": "9.12.4"})
    header = {"Authorization": f"Bearer {server.auth['token']}"}
    path = f"{server.url}/rest/api/2/user/search?username=.&includeInactive=true&maxResults=1000&startAt="
    pages = [json.load(urlopen(Request(f"{path}{start}", headers=header))) for start in (0, 1000)]
    return {person["key"] for page in pages for person in page}


def read_all(extractor: Any) -> tuple[set[str], list[str]]:
    pages = list(extractor.pages(Selection(), "all", None))
    keys = [record.origin.id for page in pages for record in page.records]
    assert len(keys) == len(set(keys)), "nobody twice"
    assert not list(extractor.pages(Selection(), "all", pages[-1].cursor))
    return set(keys), [problem.code for page in pages for problem in page.problems]


@pytest.mark.parametrize(
    ("version", "auth", "asked", "told"),
    [
        ("8.5.5", PASSWORD, "user/search", ["J2O-X032"]),  # the first thousand
        ("9.12.4", None, "user/search", []),
        ("10.3.2", None, "user/search", ["J2O-X032"]),  # the first hundred
        ("11.3.6", None, "user/list", []),
    ],
)
def test_the_whole_directory_is_read_in_each_version(many, connect, version, auth, asked, told):
    many.control("behaviour", {"version": version})
    many.control("reset-counters", {})
    found, problems = read_all(Users(connect(many.url, auth or many.auth), "acme", "users", {}))
    (requests,) = (count for name, count in many.requests().items() if name.endswith(asked))
    assert found == listed(many)
    assert problems == told
    assert told or requests <= 4


def test_a_late_patch_of_10_3_lists_everybody(many, connect):
    many.control("behaviour", {"version": "10.3.19", "user_list": True})
    found, problems = read_all(Users(connect(many.url, many.auth), "acme", "users", {}))
    assert (found, problems) == (listed(many), [])


def test_a_survey_sees_everybody_too(many, connect):
    many.control("behaviour", {"version": "10.3.2"})
    surveyor = JiraSurveyor(connect(many.url, many.auth))
    remarks: list[str] = []
    assert len(surveyor._people([], remarks)) == len(listed(many))
    assert any("the first 100 users" in remark for remark in remarks)


def test_all_groups_are_found_where_a_search_gives_few(many, connect):
    many.control("behaviour", {"picker_cap": 2})
    rows = many.state("groups")
    assert len(rows) > 2
    pages = list(Groups(connect(many.url, many.auth), "acme", "groups", {}).pages(Selection(), "all", None))
    assert {record.key for page in pages for record in page.records} == {row["name"] for row in rows}
    assert not [problem for page in pages for problem in page.problems]


def named(number: int) -> dict[str, Any]:
    name = ("an", "anna", "Ánna", "zoë")[number] if number < 4 else f"an{number:03d}"
    return {"name": name, "key": f"JIRAUSER{number}", "displayName": f"A {number}", "active": True}


def test_who_is_called_as_many_others_begin_is_not_lost(scripted, connect):
    people = [named(number) for number in range(4, 150)] + [named(number) for number in range(4)]

    def answer(asked: Any) -> Any:
        query = {name: values[0] for name, values in parse_qs(urlsplit(asked.path).query).items()}
        if "serverInfo" in asked.path:
            return say_json({"deploymentType": "Server", "version": "10.0.0", "versionNumbers": [10, 0, 0]})
        if "/user/search" in asked.path:
            begin = query["username"].lower()
            found = [one for one in people if begin == "." or one["name"].lower().startswith(begin)][:100]
            return say_json(found[int(query["startAt"]) :])
        exact = [one for one in people if one["name"] == query.get("username")]
        return say_json(exact[0]) if exact else say_json({"errorMessages": ["no"]}, 404)

    scripted.answer = answer
    found, _ = read_all(Users(connect(scripted.url), "acme", "users", {}))
    # Of names that begin with another letter than a to z those are found whose letters occur in others.
    assert found == {one["key"] for one in people if one["name"] != "Ánna"}


def test_a_list_that_goes_round_in_circles_is_no_list(scripted, connect):
    def answer(asked: Any) -> Any:
        if "serverInfo" in asked.path:
            return say_json({"deploymentType": "Server", "version": "11.0.0", "versionNumbers": [11, 0, 0]})
        return say_json({"values": [named(1)], "isLast": False, "nextCursor": "7"})

    scripted.answer = answer
    with pytest.raises(Retriable, match="repeats"):
        list(Users(connect(scripted.url), "acme", "users", {}).pages(Selection(), "all", None))


@pytest.mark.parametrize(("version", "again"), [("9.12.4", False), ("10.0.0", True)])
def test_a_hundred_users_are_searched_for_again_where_there_may_be_more(scripted, connect, version, again):
    people = [named(number) for number in range(100)]

    def answer(asked: Any) -> Any:
        if "serverInfo" in asked.path:
            return say_json({"deploymentType": "Server", "version": version})
        query = {name: values[0] for name, values in parse_qs(urlsplit(asked.path).query).items()}
        return say_json(people[int(query["startAt"]) :] if query["username"] == "." else [])

    scripted.answer = answer
    found, _ = read_all(Users(connect(scripted.url), "acme", "users", {}))
    assert len(found) == 100
    assert (sum("/user/search" in one.path for one in scripted.asked) > 36) is again
