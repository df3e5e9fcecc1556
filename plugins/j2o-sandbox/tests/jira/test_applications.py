"""OAuth: signed requests, consents, tokens that expire and are renewed, and the quota of applications."""

from __future__ import annotations

import base64
import time
from typing import Any, Dict
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from j2o_sandbox.jira import oauth1
from j2o_sandbox.jira.oauth2 import CLIENT, SECRET

BACK = "http://localhost:1/back"


def consent(jira: Any, scope: str = "read:jira-work", **changes: str) -> Any:
    """The answer to the browser that asks for a code."""
    path = "/authorize" if jira.edition == "cloud" else "/rest/oauth2/latest/authorize"
    asked = {"client_id": CLIENT, "redirect_uri": BACK, "response_type": "code", "scope": scope, "state": "s1"}
    return jira.request("GET", path, None, params={**asked, **changes}, allow_redirects=False)


def code(jira: Any, scope: str = "read:jira-work") -> str:
    location = consent(jira, scope).headers["Location"]
    query = parse_qs(urlsplit(location).query)
    assert location.startswith(BACK) and query["state"] == ["s1"]
    return query["code"][0]


def tokens(jira: Any, **asked: str) -> Any:
    """The answer of the token address."""
    body = {"client_id": CLIENT, "client_secret": SECRET, "redirect_uri": BACK, **asked}
    if jira.edition == "cloud":
        return jira.request("POST", "/oauth/token", None, json=body)
    return jira.request("POST", "/rest/oauth2/latest/token", None, data=body)


def granted(jira: Any, scope: str = "read:jira-work") -> Any:
    return tokens(jira, grant_type="authorization_code", code=code(jira, scope)).json()


def with_token(jira: Any, token: str, path: str = "myself", **params: Any) -> Any:
    if jira.edition == "cloud":
        cloud_id = jira.get("/_edge/tenant_info", auth=None).json()["cloudId"]
        path = f"/ex/jira/{cloud_id}/rest/api/3/{path}"
    return jira.request("GET", path, None, headers={"Authorization": f"Bearer {token}"}, params=params)


@pytest.fixture(params=["datacenter", "cloud"])
def jira(request: pytest.FixtureRequest, kept: Any) -> Any:
    return kept(edition=request.param)


def test_a_code_becomes_a_token_once(jira: Any) -> None:
    once = code(jira)
    answer = tokens(jira, grant_type="authorization_code", code=once)
    assert (answer.status_code, answer.json()["token_type"].lower()) == (200, "bearer")
    assert with_token(jira, answer.json()["access_token"]).json()["displayName"] == "Admin User"
    assert tokens(jira, grant_type="authorization_code", code=once).json()["error"] == "invalid_grant"


def test_a_refresh_token_works_once_and_brings_the_next_one(jira: Any) -> None:
    first = granted(jira, "read:jira-work offline_access")
    second = tokens(jira, grant_type="refresh_token", refresh_token=first["refresh_token"]).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert with_token(jira, second["access_token"]).status_code == 200
    again = tokens(jira, grant_type="refresh_token", refresh_token=first["refresh_token"])
    assert again.status_code == (403 if jira.edition == "cloud" else 400)
    assert tokens(jira, grant_type="refresh_token", refresh_token=second["refresh_token"]).status_code == 200


def test_only_offline_access_brings_refresh_tokens_on_cloud(kept: Any) -> None:
    assert "refresh_token" not in granted(kept(edition="cloud"))
    assert "refresh_token" in granted(kept(edition="datacenter"))


@pytest.mark.parametrize("edition", ["datacenter", "cloud"])
def test_access_tokens_expire_and_a_refresh_helps(fresh: Any, edition: str) -> None:
    jira = fresh(edition=edition)
    jira.behave(access_token_seconds=0)
    found = granted(jira, "offline_access")
    assert found["expires_in"] == 0
    assert with_token(jira, found["access_token"]).status_code == 401
    jira.behave(access_token_seconds=3600)
    renewed = tokens(jira, grant_type="refresh_token", refresh_token=found["refresh_token"]).json()
    assert with_token(jira, renewed["access_token"]).status_code == 200


def test_unknown_clients_and_wrong_requests_get_no_token(jira: Any) -> None:
    assert consent(jira, client_id="other").status_code == 400
    assert consent(jira, response_type="token").json()["error"] == "unsupported_response_type"
    assert tokens(jira, grant_type="authorization_code", code=code(jira), client_secret="no").status_code == 401
    assert tokens(jira, grant_type="authorization_code", code=code(jira), redirect_uri="http://x/").status_code == 400
    assert tokens(jira, grant_type="password").json()["error"] == "unsupported_grant_type"


def test_tokens_of_applications_reach_the_gateway_and_name_its_sites(cloud: Any) -> None:
    token = granted(cloud)["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    sites = cloud.request("GET", "/oauth/token/accessible-resources", None, headers=headers).json()
    assert sites[0]["id"] == cloud.get("/_edge/tenant_info", auth=None).json()["cloudId"]
    assert cloud.request("GET", "myself", None, headers=headers).status_code == 401, "not on the site itself"
    assert cloud.get("/oauth/token/accessible-resources", auth=None).status_code == 401


def test_oauth_2_came_with_8_22_and_access_tokens_of_people_with_8_14(fresh: Any) -> None:
    jira = fresh(edition="server")
    jira.behave(version="8.21.0")
    assert consent(jira).status_code == 404
    assert jira.get("myself").status_code == 200
    jira.behave(version="8.13.0")
    assert jira.get("myself").status_code == 401, "a scheme that nobody knows is no login"
    assert jira.get("myself", auth=("admin", "j2o-sandbox-admin-password")).status_code == 200
    jira.behave(version="8.15.0", basic_auth_disabled=True)
    assert jira.get("myself", auth=("admin", "j2o-sandbox-admin-password")).status_code == 200, "possible since 8.16"


@pytest.mark.parametrize("edition", ["server", "cloud"])
def test_tokens_of_people_expire(fresh: Any, edition: str) -> None:
    jira = fresh(edition=edition)
    assert jira.get("myself").status_code == 200
    jira.behave(tokens_expired=True)
    assert jira.get("myself").status_code == 401
    answer = jira.get("project")
    assert answer.status_code == (401 if edition == "server" else 200), "Cloud goes on as if nobody had logged in"


def test_applications_have_a_quota_of_points_an_hour_and_tokens_of_people_have_none(fresh: Any) -> None:
    jira = fresh(edition="cloud")
    jira.behave(quota_points=40)
    token = granted(jira)["access_token"]
    found = with_token(jira, token, "search/jql", jql="project = SHOP", maxResults=25)
    assert len(found.json()["issues"]) == 25
    left = found.headers["Beta-RateLimit"]
    assert '"tenant-app-quota";q=40;w=3600' in found.headers["Beta-RateLimit-Policy"] and ";r=" in left
    assert with_token(jira, token, "search/jql", jql="project = SHOP", maxResults=25).status_code == 200
    refused = with_token(jira, token)
    assert refused.status_code == 429, "two requests and fifty issues are 52 points"
    assert refused.headers["RateLimit-Reason"] == "jira-quota-tenant-based"
    assert 3000 < int(refused.headers["Retry-After"]) <= 3600
    assert jira.get("myself").status_code == 200, "an API token is exempt"


def signed(jira: Any, path: str = "myself", secret: int = oauth1.PRIVATE_EXPONENT, **changes: str) -> Any:
    """A request with an OAuth 1.0a signature over its address and a parameter."""
    given: Dict[str, str] = {
        "oauth_consumer_key": oauth1.CONSUMER,
        "oauth_token": oauth1.TOKEN,
        "oauth_signature_method": "RSA-SHA1",
        "oauth_timestamp": str(int(time.time())),
        "oauth_nonce": str(time.perf_counter_ns()),
        "oauth_version": "1.0",
        **changes,
    }
    address = jira.url + jira.api + path
    pairs = sorted((quote(k, safe="-._~"), quote(v, safe="-._~")) for k, v in [*given.items(), ("expand", "groups x")])
    joined = quote("&".join(f"{name}={value}" for name, value in pairs), safe="")
    number = pow(oauth1.padded(f"GET&{quote(address, safe='')}&{joined}"), secret, oauth1.MODULUS)
    given["oauth_signature"] = base64.b64encode(number.to_bytes(128, "big")).decode()
    header = "OAuth " + ", ".join(f'{name}="{quote(value, safe="")}"' for name, value in given.items())
    return jira.request("GET", path, None, params={"expand": "groups x"}, headers={"Authorization": header})


def test_a_signed_request_is_one_of_the_administrator(server: Any, cloud: Any) -> None:
    assert signed(server).json()["name"] == "admin"
    assert signed(cloud).status_code == 401, "Cloud has no such thing"


@pytest.mark.parametrize(
    ("problem", "changes"),
    [
        ("consumer_key_unknown", {"oauth_consumer_key": "other"}),
        ("token_rejected", {"oauth_token": "other"}),
        ("signature_method_rejected", {"oauth_signature_method": "PLAINTEXT"}),
        ("timestamp_refused", {"oauth_timestamp": "1000000000"}),
        ("signature_invalid", {"secret": 3}),
    ],
)
def test_a_wrong_signature_says_what_is_wrong(server: Any, problem: str, changes: Dict[str, Any]) -> None:
    answer = signed(server, **changes)
    assert (answer.status_code, answer.text) == (401, f"oauth_problem={problem}")
    assert f'oauth_problem="{problem}"' in answer.headers["WWW-Authenticate"]


def test_a_signature_works_once_and_needs_all_its_parts(server: Any) -> None:
    assert signed(server, oauth_nonce="twice").status_code == 200
    assert signed(server, oauth_nonce="twice").text == "oauth_problem=nonce_used"
    bare = server.request("GET", "myself", None, headers={"Authorization": 'OAuth oauth_token="x"'})
    assert bare.text == "oauth_problem=parameter_absent"
