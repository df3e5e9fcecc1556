"""Ways to log in beside the API key, and the switch that ends API keys."""

from __future__ import annotations

import pytest
import requests

SETUP = """
users: {robot: {first_name: Ro, last_name: Bot, admin: true}}
oauth_applications:
  Migration: {client_id: j2o, client_secret: hush, user: robot}
"""


def token(client, auth=None, **changes):
    form = {"grant_type": "client_credentials", "client_id": "j2o", "client_secret": "hush", **changes}
    if auth:
        form = {"grant_type": "client_credentials", "scope": "api_v3"}
    return requests.post(client.url + "/oauth/token", data=form, auth=auth, timeout=20)


def me(client, value):
    return requests.get(f"{client.url}/api/v3/users/me", headers={"Authorization": f"Bearer {value}"}, timeout=20)


def test_an_application_with_client_credentials_acts_as_its_user(serve):
    client = serve(SETUP)
    answer = token(client)
    assert (answer.status_code, answer.json()["token_type"], answer.json()["scope"]) == (200, "Bearer", "api_v3")
    assert me(client, answer.json()["access_token"]).json()["login"] == "robot"
    assert me(client, token(client, auth=("j2o", "hush")).json()["access_token"]).status_code == 200
    headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    body = {"name": "By a robot"}
    made = requests.post(f"{client.url}/api/v3/projects", json=body, headers=headers, timeout=20)
    assert made.status_code == 201


@pytest.mark.parametrize(
    ("status", "error", "changes"),
    [
        (401, "invalid_client", {"client_secret": "wrong"}),
        (401, "invalid_client", {"client_id": "other"}),
        (400, "unsupported_grant_type", {"grant_type": "password"}),
        (400, "invalid_scope", {"scope": "scim_v2"}),
    ],
)
def test_a_wrong_request_for_a_token_says_what_is_wrong(serve, status, error, changes):
    answer = token(serve(SETUP), **changes)
    assert (answer.status_code, answer.json()["error"]) == (status, error)


def test_tokens_of_applications_expire(serve):
    client = serve(SETUP, seed=3)
    found = token(client).json()
    assert me(client, found["access_token"]).status_code == 200
    client.advance(found["expires_in"] + 1)
    assert me(client, found["access_token"]).status_code == 401
    assert me(client, token(client).json()["access_token"]).status_code == 200


def test_without_api_tokens_only_applications_get_in(serve):
    client = serve(SETUP + "settings: {api_tokens: false}\n")
    key = client.running.openproject["api_key"]
    assert client.call("GET", "users/me").status_code == 401
    assert me(client, key).status_code == 401
    assert me(client, token(client).json()["access_token"]).status_code == 200


def test_a_token_ends_with_its_user(serve):
    client = serve(SETUP, seed=4)
    found = token(client).json()["access_token"]
    robot = me(client, found).json()
    client.post(f"users/{robot['id']}/lock", {})
    assert me(client, found).status_code == 401


def test_an_application_needs_a_user_that_is_there(serve):
    with pytest.raises(ValueError, match=r"oauth_applications\.A\.user: there is no user 'nobody'"):
        serve("oauth_applications: {A: {client_id: a, client_secret: b, user: nobody}}")
    with pytest.raises(ValueError, match=r"oauth_applications\.A\.client_secret"):
        serve("oauth_applications: {A: {client_id: a, user: admin}}")
