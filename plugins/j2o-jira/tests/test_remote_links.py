"""Remote links and voters: read where they are asked for, and readable."""

from __future__ import annotations

import pytest

from j2o_core.api import Selection, richtext
from j2o_jira.issues.extractor import Issues
from j2o_jira.richtext import read_remote_links


def issues(client, **options):
    return Issues(client, "acme", "work_packages", options)


def told(extractor, selection=Selection()):
    """All problems that reading tells of."""
    return [
        problem
        for name in extractor.slices(selection)
        for division in extractor.divide(selection, name, None)
        for part in division.slices
        for page in extractor.pages(selection, part.name, part.cursor)
        for problem in page.problems
    ]


def linked(records):
    return {
        record.key: [link["object"]["url"] for link in record.data["fields"]["remotelinks"]["links"]]
        for record in records
        if "remotelinks" in record.data["fields"]
    }


def asked(server, resource):
    return sum(count for path, count in server.requests().items() if resource in path)


SHOP = Selection(("SHOP",))
BARE = {"watchers": False, "comments": False, "worklogs": False}


def test_links_and_voters_are_asked_for_where_they_are_wanted(jira, jira_server, read):
    jira_server.control("reset-counters", {})
    found = read(issues(jira, remote_links="all", voters=True, **BARE), SHOP)
    assert asked(jira_server, "remotelink") == len(found)
    votes = [record.data["fields"]["votes"] for record in found]
    assert asked(jira_server, "votes") == sum(1 for one in votes if one["votes"]) > 0
    assert all(len(one.get("voters", ())) == one["votes"] for one in votes)
    for record in found:
        text = str(record.data["fields"].get("remotelinks"))
        assert "icon" not in text and jira_server.url not in text
    jira_server.control("reset-counters", {})
    noted = read(issues(jira, remote_links="noted", **BARE), SHOP)
    assert 0 < asked(jira_server, "remotelink") < len(noted) / 4
    assert linked(noted).items() < linked(found).items(), "what no history notes, only asking tells"


def test_nobody_asks_unless_told_to(records):
    assert not linked(records)
    assert all("voters" not in record.data["fields"]["votes"] for record in records)


def test_what_jira_keeps_of_remote_links_is_told(sandbox, connect):
    server = sandbox("server")
    client = connect(server.url, server.auth)
    server.control("behaviour", {"linking_disabled": True})
    try:
        problems = told(issues(client, remote_links="noted", **BARE), SHOP)
    finally:
        server.control("behaviour", {"linking_disabled": False})
    assert {problem.code for problem in problems} == {"J2O-X014"}
    assert all(problem.key in problem.message and problem.entity == "work_packages" for problem in problems)


@pytest.mark.parametrize(
    ("link", "line"),
    [
        (
            {
                "relationship": "mentioned in",
                "application": {"name": "Wiki"},
                "object": {"url": "https://w/1", "title": "A"},
            },
            "A (mentioned in, Wiki)",
        ),
        (
            {
                "application": {"type": "com.atlassian.jira", "name": "Other"},
                "object": {"url": "https://o/P-1", "title": "P-1", "summary": "Do\nit", "status": {"resolved": True}},
            },
            "P-1: Do it (Other, done)",
        ),
        ({"object": {"url": "https://x"}}, "https://x"),
        ({"object": {"title": "gone"}}, "gone"),
        ({}, "a link"),
    ],
)
def test_a_link_is_a_line_that_people_read(link, line):
    document, warnings = read_remote_links({"links": [link]})
    assert richtext.visible_text(document).strip().lstrip("-* ") == line and warnings == []


def test_no_links_are_no_text():
    assert read_remote_links({"links": []})[0] == richtext.Document(())
