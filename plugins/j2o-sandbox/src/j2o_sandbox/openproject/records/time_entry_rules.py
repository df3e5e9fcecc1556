"""What a time entry may hold, and who may log it."""

from __future__ import annotations

from typing import Any, Dict, Optional

from j2o_sandbox.openproject.custom_values import read_custom_values
from j2o_sandbox.openproject.errors import ApiError, Problems, forbidden, raise_format
from j2o_sandbox.openproject.links import number, read_link
from j2o_sandbox.openproject.messages import text
from j2o_sandbox.openproject.requests import Request
from j2o_sandbox.openproject.server import Server
from j2o_sandbox.openproject.values import as_boolean, duration_to_hours, parse_date, raw_text
from j2o_sandbox.openproject.work_packages.access import number_of, sees

_LONGEST_COMMENT = 1000
_DATE = "YYYY-MM-DD (ISO 8601 date only)"


def assign(server: Server, request: Request, draft: Any, payload: Dict[str, Any], problems: Problems) -> Any:
    """A draft with what a payload says.

    Raises:
        ApiError: a value has the wrong form.
    """
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
        changes["ongoing"] = bool(as_boolean(language, "ongoing", payload["ongoing"]))
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


def check_access(server: Server, request: Request, draft: Any) -> None:
    """Who may log time for whom.

    Raises:
        ApiError: 403.
    """
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


def validate(server: Server, request: Request, draft: Any, before: Any, problems: Problems) -> None:
    """Check a draft; ``before`` is the stored row, None for a new one."""
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
    user = store.principals.get(draft.user)
    if user is None or user.type not in ("User", "Builtin"):
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
    if len(draft.comment or "") > _LONGEST_COMMENT:
        problems.add("comment", "too_long", count=_LONGEST_COMMENT)
    if draft.ongoing and draft.user != request.user.id:
        problems.add("ongoing", "not_current_user")
    if draft.ongoing and (before is None or not before.ongoing) and _has_timer(server, draft):
        problems.add_text("base", text(problems.language, "duplicate_ongoing"))
    _check_limits(server, draft, problems)


def _has_timer(server: Server, draft: Any) -> bool:
    rows = server.store.time_entries.find("ongoing", draft.user)
    return any(row.id != draft.id for row in rows)


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
