"""What changed in Jira since an earlier reading, as Jira is asked for it."""

from __future__ import annotations

import re
import time
from typing import Any, Optional

import pytest

from j2o_core.api import Earlier, Selection
from j2o_core.testing.scripted_server import Asked, Say, say_json
from j2o_jira.issues.extractor import Issues

EDITIONS = ("server", "cloud")


def issues(client: Any, **options: Any) -> Issues:
    return Issues(client, "acme", "work_packages", {"watchers": False, **options})


def names_of(extractor: Issues, selection: Selection = Selection()) -> dict[str, str]:
    """id -> key of what the project SHOP holds now."""
    found = extractor.divide(selection, "SHOP", None)
    return dict(name for division in found for part in division.slices for name in part.cursor["issues"])


def earlier(known: dict[str, str], began: Optional[float] = None, look_for_deleted: bool = False) -> Earlier:
    return Earlier(began or time.time(), lambda: iter([list(known.items())]), look_for_deleted)


def changes(extractor: Issues, before: Earlier, selection: Selection = Selection()) -> list[Any]:
    return list(extractor.changes(selection, "SHOP", before, None))


def keys(divisions: list[Any]) -> list[str]:
    return [key for division in divisions for part in division.slices for _, key in part.cursor["issues"]]


@pytest.mark.parametrize("edition", EDITIONS)
def test_what_was_updated_is_listed(sandbox, connect, edition):
    server = sandbox(edition, seed=31, issues=60)
    extractor = issues(connect(server.url, server.auth))
    known = names_of(extractor)
    assert keys(changes(extractor, earlier(known))) == []
    chosen = list(known.values())[3]
    server.control("issues", {"change": {chosen: {"summary": "Anew"}}})
    (window, rest) = changes(extractor, earlier(known))
    assert keys([window]) == [chosen]
    assert (rest.slices, rest.gone, rest.problems) == ([], [], [])
    assert list(extractor.changes(Selection(), "SHOP", earlier(known), rest.cursor)) == []


def test_jira_counts_back_from_its_own_clock(scripted, connect):
    asked: list[str] = []

    def answer(request: Asked) -> Say:
        if "serverInfo" in request.path:
            return say_json({"deploymentType": "Server", "version": "9.12.4"})
        if "worklog" in request.path:
            return say_json({"values": [], "lastPage": True})
        asked.append(request.body.decode())
        return say_json({"total": 0, "issues": []})

    scripted.answer = answer
    changes(issues(connect(scripted.url), overlap=30), earlier({}, began=time.time() - 90 * 60 - 5))
    (minutes,) = re.findall(r'updated >= \\"-(\d+)m\\"', asked[0])
    assert int(minutes) == 91 + 30


@pytest.mark.parametrize("edition", EDITIONS)
def test_an_issue_that_left_the_condition_is_found_and_gone(sandbox, connect, edition):
    server = sandbox(edition, seed=32, issues=60)
    extractor, chosen = issues(connect(server.url, server.auth)), Selection(("SHOP",), "labels is EMPTY")
    known = names_of(extractor, chosen)
    key = list(known.values())[2]
    server.control("issues", {"change": {key: {"labels": ["new"]}}})
    (found,) = changes(extractor, earlier(known), chosen)
    assert (found.slices, [known[one] for one in found.gone]) == ([], [key])
    assert [(problem.code, problem.key) for problem in found.problems] == [("J2O-X009", key)]


@pytest.mark.parametrize("edition", EDITIONS)
def test_logged_time_is_found_though_nothing_was_updated(sandbox, connect, edition):
    server = sandbox(edition, seed=33, issues=60)
    extractor = issues(connect(server.url, server.auth))
    known = names_of(extractor)
    key = list(known.values())[5]
    server.control("issues", {"log": {key: {"seconds": 600, "ago": 70}}, "quietly": True})
    assert keys(changes(extractor, earlier(known))) == [key]
    assert keys(changes(issues(extractor.client, worklogs=False), earlier(known))) == []


@pytest.mark.parametrize("edition", EDITIONS)
def test_logged_time_is_found_though_the_clock_of_jira_is_an_hour_behind(sandbox, connect, edition):
    server = sandbox(edition, seed=33, issues=60)
    extractor = issues(connect(server.url, server.auth))
    known = names_of(extractor)
    key = list(known.values())[5]
    server.control("faults", {"rules": [{"server": "jira", "do": "skew", "seconds": -3600}]})
    server.control("issues", {"log": {key: {"seconds": 600, "ago": 3600 + 70}}, "quietly": True})
    assert keys(changes(extractor, earlier(known, began=time.time() - 120))) == [key]


def test_logged_time_that_cannot_be_asked_for_is_told_once(scripted, connect):
    def answer(request: Asked) -> Say:
        if "serverInfo" in request.path:
            return say_json({"deploymentType": "Server", "version": "9.12.4"})
        if "worklog" in request.path:
            return say_json({"errorMessages": ["no"]}, 403)
        return say_json({"total": 0, "issues": []})

    scripted.answer = answer
    extractor, before = issues(connect(scripted.url)), earlier({})
    told = [problem.code for _ in range(2) for one in changes(extractor, before) for problem in one.problems]
    assert told == ["J2O-X013"]


@pytest.mark.parametrize("edition", EDITIONS)
def test_what_is_gone_is_found_on_request_and_what_moved_within_the_selection_is_not_gone(sandbox, connect, edition):
    server = sandbox(edition, seed=34, issues=60)
    extractor = issues(connect(server.url, server.auth))
    known = names_of(extractor)
    unknown, deleted, moved = list(known.items())[2:5]
    server.control("issues", {"delete": [deleted[1]], "move": {moved[1]: "OPS-901"}})
    known.pop(unknown[0])
    assert [one.gone for one in changes(extractor, earlier(known))] == [[]]
    (found,) = changes(extractor, earlier(known, look_for_deleted=True))
    assert list(found.gone) == [deleted[0]]
    assert [(problem.code, problem.key) for problem in found.problems] == [("J2O-X012", deleted[1])]
    assert keys([found]) == [unknown[1]]


def test_a_record_is_mentioned_by_its_parent_sub_tasks_and_the_ends_of_its_links(jira):
    fields = {
        "parent": {"id": "1"},
        "subtasks": [{"id": "2"}],
        "issuelinks": [{"inwardIssue": {"id": "3"}}, {"outwardIssue": {"id": "4"}}, {"id": "9"}],
    }
    assert list(issues(jira).mentions({"fields": fields})) == ["1", "2", "3", "4"]
    assert list(issues(jira).mentions({"fields": {"parent": None}})) == []


def test_the_lists_of_the_administrator_are_what_records_rest_on(jira):
    assert issues(jira).basis() == issues(jira).basis() != ""


@pytest.mark.parametrize(
    ("changed", "holds"),
    [
        ({"jira.issues": {"10001"}}, False),
        ({"jira.issues": {"10002"}}, True),
        ({"jira.versions": {"10001"}}, False),
        ({"jira.versions": {"10003"}}, True),
        ({"jira.projects": {"10001"}}, False),
        ({"jira.projects": {"10004"}}, True),
        ({"": {"10001"}}, False),
        ({"": {"10005"}}, True),
        ({"jira.users": {"ada"}}, True),
        ({"jira.users": {"bob"}}, False),
    ],
)
def test_one_number_is_the_id_of_many_things(jira, changed, holds):
    fields = {
        "status": {"id": "10001", "name": "Done"},
        "issuelinks": [{"id": "10001", "inwardIssue": {"id": "10002", "key": "A-2", "fields": {}}}],
        "customfield_1": [{"id": "10003", "name": "1.0", "released": True}],
        "project": {"id": "10004", "key": "A"},
        "worklog": {"worklogs": [{"id": "10005", "author": {"key": "ada"}}]},
        "summary": None,
    }
    assert issues(jira).shows({"id": "1", "key": "A-1", "fields": fields}, changed) is holds
