"""Uploads past the server, to a storage that the administrator has set up."""

from __future__ import annotations

import hashlib
import json

import pytest
import requests

DIRECT = "settings: {direct_uploads: true, attachment_limit: 1}"


@pytest.fixture
def client(serve):
    return serve(DIRECT)


def prepare(client, path="attachments/prepare", **metadata):
    meta = json.dumps({"fileName": "a.txt", "fileSize": 5, **metadata})
    files = {"metadata": (None, meta, "application/json")}
    return client.session.post(f"{client.url}/api/v3/{path}", files=files, timeout=20)


def bring(prepared, data=b"hello", **changes):
    to = prepared["_links"]["addAttachment"]
    fields = {**to["form_fields"], **changes}
    return requests.post(to["href"], data=fields, files={"file": ("a.txt", data, "text/plain")}, timeout=20)


def test_bytes_go_to_the_storage_and_the_server_is_told(client):
    answer = prepare(client)
    assert (answer.status_code, answer.json()["status"]) == (201, "prepared")
    complete = answer.json()["_links"]["completeUpload"]["href"].replace("/api/v3/", "")
    content = f"attachments/{answer.json()['id']}/content"
    assert client.call("GET", content).status_code == 404
    assert client.call("GET", complete).status_code == 404, "nothing was brought yet"
    assert bring(answer.json()).status_code == 204
    done = client.get(complete)
    assert (done["status"], done["fileSize"], done["digest"]["hash"]) == (
        "uploaded",
        5,
        hashlib.md5(b"hello").hexdigest(),
    )
    assert client.call("GET", content).content == b"hello"
    assert client.call("GET", complete).status_code == 404, "once"


def test_the_storage_takes_what_was_signed_and_once_alone(client):
    first, second = prepare(client).json(), prepare(client).json()
    assert bring(first, signature="forged").status_code == 403
    assert bring(first, key=second["_links"]["addAttachment"]["form_fields"]["key"]).status_code == 403
    assert bring(first, b"x" * 2000).status_code == 400
    assert bring(first).status_code == 204
    client.get(f"attachments/{first['id']}/uploaded")
    assert bring(first).status_code == 403


def test_what_was_prepared_can_be_claimed_when_it_is_there_and_not_before(client):
    project = client.project()
    ready, early = prepare(client).json(), prepare(client).json()
    bring(ready)
    client.get(f"attachments/{ready['id']}/uploaded")
    links = {"attachments": [one["_links"]["self"] for one in (ready, early)]}
    item = client.work_package(project, links=links)
    found = client.elements(f"work_packages/{item['id']}/attachments")
    assert [one["id"] for one in found] == [ready["id"]]


def test_a_file_of_a_work_package_is_its_own_when_the_server_is_told(client):
    item = client.work_package(client.project())
    path = f"work_packages/{item['id']}/attachments"
    prepared = prepare(client, f"{path}/prepare").json()
    bring(prepared)
    assert client.elements(path) == []
    client.get(f"attachments/{prepared['id']}/uploaded")
    assert [one["id"] for one in client.elements(path)] == [prepared["id"]]


def test_what_was_prepared_and_never_brought_is_cleaned_up(serve):
    client = serve(DIRECT, seed=9)
    item = client.work_package(client.project())
    found = [
        prepare(client, path).json()
        for path in ("attachments/prepare", f"work_packages/{item['id']}/attachments/prepare")
    ]
    assert all(client.call("GET", f"attachments/{one['id']}").status_code == 200 for one in found)
    client.advance(181 * 60)
    assert all(client.call("GET", f"attachments/{one['id']}").status_code == 404 for one in found)


def test_metadata_are_checked_before_any_byte_is_brought(client):
    assert prepare(client, fileSize=5000).status_code == 422
    assert prepare(client, fileName="").status_code == 422
    assert prepare(client, fileSize="many").status_code == 400
    assert client.call("POST", "attachments/prepare", {}).status_code == 415


def test_without_a_storage_there_is_nothing_to_prepare(fresh):
    answer = prepare(fresh)
    assert (answer.status_code, answer.json()["_embedded"]["details"]["attribute"]) == (422, "base")


def test_the_configuration_and_each_work_package_tell_where_to_prepare(client, fresh):
    made = client.work_package(client.project())
    told = [client.get("configuration"), made, fresh.get("configuration")]
    assert [(one["_links"].get("prepareAttachment") or {}).get("href") for one in told] == [
        "/api/v3/attachments/prepare",
        f"/api/v3/work_packages/{made['id']}/attachments/prepare",
        None,
    ]


def test_plain_uploads_go_on(client):
    assert client.upload(data=b"hello").status_code == 201
