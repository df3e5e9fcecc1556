"""Opening a connection: who we are is proved, and whatever is wrong is told."""

from __future__ import annotations

import pytest

from j2o_core.api import Fatal
from j2o_core.testing.scripted_server import say_json, say_page
from j2o_sandbox.jira.accounts import CLOUD_ID, SCOPED


def test_the_edition_and_the_user_are_found_out(jira_server, connect):
    facts = connect(jira_server.url, jira_server.auth).check()
    assert facts["edition"].lower() == jira_server.edition
    assert facts["user"]
    assert facts["time zone"]


def test_wrong_credentials_are_told(jira_server, connect):
    auth = {**jira_server.auth, "token": "wrong-token"}
    with pytest.raises(Fatal, match=r"auth") as caught:
        connect(jira_server.url, auth).check()
    assert caught.value.exit_code == 3
    assert "wrong-token" not in str(caught.value)


def test_a_token_is_no_bearer_token_on_a_cloud_site(sandbox, connect):
    server = sandbox("cloud")
    with pytest.raises(Fatal, match="API token"):
        connect(server.url, {"token": server.auth["token"]}).check()


def test_a_scoped_token_works_through_the_gateway(sandbox, connect):
    server = sandbox("cloud")
    client = connect(f"{server.url}/ex/jira/{CLOUD_ID}", {"user": server.auth["user"], "token": SCOPED.token})
    assert client.check()["edition"] == "Cloud"
    assert client.url == server.url


def test_user_and_password_work_on_server(sandbox, connect):
    server = sandbox("server")
    client = connect(server.url, {"user": "admin", "password": "j2o-sandbox-admin-password"})
    assert client.check()["user"] == "admin"


def test_a_disabled_way_to_log_in_is_told_in_the_server_s_words(sandbox, connect):
    server = sandbox("server", seed=7, issues=5)
    server.control("behaviour", {"basic_auth_disabled": True})
    with pytest.raises(Fatal, match="Basic Authentication has been disabled"):
        connect(server.url, {"user": "admin", "password": "x"}).check()
    server.control("behaviour", {"basic_auth_disabled": None})


def test_a_token_for_a_jira_that_knows_none_is_told(sandbox, connect):
    server = sandbox("server", seed=7, issues=5)
    server.control("behaviour", {"version": "8.13.2"})
    with pytest.raises(Fatal, match=r"Jira 8\.13\.2 knows no personal access tokens.*password"):
        connect(server.url, server.auth).check()
    assert (
        connect(server.url, {"user": "admin", "password": "j2o-sandbox-admin-password"}).check()["version"] == "8.13.2"
    )
    server.control("behaviour", {"version": "9.12.4"})


def test_a_password_for_jira_11_is_told(sandbox, connect):
    server = sandbox("server", seed=7, issues=5)
    server.control("behaviour", {"version": "11.0.1"})
    with pytest.raises(Fatal, match=r"has been disabled.*personal access token"):
        connect(server.url, {"user": "admin", "password": "j2o-sandbox-admin-password"}).check()
    assert connect(server.url, server.auth).check()["version"] == "11.0.1"
    server.control("behaviour", {"version": "9.12.4"})


def test_a_captcha_is_told_and_not_tried_again(sandbox, connect):
    server = sandbox("server", seed=7, issues=5)
    for _ in range(3):
        with pytest.raises(Fatal, match="401"):
            connect(server.url, {"user": "reader", "password": "wrong"}).check()
    server.control("reset-counters", {})
    with pytest.raises(Fatal, match="CAPTCHA"):
        connect(server.url, {"user": "reader", "password": "wrong"}).check()
    assert sum(server.requests().values()) == 1


def test_a_context_path_belongs_to_the_address(sandbox, connect):
    server = sandbox("server", seed=7, issues=5)
    server.control("behaviour", {"context_path": "/jira"})
    client = connect(f"{server.url}/jira/", server.auth)
    assert client.check()["edition"] == "Server"
    assert client.identity.endswith("/jira")
    with pytest.raises(Fatal, match=r"context path|does not answer|404"):
        connect(server.url, server.auth).check()
    server.control("behaviour", {"context_path": ""})


def test_a_login_page_in_place_of_data_is_told(scripted, connect):
    scripted.answers = [say_page(200)]
    with pytest.raises(Fatal, match=r"web page instead of data.*context path") as caught:
        connect(scripted.url).check()
    assert caught.value.exit_code == 3
    assert len(scripted.asked) <= 3


def test_something_else_than_jira_is_told(scripted, connect):
    scripted.answers = [say_json({"_type": "Root"})]
    with pytest.raises(Fatal, match="does not answer as Jira does"):
        connect(scripted.url).check()


def test_an_anonymous_answer_is_no_login(scripted, connect):
    scripted.answers = [
        say_json({"deploymentType": "Cloud", "version": "1001.0.0-SNAPSHOT"}),
        say_json({"accountId": "5a", "displayName": "A"}, 200, X_Seraph_Loginreason="AUTHENTICATED_FAILED"),
    ]
    with pytest.raises(Fatal, match="nobody"):
        connect(scripted.url).check()


def test_nobody_listening_is_told(connect):
    with pytest.raises(Fatal, match="no connection"):
        connect("http://127.0.0.1:9").check()


@pytest.mark.parametrize("auth", [{}, {"user": "a"}, {"user": "a", "token": "b", "password": "c"}, {"password": "c"}])
def test_incomplete_credentials_are_told_before_anything_is_sent(connect, auth):
    with pytest.raises(Fatal) as caught:
        connect("http://127.0.0.1:9", auth)
    assert caught.value.code == "credentials"


def test_an_empty_user_means_a_bearer_token(scripted, connect):
    scripted.answers = [say_json({"version": "9.12.4", "deploymentType": "Server"}), say_json({"name": "admin"})]
    connect(scripted.url, {"user": "", "token": "abcd"}).check()
    assert scripted.asked[0].headers["Authorization"] == "Bearer abcd"


def test_metadata_are_asked_once_for_runs_within_their_lifetime(jira_server, connect, tmp_path):
    for _ in range(2):
        client = connect(jira_server.url, jira_server.auth, cache_folder=tmp_path, identity="acme")
        client.check()
        names = client.field_names()
        assert names["summary"] == "Summary"
        counts = dict(client.http.observation.counts())
        client.close()
    assert not [name for name in counts if "field" in name or "serverInfo" in name]
