"""Time entries: for others too, if those are members of the project."""

from __future__ import annotations

from typing import Any

from j2o_sandbox.openproject import rows
from j2o_sandbox.openproject.collections import (
    paged,
    read_filters,
    read_sort,
)
from j2o_sandbox.openproject.errors import Problems, forbidden, not_found
from j2o_sandbox.openproject.links import link
from j2o_sandbox.openproject.records.time_entry_filters import candidates, time_filter
from j2o_sandbox.openproject.records.time_entry_rules import assign, check_access, validate
from j2o_sandbox.openproject.records.time_entry_views import time_entry_bytes, time_entry_schema
from j2o_sandbox.openproject.requests import Answer, Request, hal, no_content
from j2o_sandbox.openproject.routing import Routes
from j2o_sandbox.openproject.server import Server

routes = Routes()


@routes("GET", "/time_entries")
def index(server: Server, request: Request) -> Answer:
    """Time entries the user may see. There is no filter on comments."""
    filters = read_filters(request) or []
    found = [row for row in candidates(server, filters) if _visible(server, request, row)]
    for entry in filters:
        keep = time_filter(server, request, entry)
        found = [row for row in found if keep(row)]
    for name, descending in reversed(read_sort(request)):
        attribute = {
            "id": "id",
            "hours": "hours",
            "spent_on": "spent_on",
            "created_at": "created",
            "updated_at": "updated",
        }
        found.sort(key=lambda row, key=attribute.get(name, "id"): getattr(row, key), reverse=descending)  # type: ignore[misc]
    return paged(server, request, "/api/v3/time_entries", found, lambda row: time_entry_bytes(server, row))


@routes("POST", "/time_entries")
def create(server: Server, request: Request) -> Answer:
    """Log time."""
    payload = request.json()
    now = server.clock.stamp()
    draft = rows.TimeEntry(id=None, user=request.user.id, logged_by=request.user.id, created=now, updated=now)
    problems = Problems(request.language)
    draft = assign(server, request, draft, payload, problems)
    if draft.project is None and draft.work_package in server.store.work_packages:
        draft.project = server.store.work_packages[draft.work_package].project
    if draft.activity is None:
        activities = server.store.time_entry_activities
        draft.activity = next((row.id for row in activities if row.is_default and row.active), None)
    check_access(server, request, draft)
    validate(server, request, draft, None, problems)
    problems.raise_any()
    return Answer(201, time_entry_bytes(server, server.store.put(draft)))


@routes("GET", "/time_entries/{id}")
def show(server: Server, request: Request, row_id: str) -> Answer:
    """One time entry."""
    return Answer(200, time_entry_bytes(server, _found(server, request, row_id)))


@routes("PATCH", "/time_entries/{id}")
def update(server: Server, request: Request, row_id: str) -> Answer:
    """Change a time entry."""
    row = _found(server, request, row_id)
    payload = request.json(required=False)
    _may_edit(server, request, row)
    problems = Problems(request.language)
    draft = assign(server, request, row.copy(), payload, problems)
    validate(server, request, draft, row, problems)
    problems.raise_any()
    return Answer(200, time_entry_bytes(server, server.store.put(draft.copy(updated=server.clock.stamp()))))


@routes("DELETE", "/time_entries/{id}")
def delete(server: Server, request: Request, row_id: str) -> Answer:
    """Delete a time entry."""
    row = _found(server, request, row_id)
    _may_edit(server, request, row)
    server.store.drop(row)
    return no_content()


@routes("GET", "/time_entries/schema")
def schema(server: Server, request: Request) -> Answer:
    """What a time entry consists of."""
    return hal(time_entry_schema(server))


@routes("POST", "/time_entries/form")
def form(server: Server, request: Request) -> Answer:
    """The schema with the activities that may be used, and what is wrong with a payload."""
    payload = request.json(required=False)
    problems = Problems(request.language)
    draft = rows.TimeEntry(id=None, user=request.user.id, logged_by=request.user.id)
    draft = assign(server, request, draft, payload, problems)
    if draft.project is None and draft.work_package in server.store.work_packages:
        draft.project = server.store.work_packages[draft.work_package].project
    validate(server, request, draft, None, problems)
    return _form(server, "/api/v3/time_entries/form", payload, problems)


@routes("POST", "/time_entries/{id}/form")
def update_form(server: Server, request: Request, row_id: str) -> Answer:
    """What would be wrong with a change."""
    row = _found(server, request, row_id)
    payload = request.json(required=False)
    _may_edit(server, request, row)
    problems = Problems(request.language)
    validate(server, request, assign(server, request, row.copy(), payload, problems), row, problems)
    return _form(server, f"/api/v3/time_entries/{row_id}/form", payload, problems)


def _form(server: Server, href: str, payload: Any, problems: Problems) -> Answer:
    links = {"self": link(href, method="post"), "validate": link(href, method="post")}
    if not problems.errors:
        update = href.count("/") > 4
        links["commit"] = link(href[: -len("/form")], method="patch" if update else "post")
    return hal(
        {
            "_type": "Form",
            "_embedded": {
                "payload": payload,
                "schema": time_entry_schema(server),
                "validationErrors": {str(error.attribute): error.represent() for error in problems.errors},
            },
            "_links": links,
        }
    )


def _visible(server: Server, request: Request, row: Any) -> bool:
    project = server.store.projects.get(row.project)
    allowed = server.permissions.allowed
    own = row.user == request.user.id and allowed(request.user, "view_own_time_entries", project)
    return own or allowed(request.user, "view_time_entries", project)


def _found(server: Server, request: Request, row_id: str) -> Any:
    row = server.get("time_entries", row_id, request.language)
    if not _visible(server, request, row):
        raise not_found(request.language)
    return row


def _may_edit(server: Server, request: Request, row: Any) -> None:
    project = server.store.projects[row.project]
    allowed = server.permissions.allowed
    own = row.user == request.user.id and allowed(request.user, "edit_own_time_entries", project)
    if not (own or allowed(request.user, "edit_time_entries", project)):
        raise forbidden(request.language)
