"""Closed months and the most hours of a day: told before a run, and what to do about a refusal."""

from __future__ import annotations

import pytest

from j2o_core.api import ItemFailed, Needs
from j2o_openproject.inspection import OpenProjectInspector


@pytest.fixture(scope="module")
def restricted(restrictive):
    """A server that takes no time before 2025 and no more than eight hours a day."""
    return restrictive


def told(target):
    lines = OpenProjectInspector(target.client).lines(Needs((), {"time_entries": ("hours",)}))
    return [(line.status, line.message.partition(":")[0], bool(line.advice)) for line in lines if line.topic == "time"]


def test_preflight_asks_a_form_and_tells_each(restricted, target, monkeypatch):
    assert told(restricted) == [
        ("warn", "time of past months may not be logged", True),
        ("warn", "a day may not have so many hours", True),
    ]
    assert told(target) == []
    assert restricted.state("time_entries")["time_entries"] == []
    monkeypatch.setattr(type(restricted.client), "version", (17, 7))
    assert told(restricted) == []  # which has no such settings


@pytest.mark.parametrize(
    ("entry", "words"),
    [({"spentOn": "2024-12-31"}, "past months"), ({"spentOn": "2025-02-03", "hours": "PT9H"}, "so many hours")],
)
def test_a_refusal_for_them_says_what_to_lift_and_how_to_go_on(restricted, entry, words):
    project = restricted.project()
    user, item = restricted.member(project), restricted.work_package(project)
    with pytest.raises(ItemFailed, match=words) as failure:
        restricted.loader("time_entries").create(restricted.worklog(item, user, **entry))
    assert failure.value.code == "time_restricted"
    assert "Administration > Time and costs" in failure.value.message and "--retry-failed" in failure.value.message


def test_a_change_into_a_closed_month_is_told_likewise(restricted):
    project = restricted.project()
    user, item = restricted.member(project), restricted.work_package(project)
    loader = restricted.loader("time_entries")
    effect = restricted.worklog(item, user, spentOn="2025-02-03")
    made = loader.create(effect)
    moved = restricted.worklog(item, user, id=effect.origin.id, spentOn="2024-02-03", fields=frozenset({"spentOn"}))
    with pytest.raises(ItemFailed, match="past months"):
        loader.update(moved, loader.read(made.id))


def test_whoever_is_no_member_is_told_that_and_nothing_of_restrictions(restricted):
    item = restricted.work_package(restricted.project())
    with pytest.raises(ItemFailed, match="members of the project") as failure:
        restricted.loader("time_entries").create(restricted.worklog(item, restricted.user(), spentOn="2025-02-03"))
    assert failure.value.code != "time_restricted"
