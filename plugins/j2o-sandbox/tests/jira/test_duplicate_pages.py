"""A page of a list that is answered twice: what a cache on the way does."""

from __future__ import annotations

import pytest


@pytest.fixture
def repeating(serve_forever):
    """A Jira that repeats pages, by edition."""

    def serve(edition):
        jira = serve_forever(edition=edition, seed=5, projects=2)
        assert jira.session.post(f"{jira.url}/_sandbox/faults", json={"rules": [{"do": "duplicate"}]}).ok
        return jira

    return serve


def ids(page):
    return [issue["id"] for issue in page["issues"]]


def test_by_offset(repeating):
    jira = repeating("server")
    first = jira.search("project is not empty", startAt=0, maxResults=5, fields="id")
    assert ids(jira.search("project is not empty", startAt=5, maxResults=5, fields="id")) == ids(first)
    assert jira.search("project is empty", startAt=5, maxResults=5, fields="id")["issues"] == []


def test_by_the_key_that_a_window_goes_on_after(repeating):
    jira = repeating("datacenter")
    keys = jira.keys("project is not empty ORDER BY key ASC")
    project = keys[0].rpartition("-")[0]
    asked = {"maxResults": 5, "fields": ["id"]}
    first = jira.post("search", {**asked, "jql": f'project = "{project}" ORDER BY key ASC'}).json()
    after = first["issues"][-1]["key"]
    second = jira.post("search", {**asked, "jql": f'project = "{project}" AND key > "{after}" ORDER BY key ASC'}).json()
    assert second == first


def test_by_token(repeating):
    jira = repeating("cloud")
    first = jira.search("project is not empty", maxResults=5, fields="id")
    token = first["nextPageToken"]
    second = jira.search("project is not empty", maxResults=5, fields="id", nextPageToken=token)
    assert second == first


def test_what_is_no_list_and_first_pages_are_never_repeated(repeating):
    jira = repeating("server")
    for start in (0, 5, 0):
        jira.search("project is not empty", startAt=start, maxResults=5, fields="id")
        jira.read("myself")
    told = jira.session.get(f"{jira.url}/_sandbox/faults").json()["rules"]
    assert [rule["fired"] for rule in told] == [1]
