"""Time entries: for others too, if those are members of the project."""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Optional

from j2o_sandbox.openproject import rows
from j2o_sandbox.openproject.collections import (
    Filter,
    bad_operator,
    id_filter,
    paged,
    read_filters,
    read_sort,
    unknown_filter,
)
from j2o_sandbox.openproject.custom_values import custom_part, read_custom_values
from j2o_sandbox.openproject.errors import ApiError, Problems, forbidden, not_found, raise_format
from j2o_sandbox.openproject.links import link, number, read_link
from j2o_sandbox.openproject.messages import text
from j2o_sandbox.openproject.people.principals import principal_link
from j2o_sandbox.openproject.requests import Answer, Request, encode, hal, no_content
from j2o_sandbox.openproject.routing import Routes
from j2o_sandbox.openproject.server import Server
from j2o_sandbox.openproject.values import duration_to_hours, formattable, hours_to_duration, parse_date, raw_text
from j2o_sandbox.openproject.work_packages.access import number_of, sees

routes = Routes()

_LONGEST_COMMENT = 1000
_DATE = "YYYY-MM-DD (ISO 8601 date only)"


@routes("GET", "/time_entries")
def index(server: Server, request: Request) -> Answer:
    """Time entries the user may see. There is no filter on comments."""
    filters = read_filters(request) or []
    found = [row for row in _candidates(server, filters) if _visible(server, request, row)]
    for entry in filters:
        keep = _filter(request, entry)
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
    draft = _assign(server, request, draft, payload, problems)
    if draft.project is None and draft.work_package in server.store.work_packages:
        draft.project = server.store.work_packages[draft.work_package].project
    if draft.activity is None:
        activities = server.store.time_entry_activities
        draft.activity = next((row.id for row in activities if row.is_default and row.active), None)
    _check_access(server, request, draft)
    _validate(server, request, draft, None, problems)
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
    draft = _assign(server, request, row.copy(), payload, problems)
    _validate(server, request, draft, row, problems)
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
    draft = _assign(server, request, draft, payload, problems)
    if draft.project is None and draft.work_package in server.store.work_packages:
        draft.project = server.store.work_packages[draft.work_package].project
    _validate(server, request, draft, None, problems)
    body = {
        "_type": "Form",
        "_embedded": {
            "payload": payload,
            "schema": time_entry_schema(server),
            "validationErrors": {str(error.attribute): error.represent() for error in problems.errors},
        },
        "_links": {"self": link("/api/v3/time_entries/form", method="post")},
    }
    return hal(body)


def time_entry_schema(server: Server) -> Dict[str, Any]:
    """The schema of time entries."""

    def field(kind: str, name: str, required: bool, writable: bool = True) -> Dict[str, Any]:
        return {"type": kind, "name": name, "required": required, "hasDefault": False, "writable": writable}

    activities = [row for row in server.store.time_entry_activities.ordered() if row.active]
    links = [link(f"/api/v3/time_entries/activities/{row.id}", row.name) for row in activities]
    from j2o_sandbox.openproject.metadata import activity_body

    body: Dict[str, Any] = {
        "_type": "Schema",
        "id": field("Integer", "ID", True, False),
        "createdAt": field("DateTime", "Created on", True, False),
        "updatedAt": field("DateTime", "Updated on", True, False),
        "spentOn": field("Date", "Date", True),
        "hours": field("Duration", "Hours", True),
        "user": {**field("User", "User", True), "location": "_links"},
        "project": {**field("Project", "Project", True), "location": "_links"},
        "activity": {
            **field("TimeEntriesActivity", "Activity", False),
            "location": "_links",
            "_embedded": {"allowedValues": [activity_body(row) for row in activities]},
            "_links": {"allowedValues": links},
        },
        "comment": field("Formattable", "Comment", False),
        "ongoing": field("Boolean", "Ongoing", False),
    }
    body["entity" if server.features.time_entity else "workPackage"] = {
        **field("WorkPackage", "Work package", True),
        "location": "_links",
    }
    for row in server.store.custom_fields.find("of", "time_entry"):
        body[f"customField{row.id}"] = field("String", row.name, row.required)
    return body


def time_entry_bytes(server: Server, row: Any) -> bytes:
    """A time entry as the API shows it."""
    return encode(represent(server, row))


def represent(server: Server, row: Any) -> Dict[str, Any]:
    """A time entry as data."""
    href = f"/api/v3/time_entries/{row.id}"
    project = server.store.projects[row.project]
    work_package = server.store.work_packages.get(row.work_package)
    activity = server.store.time_entry_activities.get(row.activity)
    target = (
        link(None) if work_package is None else link(f"/api/v3/work_packages/{work_package.id}", work_package.subject)
    )
    links: Dict[str, Any] = {
        "self": link(href),
        "updateImmediately": link(href, method="patch"),
        "delete": link(href, method="delete"),
        "schema": link("/api/v3/time_entries/schema"),
        "project": link(f"/api/v3/projects/{project.id}", project.name),
        "workPackage": target,
        "user": principal_link(server, row.user),
        "activity": link(None)
        if activity is None
        else link(f"/api/v3/time_entries/activities/{activity.id}", activity.name),
    }
    if server.features.time_entity:
        links["entity"] = target
    properties, value_links = custom_part(server, server.store.custom_fields.find("of", "time_entry"), row.custom)
    links.update(value_links)
    return {
        "_type": "TimeEntry",
        "id": row.id,
        "ongoing": row.ongoing,
        "comment": formattable(row.comment, "plain"),
        "spentOn": row.spent_on,
        "hours": hours_to_duration(row.hours, exact=server.features.exact_hours),
        "createdAt": row.created,
        "updatedAt": row.updated,
        **properties,
        "_links": links,
    }


def _assign(server: Server, request: Request, draft: Any, payload: Dict[str, Any], problems: Problems) -> Any:
    language = request.language
    if payload.get("endTime") is not None:
        # The real server falls over here before 17.9.
        if not server.features.exact_hours:
            raise ApiError(500, "InternalServerError", text(language, "code_500"))
        problems.read_only("endTime")
    changes: Dict[str, Any] = {}
    if "spentOn" in payload:
        try:
            changes["spent_on"] = None if payload["spentOn"] is None else parse_date(payload["spentOn"]).isoformat()
        except ValueError:
            raise_format(language, "spentOn", _DATE, payload["spentOn"])
    if "hours" in payload:
        try:
            changes["hours"] = None if payload["hours"] is None else duration_to_hours(payload["hours"])
        except ValueError:
            raise_format(language, "hours", "ISO 8601 duration", payload["hours"])
    if "comment" in payload:
        try:
            changes["comment"] = raw_text(payload["comment"]) or ""
        except ValueError:
            raise_format(language, "comment", "{ raw: text }", payload["comment"])
    if "ongoing" in payload:
        changes["ongoing"] = payload["ongoing"] is True
    links = payload.get("_links") if isinstance(payload.get("_links"), dict) else {}
    if "project" in links:
        changes["project"] = _id(read_link(language, "project", links["project"], "projects", "workspaces"))
    if "user" in links:
        changes["user"] = _id(read_link(language, "user", links["user"], "users"))
    if "activity" in links:
        changes["activity"] = _id(read_link(language, "activity", links["activity"], "time_entries/activities"))
    names = ("workPackage", "entity") if server.features.time_entity else ("workPackage",)
    for name in names:
        if name in links:
            text_id = read_link(language, name, links[name], "work_packages")
            changes["work_package"] = None if text_id is None else number_of(server, text_id) or -1
    fields = server.store.custom_fields.find("of", "time_entry")
    project = server.store.projects.get(changes.get("project", draft.project))
    custom = read_custom_values(
        server, language, fields, payload, draft.custom, problems, draft.id is None, project=project
    )
    return draft.copy(custom=custom, **changes)


def _id(text_id: Optional[str]) -> Optional[int]:
    found = number(text_id)
    return -1 if text_id is not None and found is None else found


def _check_access(server: Server, request: Request, draft: Any) -> None:
    project, user = server.store.projects.get(draft.project), server.store.principals.get(draft.user)
    if project is None or user is None:
        return
    allowed = server.permissions.allowed
    own = user.id == request.user.id and allowed(request.user, "log_own_time", project)
    if not (own or allowed(request.user, "log_time", project)):
        raise forbidden(request.language)
    # Whoever logs: time is booked on members only, admins included.
    if server.store.memberships.first("pair", (user.id, project.id)) is None:
        raise forbidden(request.language)


def _validate(server: Server, request: Request, draft: Any, before: Any, problems: Problems) -> None:
    store = server.store
    project = store.projects.get(draft.project)
    if project is None:
        problems.add("project", "invalid")
    work_package = store.work_packages.get(draft.work_package)
    if draft.work_package is None and not server.features.time_entity:
        problems.add("workPackage", "blank")
    elif draft.work_package is None:
        problems.add("entity", "blank")
    elif work_package is None or not sees(server, request.user, work_package) or work_package.project != draft.project:
        problems.add("entity" if server.features.time_entity else "workPackage", "invalid")
    if store.principals.get(draft.user) is None:
        problems.add("user", "blank" if draft.user is None else "invalid")
    activity = store.time_entry_activities.get(draft.activity)
    if draft.activity is not None and (activity is None or not activity.active):
        problems.add("activity", "inclusion")
    if draft.spent_on is None:
        problems.add("spentOn", "blank")
    if draft.hours is None:
        if not draft.ongoing:
            problems.add("hours", "blank")
    elif draft.hours < 0:
        problems.add("hours", "invalid")
    elif not draft.ongoing and draft.hours == 0 and before is None:
        problems.add("hours", "greater_than", count=0)
    if len(draft.comment or "") > _LONGEST_COMMENT:
        problems.add("comment", "too_long", count=_LONGEST_COMMENT)
    if draft.ongoing and draft.user != request.user.id:
        problems.add("ongoing", "not_current_user")
    _check_limits(server, draft, problems)


def _check_limits(server: Server, draft: Any, problems: Problems) -> None:
    if not server.features.target_versions or draft.spent_on is None:
        return
    settings = server.settings
    if settings.time_not_before is not None and draft.spent_on[:7] < settings.time_not_before[:7]:
        problems.add("spentOn", "invalid")
    if settings.time_per_day is not None and draft.hours is not None:
        same_day = sum(
            row.hours or 0.0
            for row in server.store.time_entries
            if row.user == draft.user and row.spent_on == draft.spent_on and row.id != draft.id
        )
        if same_day + draft.hours > settings.time_per_day:
            problems.add("hours", "less_than_or_equal_to", count=settings.time_per_day)


def _candidates(server: Server, filters: List[Filter]) -> List[Any]:
    table = server.store.time_entries
    for name, operator, values in filters:
        if operator == "=" and name in ("entityId", "entity_id", "workPackage", "work_package"):
            ids = {row_id for value in values if value.isdigit() for row_id in table.ids("work_package", int(value))}
            return table.ordered(ids)
        if operator == "=" and name in ("project", "project_id"):
            ids = {row_id for value in values if value.isdigit() for row_id in table.ids("project", int(value))}
            return table.ordered(ids)
    return table.ordered()


def _filter(request: Request, entry: Filter) -> Callable[[Any], bool]:
    name, operator, values = entry
    mine = [str(request.user.id) if value == "me" else value for value in values]
    if name in ("entityType", "entity_type"):
        return lambda row: ("WorkPackage" in values) is (operator == "=")
    attribute = {
        "entityId": "work_package",
        "entity_id": "work_package",
        "workPackage": "work_package",
        "work_package": "work_package",
        "project": "project",
        "project_id": "project",
        "user": "user",
        "user_id": "user",
        "activity": "activity",
        "activity_id": "activity",
        "id": "id",
        "ongoing": "ongoing",
    }.get(name)
    if attribute is not None:
        return id_filter(name, operator, mine, lambda row: getattr(row, attribute))
    if name in ("spentOn", "spent_on"):
        if operator == "=d":
            return lambda row: row.spent_on == (values or [None])[0]
        if operator == "<>d":
            low, high = (values[0] if values else ""), (values[1] if len(values) > 1 else "")
            return lambda row: (not low or row.spent_on >= low) and (not high or row.spent_on <= high)
        raise bad_operator(name, operator)
    if name in ("createdAt", "created_at", "updatedAt", "updated_at"):
        if operator != "<>d":
            raise bad_operator(name, operator)
        stamp = "created" if name.startswith("created") else "updated"
        low, high = (values[0] if values else ""), (values[1] if len(values) > 1 else "")
        return lambda row: (not low or getattr(row, stamp) >= low) and (not high or getattr(row, stamp) <= high)
    raise unknown_filter(request.language, name)


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
