"""Attachment content: addresses, redirects, ranges, caps."""

from __future__ import annotations

from typing import Any, Dict, List


def attachments(jira: Any) -> List[Dict[str, Any]]:
    found = jira.search("project in (SHOP, OPS)", fields="attachment", maxResults=100)["issues"]
    return [entry for issue in found for entry in issue["fields"]["attachment"]]


def test_content_has_the_announced_size_and_is_always_the_same(jira: Any) -> None:
    for entry in attachments(jira)[:8]:
        content = jira.request("GET", entry["content"]).content
        assert len(content) == entry["size"]
        assert jira.request("GET", entry["content"]).content == content
        assert jira.read(f"attachment/{entry['id']}")["filename"] == entry["filename"]


def test_names_are_double_blank_odd_and_encoded_in_addresses(server: Any) -> None:
    found = server.search("project in (SHOP, OPS)", fields="attachment", maxResults=100)["issues"]
    by_issue = [[entry["filename"] for entry in issue["fields"]["attachment"]] for issue in found]
    assert any(len(set(names)) < len(names) for names in by_issue)
    names = {entry["filename"]: entry for entry in attachments(server)}
    assert {"Übersicht Größe.pdf", "設計書.docx", " .txt", "50% done #2 +final,v1.txt"} <= set(names)
    assert names["50% done #2 +final,v1.txt"]["content"].endswith("/50%25+done+%232+%2Bfinal%2Cv1.txt")
    odd = names["50% done #2 +final,v1.txt"]
    assert len(server.request("GET", odd["content"]).content) == odd["size"]
    assert names["empty.bin"]["size"] == 0
    assert server.request("GET", names["empty.bin"]["content"]).content == b""


def test_cloud_redirects_to_another_host_that_wants_no_credentials(cloud: Any) -> None:
    entry = attachments(cloud)[0]
    first = cloud.request("GET", entry["content"], allow_redirects=False)
    assert first.status_code == 303
    location = first.headers["Location"]
    assert location.startswith("http://localhost:") and cloud.url.startswith("http://127.0.0.1:")
    assert len(cloud.request("GET", location, None).content) == entry["size"]
    assert cloud.request("GET", location, "admin").status_code == 400, "credentials must not be forwarded"
    assert cloud.request("GET", location.replace("token=", "token=x"), None).status_code == 403
    assert cloud.get(entry["content"], auth=None, allow_redirects=False).status_code == 404


def test_cloud_streams_without_redirect_and_in_ranges(cloud: Any) -> None:
    entry = next(entry for entry in attachments(cloud) if entry["size"] > 100)
    whole = cloud.request("GET", entry["content"], params={"redirect": "false"}, allow_redirects=False)
    assert whole.status_code == 200 and len(whole.content) == entry["size"]
    part = cloud.request(
        "GET", entry["content"], params={"redirect": "false"}, headers={"Range": "bytes=10-19"}, allow_redirects=False
    )
    assert (part.status_code, part.content) == (206, whole.content[10:20])
    assert part.headers["Content-Range"] == f"bytes 10-19/{entry['size']}"
    rest = cloud.request("GET", entry["content"], params={"redirect": "false"}, headers={"Range": "bytes=50-"})
    assert rest.content == whole.content[50:]


def test_a_token_that_works_on_rest_may_meet_the_login_page_on_attachments(fresh: Any) -> None:
    jira = fresh(edition="server")
    entry = attachments(jira)[0]
    jira.behave(attachments_refuse_tokens=True)
    first = jira.request("GET", entry["content"], allow_redirects=False)
    assert first.status_code == 302 and "/login.jsp?" in first.headers["Location"]
    followed = jira.request("GET", entry["content"])
    assert followed.status_code == 200 and followed.headers["Content-Type"].startswith("text/html")
    basic = jira.request("GET", entry["content"], ("admin", "j2o-sandbox-admin-password"))
    assert len(basic.content) == entry["size"]


def test_anonymous_callers_meet_the_login_page(server: Any) -> None:
    answer = server.request("GET", attachments(server)[0]["content"], None, allow_redirects=False)
    assert answer.status_code == 302


def test_a_cap_holds_for_announced_and_served_sizes_alike(kept: Any) -> None:
    jira = kept(edition="server", attachment_bytes=64)
    found = attachments(jira)
    assert max(entry["size"] for entry in found) == 64
    assert all(len(jira.request("GET", entry["content"]).content) == entry["size"] for entry in found[:6])
    state = jira.session.get(jira.url + "/_sandbox/state", params={"only": "attachments"}).json()
    assert max(row["size"] for row in state["attachments"]) == 64


def test_large_content_is_the_same_whole_and_in_parts() -> None:
    from j2o_sandbox.jira.attachments import CHUNK, made_up

    size = 2 * CHUNK + 17
    whole = b"".join(made_up("7", size))
    assert len(whole) == size
    for start in (0, 1, CHUNK - 1, CHUNK, CHUNK + 5, 2 * CHUNK + 16, size):
        assert b"".join(made_up("7", size, start)) == whole[start:]
    assert whole != b"".join(made_up("8", size))
