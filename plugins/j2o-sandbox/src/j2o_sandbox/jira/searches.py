"""Search: offsets on Server, tokens on Cloud, and the bulk resources beside them."""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Any, Dict, List, Optional, Sequence, Set, Tuple

from j2o_sandbox.jira.call import Call
from j2o_sandbox.jira.issue_shape import SEARCH_COMMENTS, Selection, select
from j2o_sandbox.jira.jql import JqlError, parse_jql
from j2o_sandbox.jira.model import Json
from j2o_sandbox.jira.routing import ON_PREMISE, ONLY_CLOUD, Route
from j2o_sandbox.jira.wire import Answer, JiraError

_REMOVED = (
    "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. "
    "A full migration guideline is available at https://developer.atlassian.com/changelog/#CHANGE-2046"
)
_INVALID_TOKEN = "The provided next page token is invalid or expired."


def search(call: Call) -> Answer:
    """``GET|POST /rest/api/2/search``: pages by offset, with a total."""
    asked = _asked(call)
    strict = str(asked.get("validateQuery", "true")).lower() not in ("false", "none", "warn")
    positions, warnings = run_query(call, str(asked.get("jql") or ""), strict)
    behaviour = call.installation.behaviour
    start = max(0, _number(asked, "startAt", 0))
    size = _number(asked, "maxResults", 50)
    size = behaviour.page_cap if size < 0 else min(size, behaviour.page_cap)
    if behaviour.max_result_window is not None and start + size > behaviour.max_result_window:
        raise JiraError(500, "Search limit exceeded")
    selection = select(_list(asked.get("fields")), _list(asked.get("expand")), "*navigable")
    chosen = positions[start : start + size]
    shape: Json = {"expand": "schema,names", "startAt": start, "maxResults": size, "total": len(positions)}
    shape["issues"] = [call.issues.issue(call.installation.issue(position), selection) for position in chosen]
    if warnings:
        shape["warningMessages"] = warnings
    _describe(call, selection, shape)
    return Answer(shape)


def removed_search(call: Call) -> Answer:
    """The old search on Cloud."""
    raise JiraError(410, _REMOVED)


def token_search(call: Call) -> Answer:
    """``GET|POST /rest/api/3/search/jql``: pages by token, without a total."""
    asked = _asked(call)
    jql = str(asked.get("jql") or "")
    _require_bounded(jql)
    reconciled = set(_list(asked.get("reconcileIssues")))
    if len(reconciled) > 50:
        raise JiraError(400, "You may reconcile at most 50 issues.")
    if len(_list(asked.get("properties"))) > 5:
        raise JiraError(400, "You may request at most 5 issue properties.")
    positions, _ = run_query(call, jql, True)
    if reconciled:
        positions = _reconciled(call, jql, positions, reconciled)
    fields = _list(asked.get("fields"))
    selection = select(fields, _list(asked.get("expand")), "id").capped(SEARCH_COMMENTS)
    selection = call.readable(selection, str(asked.get("failFast", "false")).lower() == "true")
    bare = set(fields) <= {"id", "key"} and not selection.expand
    size = _number(asked, "maxResults", 50)
    if size < 1 or size > 5000:
        raise JiraError(400, "The maxResults parameter must be between 1 and 5000.")
    size = min(size, 5000 if bare else 100)
    mark = hashlib.sha256(f"{call.viewer.name}\n{jql}".encode("utf-8", "replace")).hexdigest()[:16]
    if asked.get("nextPageToken") and call.installation.behaviour.token_fault == "expire":
        raise JiraError(400, _INVALID_TOKEN)
    start = _start(asked.get("nextPageToken"), mark)
    issues = [_token_row(call, position, selection, fields, bare) for position in positions[start : start + size]]
    last = start + size >= len(positions)
    shape: Json = {"issues": issues}
    if not last:
        shape["nextPageToken"] = base64.urlsafe_b64encode(f"{mark}.{start + size}".encode()).decode()
    shape["isLast"] = last
    _describe(call, selection, shape)
    return Answer(_spoilt(shape, asked.get("nextPageToken"), call.installation.behaviour.token_fault))


def approximate_count(call: Call) -> Answer:
    """``POST /search/approximate-count``: an estimate that also counts what the caller may not see."""
    jql = str(call.request.json().get("jql") or "")
    _require_bounded(jql)
    positions, _ = run_query(call, jql, True)
    return Answer({"count": len(positions) + (call.index.hidden_count if positions else 0)})


def bulk_fetch(call: Call) -> Answer:
    """``POST /issue/bulkfetch``: up to 100 issues, ascending by id; what is missing is silently absent.

    What fails for now (the last ``bulk_errors`` of a request for more than that) is told in ``issueErrors``.
    """
    call.logged_in()
    asked = call.request.json()
    unknown = set(asked) - {"issueIdsOrKeys", "fields", "expand", "fieldsByKeys", "properties"}
    if unknown:
        raise JiraError(400, f'Unrecognized field "{sorted(unknown)[0]}"')
    wanted = asked.get("issueIdsOrKeys")
    if not isinstance(wanted, list) or not wanted:
        raise JiraError(400, "issueIdsOrKeys must not be empty.")
    if len(wanted) > 100:
        raise JiraError(400, "You may only request up to 100 issues at a time.")
    if not isinstance(asked.get("expand", []), list):
        raise JiraError(400, "Cannot deserialize value of 'expand': expected a list.")
    found = {call.index.find(str(name)) for name in wanted} - {None}
    selection = select(_list(asked.get("fields")), _list(asked.get("expand")), "*navigable").capped(SEARCH_COMMENTS)
    ordered = sorted((position for position in found if position is not None), key=lambda p: call.row(p).id)
    failing = call.installation.behaviour.bulk_errors
    failed = ordered[len(ordered) - failing :] if 0 < failing < len(ordered) else []
    ordered = ordered[: len(ordered) - len(failed)]
    issues = [call.issues.issue(call.installation.issue(position), selection) for position in ordered]
    for issue in issues:
        _describe(call, selection, issue)
    message = "The issue could not be read; try again."
    errors = [{"id": str(call.row(position).id), "errorMessage": message} for position in failed]
    return Answer({"issueErrors": errors, "issues": issues})


def _reconciled(call: Call, jql: str, positions: Sequence[int], ids: Set[str]) -> Sequence[int]:
    """What a lagging index found, but with the truth about the issues of these ids."""
    try:
        truth, _ = call.installation.search(call.viewer, reconciled=True).run(jql)
    except JqlError as error:
        raise JiraError(400, error.messages) from None
    true, stale = set(truth), set(positions)
    kept = [position for position in positions if str(call.row(position).id) not in ids or position in true]
    return kept + [position for position in truth if position not in stale and str(call.row(position).id) in ids]


def _spoilt(shape: Json, asked: Any, fault: Optional[str]) -> Json:
    """What proxies and faulty deployments have made of token pages."""
    if fault == "repeat" and asked:
        return {**shape, "nextPageToken": asked, "isLast": False}
    if fault == "empty" and asked:
        return {**shape, "issues": [], "nextPageToken": f"{asked}=", "isLast": False}
    if fault == "neither":
        return {name: value for name, value in shape.items() if name not in ("nextPageToken", "isLast")}
    return shape


def _token_row(call: Call, position: int, selection: Selection, fields: Sequence[str], bare: bool) -> Json:
    row = call.row(position)
    if bare:
        if "key" not in fields:
            return {"id": str(row.id)}
        return {"expand": "", "id": str(row.id), "self": f"{call.shapes.rest}/issue/{row.id}", "key": row.key}
    return call.issues.issue(call.installation.issue(position), selection)


def _asked(call: Call) -> Dict[str, Any]:
    if call.request.method == "POST":
        return call.request.json()
    query = call.request.query
    asked: Dict[str, Any] = {name: values[0] for name, values in query.items() if values}
    for name in ("fields", "expand", "reconcileIssues", "properties"):
        if name in query:
            asked[name] = call.request.words(name)
    return asked


def _list(value: Any) -> List[str]:
    if value is None:
        return []
    entries = value if isinstance(value, list) else [value]
    return [part.strip() for entry in entries for part in str(entry).split(",") if part.strip()]


def _number(asked: Dict[str, Any], name: str, default: int) -> int:
    value = asked.get(name)
    if value is None or value == "":
        return default
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        raise JiraError(400, f"The parameter {name} is no number: {str(value)[:40]}") from None


def run_query(call: Call, jql: str, strict: bool) -> Tuple[Sequence[int], List[str]]:
    """Positions that a query finds, and warnings.

    Raises:
        JiraError: 400 with the query's faults.
    """
    try:
        return call.installation.search(call.viewer).run(jql, strict, call.request.node != 0)
    except JqlError as error:
        raise JiraError(400, error.messages) from None


def _require_bounded(jql: str) -> None:
    try:
        query = parse_jql(jql)
    except JqlError as error:
        raise JiraError(400, error.messages) from None
    if query.where is None:
        raise JiraError(
            400, "Unbounded JQL queries are not allowed here. Please add a search restriction to your query."
        )
    if len(query.order) > 7:
        raise JiraError(400, "The maximum number of fields in the ORDER BY clause is 7.")


def _start(token: Any, mark: str) -> int:
    if not token:
        return 0
    try:
        owner, _, start = base64.urlsafe_b64decode(str(token).encode()).decode().partition(".")
        if owner == mark:
            return int(start)
    except (binascii.Error, ValueError):
        pass
    raise JiraError(400, _INVALID_TOKEN)


def _describe(call: Call, selection: Selection, shape: Json) -> None:
    if "names" in selection.expand:
        shape["names"] = call.issues.names(selection)
    if "schema" in selection.expand:
        shape["schema"] = call.issues.schema(selection)


ROUTES = (
    Route("GET", "API/search", search, ON_PREMISE),
    Route("POST", "API/search", search, ON_PREMISE),
    Route("GET", "API/search", removed_search, ONLY_CLOUD),
    Route("POST", "API/search", removed_search, ONLY_CLOUD),
    Route("GET", "API/search/jql", token_search, ONLY_CLOUD),
    Route("POST", "API/search/jql", token_search, ONLY_CLOUD),
    Route("POST", "API/search/approximate-count", approximate_count, ONLY_CLOUD),
    Route("POST", "API/issue/bulkfetch", bulk_fetch, ONLY_CLOUD),
)
