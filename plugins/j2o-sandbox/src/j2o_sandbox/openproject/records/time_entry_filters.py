"""Filters on time entries."""

from __future__ import annotations

from typing import Any, Callable, List

from j2o_sandbox.openproject.collections import Filter, bad_operator, id_filter, unknown_filter
from j2o_sandbox.openproject.requests import Request
from j2o_sandbox.openproject.server import Server


def candidates(server: Server, filters: List[Filter]) -> List[Any]:
    """Rows that can match at all, by the indexes there are."""
    table = server.store.time_entries
    for name, operator, values in filters:
        if operator == "=" and name in ("entityId", "entity_id", "workPackage", "work_package"):
            ids = {row_id for value in values if value.isdigit() for row_id in table.ids("work_package", int(value))}
            return table.ordered(ids)
        if operator == "=" and name in ("project", "project_id"):
            ids = {row_id for value in values if value.isdigit() for row_id in table.ids("project", int(value))}
            return table.ordered(ids)
    return table.ordered()


def time_filter(request: Request, entry: Filter) -> Callable[[Any], bool]:
    """A filter as a question to a row.

    Raises:
        ApiError: 400.
    """
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
