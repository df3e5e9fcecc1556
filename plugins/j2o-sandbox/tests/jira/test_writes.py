"""Writes: the check against forged forms, the limit per issue, and what is written."""

from __future__ import annotations

from typing import Any, Dict, Optional

import pytest

BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36"


def body(jira: Any, text: str) -> Dict[str, Any]:
    if jira.edition != "cloud":
        return {"body": text}
    paragraph = {"type": "paragraph", "content": [{"type": "text", "text": text}]}
    return {"body": {"type": "doc", "version": 1, "content": [paragraph]}}


def comment(jira: Any, key: str = "SHOP-1", agent: str = "j2o", token: Optional[str] = None, **more: Any) -> Any:
    headers = {"User-Agent": agent, **({} if token is None else {"X-Atlassian-Token": token})}
    return jira.request("POST", f"issue/{key}/comment", json=body(jira, "Hello"), headers=headers, **more)


def upload(jira: Any, token: Optional[str] = "no-check", data: bytes = b"hello", key: str = "SHOP-1") -> Any:
    headers = {} if token is None else {"X-Atlassian-Token": token}
    files = {"file": ("a b.txt", data, "text/plain")}
    return jira.request("POST", f"issue/{key}/attachments", files=files, headers=headers)


@pytest.fixture(params=["server", "cloud"])
def mine(request: pytest.FixtureRequest, fresh: Any) -> Any:
    return fresh(edition=request.param)


def test_a_comment_is_the_caller_s_and_found_at_once(mine: Any) -> None:
    before = mine.read("issue/SHOP-1/comment")["total"]
    answer = comment(mine, auth="reader")
    assert answer.status_code == 201
    page = mine.read("issue/SHOP-1/comment", orderBy="-created")
    assert page["total"] == before + 1
    assert page["comments"][0]["id"] == answer.json()["id"]
    assert page["comments"][0]["author"]["displayName"] == "Read Only"
    assert comment(mine, auth=None).status_code == 401
    assert comment(mine, "NOPE-1").status_code == 404


def test_a_comment_has_the_body_of_its_version(mine: Any) -> None:
    other: Any = "text" if mine.edition == "cloud" else {"type": "doc"}
    answer = mine.post("issue/SHOP-1/comment", {"body": other})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["comment"])
    assert comment(mine).json()["body"] == body(mine, "Hello")["body"]


@pytest.mark.parametrize("token", [None, "check"])
def test_an_upload_without_the_header_is_taken_for_a_forged_form(mine: Any, token: Optional[str]) -> None:
    answer = upload(mine, token)
    assert (answer.status_code, answer.text) == (403, "XSRF check failed")
    assert upload(mine).status_code == 200


def test_a_write_that_looks_like_a_browser_s_is_checked_too(mine: Any) -> None:
    assert (comment(mine, agent=BROWSER).status_code, comment(mine, agent=BROWSER).text) == (403, "XSRF check failed")
    assert comment(mine, agent=BROWSER, token="no-check").status_code == 201
    assert comment(mine, agent="python-requests/2").status_code == 201


def test_reads_are_never_checked(mine: Any) -> None:
    headers = {"User-Agent": BROWSER}
    assert mine.request("GET", "issue/SHOP-1", headers=headers).status_code == 200
    path, query = ("search/jql", {"jql": "project = SHOP"}) if mine.edition == "cloud" else ("search", {"jql": ""})
    assert mine.request("POST", path, json=query, headers=headers).status_code == 200


def test_an_uploaded_file_gives_its_own_bytes_back(mine: Any) -> None:
    data = bytes(range(256)) * 9
    entry = upload(mine, data=data).json()[0]
    assert (entry["filename"], entry["size"], entry["mimeType"]) == ("a b.txt", len(data), "text/plain")
    assert mine.request("GET", entry["content"], params={"redirect": "false"}).content == data
    span = {"Range": "bytes=10-19"}
    part = mine.request("GET", entry["content"], params={"redirect": "false"}, headers=span)
    assert (part.status_code, part.content) == (206, data[10:20])
    assert entry["id"] in {one["id"] for one in mine.read("issue/SHOP-1")["fields"]["attachment"]}


def test_an_upload_is_a_form_with_a_file(mine: Any) -> None:
    headers = {"X-Atlassian-Token": "no-check"}
    path = "issue/SHOP-1/attachments"
    assert mine.request("POST", path, json={}, headers=headers).status_code == 415
    named = {"other": ("a.txt", b"x", "text/plain")}
    assert mine.request("POST", path, files=named, headers=headers).status_code == 400
    many = [("file", (f"{number}.txt", b"x", "text/plain")) for number in range(61)]
    assert mine.request("POST", path, files=many, headers=headers).status_code == 413


def test_cloud_limits_the_writes_on_one_issue(fresh: Any) -> None:
    jira = fresh(edition="cloud")
    jira.behave(issue_writes=2, retry_after=3)
    answers = [comment(jira) for _ in range(8)]
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert [answer.status_code for answer in answers[:2]] == [201, 201]
    assert refused.headers["RateLimit-Reason"] == "jira-per-issue-on-write"
    assert refused.headers["Retry-After"] == "3"
    assert comment(jira, "SHOP-2").status_code == 201, "each issue has its own"
    assert jira.get("issue/SHOP-1").status_code == 200, "reading is another matter"
    written = jira.session.get(jira.url + "/_sandbox/state", params={"only": "comments"}).json()["comments"]
    ids = {row["id"] for row in written if row["issue"] == "SHOP-1"}
    assert {answer.json()["id"] for answer in answers if answer.status_code == 201} <= ids
    assert sum(answer.status_code == 201 for answer in answers) == sum(int(id) >= 900_000_000 for id in ids)
