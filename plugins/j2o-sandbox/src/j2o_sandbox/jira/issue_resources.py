"""One issue and its sub-resources."""

from __future__ import annotations

import base64
import binascii
from typing import Any, Dict, List, Optional, Tuple

from j2o_sandbox.jira.call import Call
from j2o_sandbox.jira.issue_shape import GET_COMMENTS, select
from j2o_sandbox.jira.model import Issue, Json
from j2o_sandbox.jira.routing import ONLY_CLOUD, Route
from j2o_sandbox.jira.wire import Answer, JiraError


def issue(call: Call, key: str) -> Answer:
    """``GET /issue/{key or id}``: all fields by default; former keys lead to the issue."""
    found = call.find_issue(key)
    selection = select(call.request.words("fields"), call.request.words("expand"), "*all")
    selection = selection.capped(GET_COMMENTS if call.cloud else None)
    selection = call.readable(selection, call.request.flag("failFast"))
    shape = call.issues.issue(found, selection)
    if "names" in selection.expand:
        shape["names"] = call.issues.names(selection)
    if "schema" in selection.expand:
        shape["schema"] = call.issues.schema(selection)
    return Answer(shape)


def comments(call: Call, key: str) -> Answer:
    """Comments by page: 50 on Server, 100 on Cloud unless asked otherwise."""
    found = call.find_issue(key)
    order = call.request.text("orderBy", "created") or "created"
    if order.lstrip("+-") != "created":
        raise JiraError(400, f"The orderBy parameter '{order}' is not supported.")
    start = max(0, call.request.integer("startAt", 0))
    size = call.request.integer("maxResults", 100 if call.cloud else 50)
    cap = 5000 if call.cloud else call.installation.behaviour.page_cap
    size = min(size, cap) if size >= 0 else cap
    properties = "properties" in call.request.words("expand")
    return Answer(
        call.issues.comment_page(found, start, size, newest_first=order.startswith("-"), properties=properties)
    )


def comment(call: Call, key: str, id: str) -> Answer:
    """One comment."""
    found = call.find_issue(key)
    for entry in call.issues.visible_comments(found):
        if entry.get("id") == id:
            return Answer(call.issues.comment(found, entry))
    raise JiraError(404, f"Can not find a comment for the id: {id}.")


def worklogs(call: Call, key: str) -> Answer:
    """All worklogs on Server, which knows no paging here; pages of at most 5,000 on Cloud."""
    found = call.find_issue(key)
    entries = call.issues.visible_worklogs(found)
    total = len(found.worklogs) + found.worklogs_withheld
    start, size = 0, total
    if call.cloud:
        start = max(0, call.request.integer("startAt", 0))
        size = min(call.request.integer("maxResults", 5000), 5000)
        entries = entries[start : start + size]
    shapes = [call.issues.worklog(entry, found) for entry in entries[:5000]]
    return Answer({"startAt": start, "maxResults": size, "total": total, "worklogs": shapes})


def worklog(call: Call, key: str, id: str) -> Answer:
    """One worklog."""
    found = call.find_issue(key)
    for entry in call.issues.visible_worklogs(found):
        if entry.get("id") == id:
            return Answer(call.issues.worklog(entry, found))
    raise JiraError(404, f"Cannot find worklog with id: '{id}'.")


def changelog(call: Call, key: str) -> Answer:
    """Cloud only: oldest first, 100 a page."""
    found = call.find_issue(key)
    address = f"{call.shapes.rest}/issue/{found.row.key}/changelog?"
    page = call.page(list(found.histories), address, 100, 100)
    page["values"] = [call.issues.history(entry) for entry in page["values"]]
    return Answer(page)


def watchers(call: Call, key: str) -> Answer:
    """Watchers; whoever may not view them gets the count alone."""
    call.logged_in()
    found = call.find_issue(key)
    shape: Json = {
        "self": f"{call.shapes.rest}/issue/{found.row.key}/watchers",
        "isWatching": call.viewer.name in found.watchers,
        "watchCount": len(found.watchers),
    }
    if call.viewer.administrator:
        shape["watchers"] = [call.shapes.person(name) for name in found.watchers]
    return Answer(shape)


def votes(call: Call, key: str) -> Answer:
    """Votes; whoever may not view voters gets the count alone."""
    call.logged_in()
    found = call.find_issue(key)
    shape: Json = {
        "self": f"{call.shapes.rest}/issue/{found.row.key}/votes",
        "votes": len(found.voters),
        "hasVoted": call.viewer.name in found.voters,
    }
    if call.viewer.administrator:
        shape["voters"] = [call.shapes.person(name) for name in found.voters]
    return Answer(shape)


def remote_links(call: Call, key: str) -> Answer:
    """Remote links, which are never embedded; none where the administrator switched links off."""
    call.logged_in()
    found = call.find_issue(key)
    if call.installation.behaviour.linking_disabled:
        raise JiraError(403, "Issue linking is currently disabled.")
    address = f"{call.shapes.rest}/issue/{found.row.key}/remotelink"
    return Answer([{"self": f"{address}/{entry['id']}", **entry} for entry in found.remote_links])


def comment_list(call: Call) -> Answer:
    """``POST /comment/list``: up to 1,000 comments by id."""
    found: List[Json] = []
    for position, id in _positions(call, "comment_position", 1000):
        owner = call.installation.issue(position)
        for entry in call.issues.visible_comments(owner):
            if entry.get("id") == str(id):
                found.append(call.issues.comment(owner, entry))
    return Answer(call.page(found, f"{call.shapes.rest}/comment/list?", 1000, 1000))


def worklog_list(call: Call) -> Answer:
    """``POST /worklog/list``: up to 1,000 worklogs by id."""
    found: List[Json] = []
    for position, id in _positions(call, "worklog_position", 1000):
        owner = call.installation.issue(position)
        for entry in call.issues.visible_worklogs(owner):
            if entry.get("id") == str(id):
                found.append(call.issues.worklog(entry, owner))
    return Answer(found)


def changelog_bulk(call: Call) -> Answer:
    """``POST /changelog/bulkfetch``: histories of up to 1,000 issues, by token."""
    call.logged_in()
    asked = call.request.json()
    wanted = asked.get("issueIdsOrKeys")
    if not isinstance(wanted, list) or not 1 <= len(wanted) <= 1000:
        raise JiraError(400, "issueIdsOrKeys must hold between 1 and 1000 entries.")
    field_ids = asked.get("fieldIds") or []
    if not isinstance(field_ids, list) or len(field_ids) > 10:
        raise JiraError(400, "fieldIds must hold at most 10 entries.")
    size = asked.get("maxResults", 1000)
    if not isinstance(size, int) or not 1 <= size <= 10_000:
        raise JiraError(400, "maxResults must be between 1 and 10000.")
    found = [(owner, entry) for owner in _owners(call, wanted) for entry in _histories(owner, field_ids)]
    start = _bulk_start(asked.get("nextPageToken"))
    pages: Dict[str, List[Json]] = {}
    for owner, entry in found[start : start + size]:
        pages.setdefault(str(owner.row.id), []).append(call.issues.history(entry))
    shape: Json = {"issueChangeLogs": [{"issueId": id, "changeHistories": entries} for id, entries in pages.items()]}
    if start + size < len(found):
        shape["nextPageToken"] = base64.urlsafe_b64encode(f"bulk.{start + size}".encode()).decode()
    return Answer(shape)


def _owners(call: Call, wanted: List[Any]) -> List[Issue]:
    positions = {call.index.find(str(name)) for name in wanted}
    ordered = sorted((place for place in positions if place is not None), key=lambda place: call.row(place).id)
    return [call.installation.issue(place) for place in ordered]


def _histories(owner: Issue, field_ids: List[str]) -> List[Json]:
    if not field_ids:
        return list(owner.histories)
    found: List[Json] = []
    for entry in owner.histories:
        items = [item for item in entry["items"] if item.get("fieldId") in field_ids]
        if items:
            found.append({**entry, "items": items})
    return found


def _bulk_start(token: Optional[Any]) -> int:
    if not token:
        return 0
    try:
        kind, _, start = base64.urlsafe_b64decode(str(token).encode()).decode().partition(".")
        if kind == "bulk":
            return int(start)
    except (binascii.Error, ValueError):
        pass
    raise JiraError(400, "The provided next page token is invalid or expired.")


def _positions(call: Call, finder: str, most: int) -> List[Tuple[int, int]]:
    call.logged_in()
    ids = call.request.json().get("ids")
    if not isinstance(ids, list) or not all(isinstance(id, int) for id in ids):
        raise JiraError(400, "ids must be a list of numbers.")
    if len(ids) > most:
        raise JiraError(400, f"At most {most} ids can be given.")
    visible = call.index.by_id
    found: List[Tuple[int, int]] = []
    for id in dict.fromkeys(ids):
        position = getattr(call.tracker, finder)(id)
        if position is not None and visible.get(call.row(position).id) == position:
            found.append((position, id))
    return found


ROUTES = (
    Route("POST", "API/comment/list", comment_list, ONLY_CLOUD),
    Route("POST", "API/worklog/list", worklog_list),
    Route("POST", "API/changelog/bulkfetch", changelog_bulk, ONLY_CLOUD),
    Route("GET", "API/issue/{issue}/comment", comments),
    Route("GET", "API/issue/{issue}/comment/{comment}", comment),
    Route("GET", "API/issue/{issue}/worklog", worklogs),
    Route("GET", "API/issue/{issue}/worklog/{worklog}", worklog),
    Route("GET", "API/issue/{issue}/changelog", changelog, ONLY_CLOUD),
    Route("GET", "API/issue/{issue}/watchers", watchers),
    Route("GET", "API/issue/{issue}/votes", votes),
    Route("GET", "API/issue/{issue}/remotelink", remote_links),
    Route("GET", "API/issue/{issue}", issue),
)
