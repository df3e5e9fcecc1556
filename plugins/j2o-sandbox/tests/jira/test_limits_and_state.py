"""Rate limits, the state of a running Jira, its settings and counters."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from j2o_sandbox.options import SandboxError


def test_data_center_sends_limit_headers_with_every_success(datacenter: Any, server: Any) -> None:
    headers = datacenter.get("myself").headers
    assert headers["X-RateLimit-Limit"] == "-1"
    assert headers["X-RateLimit-Remaining"] == "9223372036854775807"
    assert headers["Retry-After"] == "0", "present on 200: not a reason to wait"
    assert "X-RateLimit-Limit" not in server.get("myself").headers


def test_data_center_answers_429_above_the_burst(fresh: Any) -> None:
    jira = fresh(edition="datacenter")
    jira.behave(burst=3, retry_after=2)
    answers = [jira.get("myself") for _ in range(12)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert answers[0].status_code == 200 and refused
    assert refused[0].headers["Retry-After"] == "2"
    assert refused[0].headers["X-RateLimit-Limit"] == "3"
    assert refused[0].headers["X-RateLimit-Interval-Seconds"] == "1"
    assert refused[0].headers["Content-Type"].startswith("text/html"), "what stands before Jira answers, and no REST"
    assert "Rate limit exceeded" in refused[0].text


def test_data_center_counts_each_user_on_each_node_apart(fresh: Any) -> None:
    jira = fresh(edition="datacenter")
    jira.behave(burst=2, nodes=2)
    answers = [jira.get("myself") for _ in range(8)]
    assert {answer.headers["X-ANODEID"] for answer in answers} == {"node1", "node2"}
    for node in ("node1", "node2"):
        codes = [answer.status_code for answer in answers if answer.headers["X-ANODEID"] == node]
        assert codes[:2] == [200, 200] and 429 in codes, "two on each node"
    assert jira.get("myself", auth="reader").status_code == 200, "somebody else's requests are not counted"


def test_cloud_counts_each_method_and_resource_apart(fresh: Any) -> None:
    jira = fresh(edition="cloud")
    jira.behave(burst=2)
    assert 429 in [jira.get("issue/SHOP-1").status_code for _ in range(6)]
    assert jira.get("issue/SHOP-2").status_code == 429, "the same resource"
    assert jira.get("myself").status_code == 200
    assert jira.get("myself", auth="reader").status_code == 200
    assert jira.get("myself").status_code == 429, "a tenant is one, whoever asks"


def test_cloud_says_why_and_until_when(fresh: Any, cloud: Any) -> None:
    assert cloud.get("myself").headers["X-RateLimit-Limit"] == "350"
    jira = fresh(edition="cloud")
    jira.behave(burst=2)
    answers = [jira.get("myself") for _ in range(10)]
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert refused.headers["Retry-After"] == "1"
    assert refused.headers["RateLimit-Reason"] == "jira-burst-based"
    assert refused.headers["X-RateLimit-Reset"].endswith("Z")
    assert "true" in {answer.headers["X-RateLimit-NearLimit"] for answer in answers}
    assert "tenant-app-quota" in refused.headers["Beta-RateLimit-Policy"]


def test_settings_are_checked(fresh: Any) -> None:
    jira = fresh(edition="server")
    for wrong in (
        {"nonsense": 1},
        {"page_cap": "ten"},
        {"page_cap": None},
        {"token_fault": "odd"},
        {"unknown_boundary": "odd"},
        {"edition": "cloud"},
    ):
        answer = jira.session.post(jira.url + "/_sandbox/behaviour", json=wrong)
        assert answer.status_code == 422
        assert "setting" in answer.json()["errorMessages"][0]


def test_settings_can_be_there_from_the_start(fresh: Any, tmp_path: Path) -> None:
    file = tmp_path / "jira.yaml"
    file.write_text("page_cap: 7\nmasked_mails: true\n")
    jira = fresh(edition="server", jira_setup=str(file))
    assert jira.search("", maxResults=50)["maxResults"] == 7
    assert jira.read("myself")["emailAddress"] == "admin at example dot com"
    for wrong, told in (
        ("page_cap: ten", "page_cap"),
        ("- 1", "a map of settings"),
        ("nonsense: 1", "unknown setting"),
        ("burst: x", "expected a whole number or null"),
    ):
        file.write_text(wrong)
        with pytest.raises(SandboxError, match=f"--jira-setup .*{told}"):
            fresh(edition="server", jira_setup=str(file))


def test_the_state_needs_no_credentials_and_counts_requests_by_template(fresh: Any) -> None:
    jira = fresh(edition="server")
    jira.get("issue/SHOP-1")
    jira.get("issue/SHOP-2")
    jira.get("issue/10000/comment")
    jira.search("project = SHOP", maxResults=1)
    jira.get("user", username="admin")
    state = jira.session.get(jira.url + "/_sandbox/state").json()
    assert state["requests"] == {
        "GET /rest/api/2/issue/{id}": 2,
        "GET /rest/api/2/issue/{id}/comment": 1,
        "GET /rest/api/2/search": 1,
        "GET /rest/api/2/user": 1,
    }
    assert len(state["issues"]) == jira.search("project in (SHOP, OPS)", maxResults=0)["total"]
    assert {"projects", "users", "groups", "versions", "comments", "worklogs", "attachments", "watchers"} <= set(state)


def test_state_rows_are_in_the_form_of_the_api(jira: Any) -> None:
    state = jira.session.get(jira.url + "/_sandbox/state").json()
    issue = next(row for row in state["issues"] if row["key"] == "SHOP-2")
    served = jira.read("issue/SHOP-2", expand="changelog" if jira.edition != "cloud" else "")
    served.pop("changelog", None)
    issue.pop("changelog")
    served["fields"]["comment"].pop("maxResults")
    issue["fields"]["comment"].pop("maxResults")
    assert issue == served
    assert state["users"][0]["self"].startswith(jira.url)


def test_parts_of_the_state_can_be_asked_for(jira: Any) -> None:
    state = jira.session.get(jira.url + "/_sandbox/state", params={"only": "manifest,versions"}).json()
    assert set(state) == {"requests", "manifest", "versions"}
    assert jira.session.get(jira.url + "/_sandbox/state", params={"only": "nonsense"}).status_code == 400


@pytest.mark.parametrize("control", ["GET /_sandbox/nonsense", "PUT /_sandbox/state"])
def test_other_controls_do_not_exist(server: Any, control: str) -> None:
    method, path = control.split()
    assert server.request(method, path).status_code == 404


def test_cloud_has_several_reasons_to_refuse(fresh: Any) -> None:
    jira = fresh(edition="cloud")
    jira.behave(burst=1, limit_reason="jira-quota-tenant-based", retry_after=1800)
    refused = next(answer for answer in (jira.get("myself") for _ in range(10)) if answer.status_code == 429)
    assert refused.headers["RateLimit-Reason"] == "jira-quota-tenant-based"
    assert refused.headers["Retry-After"] == "1800"
    wrong = jira.session.post(jira.url + "/_sandbox/behaviour", json={"limit_reason": "mood"})
    assert wrong.status_code == 422


def fault(jira: Any, **rule: Any) -> None:
    answer = jira.session.post(jira.url + "/_sandbox/faults", json={"rules": [rule]})
    assert answer.status_code == 200, answer.text


def test_other_refusals_carry_a_time_to_wait_too(fresh: Any) -> None:
    jira = fresh(edition="cloud")
    fault(jira, do="status", status=503, retry_after=7, times=1)
    answer = jira.get("myself")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "7")
    assert jira.get("myself").status_code == 200


@pytest.mark.parametrize(
    ("path", "template", "status"),
    [
        ("users/search", "/rest/api/3/users/search", 409),
        ("issue/SHOP-1/remotelink", "/rest/api/3/issue/{id}/remotelink", 413),
    ],
)
def test_large_lists_can_be_refused_on_cloud(fresh: Any, path: str, template: str, status: int) -> None:
    jira = fresh(edition="cloud")
    fault(jira, do="status", status=status, path=template, times=1)
    assert jira.get("myself").status_code == 200
    assert jira.get(path).status_code == status
    assert jira.get(path).status_code == 200


@pytest.mark.parametrize("status", [200, 403, 503])
def test_a_page_may_stand_where_json_is_expected(fresh: Any, status: int) -> None:
    jira = fresh(edition="server")
    fault(jira, do="html", status=status, times=1)
    answer = jira.get("issue/SHOP-1")
    assert (answer.status_code, answer.headers["Content-Type"].split(";")[0]) == (status, "text/html")
    assert jira.get("issue/SHOP-1").json()["key"] == "SHOP-1"
