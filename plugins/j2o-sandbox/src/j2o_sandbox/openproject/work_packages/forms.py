"""Schemas and forms: what can be written where, and what would be wrong with a payload."""

from __future__ import annotations

from collections import deque
from typing import Any, Deque, Dict, List, Optional

from j2o_sandbox.openproject.collections import read_filters, whole
from j2o_sandbox.openproject.errors import ApiError, bad_request, conflict, not_found
from j2o_sandbox.openproject.links import link, number
from j2o_sandbox.openproject.messages import text
from j2o_sandbox.openproject.projects.representation import find_project
from j2o_sandbox.openproject.requests import Answer, Request, encode, hal
from j2o_sandbox.openproject.routing import Routes
from j2o_sandbox.openproject.server import Server
from j2o_sandbox.openproject.work_packages.access import find_work_package
from j2o_sandbox.openproject.work_packages.drafts import Draft, draft_new, draft_update
from j2o_sandbox.openproject.work_packages.representation import represent
from j2o_sandbox.openproject.work_packages.schema import work_package_schema

routes = Routes()

_recent: Dict[str, Deque[float]] = {}


@routes("POST", "/work_packages/form")
def form(server: Server, request: Request) -> Answer:
    """A form for a new work package."""
    _limit(server, request)
    return _form(server, request, draft_new(server, request, request.json(required=False), None), None)


@routes("POST", "/projects/{id}/work_packages/form", "/workspaces/{id}/work_packages/form")
def project_form(server: Server, request: Request, text_id: str) -> Answer:
    """A form for a new work package in a project."""
    _limit(server, request)
    project = find_project(server, request, text_id)
    return _form(server, request, draft_new(server, request, request.json(required=False), project), None)


@routes("POST", "/work_packages/{id}/form")
def update_form(server: Server, request: Request, text_id: str) -> Answer:
    """A form for changing a work package."""
    _limit(server, request)
    before = find_work_package(server, request, text_id)
    payload = request.json(required=False)
    if payload.get("lockVersion", before.lock) != before.lock:
        raise conflict(request.language)
    return _form(server, request, draft_update(server, request, payload, before), before)


@routes("GET", "/work_packages/schemas/{id}")
def schema(server: Server, request: Request, pair: str) -> Answer:
    """The schema of a project and type, ``PROJECT-TYPE``."""
    project, kind = _pair(server, request, pair)
    body = work_package_schema(server, request.user, project, kind, None)
    body["_links"] = {"self": link(f"/api/v3/work_packages/schemas/{pair}")}
    return hal(body)


@routes("GET", "/work_packages/schemas")
def schemas(server: Server, request: Request) -> Answer:
    """Schemas by ``id`` filter."""
    filters = read_filters(request) or []
    wanted = [value for name, operator, values in filters if name == "id" and operator == "=" for value in values]
    if not wanted:
        raise bad_request(request.language, "An 'id' filter is required.")
    parts = []
    for pair in wanted:
        project, kind = _pair(server, request, pair)
        body = work_package_schema(server, request.user, project, kind, None)
        body["_links"] = {"self": link(f"/api/v3/work_packages/schemas/{pair}")}
        parts.append(encode(body))
    return whole("/api/v3/work_packages/schemas", parts)


def _pair(server: Server, request: Request, pair: str) -> Any:
    project_id, _, type_id = pair.partition("-")
    project, kind = server.store.projects.get(number(project_id)), server.store.types.get(number(type_id))
    if project is None or kind is None or not server.permissions.sees_project(request.user, project):
        raise not_found(request.language)
    return project, kind


def _form(server: Server, request: Request, draft: Draft, before: Optional[Any]) -> Answer:
    row = draft.row
    project, kind = server.store.projects.get(row.project), server.store.types.get(row.type)
    errors: Dict[str, Any] = {str(error.attribute): error.represent() for error in draft.problems.errors}
    href = "/api/v3/work_packages/form" if before is None else f"/api/v3/work_packages/{before.id}/form"
    links: Dict[str, Any] = {"self": link(href, method="post"), "validate": link(href, method="post")}
    if not errors:
        target = "/api/v3/work_packages" if before is None else f"/api/v3/work_packages/{before.id}"
        links["commit"] = link(target, method="post" if before is None else "patch")
    body = {
        "_type": "Form",
        "_embedded": {
            "payload": _payload(server, row, project, kind, before),
            "schema": work_package_schema(server, request.user, project, kind, before),
            "validationErrors": errors,
        },
        "_links": links,
    }
    return hal(body)


_WRITABLE = (
    "lockVersion",
    "subject",
    "description",
    "scheduleManually",
    "startDate",
    "dueDate",
    "date",
    "estimatedTime",
    "remainingTime",
    "duration",
    "ignoreNonWorkingDays",
    "percentageDone",
    "storyPoints",
)
_LINKS = (
    "category",
    "type",
    "priority",
    "project",
    "status",
    "responsible",
    "assignee",
    "version",
    "targetVersions",
    "sprint",
    "parent",
)


def _payload(server: Server, row: Any, project: Any, kind: Any, before: Optional[Any]) -> Dict[str, Any]:
    known = row.status in server.store.statuses and row.priority in server.store.priorities
    if project is None or kind is None or not known:
        return {"subject": row.subject or "", "_links": {}}
    shown = represent(server, row.copy(id=before.id if before is not None else 0))
    links = shown["_links"]
    payload = {name: shown[name] for name in shown if name in _WRITABLE or name.startswith("customField")}
    if before is None:
        payload.pop("lockVersion", None)
    chosen: List[str] = [name for name in links if name in _LINKS or name.startswith("customField")]
    payload["_links"] = {name: links[name] for name in chosen}
    return payload


def _limit(server: Server, request: Request) -> None:
    if not server.settings.rate_limit:
        return
    key = f"{server.instance}:{request.user.id}"
    now = server.clock.now().timestamp()
    times = _recent.setdefault(key, deque())
    while times and times[0] <= now - 3:
        times.popleft()
    if len(times) >= 6:
        raise ApiError(429, "TooManyRequests", text(request.language, "code_429"))
    times.append(now)
