"""What the fields of an issue are to be on the target, by what the demo's spec promises; told without code of j2o."""

from __future__ import annotations

import re
from typing import Any, Mapping, Optional

from .directory import Directory

Row = Mapping[str, Any]

#: a fresh OpenProject knows these, and no others are in the workflows of what new projects have
_STATUSES = {
    "In Progress": "In progress",
    "In Review": "In progress",
    "Blocked": "On hold",
    "Done": "Closed",
    "Won't do": "Rejected",
}
_PRIORITIES = {"Highest": "Immediate", "High": "High", "Low": "Low", "Lowest": "Low"}
_PHASES = ("Epic", "Initiative")
_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")
#: OpenProject keeps hours as a decimal number: so many seconds may be lost to it
ROUNDED = 18


class Values:
    """Of one Jira and one OpenProject. ``users`` are whom the accounts of the target belong to, by their ids."""

    def __init__(self, fields: list[Row], directory: Directory, users: Mapping[str, Optional[str]]) -> None:
        self._directory, self._users = directory, users
        self._start = next((str(row["id"]) for row in fields if row["name"] == "Start date"), "")

    def wanted(self, issue: Row) -> dict[str, Any]:
        """By the issue: type, status, priority, assignee, days and the estimate."""
        fields = issue["fields"]
        start, due = fields.get(self._start), fields.get("duedate")
        assignee = fields.get("assignee")
        return {
            "type": "Phase" if _name(fields, "issuetype") in _PHASES else "Task",
            "status": _STATUSES.get(_name(fields, "status"), "New"),
            "priority": _PRIORITIES.get(_name(fields, "priority"), "Normal"),
            "assignee": self._directory.who(assignee) if assignee else None,
            # A start after the end is told in words.
            "start": None if start and due and start > due else start,
            "due": due,
            "estimate": fields.get("timeoriginalestimate"),
        }

    def held(self, row: Row, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """The same by the work package; what rounding lost of the estimate is given back."""
        links = row["_links"]
        assignee = (links.get("assignee") or {}).get("href")
        estimate = seconds(row["estimatedTime"]) if row.get("estimatedTime") else None
        if estimate is not None and abs(estimate - (wanted["estimate"] or 0)) <= ROUNDED:
            estimate = wanted["estimate"]
        return {
            "type": links["type"]["title"],
            "status": links["status"]["title"],
            "priority": links["priority"]["title"],
            "assignee": self._users.get(assignee.rpartition("/")[2], assignee) if assignee else None,
            "start": row.get("startDate"),
            "due": row.get("dueDate"),
            "estimate": estimate,
        }


def seconds(duration: str) -> int:
    """``P1DT2H`` as seconds."""
    found = _DURATION.fullmatch(duration)
    assert found, duration
    days, hours, minutes, left = (int(part or 0) for part in found.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + left


def _name(fields: Row, name: str) -> str:
    return str((fields.get(name) or {}).get("name"))
