"""Types, statuses, priorities, custom options and the rest that clients only read."""

from __future__ import annotations

from typing import Any, Dict

from j2o_sandbox.openproject.collections import whole
from j2o_sandbox.openproject.errors import forbidden, not_found
from j2o_sandbox.openproject.links import link
from j2o_sandbox.openproject.people.principals import principal_link
from j2o_sandbox.openproject.projects.representation import find_project
from j2o_sandbox.openproject.requests import Answer, Request, hal
from j2o_sandbox.openproject.routing import Routes
from j2o_sandbox.openproject.server import Server

routes = Routes()

_ENTERPRISE = ("boardView", "placeholderUsers", "readonlyWorkPackages", "internalComments")


@routes("GET", "")
def root(server: Server, request: Request) -> Answer:
    """What instance and version this is."""
    user = request.user
    names = ("configuration", "memberships", "relations", "statuses", "time_entries", "types", "users")
    links: Dict[str, Any] = {name: link(f"/api/v3/{name}") for name in names}
    links["self"] = link("/api/v3")
    links["user"] = link(f"/api/v3/users/{user.id}", user.name)
    links["userPreferences"] = link("/api/v3/my_preferences")
    links["priorities"] = link("/api/v3/priorities")
    links["workPackages"] = link("/api/v3/work_packages")
    return hal(
        {
            "_type": "Root",
            "instanceName": f"{server.settings.instance_name} {server.instance[:8]}",
            "coreVersion": server.features.text,
            "_links": links,
        }
    )


@routes("GET", "/configuration")
def configuration(server: Server, request: Request) -> Answer:
    """Limits and formats."""
    settings = server.settings
    flags = ["semanticWorkPackageIds"] if settings.semantic_identifiers and server.features.semantic_identifiers else []
    links = {"self": link("/api/v3/configuration"), "userPreferences": link("/api/v3/my_preferences")}
    if settings.direct_uploads:
        links["prepareAttachment"] = link("/api/v3/attachments/prepare", method="post")
    return hal(
        {
            "_type": "Configuration",
            "maximumAttachmentFileSize": server.attachment_limit,
            "maximumApiV3PageSize": settings.page_size,
            "perPageOptions": [20, 100],
            "durationFormat": "hours_only",
            "hoursPerDay": 8,
            "daysPerMonth": 20,
            "activeFeatureFlags": flags,
            "availableFeatures": list(_ENTERPRISE) if settings.enterprise else [],
            "dateFormat": "YYYY-MM-DD",
            "timeFormat": "HH:mm",
            "startOfWeek": 1,
            "_links": links,
        }
    )


@routes("GET", "/my_preferences")
def preferences(server: Server, request: Request) -> Answer:
    """The user's preferences."""
    return hal(
        {
            "_type": "UserPreferences",
            "hideMail": True,
            "timeZone": "Etc/UTC",
            "commentSortDescending": False,
            "warnOnLeavingUnsaved": True,
            "autoHidePopups": True,
            "_links": {"self": link("/api/v3/my_preferences"), "user": principal_link(server, request.user.id)},
        }
    )


@routes("GET", "/types")
def types(server: Server, request: Request) -> Answer:
    """All types."""
    found = sorted(server.store.types, key=lambda row: row.position)
    return whole("/api/v3/types", [type_bytes(server, row) for row in found])


@routes("GET", "/types/{id}")
def work_type(server: Server, request: Request, row_id: str) -> Answer:
    """One type."""
    return Answer(200, type_bytes(server, server.get("types", row_id, request.language)))


@routes("GET", "/projects/{id}/types", "/workspaces/{id}/types")
def project_types(server: Server, request: Request, text_id: str) -> Answer:
    """Types that are on in a project."""
    project = find_project(server, request, text_id)
    if not any(
        server.permissions.allowed(request.user, one, project) for one in ("view_work_packages", "manage_types")
    ):
        raise forbidden(request.language)
    found = sorted((server.store.types[one] for one in project.types), key=lambda row: row.position)
    return whole(request.path, [type_bytes(server, row) for row in found])


@routes("GET", "/statuses")
def statuses(server: Server, request: Request) -> Answer:
    """All statuses."""
    found = sorted(server.store.statuses, key=lambda row: row.position)
    return whole("/api/v3/statuses", [status_bytes(server, row) for row in found])


@routes("GET", "/statuses/{id}")
def status(server: Server, request: Request, row_id: str) -> Answer:
    """One status."""
    return Answer(200, status_bytes(server, server.get("statuses", row_id, request.language)))


@routes("GET", "/priorities")
def priorities(server: Server, request: Request) -> Answer:
    """All priorities."""
    found = sorted(server.store.priorities, key=lambda row: row.position)
    return whole("/api/v3/priorities", [priority_bytes(server, row) for row in found])


@routes("GET", "/priorities/{id}")
def priority(server: Server, request: Request, row_id: str) -> Answer:
    """One priority."""
    return Answer(200, priority_bytes(server, server.get("priorities", row_id, request.language)))


@routes("GET", "/custom_options/{id}")
def custom_option(server: Server, request: Request, row_id: str) -> Answer:
    """One value of a list field."""
    row = server.get("custom_options", row_id, request.language)
    if server.store.custom_fields[row.field].format != "list":
        raise not_found(request.language)
    return Answer(200, option_bytes(server, row))


@routes("GET", "/custom_fields/{id}")
def custom_field(server: Server, request: Request, row_id: str) -> Answer:
    """One custom field; only the newest versions have this."""
    if not server.features.custom_field_by_id:
        raise not_found(request.language)
    row = server.get("custom_fields", row_id, request.language)
    if not request.user.admin:
        raise forbidden(request.language)
    return hal(
        {
            "_type": "CustomField",
            "id": row.id,
            "name": row.name,
            "fieldFormat": row.format,
            "isRequired": row.required,
            "multiValue": row.multi,
            "_links": {"self": link(f"/api/v3/custom_fields/{row.id}", row.name)},
        }
    )


@routes("GET", "/time_entries/activities/{id}")
def time_activity(server: Server, request: Request, row_id: str) -> Answer:
    """One activity of time entries."""
    return hal(activity_body(server.get("time_entry_activities", row_id, request.language)))


def type_bytes(server: Server, row: Any) -> bytes:
    """A type as the API shows it."""
    return server.fragment(
        row,
        lambda: {
            "_type": "Type",
            "id": row.id,
            "name": row.name,
            "color": row.color,
            "position": row.position,
            "isDefault": row.is_default,
            "isMilestone": row.is_milestone,
            "createdAt": row.created,
            "updatedAt": row.updated,
            "_links": {"self": link(f"/api/v3/types/{row.id}", row.name)},
        },
    )


def status_bytes(server: Server, row: Any) -> bytes:
    """A status as the API shows it."""
    return server.fragment(
        row,
        lambda: {
            "_type": "Status",
            "id": row.id,
            "name": row.name,
            "isClosed": row.is_closed,
            "color": row.color,
            "isDefault": row.is_default,
            "isReadonly": row.is_readonly and server.settings.enterprise,
            "excludedFromTotals": row.excluded,
            "defaultDoneRatio": row.default_done_ratio,
            "position": row.position,
            "_links": {"self": link(f"/api/v3/statuses/{row.id}", row.name)},
        },
    )


def priority_bytes(server: Server, row: Any) -> bytes:
    """A priority as the API shows it."""
    return server.fragment(
        row,
        lambda: {
            "_type": "Priority",
            "id": row.id,
            "name": row.name,
            "position": row.position,
            "color": row.color,
            "isDefault": row.is_default,
            "isActive": row.active,
            "_links": {"self": link(f"/api/v3/priorities/{row.id}", row.name)},
        },
    )


def option_bytes(server: Server, row: Any) -> bytes:
    """A value of a list field as the API shows it."""
    return server.fragment(
        row,
        lambda: {
            "_type": "CustomOption",
            "id": row.id,
            "value": row.value,
            "_links": {"self": link(f"/api/v3/custom_options/{row.id}", row.value)},
        },
    )


def activity_body(row: Any) -> Dict[str, Any]:
    """A time entry activity as data."""
    return {
        "_type": "TimeEntriesActivity",
        "id": row.id,
        "name": row.name,
        "position": row.position,
        "default": row.is_default,
        "_links": {"self": link(f"/api/v3/time_entries/activities/{row.id}", row.name), "projects": []},
    }
