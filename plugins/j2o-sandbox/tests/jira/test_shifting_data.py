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


def test_both_ends_tell_of_a_link_and_one_of_them_is_updated(fresh: Any) -> None:
    jira = fresh(edition="server")
    one, other = jira.keys("project = SHOP ORDER BY key ASC")[3:5]
    before = jira.read(f"issue/{other}", fields="updated")["fields"]["updated"]
    edit(jira, link={one: other})
    links = {key: jira.read(f"issue/{key}", fields="issuelinks,updated")["fields"] for key in (one, other)}
    assert links[one]["issuelinks"][-1]["outwardIssue"]["key"] == other
    assert links[other]["issuelinks"][-1]["inwardIssue"]["key"] == one
    assert links[other]["updated"] == before
    assert jira.keys('project = SHOP AND updated >= "-5m"') == [one]


def test_what_an_issue_embeds_is_as_it_is_now_though_the_issue_was_not_updated(fresh: Any) -> None:
    jira = fresh(edition="cloud")
    one, other = jira.keys("project = SHOP ORDER BY key ASC")[3:5]
    edit(jira, link={one: other})
    edit(jira, change={one: {"summary": "Renamed"}})
    assert jira.read(f"issue/{other}")["fields"]["issuelinks"][-1]["inwardIssue"]["fields"]["summary"] == "Renamed"
    edit(jira, move={one: "OPS-777"})
    assert jira.read(f"issue/{other}")["fields"]["issuelinks"][-1]["inwardIssue"]["key"] == "OPS-777"
    edit(jira, delete=["OPS-777"])
    links = jira.read(f"issue/{other}")["fields"]["issuelinks"]
    assert all(link.get("inwardIssue", {}).get("key") != "OPS-777" for link in links)


def test_renamed_people_and_versions_are_renamed_in_every_issue(fresh: Any) -> None:
    jira = fresh(edition="server")
    version = jira.read("project/SHOP/versions")[1]
    keys = jira.keys(f"project = SHOP AND fixVersion = {version['id']}")
    assert keys
    reporter = jira.read(f"issue/{keys[0]}", fields="reporter")["fields"]["reporter"]["name"]
    edit(jira, versions={version["id"]: {"name": "9.9"}}, people={reporter: {"display_name": "Somebody Else"}})
    fields = jira.read(f"issue/{keys[0]}", fields="fixVersions,reporter")["fields"]
    assert "9.9" in [one["name"] for one in fields["fixVersions"]]
    assert fields["reporter"]["displayName"] == "Somebody Else"
    assert jira.keys('project = SHOP AND updated >= "-5m"') == []


def test_quiet_edits_leave_the_time_of_the_update(fresh: Any) -> None:
    jira = fresh(edition="server")
    key = jira.keys("project = SHOP ORDER BY key ASC")[2]
    edit(jira, log={key: 1800}, quietly=True)
    worklogs = jira.read(f"issue/{key}/worklog")["worklogs"]
    assert worklogs[-1]["timeSpentSeconds"] == 1800
    assert jira.keys('project = SHOP AND updated >= "-5m"') == []
    edit(jira, log={key: 60})
    assert jira.keys('project = SHOP AND updated >= "-5m"') == [key]


def test_periods_count_back_from_the_server_s_clock(fresh: Any) -> None:
    jira = fresh(edition="cloud")
    key = jira.keys("project = SHOP ORDER BY key ASC")[2]
    edit(jira, change={key: {"summary": "Anew"}})
    assert jira.keys('project = SHOP AND updated >= "-1m"') == [key]
    assert jira.keys('project = SHOP AND updated >= "5m"') == []
    everything = jira.keys("project = SHOP")
    assert sorted(jira.keys('project = SHOP AND updated >= "-9999999m"')) == sorted(everything)
