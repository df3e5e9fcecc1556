"""The service desk's own interface: requests are the issues of its project."""

from __future__ import annotations

from j2o_sandbox.jira.call import Call
from j2o_sandbox.jira.routing import Route
from j2o_sandbox.jira.wire import Answer, JiraError


def request_comments(call: Call, key: str) -> Answer:
    """``GET /rest/servicedeskapi/request/{id or key}/comment``: pages of 50, of at most 100, each public or not."""
    call.logged_in()
    found = call.find_issue(key)
    if found.row.project != call.installation.behaviour.service_desk:
        raise JiraError(404, "The issue is not a customer request.")
    entries = call.issues.visible_comments(found)
    start = max(0, call.request.integer("start", 0))
    limit = min(max(1, call.request.integer("limit", 50)), 100)
    chosen = entries[start : start + limit]
    values = [{"id": entry["id"], "body": entry.get("body"), "public": not entry.get("internal")} for entry in chosen]
    last = start + len(chosen) >= len(entries)
    return Answer({"size": len(chosen), "start": start, "limit": limit, "isLastPage": last, "values": values})


ROUTES = (Route("GET", "/rest/servicedeskapi/request/{issue}/comment", request_comments),)
