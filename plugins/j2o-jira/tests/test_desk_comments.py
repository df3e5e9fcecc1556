"""Comments of service desks: what only the team may see is told apart from what customers see, in every edition."""

from __future__ import annotations

import pytest

from j2o_core.api import Selection
from j2o_jira.issues.desk_comments import DeskComments
from j2o_jira.issues.extractor import Issues

SAID = ({"body": "for the team", "internal": True}, {"body": "for all"})


@pytest.fixture(params=["server", pytest.param("datacenter", marks=pytest.mark.long), "cloud"])
def desk(request, sandbox, connect):
    """A client of a Jira whose project SHOP is a service desk with an internal and a public comment on one issue."""
    server = sandbox(request.param, issues=30, seed=7)
    server.control("behaviour", {"service_desk": "SHOP"})
    key = next(row["key"] for row in server.state("issues") if row["key"].startswith("SHOP-"))
    server.control("issues", {"comment": {key: list(SAID)}})
    client = connect(server.url, server.auth)
    client.check()
    return client, key, server


def test_internal_comments_are_marked_whatever_the_edition(desk, read):
    client, key, _ = desk
    records = {record.key: record.data for record in read(Issues(client, "acme", "work_packages", {}))}
    marks = {}
    for comment in records[key]["fields"]["comment"]["comments"]:
        marks.setdefault(comment["jsdPublic"], []).append(str(comment["body"]))
    assert any("for the team" in body for body in marks[False]) and any("for all" in body for body in marks[True])
    assert not any("for the team" in body for body in marks[True])


def test_other_projects_cost_no_request(desk, read):
    client, _, server = desk
    numbers = []
    for service_desk in (None, "SHOP"):
        server.control("behaviour", {"service_desk": service_desk})
        server.control("reset-counters", {})
        read(Issues(client, "acme", "work_packages", {"watchers": False}), Selection(("OPS",)))
        numbers.append(sum(count for path, count in server.requests().items() if "comment" in path))
    assert numbers[0] == numbers[1]


class Silent:
    """A Jira that shows no properties; its service desk tells ``public`` where it knows it."""

    cloud = False

    def __init__(self, public):
        self.http, self._public = self, public

    def object(self, path, asked):
        return {"comments": [{"id": "1"}, {"id": "2"}]}

    def get_json(self, path, asked):
        values = [{"id": name, "public": public} for name, public in self._public.items()]
        return {"values": values[asked["start"] :], "isLastPage": True}


class Short(Silent):
    """A Jira that gives one comment a page, whatever is asked for."""

    def object(self, path, asked):
        comments = [{"id": name, "properties": []} for name in ("1", "2")]
        return {"comments": comments[asked["startAt"] :][:1], "total": 2}


def test_pages_that_are_shorter_than_asked_for_are_read_to_the_end():
    made = issue()
    assert DeskComments(Short({})).mark(made) is None
    assert [one["jsdPublic"] for one in made["fields"]["comment"]["comments"]] == [True, True]


def issue():
    comments = [{"id": "1", "body": "a"}, {"id": "2", "body": "b"}]
    return {"id": "9", "key": "HELP-9", "fields": {"project": {"projectTypeKey": "service_desk"},
                                                    "comment": {"comments": comments}}}  # fmt: skip


@pytest.mark.parametrize(
    ("public", "expected", "untold"),
    [({"1": True, "2": False}, [True, False], 0), ({"1": True}, [True, False], 1), ({}, [False, False], 2)],
)
def test_what_nobody_tells_of_counts_as_internal_and_is_said(public, expected, untold):
    made = issue()
    problem = DeskComments(Silent(public)).mark(made)
    assert [one["jsdPublic"] for one in made["fields"]["comment"]["comments"]] == expected
    assert (
        (problem is not None and f"which of {untold} comments on HELP-9" in problem.message) if untold else not problem
    )
