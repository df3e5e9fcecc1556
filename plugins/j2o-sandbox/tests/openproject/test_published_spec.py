"""The answers of the sandbox against the OpenAPI document that OpenProject publishes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

DOCUMENT = Path(__file__).parents[5] / "shared" / "openapi" / "openproject-17.6.json"
pytestmark = [
    pytest.mark.shared,
    pytest.mark.xdist_group("published-spec"),
    pytest.mark.skipif(not DOCUMENT.exists(), reason="the published OpenAPI document is not beside the checkout"),
]


@pytest.fixture(scope="module")
def document():
    return json.loads(DOCUMENT.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def things(serve):
    client = serve(openproject_version="17.6")
    project = client.project()
    user = client.member(project)
    one = client.work_package(project, links={"assignee": user["_links"]["self"]})
    two = client.work_package(project)
    path = f"work_packages/{one['id']}"
    entry = {"entity": one["_links"]["self"], "user": user["_links"]["self"]}
    relation = {"type": "relates", "_links": {"to": two["_links"]["self"]}}
    note = {"comment": {"raw": "A comment"}}
    link = {"definingProject": project["_links"]["self"]}
    return {
        "/projects/{id}": f"projects/{project['id']}",
        "/users/{id}": f"users/{user['id']}",
        "/groups/{id}": f"groups/{client.post('groups', {'name': 'Published'})['id']}",
        "/versions/{id}": f"versions/{client.post('versions', {'name': '1', '_links': link})['id']}",
        "/work_packages/{id}": path,
        "/work_packages/{id}/activities": f"{path}/activities",
        "/work_packages/{id}/watchers": f"{path}/watchers",
        "/work_packages/{id}/attachments": f"{path}/attachments",
        "/attachments/{id}": f"attachments/{client.upload(f'{path}/attachments').json()['id']}",
        "/activities/{id}": f"activities/{client.post(f'{path}/activities', note)['id']}",
        "/relations/{id}": f"relations/{client.post(f'{path}/relations', relation)['id']}",
        "/time_entries/{id}": "time_entries/"
        + str(client.post("time_entries", {"spentOn": "2026-01-05", "hours": "PT1H", "_links": entry})["id"]),
    }


PATHS = [
    "",
    "/configuration",
    "/projects",
    "/users",
    "/groups/{id}",
    "/memberships",
    "/types",
    "/statuses",
    "/priorities",
    "/roles",
    "/relations",
    "/time_entries",
    "/projects/{id}",
    "/users/{id}",
    "/versions/{id}",
    "/work_packages/{id}",
    "/work_packages/{id}/activities",
    "/work_packages/{id}/watchers",
    "/work_packages/{id}/attachments",
    "/attachments/{id}",
    "/activities/{id}",
    "/relations/{id}",
    "/time_entries/{id}",
]


@pytest.mark.parametrize("path", PATHS)
def test_an_answer_has_the_published_form(serve, document, things, path):
    client = serve(openproject_version="17.6")
    body = client.get(things.get(path, path.lstrip("/")))
    content = document["paths"]["/api/v3" + path]["get"]["responses"]["200"]["content"]
    schema = {**next(iter(content.values()))["schema"], "components": document["components"]}
    errors = [
        f"{list(error.absolute_path)}: {error.message}" for error in Draft202012Validator(schema).iter_errors(body)
    ]
    assert errors == []
