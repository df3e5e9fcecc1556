"""Data that move while a client reads: shifted pages, lost boundaries, indexes that lag, tokens that expire."""

from __future__ import annotations

from typing import Any, List

import pytest


def edit(jira: Any, **edits: Any) -> None:
    answer = jira.session.post(jira.url + "/_sandbox/issues", json=edits)
    assert answer.status_code == 200, answer.text


def test_a_deletion_between_two_pages_hides_an_issue_from_offset_paging(fresh: Any) -> None:
    jira = fresh(edition="server")
    everything = jira.keys("project = SHOP ORDER BY key ASC")
    found: List[str] = []
    for start in range(0, len(everything), 5):
        page = jira.search("project = SHOP ORDER BY key ASC", startAt=start, maxResults=5, fields="key")
        found += [issue["key"] for issue in page["issues"]]
        if start == 0:
            edit(jira, delete=[everything[0]])
    assert set(everything) - set(found) == {everything[5]}


def test_a_change_between_two_pages_sorted_by_it_repeats_an_issue(fresh: Any) -> None:
    jira = fresh(edition="server")
    jql = "project = SHOP ORDER BY updated DESC"
    everything = jira.keys(jql)
    first = jira.search(jql, maxResults=5, fields="key")["issues"]
    edit(jira, change={everything[-1]: {"summary": "Anew"}})
    second = jira.search(jql, startAt=5, maxResults=5, fields="key")["issues"]
    assert first[-1]["key"] == second[0]["key"]


@pytest.mark.parametrize("edition", ["server", "cloud"])
def test_a_boundary_that_moved_elsewhere_empties_the_window(fresh: Any, edition: str) -> None:
    jira = fresh(edition=edition)
    border = jira.keys("project = SHOP ORDER BY key ASC")[5]
    assert jira.keys(f"project = SHOP AND key > {border} ORDER BY key ASC")
    edit(jira, move={border: "OPS-777"})
    assert jira.keys(f"project = SHOP AND key > {border} ORDER BY key ASC") == []


def test_searches_notice_edits_late_and_reconciled_issues_at_once(fresh: Any) -> None:
    jira = fresh(edition="cloud")
    before = jira.keys("project = SHOP ORDER BY key ASC")
    gone, moved = before[0], before[1]
    ids = {key: jira.read(f"issue/{key}", fields="summary")["id"] for key in (gone, moved)}
    jira.behave(index_lag=600)
    edit(jira, delete=[gone], move={moved: "OPS-777"})
    found = jira.search("project = SHOP ORDER BY key ASC", maxResults=5000)["issues"]
    assert [issue["id"] for issue in found[:2]] == list(ids.values()), "the index does not know yet"
    assert len(found) == len(before)
    assert "OPS-777" not in jira.keys("project = OPS")
    assert jira.keys('project = OPS AND updated >= "-5m"') == []
    assert jira.get(f"issue/{gone}").status_code == 404, "reading one issue is never late"
    assert jira.post("issue/bulkfetch", {"issueIdsOrKeys": [gone]}).json() == {"issueErrors": [], "issues": []}
    body = {"jql": "project = SHOP ORDER BY key ASC", "fields": ["key"], "maxResults": 5000}
    found = jira.post("search/jql", {**body, "reconcileIssues": [int(id) for id in ids.values()]}).json()["issues"]
    assert [issue["key"] for issue in found] == before[2:]
    body["jql"] = "project = OPS"
    found = jira.post("search/jql", {**body, "reconcileIssues": [int(ids[moved])]}).json()["issues"]
    assert "OPS-777" in [issue["key"] for issue in found]


def test_the_index_catches_up(fresh: Any) -> None:
    jira = fresh(edition="cloud")
    before = jira.keys("project = SHOP ORDER BY key ASC")
    jira.behave(index_lag=600)
    edit(jira, delete=[before[0]])
    assert jira.keys("project = SHOP ORDER BY key ASC") == before
    jira.behave(index_lag=0)
    edit(jira, delete=[before[1]])
    assert jira.keys("project = SHOP ORDER BY key ASC") == before[2:]


def test_tokens_expire(fresh: Any) -> None:
    jira = fresh(edition="cloud")
    token = jira.search("project = SHOP", maxResults=2)["nextPageToken"]
    jira.behave(token_fault="expire")
    answer = jira.get("search/jql", jql="project = SHOP", maxResults=2, nextPageToken=token)
    assert answer.status_code == 400
    assert answer.json()["errorMessages"] == ["The provided next page token is invalid or expired."]
    assert jira.search("project = SHOP", maxResults=2)["issues"], "a search from the start works"


def test_bulk_fetch_names_what_failed_for_now(fresh: Any) -> None:
    jira = fresh(edition="cloud")
    jira.behave(bulk_errors=2)
    ids = sorted((issue["id"] for issue in jira.search("project = SHOP", maxResults=8)["issues"]), key=int)
    found = jira.post("issue/bulkfetch", {"issueIdsOrKeys": ids, "fields": ["summary"]}).json()
    assert [issue["id"] for issue in found["issues"]] == ids[:-2]
    assert [error["id"] for error in found["issueErrors"]] == ids[-2:]
    assert all(error["errorMessage"] for error in found["issueErrors"])
    again = jira.post("issue/bulkfetch", {"issueIdsOrKeys": ids[-2:], "fields": ["summary"]}).json()
    assert [issue["id"] for issue in again["issues"]] == ids[-2:] and again["issueErrors"] == []
