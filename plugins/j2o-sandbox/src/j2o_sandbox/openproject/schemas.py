"""Schemas and forms of projects, users, versions and memberships: the way to find their custom fields."""

from __future__ import annotations

import json
from typing import Any, Callable, Dict, List, Tuple
from urllib.parse import quote

from j2o_sandbox.openproject.custom_values import LINKED
from j2o_sandbox.openproject.errors import ApiError
from j2o_sandbox.openproject.links import link
from j2o_sandbox.openproject.live_text import formatted
from j2o_sandbox.openproject.people import memberships, users
from j2o_sandbox.openproject.projects import copies, projects, versions
from j2o_sandbox.openproject.projects.representation import STATUSES
from j2o_sandbox.openproject.requests import Answer, Request, hal
from j2o_sandbox.openproject.routing import Routes
from j2o_sandbox.openproject.server import Server

routes = Routes()

Field = Tuple[str, str, str, bool, bool]

_STANDARD: Dict[str, List[Field]] = {
    "projects": [
        ("id", "Integer", "ID", True, False),
        ("name", "String", "Name", True, True),
        ("identifier", "String", "Identifier", True, True),
        ("description", "Formattable", "Description", False, True),
        ("public", "Boolean", "Public", False, True),
        ("active", "Boolean", "Active", False, True),
        ("status", "ProjectStatus", "Status", False, True),
        ("statusExplanation", "Formattable", "Status description", False, True),
        ("parent", "Project", "Subproject of", False, True),
        ("createdAt", "DateTime", "Created on", True, False),
        ("updatedAt", "DateTime", "Updated on", True, False),
    ],
    "users": [
        ("id", "Integer", "ID", True, False),
        ("login", "String", "Username", True, True),
        ("admin", "Boolean", "Administrator", False, True),
        ("email", "String", "Email", True, True),
        ("name", "String", "Name", False, False),
        ("firstName", "String", "First name", True, True),
        ("lastName", "String", "Last name", True, True),
        ("status", "String", "Status", False, False),
        ("language", "String", "Language", False, True),
        ("identityUrl", "String", "Identity url", False, True),
        ("password", "Password", "Password", False, True),
        ("createdAt", "DateTime", "Created on", True, False),
        ("updatedAt", "DateTime", "Updated on", True, False),
    ],
    "versions": [
        ("id", "Integer", "ID", True, False),
        ("name", "String", "Name", True, True),
        ("description", "Formattable", "Description", False, True),
        ("startDate", "Date", "Start date", False, True),
        ("endDate", "Date", "Finish date", False, True),
        ("definingProject", "Project", "Project", True, True),
        ("status", "String", "Status", True, True),
        ("sharing", "String", "Sharing", True, True),
        ("createdAt", "DateTime", "Created on", True, False),
        ("updatedAt", "DateTime", "Updated on", True, False),
    ],
    "memberships": [
        ("id", "Integer", "ID", True, False),
        ("project", "Project", "Project", False, True),
        ("principal", "Principal", "User or group", True, True),
        ("roles", "[]Role", "Roles", True, True),
        ("notificationMessage", "Formattable", "Message", False, True),
        ("createdAt", "DateTime", "Created on", True, False),
        ("updatedAt", "DateTime", "Updated on", True, False),
    ],
}
_KINDS = {
    "string": "String",
    "text": "Formattable",
    "int": "Integer",
    "float": "Float",
    "date": "Date",
    "bool": "Boolean",
    "list": "CustomOption",
    "hierarchy": "CustomField::Hierarchy::Item",
    "user": "User",
    "version": "Version",
    "link": "Link",
}
_OWNERS = {"projects": "project", "users": "user", "versions": "version"}
_LINKED = ("Project", "ProjectStatus", "Principal", "[]Role")
#: whom a field of people takes
_PEOPLE = quote(
    json.dumps(
        [
            {"status": {"operator": "!", "values": ["3"]}},
            {"type": {"operator": "=", "values": ["User", "Group", "PlaceholderUser"]}},
            {"member": {"operator": "*", "values": []}},
        ],
        separators=(",", ":"),
    )
)


def resource_schema(server: Server, user: Any, name: str) -> Dict[str, Any]:
    """The schema of a kind of thing."""
    body: Dict[str, Any] = {"_type": "Schema", "_dependencies": []}
    for key, kind, label, required, writable in _STANDARD[name]:
        if key == "createdAt" and name == "projects":
            writable = server.features.writable_history and server.settings.writable_history and user.admin
        body[key] = _entry(kind, label, required, writable)
        if kind in _LINKED:
            body[key]["location"] = "_links"
        elif key == "notificationMessage":
            body[key]["location"] = "_meta"
    if name == "projects":
        codes = [link(f"/api/v3/project_statuses/{code}", title) for code, title in STATUSES.items()]
        body["status"]["_links"] = {"allowedValues": codes}
    if name in _OWNERS:
        for field in server.store.custom_fields.find("of", _OWNERS[name]):
            body[f"customField{field.id}"] = _custom(server, field)
    body["_links"] = {"self": link(f"/api/v3/{name}/schema")}
    return body


def _custom(server: Server, field: Any) -> Dict[str, Any]:
    kind = _KINDS[field.format]
    entry = _entry(f"[]{kind}" if field.multi else kind, field.name, field.required, True)
    entry["hasDefault"] = field.default is not None
    for name, value in (
        ("minLength", field.min_length),
        ("maxLength", field.max_length),
        ("regularExpression", field.regexp),
    ):
        if value:
            entry[name] = value
    if field.format in LINKED:
        entry["location"] = "_links"
    if field.format == "hierarchy":
        entry["_links"] = {"allowedValues": link(f"/api/v3/custom_fields/{field.id}/items")}
    if field.format == "list":
        options = server.store.custom_options.find("field", field.id)
        entry["_links"] = {"allowedValues": [link(f"/api/v3/custom_options/{row.id}", row.value) for row in options]}
    if field.format == "version":
        versions = [row for row in server.store.versions.ordered() if row.sharing == "system"]
        entry["_links"] = {"allowedValues": [link(f"/api/v3/versions/{row.id}", row.name) for row in versions]}
    if field.format == "user":
        entry["_links"] = {"allowedValues": link(f"/api/v3/principals?filters={_PEOPLE}&pageSize=-1")}
    return entry


def _entry(kind: str, label: str, required: bool, writable: bool) -> Dict[str, Any]:
    return {
        "type": kind,
        "name": label,
        "required": required,
        "hasDefault": False,
        "writable": writable,
        "options": {},
    }


def _schema_of(name: str) -> Callable[[Server, Request], Answer]:
    def schema(server: Server, request: Request) -> Answer:
        return hal(resource_schema(server, request.user, name))

    return schema


def _form_of(name: str, write: Callable[..., Any], commit: str = "post") -> Callable[..., Answer]:
    def form(server: Server, request: Request, *values: str) -> Answer:
        # What a write would say, without the write.
        errors: Dict[str, Any] = {}
        try:
            write(server, request, *values)
        except ApiError as error:
            if error.status != 422 or error.identifier in ("ResourceTypeMismatch", "PropertyFormatError"):
                raise
            parts = error.errors or (error,)
            errors = {str(part.attribute): part.represent() for part in parts}
        finally:
            server.rollback()
        here = link(request.path, method="post")
        links: Dict[str, Any] = {"self": here, "validate": here}
        if not errors:
            links["commit"] = link(request.path[: -len("/form")], method=commit)
        return hal(
            {
                "_type": "Form",
                "_embedded": {
                    "payload": _payload(server, request, name),
                    "schema": resource_schema(server, request.user, name),
                    "validationErrors": errors,
                },
                "_links": links,
            }
        )

    return form


def _payload(server: Server, request: Request, name: str) -> Dict[str, Any]:
    """What was sent, text as it would be shown."""
    payload = dict(request.json(required=False))
    for key, kind, *_ in _STANDARD[name]:
        if kind == "Formattable" and isinstance(payload.get(key), dict):
            payload[key] = formatted(server, payload[key].get("raw"))
    return payload


for _name, _create, _update in (
    ("projects", projects.create, projects.update),
    ("users", users.create, users.update),
    ("versions", versions.create, versions.update),
    ("memberships", memberships.create, memberships.update),
):
    routes("GET", f"/{_name}/schema")(_schema_of(_name))
    routes("POST", f"/{_name}/form")(_form_of(_name, _create))
    routes("POST", f"/{_name}/{{id}}/form")(_form_of(_name, _update, "patch"))
routes("POST", "/projects/{id}/copy/form")(_form_of("projects", copies.check_copy))
routes("GET", "/workspaces/schema")(_schema_of("projects"))
