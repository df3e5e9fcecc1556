"""What OpenProject's forms say of a write: the server's own words, and nothing is written."""

from __future__ import annotations

import json
from dataclasses import replace
from urllib.request import urlopen

import pytest

from j2o_core.api import ERROR, WARNING, Loader


def state(target):
    """Everything that is stored on the target."""
    with urlopen(f"{target.url}/_sandbox/state", timeout=30) as answer:
        return {kind: rows for kind, rows in json.load(answer).items() if kind != "requests"}


def told(target, entity, effect, current=None, **options):
    before = state(target)
    found = target.loader(entity, **options).server_check(effect, current)
    assert state(target) == before
    return found


def test_what_is_sound_is_not_refused(target, project):
    user = target.member(project)
    item = target.work_package(project)
    number = next(target.numbers)
    for entity, effect in (
        ("work_packages", target.issue(project, assignee=user, description=target.rich("a #12"))),
        ("projects", target.effect("projects", {"identifier": f"q{number}", "name": "Q"})),
        ("versions", target.effect("versions", {"project": project, "name": f"{number}.0"})),
        ("memberships", target.effect("memberships", {"project": project, "user": target.user(), "roles": ["Member"]})),
        ("time_entries", target.worklog(item, user)),
    ):
        assert told(target, entity, effect) == [], entity


def test_the_words_of_a_refusal_are_the_servers_own_and_name_the_field(target, project):
    stranger = target.issue(project, assignee=target.user())
    (refused,) = told(target, "work_packages", stranger)
    assert (refused.code, refused.severity, refused.field) == ("J2O-O030", ERROR, "assignee")
    assert "OpenProject would refuse it: " in refused.message and "Assignee" in refused.message
    number = next(target.numbers)
    target.make("versions", {"project": project, "name": f"v{number}"})
    (taken,) = told(target, "versions", target.effect("versions", {"project": project, "name": f"V{number}"}))
    assert taken.field == "name" and "taken" in taken.message


def test_a_status_that_the_workflow_would_replace_is_told(target, project):
    (altered,) = told(target, "work_packages", target.issue(project, status="Developed", type="Milestone"))
    assert (altered.code, altered.severity, altered.field) == ("J2O-O031", WARNING, "status")


def test_an_update_is_asked_about_like_a_create(target, project):
    loader, effect = target.loader("work_packages"), target.issue(project)
    current = loader.read(loader.create(effect).id)
    changed = replace(effect, payload={**effect.payload, "subject": ""}, fields=frozenset({"subject"}))
    (refused,) = told(target, "work_packages", changed, current)
    assert (refused.field, refused.severity) == ("subject", ERROR)
    sound = replace(effect, payload={**effect.payload, "subject": "b"}, fields=frozenset({"subject"}))
    assert told(target, "work_packages", sound, current) == []


@pytest.mark.parametrize("entity", ["groups", "comments", "relations", "watchers", "attachments"])
def test_kinds_without_a_form_say_that_they_cannot_ask(target, entity):
    assert type(target.loader(entity)).server_check is Loader.server_check


def test_a_server_without_such_a_form_is_not_taken_for_a_refusal(target, monkeypatch):
    monkeypatch.setattr(target.client, "ask_form", lambda path, body: None)
    number = next(target.numbers)
    assert told(target, "projects", target.effect("projects", {"identifier": f"r{number}", "name": "R"})) is None
