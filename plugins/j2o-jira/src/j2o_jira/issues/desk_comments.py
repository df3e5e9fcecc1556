"""Which comments of a service desk are internal, where the issue itself does not tell: on Server and Data Center."""

from __future__ import annotations

from typing import Any, Mapping, Optional

from j2o_core.api import WARNING, Problem, Refused

from ..client import Jira
from ..pages import objects_in

_DESK = "service_desk"
_PROPERTY = "sd.public.comment"
_PAGE = 1000
_REQUEST_PAGE = 100


class DeskComments:
    """Gives such comments ``jsdPublic``, as Cloud does. What nobody tells of counts as internal."""

    def __init__(self, client: Jira) -> None:
        self._client = client

    def mark(self, issue: Mapping[str, Any]) -> Optional[Problem]:
        """Mark the comments of one issue in place; says so where Jira did not tell of some."""
        fields = issue.get("fields") or {}
        comments = (fields.get("comment") or {}).get("comments") or []
        if self._client.cloud or not comments or (fields.get("project") or {}).get("projectTypeKey") != _DESK:
            return None
        known = self._by_property(issue)
        if any(str(comment.get("id")) not in known for comment in comments):
            known = {**self._by_request(issue), **known}
        untold = 0
        for comment in comments:
            public = known.get(str(comment.get("id")))
            untold += public is None
            comment["jsdPublic"] = bool(public)
        if not untold:
            return None
        key = str(issue.get("key") or issue.get("id"))
        message = f"Jira does not tell which of {untold} comments on {key} are internal: all of them are taken for it"
        return Problem("J2O-X015", message, WARNING, key=key)

    def _by_property(self, issue: Mapping[str, Any]) -> dict[str, bool]:
        """Whether comments are public, by id, of those whose properties are shown."""
        found: dict[str, bool] = {}
        start = 0
        while True:
            asked = {"startAt": start, "maxResults": _PAGE, "expand": "properties"}
            answer = self._client.object(f"/issue/{issue['id']}/comment", asked)
            entries = objects_in(answer, "comments")
            for entry in entries:
                if isinstance(entry.get("properties"), list):
                    found[str(entry.get("id"))] = not any(map(_says_internal, entry["properties"]))
            start += len(entries)
            if not entries or start >= int(answer.get("total") or 0):
                return found

    def _by_request(self, issue: Mapping[str, Any]) -> dict[str, bool]:
        """The same from the service desk's own interface, of what it shows to this account."""
        found: dict[str, bool] = {}
        path = f"/rest/servicedeskapi/request/{issue['id']}/comment"
        while True:
            asked = {"start": len(found), "limit": _REQUEST_PAGE}
            try:
                answer = self._client.http.get_json(path, asked)
            except Refused:
                return found
            known = len(found)
            for entry in objects_in(answer, "values"):
                found[str(entry.get("id"))] = entry.get("public") is True
            if answer.get("isLastPage") is not False or len(found) == known:
                return found


def _says_internal(entry: Any) -> bool:
    if not isinstance(entry, Mapping) or entry.get("key") != _PROPERTY:
        return False
    value = entry.get("value")
    return isinstance(value, Mapping) and value.get("internal") in (True, "true")
