"""Published issues, served as they are."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any, Dict, List

import pytest

from j2o_sandbox.jira.app import tracker_of
from j2o_sandbox.options import SandboxError, SandboxOptions

ADA = {"name": "ada", "key": "JIRAUSER1", "displayName": "Ada", "active": True, "self": "https://old.example/user?ada"}


def raw(id: int, key: str, **fields: Any) -> Dict[str, Any]:
    base = {
        "issuetype": {"id": "1", "name": "Bug", "subtask": False, "self": "https://old.example/issuetype/1"},
        "project": {"id": "77", "key": key.split("-")[0], "name": "Old"},
        "status": {"id": "5", "name": "Open", "statusCategory": {"id": 2, "key": "new", "name": "To Do"}},
        "created": "2019-10-08T22:05:25.000+0000",
        "updated": "2019-10-09T22:05:25.000+0200",
        "summary": key,
        "reporter": ADA,
    }
    return {"id": str(id), "key": key, "self": f"https://old.example/issue/{id}", "fields": {**base, **fields}}


@pytest.fixture
def write(tmp_path: Path) -> Any:
    def write(*issues: Any) -> str:
        path = tmp_path / "issues.ndjson"
        path.write_text("".join(json.dumps(issue) + "\n" for issue in issues), encoding="utf-8")
        return str(path)

    return write


def test_published_issues_keep_their_odd_parts(fresh: Any, write: Any) -> None:
    body = {
        "id": "9",
        "author": ADA,
        "created": "2019-10-08T22:05:25.000+0000",
        "updated": "2019-10-08T22:05:25.000+0000",
    }
    page = {"comments": [body], "total": 3, "maxResults": 3, "startAt": 0}
    sprint = {"id": 4, "name": "One", "state": "closed", "originBoardId": 2}
    path = write(raw(500, "OLD-1", comment=page, closedSprints=[sprint], flagged=True), raw(20, "OLD-2", summary=None))
    jira = fresh(jira_data=path, edition="server")
    fields = jira.read("issue/OLD-1")["fields"]
    assert fields["comment"]["total"] == 3 and len(fields["comment"]["comments"]) == 1
    assert "body" not in fields["comment"]["comments"][0]
    assert fields["closedSprints"] == [sprint] and fields["flagged"] is True
    assert jira.read("issue/OLD-2")["fields"]["summary"] is None
    assert jira.keys("project = OLD ORDER BY key ASC") == ["OLD-1", "OLD-2"]
    assert "old.example" not in json.dumps(jira.read("issue/OLD-1"))
    assert jira.read("/rest/agile/1.0/board/2/sprint")["values"][0]["name"] == "One"
    assert jira.read("/rest/agile/1.0/sprint/4/issue")["total"] == 1
    assert jira.read("/rest/agile/1.0/issue/OLD-1")["fields"]["closedSprints"] == [sprint]


def test_people_are_found_wherever_they_are_embedded(fresh: Any, write: Any) -> None:
    watcher = {**ADA, "name": "eve", "key": "eve", "displayName": "Eve", "active": False}
    jira = fresh(jira_data=write(raw(1, "OLD-1", customfield_1=[watcher])), edition="server")
    people = {p["name"]: p for p in jira.read("user/search", username=".", includeInactive="true")}
    assert set(people) == {"ada", "eve", "admin", "reader"}
    assert people["ada"]["key"] == "JIRAUSER1" and not people["eve"]["active"]
    assert jira.read("issue/OLD-1")["fields"]["customfield_1"][0]["name"] == "eve"
    assert jira.read("project/OLD")["id"] == "77"
    assert [entry["name"] for entry in jira.read("issuetype")] == ["Bug"]


def test_administrators_of_the_data_do_not_lock_out_those_of_the_sandbox(fresh: Any, write: Any) -> None:
    boss = {**ADA, "name": "admin", "displayName": "The Boss", "emailAddress": "boss@old.example", "active": False}
    path = write(raw(1, "OLD-1", reporter=boss))
    for edition in ("server", "cloud"):
        assert fresh(jira_data=path, edition=edition).read("myself")["displayName"] == "The Boss"


def test_either_kind_of_body_is_served_in_either_dialect(fresh: Any, write: Any) -> None:
    document = {
        "version": 1,
        "type": "doc",
        "content": [
            {
                "type": "paragraph",
                "content": [{"type": "mention", "attrs": {"id": "ada"}}, {"type": "text", "text": " x"}],
            }
        ],
    }
    path = write(raw(1, "OLD-1", description="Hi [~ada]\r\nthere"), raw(2, "OLD-2", description=document))
    server, cloud = fresh(jira_data=path, edition="server"), fresh(jira_data=path, edition="cloud")
    assert server.read("issue/OLD-1")["fields"]["description"] == "Hi [~ada]\r\nthere"
    assert server.read("issue/OLD-2")["fields"]["description"] == "[~ada] x"
    account = cloud.read("issue/OLD-1")["fields"]["reporter"]["accountId"]
    assert cloud.get("/rest/api/2/issue/OLD-1").json()["fields"]["description"] == f"Hi [~accountid:{account}]\r\nthere"
    nodes = cloud.read("issue/OLD-1")["fields"]["description"]["content"][0]["content"]
    assert [node["type"] for node in nodes] == ["text", "mention", "hardBreak", "text"]
    assert nodes[1]["attrs"]["id"] == account
    assert cloud.read("issue/OLD-2")["fields"]["description"]["content"][0]["content"][0]["attrs"]["id"] == account


def test_attachment_bytes_are_made_up_from_id_and_size(fresh: Any, write: Any) -> None:
    file = {"id": "31", "filename": "a.log", "size": 5000, "mimeType": "text/plain", "author": ADA}
    path = write(raw(1, "OLD-1", attachment=[file]))
    first, second = fresh(jira_data=path, edition="server"), fresh(jira_data=path, attachment_bytes=100)
    entry = first.read("issue/OLD-1")["fields"]["attachment"][0]
    whole = first.request("GET", entry["content"]).content
    assert len(whole) == 5000
    entry = second.read("issue/OLD-1")["fields"]["attachment"][0]
    assert entry["size"] == 100 and second.request("GET", entry["content"]).content == whole[:100]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{nonsense", "line 2: not JSON"),
        ("[]", "line 2: not a raw issue"),
        ('{"id": "x", "key": "OLD-3", "fields": {}}', "line 2: 'id' is 'x'"),
        ('{"id": "3", "key": "OLD-3", "fields": {}}', "line 2: 'created' is None"),
        (json.dumps(raw(1, "OLD-9")), "line 2: issue 1 is already on line 1"),
    ],
)
def test_bad_files_are_refused_with_the_line(tmp_path: Path, line: str, message: str) -> None:
    path = tmp_path / "issues.ndjson"
    path.write_text(json.dumps(raw(1, "OLD-1")) + "\n" + line + "\n", encoding="utf-8")
    with pytest.raises(SandboxError, match="--jira-data") as caught:
        tracker_of(SandboxOptions(jira_data=str(path)))
    assert message in str(caught.value)


def test_a_broken_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "issues.ndjson.gz"
    path.write_bytes(gzip.compress(json.dumps(raw(1, "OLD-1")).encode())[:-9])
    with pytest.raises(SandboxError, match="cannot be read"):
        tracker_of(SandboxOptions(jira_data=str(path)))


@pytest.mark.shared
def test_the_titanium_issues_are_served_completely(kept: Any, shared: Path) -> None:
    folder = shared / "data" / "jira-titanium"
    data = str(folder / "issues.ndjson.gz")
    jira = kept(jira_data=data, jira_projects=str(folder / "projects.json"), attachment_bytes=4096)
    with gzip.open(data, "rt", encoding="utf-8") as file:
        published = {issue["key"]: issue for issue in map(json.loads, file)}
    wanted = "summary,description,comment,issuelinks,attachment"
    served: List[Dict[str, Any]] = []
    while True:
        page = jira.search("ORDER BY key ASC", startAt=len(served), maxResults=1000, fields=wanted)
        served += page["issues"]
        if not page["issues"]:
            break
    assert len(served) == page["total"] == len(published) == 2183
    for issue in served:
        source = published[issue["key"]]["fields"]
        assert issue["fields"]["summary"] == source["summary"]
        assert issue["fields"].get("description") == source.get("description")
        comments = source["comment"]["comments"]
        assert [c.get("body") for c in issue["fields"]["comment"]["comments"]] == [c.get("body") for c in comments]
        assert issue["fields"]["comment"]["total"] == max(source["comment"]["total"], len(comments))
        assert len(issue["fields"]["issuelinks"]) == len(source["issuelinks"])
        assert all(entry["size"] <= 4096 for entry in issue["fields"]["attachment"])
    assert len({issue["id"] for issue in served}) == 2183


@pytest.mark.shared
def test_the_titanium_documents_are_served_by_cloud(kept: Any, shared: Path) -> None:
    folder = shared / "data" / "jira-titanium"
    jira = kept(jira_data=str(folder / "issues-adf.ndjson.gz"), edition="cloud", attachment_bytes=4096)
    keys = jira.keys("project = DAEMON ORDER BY key ASC")
    body = {"issueIdsOrKeys": keys[:100], "fields": ["description", "comment", "reporter"]}
    found = jira.post("issue/bulkfetch", body).json()["issues"]
    assert len(found) == 100
    assert all(issue["fields"].get("description", {"type": "doc"})["type"] == "doc" for issue in found)
    accounts = {person["accountId"] for person in jira.read("users/search", maxResults=1000)}
    assert {issue["fields"]["reporter"]["accountId"] for issue in found} <= accounts


def test_what_publishers_add_is_told_where_jira_tells_it(fresh: Any, write: Any) -> None:
    eve = {"name": "eve", "key": "JIRAUSER2", "displayName": "Eve", "active": True}
    sprint = (
        "com.atlassian.greenhopper.service.sprint.Sprint@1f[rapidViewId=3,state=ACTIVE,name=Two, or more,goal=,id=7]"
    )
    issue = raw(
        500,
        "OLD-1",
        votes={"votes": 1, "hasVoted": False, "voters": [eve]},
        watches={"watchCount": 1, "isWatching": False, "watchers": [ADA]},
        customfield_10001=[sprint],
        customfield_10002=["Red"],
    )
    issue["remotelinks"] = [{"id": 4, "object": {"url": "https://wiki.example/1", "title": "Wiki"}}]
    issue["names"] = {"customfield_10002": "Colours"}
    issue["schema"] = {"customfield_10002": {"type": "array", "items": "string", "custom": "x:labels"}}
    issue["fields"]["status"].pop("statusCategory")
    jira = fresh(jira_data=write(issue), edition="server")
    assert [one["name"] for one in jira.read("issue/OLD-1/watchers")["watchers"]] == ["ada"]
    assert [one["name"] for one in jira.read("issue/OLD-1/votes")["voters"]] == ["eve"]
    assert "voters" not in jira.read("issue/OLD-1")["fields"]["votes"]
    assert jira.read("issue/OLD-1/remotelink")[0]["object"]["title"] == "Wiki"
    fields = {one["id"]: one for one in jira.read("field")}
    assert (fields["customfield_10002"]["name"], fields["customfield_10002"]["schema"]["custom"]) == (
        "Colours",
        "x:labels",
    )
    assert fields["customfield_10001"]["schema"]["custom"].endswith(":gh-sprint")
    assert [one["name"] for one in jira.read("/rest/agile/1.0/board/3/sprint")["values"]] == ["Two, or more"]
    assert jira.read("/rest/agile/1.0/board/3/configuration")["columnConfig"]["columns"][0]["statuses"] == []
