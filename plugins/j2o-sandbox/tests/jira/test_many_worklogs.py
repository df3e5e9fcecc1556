"""More worklogs than any page holds, and worklogs of this minute."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any, Dict

import pytest

MANY = 5003
ADA = {"name": "ada", "key": "JIRAUSER1", "displayName": "Ada", "active": True}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> str:
    """One issue with 5,003 worklogs, the last of which was written just now."""
    now = time.strftime("%Y-%m-%dT%H:%M:%S.000+0000", time.gmtime())
    worklogs = []
    for number in range(MANY):
        day, hour = 1 + number // 1440, number // 60 % 24
        minute = f"2020-01-{day:02}T{hour:02}:{number % 60:02}:00.000+0000"
        moment = now if number == MANY - 1 else minute
        entry: Dict[str, Any] = {"id": str(1000 + number), "author": ADA, "comment": "", "timeSpentSeconds": 60}
        worklogs.append({**entry, "started": minute, "created": moment, "updated": moment})
    fields = {
        "summary": "Long work",
        "issuetype": {"id": "1", "name": "Bug", "subtask": False},
        "project": {"id": "77", "key": "OLD", "name": "Old"},
        "status": {"id": "5", "name": "Open", "statusCategory": {"id": 2, "key": "new", "name": "To Do"}},
        "created": "2019-10-08T22:05:25.000+0000",
        "updated": "2019-10-09T22:05:25.000+0000",
        "reporter": ADA,
        "worklog": {"worklogs": worklogs, "total": MANY, "maxResults": MANY, "startAt": 0},
    }
    path: Path = tmp_path_factory.mktemp("worklogs") / "issues.ndjson"
    path.write_text(json.dumps({"id": "1", "key": "OLD-1", "fields": fields}) + "\n", encoding="utf-8")
    return str(path)


def test_server_stops_at_the_oldest_five_thousand(kept: Any, data: str) -> None:
    page = kept(jira_data=data, edition="server").read("issue/OLD-1/worklog")
    assert (page["total"], len(page["worklogs"])) == (MANY, 5000)
    assert page["worklogs"][0]["id"] == "1000"


def test_cloud_pages_beyond_five_thousand(kept: Any, data: str) -> None:
    cloud = kept(jira_data=data, edition="cloud")
    first = cloud.read("issue/OLD-1/worklog", maxResults=6000)
    assert (first["maxResults"], len(first["worklogs"])) == (5000, 5000)
    assert len(cloud.read("issue/OLD-1/worklog", startAt=5000)["worklogs"]) == MANY - 5000


def test_the_feed_gives_a_thousand_a_page_and_keeps_back_the_last_minute(kept: Any, data: str) -> None:
    jira = kept(jira_data=data, edition="server")
    found, page = [], jira.read("worklog/updated", since=0)
    assert len(page["values"]) == 1000 and not page["lastPage"]
    while True:
        found += [entry["worklogId"] for entry in page["values"]]
        if page["lastPage"]:
            break
        page = jira.request("GET", page["nextPage"]).json()
    assert set(found) == {1000 + number for number in range(MANY - 1)}, "all but the one of this minute"


def test_worklogs_are_listed_by_a_thousand_ids_at_most(kept: Any, data: str) -> None:
    jira = kept(jira_data=data, edition="server")
    assert len(jira.post("worklog/list", {"ids": list(range(1000, 2000))}).json()) == 1000
    assert jira.post("worklog/list", {"ids": list(range(1000, 2001))}).status_code == 400
