"""The fields of queries: one name for each, whatever a person calls it."""

from __future__ import annotations

import re
from typing import Mapping

_ALIASES = {
    "issuetype": "type",
    "createddate": "created",
    "updateddate": "updated",
    "duedate": "due",
    "resolutiondate": "resolved",
    "resolveddate": "resolved",
    "id": "key",
    "issue": "key",
    "issuekey": "key",
    "epic link": "parent",
    "category": "projectCategory",
}
_OWN = (
    *("project", "type", "status", "statusCategory", "priority", "resolution", "assignee", "reporter", "creator"),
    *("watcher", "voter", "votes", "watchers", "fixVersion", "affectedVersion", "component", "labels", "parent", "key"),
    *("summary", "description", "environment", "text", "comment", "created", "updated", "due", "resolved", "level"),
    *("rank", "projectCategory", "sprint"),
)
_BY_NAME = {name.lower(): name for name in _OWN}
_CUSTOM = re.compile(r"cf\[(\d+)\]", re.IGNORECASE)

PEOPLE = ("assignee", "reporter", "creator", "watcher", "voter")
TEXTS = ("summary", "description", "environment", "text", "comment")
#: times to the minute, and days
MOMENTS, DAYS = ("created", "updated", "resolved"), ("due",)
#: what every issue has
NEVER_EMPTY = ("project", "type", "status", "key", "created", "updated", "summary", "creator")
#: what a list begins with the greatest of, where nobody says otherwise
DESCENDING = ("created", "updated", "resolved", "priority", "votes", "watchers")


def field_name(name: str, known: Mapping[str, str]) -> str:
    """The one name of a field; of a custom field its display name. ``known`` are display names by id."""
    custom = _CUSTOM.fullmatch(name)
    if custom:
        return known.get(f"customfield_{custom[1]}", name)
    folded = name.strip().lower()
    own = _BY_NAME.get(_ALIASES.get(folded, folded))
    if own is not None:
        return own
    return next((display for display in known.values() if display.lower() == folded), name)
