"""Queries about comments, worklogs and changes, of which the index of newer Servers knows the newest alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Dict, List

import pytest

ADA = {"name": "ada", "key": "JIRAUSER1", "displayName": "Ada", "active": True}
BEN = {"name": "ben", "key": "JIRAUSER2", "displayName": "Ben", "active": True}
OPEN = {"id": "5", "name": "Open", "statusCategory": {"id": 2, "key": "new", "name": "To Do"}}


def moment(number: int) -> str:
    return f"2020-{1 + number // 672:02}-{1 + number // 24 % 28:02}T{number % 24:02}:00:00.000+0000"


def change(number: int, status: str) -> Dict[str, Any]:
    item = {"field": "status", "fieldtype": "jira", "from": "1", "fromString": status, "to": "5", "toString": "Open"}
    return {"id": str(number), "author": BEN if number == 0 else ADA, "created": moment(number), "items": [item]}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Issues with one more comment, worklog and change than the index holds, and with exactly as many."""
    lines: List[str] = []
    for number, extra in ((1, 1), (2, 0)):
        comments = [
            {"id": str(number * 1000 + place), "author": ADA, "created": moment(place), "updated": moment(place)}
            for place in range(500 + extra)
        ]
        for place, entry in enumerate(comments):
            entry["body"] = "The very oldest needle" if place == 0 else f"Reply {place}"
        worklogs = [
            {"id": str(number * 1000 + place), "author": BEN if place == 0 else ADA, "started": moment(place)}
            for place in range(100 + extra)
        ]
        for place, entry in enumerate(worklogs):
            entry.update({"comment": "First steps" if place == 0 else "More", "timeSpentSeconds": 60})
            entry.update({"created": moment(place), "updated": moment(place)})
        histories = [change(place, "Parked" if place == 0 else "Waiting") for place in range(100 + extra)]
        fields = {
            "summary": "Long", "issuetype": {"id": "1", "name": "Bug", "subtask": False}, "status": OPEN,
            "project": {"id": "77", "key": "OLD", "name": "Old"}, "created": moment(0), "updated": moment(600),
            "reporter": BEN, "comment": {"comments": comments, "total": len(comments)},
            "worklog": {"worklogs": worklogs, "total": len(worklogs)},
        }  # fmt: skip
        changelog = {"histories": histories}
        lines.append(json.dumps({"id": str(number), "key": f"OLD-{number}", "fields": fields, "changelog": changelog}))
    path: Path = tmp_path_factory.mktemp("long") / "issues.ndjson"
    path.write_text("\n".join(lines), encoding="utf-8")
    return str(path)


OLDEST = [
    'comment ~ "oldest needle"',
    'worklogComment ~ "first steps"',
    "worklogAuthor = ben",
    'worklogDate = "2020/01/01" AND worklogAuthor = ben',
    "status was Parked",
    "status changed from Parked",
    "status changed by ben",
]


@pytest.mark.parametrize("jql", OLDEST)
def test_what_is_older_than_the_index_holds_is_found_by_no_query(kept: Any, data: str, jql: str) -> None:
    jira = kept(jira_data=data, edition="server")
    assert jira.keys(jql) == ["OLD-2"]
    assert jira.read("issue/OLD-1/comment", maxResults=1)["comments"][0]["body"] == "The very oldest needle"


@pytest.mark.parametrize(
    ("version", "whole"), [("8.20.11", True), ("8.20.12", False), ("8.21.0", True), ("8.22.2", False)]
)
def test_the_index_is_cut_since_8_20_12_and_8_22_2(fresh: Any, data: str, version: str, whole: bool) -> None:
    jira = fresh(jira_data=data, edition="server")
    jira.behave(version=version)
    assert (len(jira.keys(OLDEST[0])) == 2) is whole


def test_cloud_knows_all_of_them(kept: Any, data: str) -> None:
    cloud = kept(jira_data=data, edition="cloud")
    assert cloud.keys(f"project = OLD AND {OLDEST[0]} ORDER BY key") == ["OLD-1", "OLD-2"]


def test_what_is_new_is_found_by_every_kind_of_clause(kept: Any, data: str) -> None:
    jira = kept(jira_data=data, edition="server")
    both = ["OLD-1", "OLD-2"]
    for jql in (
        'comment ~ "reply 400"',
        "worklogAuthor in (ada)",
        'worklogDate >= "2020/01/02" AND worklogDate < "2020/02/01"',
        "status was Waiting",
        "status was in (Waiting, Nonsense)",
        "status was Open",
        "status changed from Waiting to Open",
        'status changed after "2020/01/01 10:00"',
        "status was not Nonsense",
    ):
        assert jira.keys(f"{jql} ORDER BY key ASC") == both, jql
    for jql in ('comment ~ "nothing"', "status changed from Open", 'status changed before "2019/01/01"'):
        assert jira.keys(jql) == [], jql
    assert jira.keys('comment !~ "nothing" ORDER BY key ASC') == both


def test_restricted_comments_are_found_by_those_who_may_read_them(kept: Any) -> None:
    jira = kept(edition="server")
    state = jira.session.get(jira.url + "/_sandbox/state", params={"only": "comments"}).json()["comments"]
    row = next(row for row in state if "visibility" in row and len(row.get("body") or "") > 20)
    word = max(row["body"].split(), key=len).strip(".,:;!?*_{}[]()\"'|")
    jql = f'comment ~ "{word}" AND key = {row["issue"]}'
    assert jira.keys(jql) == [row["issue"]]
    others = [one for one in state if one["issue"] == row["issue"] and "visibility" not in one]
    if not any(word.lower() in (one.get("body") or "").lower() for one in others):
        found = jira.get("search", auth="reader", jql=jql)
        assert found.json().get("issues", []) == []
