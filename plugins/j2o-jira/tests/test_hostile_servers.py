"""Servers that repeat, withhold and break: nothing is lost in silence, nothing loops."""

from __future__ import annotations

import json
from typing import Any, Callable

import pytest

from j2o_core.api import Fatal, Page, Retriable, Selection
from j2o_core.testing.scripted_server import Asked, Say, ScriptedServer, say_json, say_page
from j2o_jira.issues.extractor import Issues
from j2o_jira.users import Users

PROJECT = {"id": "1", "key": "A", "name": "A"}


def issue(number: int, **fields: Any) -> dict[str, Any]:
    return {
        "id": str(1000 + number),
        "key": f"A-{number}",
        "fields": {"summary": f"s{number}", "project": PROJECT, **fields},
    }


def play(server: ScriptedServer, edition: str, answers: Callable[[str, dict[str, Any]], Any]) -> None:
    """Answer as Jira where nothing else is at stake; ``answers(path, body)`` gives JSON or a ``Say`` for the rest."""

    def answer(asked: Asked) -> Say:

        path = asked.path.partition("?")[0]
        if path.endswith("/serverInfo"):
            return say_json({"deploymentType": edition, "version": "9.12.4"})
        if path.endswith("/project"):
            return say_json([PROJECT])
        if path.endswith("/project/search"):
            return say_json({"values": [PROJECT], "isLast": True})
        found = answers(path, json.loads(asked.body or b"{}"))
        return found if isinstance(found, Say) else say_json(found)

    server.answer = answer


@pytest.fixture
def pages(scripted: ScriptedServer, connect: Callable[..., Any]) -> Callable[..., list[Any]]:
    """Reads project A of the scripted server, listed from ``cursor`` on; divisions first, then pages."""

    def read(edition: str, answers: Callable[[str, dict[str, Any]], Any], cursor: Any = None) -> list[Any]:
        play(scripted, edition, answers)
        extractor = Issues(connect(scripted.url), "acme", "issues", {"page_size": 2})
        found = list(extractor.divide(Selection(), "A", cursor))
        parts = [part for division in found for part in division.slices]
        told = [Page([], problems=division.problems) for division in found if division.problems]
        return [
            *told,
            *(page for part in parts for page in extractor.pages(Selection(), part.name, part.cursor)),
        ]

    return read


def test_a_server_that_gives_the_same_page_for_ever_is_found_out(pages, scripted):
    with pytest.raises(Retriable, match="gives none of them"):
        pages("Server", lambda path, body: {"total": 9, "issues": [issue(1), issue(2)]})
    assert len(scripted.asked) < 10


def test_an_empty_page_where_issues_are_counted_is_an_error(pages):
    with pytest.raises(Retriable, match="counts 5 further issues"):
        pages("Server", lambda path, body: {"total": 5, "issues": []})


def asked_for(body: dict[str, Any], *numbers: int) -> dict[str, Any]:
    """The answer to a list of ids, of a Server that holds the issues of these numbers."""
    listed = [issue(number) for number in numbers if str(1000 + number) in body["jql"].partition("id in ")[2]]
    return {"total": len(listed), "issues": listed}


def test_an_empty_window_begins_again_at_an_earlier_key(pages):
    def answers(path: str, body: dict[str, Any]) -> Any:
        if "id in" in body["jql"]:
            return asked_for(body, 1, 2, 3, 4)
        if 'key > "A-2"' in body["jql"]:
            return {"total": 0, "issues": []}  # A-2 was moved away: the clause is silently false
        if 'key > "A-1"' in body["jql"]:
            return {"total": 2, "issues": [issue(3), issue(4)]}
        return {"total": 4, "issues": [issue(1), issue(2)]}

    assert [record.key for page in pages("Server", answers) for record in page.records] == ["A-1", "A-2", "A-3", "A-4"]


def test_where_no_known_key_is_left_the_project_is_listed_anew(pages):
    asked: list[str] = []

    def answers(path: str, body: dict[str, Any]) -> Any:
        if "id in" in body["jql"]:
            return asked_for(body, 1, 2, 3, 4)
        asked.append(body["jql"])
        if "key >" in body["jql"]:
            return say_json({"errorMessages": ["An issue with key 'A-2' does not exist for field 'key'."]}, 400)
        return {"total": 4, "issues": [issue(1), issue(2), issue(3), issue(4)][: 2 if len(asked) == 1 else 4]}

    keys = [record.key for page in pages("Server", answers) for record in page.records]
    assert keys == ["A-1", "A-2", "A-1", "A-2", "A-3", "A-4"]  # a slice of one name is read once


def test_issues_that_jira_counts_and_does_not_give_are_told(pages):
    def answers(path: str, body: dict[str, Any]) -> Any:
        if "id in" in body["jql"]:
            return asked_for(body, 1, 2, 3)
        if 'key > "A-2"' in body["jql"]:
            return {"total": 1, "issues": [issue(3)]}
        return {"total": 5, "issues": [issue(1), issue(2)]}

    (problem,) = (problem for page in pages("Server", answers) for problem in page.problems)
    assert "counts 5 issues and gave 3" in problem.message


def test_one_id_that_is_gone_does_not_hide_the_others_of_its_list(pages):
    def answers(path: str, body: dict[str, Any]) -> Any:
        if path.endswith("/issue/1002"):
            return say_json({"errorMessages": ["Issue Does Not Exist"]}, 404)
        if "1002" in body["jql"]:
            return say_json({"errorMessages": ["A value with ID '1002' does not exist for the field 'id'."]}, 400)
        return asked_for(body, 1) if "id in" in body["jql"] else {"total": 2, "issues": [issue(1), issue(2)]}

    (page,) = pages("Server", answers)
    assert [record.key for record in page.records] == ["A-1"]
    assert [(problem.code, problem.key) for problem in page.problems] == [("J2O-X006", "A-2")]


def test_a_list_of_ids_that_is_counted_and_not_given_is_an_error(pages):
    def answers(path: str, body: dict[str, Any]) -> Any:
        return {"total": 2, "issues": [] if "id in" in body["jql"] else [issue(1), issue(2)]}

    with pytest.raises(Retriable, match="gives none of them"):
        pages("Server", answers)


COMMENTS = [{"id": str(number), "body": f"c{number}"} for number in range(4)]


def commented(of_page: Callable[[dict[str, Any]], Any]) -> Callable[[str, dict[str, Any]], Any]:
    """A Server that embeds two of four comments, and pages them by two."""

    def answers(path: str, body: dict[str, Any]) -> Any:
        if path.endswith("/comment"):
            return of_page({"startAt": 0, "maxResults": 2, "total": 4})
        fields = {"comment": {"comments": COMMENTS[:2], "startAt": 0, "maxResults": 2, "total": 4}}
        return {"total": 1, "issues": [issue(1, **fields)]}

    return answers


def test_a_page_of_comments_that_comes_twice_is_not_the_end_of_them(pages):
    with pytest.raises(Retriable, match="repeats"):
        pages("Server", commented(lambda page: {**page, "comments": COMMENTS[:2]}))


def test_a_list_that_knows_no_pages_is_read_once(pages):
    (page,) = pages("Server", commented(lambda page: {**page, "maxResults": 4, "comments": COMMENTS[:3]}))
    (record,) = page.records
    assert [comment["id"] for comment in record.data["fields"]["comment"]["comments"]] == ["0", "1", "2"]


@pytest.mark.parametrize(
    "trouble",
    [
        say_page(200),
        say_page(503),
        say_json({"errorMessages": ["x"]}, 429, Retry_After="0"),
        Say(200, b'{"total": 1, "iss', {"Content-Type": "application/json"}),
        Say(200, b'{"total": 1, "issues": []}', {"Content-Type": "application/json"}, cut=9),
    ],
    ids=["page", "proxy", "limited", "broken", "cut"],
)
def test_a_broken_page_is_asked_for_again(pages, trouble):
    waiting = [trouble]

    def answers(path: str, body: dict[str, Any]) -> Any:
        return waiting.pop() if waiting else {"total": 1, "issues": [issue(1)]}

    assert [len(page.records) for page in pages("Server", answers)] == [1]


def test_a_search_that_is_forbidden_is_told(pages):
    with pytest.raises(Fatal, match="refuses the search") as caught:
        pages("Server", lambda path, body: say_json({"errorMessages": ["no"]}, 403))
    assert caught.value.exit_code == 3


def test_what_a_bulk_read_leaves_out_is_asked_for_alone_and_told(pages):
    def answers(path: str, body: dict[str, Any]) -> Any:
        if path.endswith("/search/jql"):
            return {"issues": [{"id": "1001"}, {"id": "1002"}, {"id": "1003"}], "isLast": True}
        if path.endswith("/bulkfetch"):
            left = [number for number in (1, 2, 3) if str(1000 + number) in body["issueIdsOrKeys"] and number == 1]
            return {
                "issues": [issue(number) for number in left],
                "issueErrors": [{"id": "1002", "errorMessage": "busy"}],
            }
        if path.endswith("/issue/1002"):
            return issue(2)
        if path.endswith("/issue/1003"):
            return say_json({"errorMessages": ["Issue does not exist or you do not have permission to see it."]}, 404)
        return {"count": 3}

    found = pages("Cloud", answers)
    assert [record.key for page in found for record in page.records] == ["A-1", "A-2"]
    assert [problem.key for page in found for problem in page.problems] == ["1003"]


@pytest.mark.parametrize(
    ("second", "message"),
    [
        ({"issues": [{"id": "1002"}], "nextPageToken": "t"}, "repeats"),
        ({"issues": [{"id": "1001"}], "nextPageToken": "u"}, "repeats"),
        ({"issues": [], "nextPageToken": "u"}, "repeats"),
        ({"issues": [{"id": "1002"}]}, "neither"),
    ],
    ids=["token", "ids", "empty", "silent"],
)
def test_a_token_search_that_leads_nowhere_is_found_out(pages, scripted, second, message):
    def answers(path: str, body: dict[str, Any]) -> Any:
        if path.endswith("/search/jql"):
            return second if "nextPageToken" in body else {"issues": [{"id": "1001"}], "nextPageToken": "t"}
        return {"issues": [issue(int(identifier) - 1000) for identifier in body["issueIdsOrKeys"]]}

    with pytest.raises(Retriable, match=message):
        pages("Cloud", answers)
    assert len(scripted.asked) < 10


def test_an_expired_token_begins_the_project_anew(pages):
    def answers(path: str, body: dict[str, Any]) -> Any:
        if path.endswith("/search/jql"):
            if body.get("nextPageToken") == "old":
                return say_json({"errorMessages": ["The provided next page token is invalid or expired."]}, 400)
            return {"issues": [{"id": "1001"}], "isLast": True}
        if path.endswith("/bulkfetch"):
            return {"issues": [issue(1)]}
        return {"count": 1}

    found = pages("Cloud", answers, {"token": "old", "before": 5000})
    assert [record.key for page in found for record in page.records] == ["A-1"]


def test_a_worklog_list_without_paging_ends(pages):
    logs = [{"id": str(number), "timeSpentSeconds": 60} for number in range(30)]

    def answers(path: str, body: dict[str, Any]) -> Any:
        if path.endswith("/worklog"):
            return {"total": 39, "maxResults": 39, "worklogs": logs}
        return {"total": 1, "issues": [issue(1, worklog={"total": 39, "maxResults": 20, "worklogs": logs[:20]})]}

    worklog = pages("Server", answers)[0].records[0].data["fields"]["worklog"]
    assert (len(worklog["worklogs"]), worklog["total"]) == (30, 39)


def test_comments_are_paged_by_what_was_received(pages):
    every = [{"id": str(number), "body": "x"} for number in range(25)]
    asked: list[int] = []

    def answers(path: str, body: dict[str, Any]) -> Any:
        if path.endswith("/comment"):
            start = sum(asked)  # the server gives ten at most, whatever it is asked for
            asked.append(len(every[start : start + 10]))
            return {"total": 25, "maxResults": 1000, "startAt": start, "comments": every[start : start + 10]}
        if path.endswith("/search/jql"):
            return {"issues": [{"id": "1001"}], "isLast": True}
        if path.endswith("/bulkfetch"):
            return {"issues": [issue(1, comment={"total": 25, "maxResults": 20, "comments": every[:20]})]}
        return {"count": 1}

    comment = pages("Cloud", answers)[0].records[0].data["fields"]["comment"]
    assert [entry["id"] for entry in comment["comments"]] == [entry["id"] for entry in every]


def test_a_directory_that_repeats_a_page_is_found_out(scripted, connect):
    play(scripted, "Server", lambda path, body: [{"name": "a", "key": "a"}])
    with pytest.raises(Retriable, match="repeats"):
        list(Users(connect(scripted.url), "acme", "users", {}).pages(Selection(), "all", None))


def test_issues_with_hardly_anything_in_them_are_read(pages):
    fields = {"summary": None, "description": None, "comment": {"comments": [{"id": "1"}]}, "attachment": None}
    found = pages("Server", lambda path, body: {"total": 1, "issues": [{"id": 1001, "key": "A-1", "fields": fields}]})
    record = found[0].records[0]
    assert record.origin.id == "1001"
    assert record.data["fields"]["comment"] == {"comments": [{"id": "1"}], "total": 1}


@pytest.mark.parametrize("edition", ["Server", "Cloud"])
def test_an_answer_of_another_form_is_told(pages, edition):
    with pytest.raises(Retriable, match="gives no object"):
        pages(edition, lambda path, body: ["maintenance"])


def test_a_rate_limit_slows_reading_down_and_loses_nothing(sandbox, connect, read):
    server = sandbox("server", seed=7, issues=5)
    client = connect(server.url, server.auth)
    every = [record.digest for record in read(Issues(client, "acme", "issues", {}))]
    server.control("behaviour", {"burst": 3, "retry_after": 1})
    try:
        assert [record.digest for record in read(Issues(client, "acme", "issues", {}))] == every
    finally:
        server.control("behaviour", {"burst": None})
