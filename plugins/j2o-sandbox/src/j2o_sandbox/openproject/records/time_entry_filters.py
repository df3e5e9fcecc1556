"""Filters on time entries. There is none on comments."""

from __future__ import annotations

from typing import Any, List

from j2o_sandbox.openproject.filter_kinds import (
    OPTIONAL,
    Filter,
    Keep,
    date_filter,
    list_filter,
    moment_filter,
    truth_filter,
    unknown_filter,
    whole_filter,
)
from j2o_sandbox.openproject.links import number, numbers
from j2o_sandbox.openproject.requests import Request
from j2o_sandbox.openproject.server import Server

_ENTITY = ("entityId", "entity_id")
_WORK_PACKAGE = ("workPackage", "work_package")
_PROJECT = ("project", "project_id")


def candidates(server: Server, filters: List[Filter]) -> List[Any]:
    """Rows that can match at all, by the indexes there are."""
    table = server.store.time_entries
    for name, operator, values in filters:
        if operator == "=" and name in (*_ENTITY, *_WORK_PACKAGE):
            return table.ordered({row_id for one in numbers(values) for row_id in table.ids("work_package", one)})
        if operator == "=" and name in _PROJECT:
            return table.ordered({row_id for one in numbers(values) for row_id in table.ids("project", one)})
    return table.ordered()


def time_filter(server: Server, request: Request, entry: Filter) -> Keep:
    """A filter as a question to a row.

    Raises:
        ApiError: 400.
    """
    name, operator, values = entry
    if name in ("entityType", "entity_type") and server.features.time_entity:
        kinds = ("WorkPackage", "Meeting")
        return list_filter(entry, lambda row: "WorkPackage", lambda value: value in kinds, OPTIONAL)
    if name in _ENTITY and server.features.time_entity:
        return whole_filter(entry, lambda row: row.work_package)
    if name in _WORK_PACKAGE:
        return whole_filter(entry, lambda row: row.work_package, OPTIONAL)
    if name in _PROJECT:
        return whole_filter(entry, lambda row: row.project, OPTIONAL)
    if name in ("user", "user_id"):
        mine = (name, operator, [str(request.user.id) if value == "me" else value for value in values])
        return list_filter(mine, lambda row: row.user, _member(server, request), OPTIONAL)
    if name in ("activity", "activity_id"):
        table = server.store.time_entry_activities
        return list_filter(entry, lambda row: row.activity, lambda value: number(value) in table, OPTIONAL)
    if name == "ongoing":
        return truth_filter(entry, lambda row: row.ongoing)
    if name in ("spentOn", "spent_on"):
        return date_filter(entry, lambda row: row.spent_on, server.clock.today())
    if name in ("createdAt", "created_at", "updatedAt", "updated_at"):
        stamp = "created" if name.startswith("created") else "updated"
        return moment_filter(entry, lambda row: str(getattr(row, stamp)), server.clock.now())
    raise unknown_filter(request.language, name)


def _member(server: Server, request: Request) -> Any:
    # Only people who are members of some project exist for this filter; the caller always does.
    store = server.store
    return lambda value: number(value) == request.user.id or bool(store.memberships.ids("principal", number(value)))
