"""Forms say what a write would say, and write nothing."""

from __future__ import annotations

import pytest


def state(client):
    """Everything that is stored, but for the counters of requests."""
    return {kind: rows for kind, rows in client.call("GET", "/_sandbox/state").json().items() if kind != "requests"}


def both(client, method, path, body):
    """What is wrong with a body by the write (attributes and messages) and by the form, which leaves all as it was."""
    before = state(client)
    form = client.call("POST", f"{path}/form", body)
    assert state(client) == before
    written = client.call(method, path, body)
    return written, form


def refusals(answer):
    """The refusal of a write as {attribute: message}."""
    error = answer.json()
    parts = error.get("_embedded", {}).get("errors") or [error]
    return {part["_embedded"]["details"]["attribute"]: part["message"] for part in parts}


def errors(form):
    """What a form found, likewise."""
    assert form.status_code == 200, form.text
    body = form.json()
    assert body["_type"] == "Form"
    return {name: error["message"] for name, error in body["_embedded"]["validationErrors"].items()}


def href(kind, row):
    return {"href": f"/api/v3/{kind}/{row['id']}"}


def bad_bodies(client):
    """Bodies of creates that are refused, by kind."""
    project, user = client.project(), client.user()
    version = client.post("versions", {"name": "1.0", "_links": {"definingProject": href("projects", project)}})
    task = next(row for row in client.elements("types") if row["name"] == "Task")
    item = client.post(
        "work_packages", {"subject": "a", "_links": {"project": href("projects", project), "type": href("types", task)}}
    )
    links = {"project": href("projects", project), "type": href("types", task)}
    yield "work_packages", {"subject": "x" * 256, "_links": links}
    yield "work_packages", {"subject": "", "_links": links}
    yield "work_packages", {"subject": "a", "startDate": "2024-03-09", "dueDate": "2024-03-01", "_links": links}
    yield "work_packages", {"subject": "a", "_links": {**links, "assignee": href("users", user)}}
    yield "work_packages", {"subject": "a", "createdAt": "2020-01-01T00:00:00Z", "_links": links}
    yield "projects", {"name": "", "identifier": "No good!"}
    yield "projects", {"name": "a", "identifier": project["identifier"]}
    yield "users", {"login": user["login"], "email": "nobody", "firstName": "", "lastName": "b", "status": "active"}
    yield "versions", {"name": version["name"], "_links": {"definingProject": href("projects", project)}}
    yield (
        "memberships",
        {"_links": {"project": href("projects", project), "principal": href("users", user), "roles": []}},
    )
    member = client.member(project)
    entry = {"user": href("users", member), "entity": href("work_packages", item)}
    yield "time_entries", {"hours": "PT1H", "_links": entry}
    yield "time_entries", {"spentOn": "2024-01-01", "hours": "PT1H", "comment": {"raw": "x" * 1001}, "_links": entry}


def test_a_form_finds_what_the_create_refuses_in_the_same_words_and_writes_nothing(fresh):
    for kind, body in bad_bodies(fresh):
        written, form = both(fresh, "POST", kind, body)
        assert written.status_code == 422, (kind, written.text)
        assert errors(form) == refusals(written), kind
        assert "commit" not in form.json()["_links"], kind


def test_a_form_of_an_update_finds_what_the_update_refuses(fresh, project):
    item = fresh.post("work_packages", {"subject": "a", "_links": {"project": href("projects", project)}})
    version = fresh.post("versions", {"name": "1.0", "_links": {"definingProject": href("projects", project)}})
    user = fresh.user()
    entry = fresh.post(
        "time_entries",
        {
            "spentOn": "2024-01-01",
            "hours": "PT1H",
            "_links": {"entity": href("work_packages", item), "user": href("users", fresh.member(project))},
        },
    )
    for path, body in (
        (f"work_packages/{item['id']}", {"lockVersion": item["lockVersion"], "subject": ""}),
        (f"projects/{project['id']}", {"name": ""}),
        (f"versions/{version['id']}", {"name": ""}),
        (f"users/{user['id']}", {"email": "nobody"}),
        (f"time_entries/{entry['id']}", {"comment": {"raw": "x" * 1001}}),
    ):
        written, form = both(fresh, "PATCH", path, body)
        assert written.status_code == 422, (path, written.text)
        assert errors(form) == refusals(written), path


def test_a_sound_body_has_no_errors_and_may_be_committed(fresh, project):
    for kind, body in (
        ("work_packages", {"subject": "a", "_links": {"project": href("projects", project)}}),
        ("versions", {"name": "2.0", "_links": {"definingProject": href("projects", project)}}),
        ("projects", {"name": "Form", "identifier": "of-a-form"}),
    ):
        written, form = both(fresh, "POST", kind, body)
        assert errors(form) == {} and form.json()["_links"]["commit"]["method"] == "post", kind
        assert written.status_code == 201


def test_a_form_says_where_to_ask_again_and_shows_text_as_it_would_be_shown(fresh):
    body = {"name": "a", "identifier": "shown-by-a-form", "description": {"raw": "some *text*"}}
    form = fresh.call("POST", "projects/form", body).json()
    assert form["_links"]["validate"] == {"href": "/api/v3/projects/form", "method": "post"}
    assert form["_embedded"]["payload"]["description"].items() >= {"format": "markdown", "raw": "some *text*"}.items()
    membership = fresh.call("GET", "memberships/schema").json()
    assert membership["notificationMessage"]["location"] == "_meta"


def test_a_stale_lock_version_and_a_wrong_link_are_refused_by_the_form_itself(fresh, project):
    item = fresh.post("work_packages", {"subject": "a", "_links": {"project": href("projects", project)}})
    stale = {"lockVersion": item["lockVersion"] + 1, "subject": "b"}
    assert fresh.refused("POST", f"work_packages/{item['id']}/form", stale)[:2] == (409, "UpdateConflict")
    wrong = {"_links": {"project": {"href": "/api/v3/users/1"}}}
    assert fresh.refused("POST", "work_packages/form", wrong)[:2] == (422, "ResourceTypeMismatch")


@pytest.mark.parametrize("path", ["projects/form", "users/form"])
def test_who_may_not_create_may_not_ask_either(furnished, serve, path):
    from .conftest import Client

    reader = Client(furnished.running, "reader-token")
    assert reader.refused("POST", path, {"name": "a"})[:2] == (403, "MissingPermission")


def test_a_form_needs_a_content_type(fresh):
    answer = fresh.call("POST", "work_packages/form", data="{}")
    assert answer.status_code == 406
