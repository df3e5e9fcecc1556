"""Cerberus schemas of the records: what later stages rely on. Unknown fields are welcome."""

from __future__ import annotations

from typing import Any, Mapping

_TEXT = {"type": "string"}
_ID = {"type": "string", "required": True, "empty": False}
_MAYBE = {"type": "string", "nullable": True}


def _object(schema: Mapping[str, Any], **rules: Any) -> dict[str, Any]:
    return {"type": "dict", "allow_unknown": True, "schema": dict(schema), **rules}


def _list(name: str) -> dict[str, Any]:
    """A page of a sub-list. Its elements are looked at as records of their own, not once more with every issue."""
    return _object({name: {"type": "list", "required": True}, "total": {"type": "integer"}}, nullable=True)


_PERSON = {
    "accountId": _TEXT,
    "key": _TEXT,
    "name": _TEXT,
    "displayName": _TEXT,
    "emailAddress": _TEXT,
    "active": {"type": "boolean"},
}
_PROJECT = {"id": _ID, "key": _ID, "name": _TEXT}
_NAMED = _object({"id": _TEXT, "name": _TEXT}, nullable=True)
_ATTACHMENT = {"id": _ID, "filename": _MAYBE, "size": {"type": "integer", "min": 0}, "content": _TEXT}

RECORDS: Mapping[str, Mapping[str, Any]] = {
    "jira.users": _PERSON,
    "jira.people": _PERSON,
    "jira.groups": {"id": _ID, "name": _TEXT, "members": {"type": "list", "schema": _object(_PERSON)}},
    "jira.projects": {
        **_PROJECT,
        "description": _MAYBE,
        "archived": {"type": "boolean"},
        "projectKeys": {"type": "list", "schema": _TEXT},
        "lead": _object(_PERSON, nullable=True),
    },
    "jira.versions": {
        "id": _ID,
        "name": _TEXT,
        "released": {"type": "boolean"},
        "archived": {"type": "boolean"},
        "project": _object(_PROJECT, required=True),
    },
    "jira.members": {
        "id": _ID,
        "project": _object(_PROJECT, required=True),
        "user": _object(_PERSON, excludes="group"),
        "group": _object({"name": _TEXT, "groupId": _TEXT}),
        "roles": {"type": "list", "schema": _TEXT, "required": True},
    },
    "jira.issues": {
        "id": _ID,
        "key": _ID,
        "fields": _object(
            {
                "summary": _MAYBE,
                "project": _object(_PROJECT, required=True),
                "issuetype": _NAMED,
                "status": _NAMED,
                "priority": _NAMED,
                "parent": _object({"id": _TEXT, "key": _TEXT}, nullable=True),
                "comment": _list("comments"),
                "worklog": _list("worklogs"),
                "issuelinks": {"type": "list", "nullable": True},
                "attachment": {"type": "list", "nullable": True},
            },
            required=True,
        ),
        "changelog": _list("histories"),
    },
    "jira.attachments": _ATTACHMENT,
    "jira.watchers": {"id": _ID, "user": _object(_PERSON, required=True)},
    "jira.participants": {
        "id": _ID,
        "project": _object(_PROJECT, required=True),
        "user": _object(_PERSON, required=True),
        "roles": {"type": "list", "required": True},
    },
}
