"""Odd parts of published issues that no generator makes up: customers, history without ids and authors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Dict, List

ITEMS: List[Dict[str, Any]] = [
    {"field": "WorklogId", "fieldtype": "jira", "from": "12", "fromString": "12", "to": None, "toString": None},
    {"field": "Workflow", "fieldtype": "jira", "from": "1", "fromString": "classic", "to": "2", "toString": "new"},
    {"field": "RemoteIssueLink", "fieldtype": "jira", "from": None, "fromString": None, "to": "9", "toString": "x"},
    {"field": "status", "fieldtype": "jira", "fieldId": "status", "from": "1", "fromString": "a", "to": "2"},
]
CUSTOMER = {"accountId": "qm:1:2", "accountType": "customer", "displayName": "Kim", "active": True}


def write(folder: Path, **more: Any) -> str:
    fields = {
        "summary": "Old",
        "issuetype": {"id": "1", "name": "Bug", "subtask": False},
        "project": {"id": "77", "key": "OLD", "name": "Old"},
        "status": {"id": "5", "name": "Open", "statusCategory": {"id": 2, "key": "new", "name": "To Do"}},
        "created": "2019-10-08T22:05:25.000+0000",
        "updated": "2019-10-09T22:05:25.000+0000",
        "reporter": CUSTOMER,
    }
    path = folder / "issues.ndjson"
    path.write_text(json.dumps({"id": "1", "key": "OLD-1", "fields": fields, **more}) + "\n", encoding="utf-8")
    return str(path)


def test_customers_are_accounts_of_their_own_kind(fresh: Any, tmp_path: Path) -> None:
    cloud = fresh(jira_data=write(tmp_path), edition="cloud")
    kinds = {person["displayName"]: person["accountType"] for person in cloud.read("users/search")}
    assert kinds["Kim"] == "customer"
    assert cloud.read("issue/OLD-1")["fields"]["reporter"]["accountType"] == "customer"


def test_history_keeps_odd_items_and_may_lack_field_ids_and_authors(fresh: Any, tmp_path: Path) -> None:
    history = {"id": "7", "created": "2019-10-08T22:05:25.000+0000", "items": ITEMS}
    page = {"startAt": 0, "maxResults": 1, "total": 1, "histories": [history]}
    jira = fresh(jira_data=write(tmp_path, changelog=page), edition="server")
    served = jira.read("issue/OLD-1", expand="changelog")["changelog"]["histories"]
    assert len(served) == 1 and "author" not in served[0]
    assert [item["field"] for item in served[0]["items"]] == ["WorklogId", "Workflow", "RemoteIssueLink", "status"]
    assert ["fieldId" in item for item in served[0]["items"]] == [False, False, False, True]
