"""Authentication, content types, errors, languages, paging."""

from __future__ import annotations

import base64
import json

import pytest
import requests


def raw(client, method, path, **options):
    return requests.request(method, f"{client.url}/api/v3/{path}", timeout=10, **options)


def test_no_credentials_are_a_401_with_a_challenge(fresh):
    answer = raw(fresh, "GET", "users/me")
    assert answer.status_code == 401
    assert answer.json()["errorIdentifier"].endswith(":Unauthenticated")
    assert answer.headers["www-authenticate"].startswith("Basic")


@pytest.mark.parametrize("auth", [("apikey", "wrong"), ("admin", "admin"), ("apikey", "")])
def test_wrong_basic_credentials_are_a_401(fresh, auth):
    assert raw(fresh, "GET", "users/me", auth=auth).status_code == 401


def test_the_api_key_works_as_basic_and_as_bearer_token(fresh):
    token = fresh.running.openproject["api_key"]
    assert token.startswith("opapi-")
    assert raw(fresh, "GET", "users/me", auth=("apikey", token)).json()["login"] == "admin"
    assert raw(fresh, "GET", "users/me", headers={"Authorization": f"Bearer {token}"}).status_code == 200


def test_broken_basic_credentials_are_a_401(fresh):
    for value in ("Basic !!!", "Basic " + base64.b64encode(b"\xff\xfe").decode(), "Negotiate x"):
        assert raw(fresh, "GET", "users/me", headers={"Authorization": value}).status_code == 401


def test_a_post_without_content_type_is_406_as_plain_text(fresh):
    answer = raw(fresh, "POST", "users/4/lock", auth=fresh.session.auth)
    assert (answer.status_code, answer.headers["content-type"]) == (406, "text/plain")
    assert answer.text == "Missing content-type header"


def test_a_wrong_content_type_is_415(fresh):
    answer = raw(fresh, "POST", "projects", auth=fresh.session.auth, data="x", headers={"Content-Type": "text/xml"})
    assert answer.status_code == 415
    assert answer.json()["errorIdentifier"].endswith(":TypeNotSupported")


def test_an_upload_as_json_is_415(fresh):
    assert fresh.refused("POST", "attachments", {})[:2] == (415, "TypeNotSupported")


@pytest.mark.parametrize("body", ["{", "nonsense", "[1]", '"text"', ""])
def test_a_body_that_is_no_object_is_400(fresh, body):
    headers = {"Content-Type": "application/json"}
    answer = raw(fresh, "POST", "projects", auth=fresh.session.auth, data=body, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["errorIdentifier"].endswith(":InvalidRequestBody")


def test_an_unknown_path_and_an_unknown_id_are_404(fresh):
    assert fresh.refused("GET", "nothing_here")[:2] == (404, "NotFound")
    assert fresh.refused("GET", "work_packages/999999")[:2] == (404, "NotFound")
    assert fresh.refused("GET", "work_packages/99999999999999999999999")[0] == 404


def test_a_method_that_a_path_does_not_have_is_405(fresh):
    assert fresh.call("DELETE", "types").status_code == 405


def test_several_violations_come_as_multiple_errors(fresh):
    assert fresh.refused("POST", "projects", {"name": "", "identifier": "Not Good"}) == (
        422,
        "MultipleErrors",
        ["identifier", "name"],
    )


def test_a_link_to_another_kind_of_thing_is_a_resource_type_mismatch(fresh, project):
    body = fresh.payload(project, links={"type": {"href": "/api/v3/statuses/1"}})
    assert fresh.refused("POST", "work_packages", body)[:2] == (422, "ResourceTypeMismatch")
    body = fresh.payload(project, links={"type": {"href": "nonsense"}})
    assert fresh.refused("POST", "work_packages", body)[:2] == (422, "ResourceTypeMismatch")


def test_a_value_of_the_wrong_form_is_a_format_error(fresh, project):
    for values in ({"startDate": "1.2.2020"}, {"estimatedTime": "8h"}, {"duration": "P"}):
        body = fresh.payload(project, **values)
        assert fresh.refused("POST", "work_packages", body) == (422, "PropertyFormatError", next(iter(values)))


def test_messages_come_in_the_language_of_the_user(furnished, serve):
    german = type(furnished)(furnished.running, "hans-token")
    bodies = [client.call("POST", "projects", {"name": ""}).json() for client in (furnished, german)]
    english_texts, german_texts = (json.dumps(body, ensure_ascii=False) for body in bodies)
    assert "can't be blank" in english_texts
    assert "muss ausgefüllt werden" in german_texts


def test_messages_come_in_the_language_of_the_server_for_users_without_one(serve):
    client = serve("settings: {language: de}")
    assert "konnte nicht gefunden werden" in client.call("GET", "types/999").json()["message"]


def test_offset_is_a_page_number_and_page_size_is_capped(serve):
    client = serve("settings: {page_size: 3}")
    project = client.project()
    made = [client.work_package(project)["id"] for _ in range(5)]
    first = client.get("work_packages", filters=[], pageSize="1000", sortBy=[["id", "asc"]])
    assert (first["pageSize"], first["count"], first["total"]) == (3, 3, 5)
    second = client.get("work_packages", filters=[], pageSize="-1", offset="2", sortBy=[["id", "asc"]])
    assert [row["id"] for row in second["_embedded"]["elements"]] == made[3:]
    assert client.get("configuration")["maximumApiV3PageSize"] == 3


def test_a_page_behind_the_last_is_empty(fresh, project):
    page = fresh.get("work_packages", filters=[], offset="99")
    assert page["count"] == 0
    assert page["_embedded"]["elements"] == []


@pytest.mark.parametrize("params", [{"filters": "{"}, {"filters": "{}"}, {"sortBy": "x"}, {"pageSize": "many"}])
def test_malformed_list_parameters_are_400(fresh, params):
    assert fresh.refused("GET", "work_packages", params=params)[0] == 400


def test_unknown_filters_and_sort_columns_are_an_invalid_query(fresh):
    bad = [{"nonsense": {"operator": "=", "values": ["1"]}}]
    assert fresh.refused("GET", "work_packages", params={"filters": json.dumps(bad)})[:2] == (400, "InvalidQuery")
    sort = {"sortBy": '[["nonsense","asc"]]', "filters": "[]"}
    assert fresh.refused("GET", "work_packages", params=sort)[:2] == (400, "InvalidQuery")


def test_root_and_configuration_tell_version_and_limits(fresh):
    root = fresh.get("")
    assert root["coreVersion"] == "17.8.0"
    configuration = fresh.get("configuration")
    assert configuration["maximumAttachmentFileSize"] == 5120 * 1024
    assert configuration["maximumApiV3PageSize"] == 1000


def test_forms_are_limited_where_the_rate_limit_is_on_and_nothing_else_is(serve):
    client = serve("settings: {rate_limit: true}")
    answers = [client.call("POST", "work_packages/form", {}) for _ in range(7)]
    assert [answer.status_code for answer in answers] == [200] * 6 + [429]
    assert "retry-after" not in answers[-1].headers
    assert answers[-1].headers["ratelimit-reset"]
    assert all(client.call("GET", "types").status_code == 200 for _ in range(10))
