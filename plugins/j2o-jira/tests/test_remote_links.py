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


def test_remote_links_are_asked_for_of_every_issue_or_of_those_whose_history_notes_one(jira, jira_server, read):
    shop = Selection(("SHOP",))
    jira_server.control("reset-counters", {})
    everything = read(issues(jira, remote_links="all", watchers=False), shop)
    assert asked(jira_server, "remotelink") == len(everything)
    jira_server.control("reset-counters", {})
    noted = read(issues(jira, remote_links="noted", watchers=False), shop)
    assert 0 < asked(jira_server, "remotelink") < len(noted) / 4
    of_all, of_noted = linked(everything), linked(noted)
    assert of_noted.items() < of_all.items(), "what no history notes, only asking tells"
    assert any(len(links) > 1 for links in of_all.values())
    jira_server.control("reset-counters", {})
    assert not linked(read(issues(jira, watchers=False), shop)) and not asked(jira_server, "remotelink")


def test_pictures_and_addresses_of_jira_are_no_part_of_a_link(jira, jira_server, read):
    found = read(issues(jira, remote_links="all", watchers=False), Selection(("OPS",)))
    assert linked(found)
    for record in found:
        text = str(record.data["fields"].get("remotelinks"))
        assert "icon" not in text and jira_server.url not in text


def test_voters_are_read_where_there_are_votes(jira, jira_server, read):
    jira_server.control("reset-counters", {})
    found = read(issues(jira, voters=True, watchers=False), Selection(("OPS",)))
    votes = [record.data["fields"]["votes"] for record in found]
    assert asked(jira_server, "votes") == sum(1 for one in votes if one["votes"]) > 0
    assert all(len(one.get("voters", ())) == one["votes"] for one in votes)


def test_what_jira_keeps_of_remote_links_is_told(sandbox, connect):
    server = sandbox("server", issues=12)
    client = connect(server.url, server.auth)
    server.control("behaviour", {"linking_disabled": True})
    try:
        problems = told(issues(client, remote_links="all", watchers=False))
    finally:
        server.control("behaviour", {"linking_disabled": False})
    assert {problem.code for problem in problems} == {"J2O-X014"} and len(problems) == 12
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
