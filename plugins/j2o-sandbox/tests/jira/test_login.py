"""Editions, credentials and how each edition says no."""

from __future__ import annotations

from typing import Any

import pytest


def test_server_info_is_for_anybody_and_tells_the_edition(server: Any, datacenter: Any, cloud: Any) -> None:
    for jira, kind in ((server, "Server"), (datacenter, "Server"), (cloud, "Cloud")):
        info = jira.get("/rest/api/2/serverInfo", auth=None).json()
        assert info["deploymentType"] == kind
        assert info["baseUrl"] == jira.url
        assert info["versionNumbers"] == [int(part) for part in info["version"].split("-")[0].split(".")]
    assert cloud.get("/rest/api/2/serverInfo", auth=None).json()["version"] == "1001.0.0-SNAPSHOT"


def test_addresses_follow_the_host_of_the_request(server: Any) -> None:
    other = server.url.replace("127.0.0.1", "localhost")
    answer = server.request("GET", other + "/rest/api/2/myself")
    assert answer.json()["self"].startswith(other + "/rest/api/2/user?")


def test_an_instance_may_live_under_a_context_path(fresh: Any) -> None:
    jira = fresh(edition="server")
    jira.behave(context_path="/jira")
    assert jira.get("/rest/api/2/serverInfo").status_code == 404
    assert jira.get("/jira/rest/api/2/serverInfo").json()["baseUrl"] == jira.url + "/jira"
    issue = jira.get("/jira/rest/api/2/issue/SHOP-1").json()
    assert issue["self"].startswith(jira.url + "/jira/rest/api/2/issue/")


def test_a_personal_access_token_is_a_bearer_token(server: Any) -> None:
    answer = server.get("myself")
    assert answer.json()["name"] == "admin"
    assert answer.headers["X-Seraph-LoginReason"] == "OK"


def test_basic_auth_takes_user_and_password_but_no_token(server: Any) -> None:
    assert server.get("myself", auth=("admin", "j2o-sandbox-admin-password")).status_code == 200
    assert server.get("myself", auth=("reader", server.login["token"])).status_code == 401
    assert server.get("myself", auth=("reader", "j2o-sandbox-reader-password")).status_code == 200


def test_server_answers_bad_logins_with_an_html_page(server: Any) -> None:
    for headers in ({"Authorization": "Bearer wrong"}, {"Authorization": "Basic bm9ib2R5Ondyb25n"}):
        answer = server.request("GET", "issue/SHOP-1", None, headers=headers)
        assert answer.status_code == 401
        assert answer.headers["X-Seraph-LoginReason"] == "AUTHENTICATED_FAILED"
        assert answer.headers["Content-Type"].startswith("text/html")


def test_three_bad_logins_lock_the_name_behind_a_captcha_even_for_the_right_password(fresh: Any) -> None:
    jira = fresh(edition="server")
    for _ in range(3):
        assert jira.get("myself", auth=("admin", "wrong")).status_code == 401
    answer = jira.get("myself", auth=("admin", "j2o-sandbox-admin-password"))
    assert answer.status_code == 403
    assert answer.headers["X-Seraph-LoginReason"] == "AUTHENTICATION_DENIED"
    assert answer.headers["X-Authentication-Denied-Reason"].startswith("CAPTCHA_CHALLENGE; login-url=")
    assert jira.get("myself", auth=("reader", "j2o-sandbox-reader-password")).status_code == 200
    assert jira.get("myself").status_code == 200, "tokens are not locked"


def test_basic_auth_can_be_switched_off(fresh: Any) -> None:
    jira = fresh(edition="datacenter")
    jira.behave(basic_auth_disabled=True)
    answer = jira.get("myself", auth=("admin", "j2o-sandbox-admin-password"))
    assert answer.status_code == 403
    assert answer.json() == {"message": "Basic Authentication has been disabled on this instance."}
    assert jira.get("myself").status_code == 200


@pytest.mark.parametrize("path", ["myself", "user/search?username=.&query=.", "groups/picker"])
def test_some_resources_need_an_account(jira: Any, path: str) -> None:
    answer = jira.get(path, auth=None)
    assert answer.status_code == 401
    assert answer.json()["message"].startswith("Client must be authenticated")
    assert answer.json()["status-code"] == 401


def test_cloud_answers_bad_credentials_as_if_nobody_had_logged_in(cloud: Any) -> None:
    answer = cloud.get("project/search", auth=("admin@example.com", "wrong"))
    assert answer.status_code == 200
    assert answer.headers["X-Seraph-Loginreason"] == "AUTHENTICATED_FAILED"
    assert answer.json()["values"] == []
    assert cloud.get("myself", auth=("admin@example.com", "wrong")).status_code == 401


def test_cloud_takes_mail_and_token_but_no_password(cloud: Any) -> None:
    assert cloud.get("myself").json()["emailAddress"] == "admin@example.com"
    assert cloud.get("myself", auth=("admin@example.com", "j2o-sandbox-admin-password")).status_code == 401
    assert cloud.get("myself", auth=("admin", cloud.login["token"])).status_code == 401


def test_scoped_tokens_work_through_the_gateway_alone(cloud: Any) -> None:
    scoped = ("admin@example.com", "j2o-sandbox-scoped-token")
    assert cloud.get("myself", auth=scoped).status_code == 401
    cloud_id = cloud.get("/_edge/tenant_info", auth=None).json()["cloudId"]
    gateway = f"/ex/jira/{cloud_id}/rest/api/3/myself"
    assert cloud.get(gateway, auth=scoped).status_code == 200
    assert cloud.get(gateway).status_code == 401


def test_anonymous_callers_see_no_project_and_no_issue(jira: Any) -> None:
    assert jira.get("project", auth=None).json() == []
    assert jira.get("issue/SHOP-1", auth=None).status_code == 404
    path = "search/jql" if jira.edition == "cloud" else "search"
    answer = jira.get(path, auth=None, jql="project = SHOP")
    assert answer.status_code == 400
    assert answer.json()["errorMessages"] == ["The value 'SHOP' does not exist for the field 'project'."]


def test_permissions_tell_what_the_caller_may_do(jira: Any) -> None:
    mine = jira.read("mypermissions", permissions="BROWSE_PROJECTS,ADMINISTER")["permissions"]
    assert {name: entry["havePermission"] for name, entry in mine.items()} == {
        "BROWSE_PROJECTS": True,
        "ADMINISTER": True,
    }
    reader = jira.get("mypermissions", auth="reader", permissions="BROWSE_PROJECTS,ADMINISTER").json()["permissions"]
    assert reader["BROWSE_PROJECTS"]["havePermission"] and not reader["ADMINISTER"]["havePermission"]


def test_cloud_wants_permissions_to_be_named(cloud: Any, server: Any) -> None:
    assert cloud.get("mypermissions").status_code == 400
    assert len(server.read("mypermissions")["permissions"]) > 5


def test_version_three_exists_on_cloud_alone(server: Any, cloud: Any) -> None:
    assert server.get("/rest/api/3/myself").status_code == 404
    for version in ("2", "3", "latest"):
        assert cloud.get(f"/rest/api/{version}/myself").status_code == 200


def test_cloud_names_its_time_zone(cloud: Any) -> None:
    assert cloud.get("serverInfo", auth=None).json()["serverTimeZone"] == "Africa/Lagos"


def test_app_tokens_are_bearer_tokens_of_the_gateway(cloud: Any) -> None:
    cloud_id = cloud.get("/_edge/tenant_info", auth=None).json()["cloudId"]
    headers = {"Authorization": "Bearer j2o-sandbox-scoped-token"}
    on_site = cloud.request("GET", "myself", None, headers=headers)
    assert (on_site.status_code, on_site.json()["code"]) == (401, 401)
    gateway = f"/ex/jira/{cloud_id}/rest/api/3/myself"
    assert cloud.request("GET", gateway, None, headers=headers).json()["emailAddress"] == "admin@example.com"


def test_attachments_of_a_scoped_token_are_behind_the_gateway_though_their_address_is_the_site(cloud: Any) -> None:
    scoped = ("admin@example.com", "j2o-sandbox-scoped-token")
    gateway = "/ex/jira/" + cloud.get("/_edge/tenant_info", auth=None).json()["cloudId"]
    query = {"jql": "project in (SHOP, OPS)", "fields": "attachment", "maxResults": 100}
    found = cloud.get(f"{gateway}/rest/api/3/search/jql", auth=scoped, **query).json()["issues"]
    entry = next(entry for issue in found for entry in issue["fields"]["attachment"] if entry["size"])
    assert entry["content"].startswith(cloud.url + "/rest/api/3/attachment/content/")
    assert cloud.request("GET", entry["content"], scoped, allow_redirects=False).status_code == 401
    moved = entry["content"].replace(cloud.url, cloud.url + gateway)
    assert cloud.request("GET", moved, scoped, allow_redirects=False).status_code == 303
    assert len(cloud.request("GET", moved, scoped, params={"redirect": "false"}).content) == entry["size"]
