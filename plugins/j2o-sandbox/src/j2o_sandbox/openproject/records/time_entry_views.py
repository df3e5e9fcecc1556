"""How time entries look."""

from __future__ import annotations

from typing import Any, Dict

from j2o_sandbox.openproject.custom_values import custom_part
from j2o_sandbox.openproject.links import link
from j2o_sandbox.openproject.people.principals import principal_link
from j2o_sandbox.openproject.requests import encode
from j2o_sandbox.openproject.server import Server
from j2o_sandbox.openproject.values import hours_to_duration, plain


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
        "comment": plain(row.comment),
        "spentOn": row.spent_on,
        "hours": hours_to_duration(row.hours, exact=server.features.exact_hours),
        "createdAt": row.created,
        "updatedAt": row.updated,
        **properties,
        "_links": links,
    }
