"""How projects look, and how they are found by id, identifier or former identifier."""

from __future__ import annotations

import json
from typing import Any, Dict, List
from urllib.parse import quote

from j2o_sandbox.openproject.custom_values import custom_part
from j2o_sandbox.openproject.errors import not_found
from j2o_sandbox.openproject.links import link, number
from j2o_sandbox.openproject.live_text import formatted
from j2o_sandbox.openproject.projects.attributes import active_attributes
from j2o_sandbox.openproject.requests import Request
from j2o_sandbox.openproject.server import Server

STATUSES = {
    "on_track": "On track",
    "at_risk": "At risk",
    "off_track": "Off track",
    "not_started": "Not started",
    "finished": "Finished",
    "discontinued": "Discontinued",
}


def find_project(server: Server, request: Request, text_id: str) -> Any:
    """The project of a path segment, if the user may see it.

    Raises:
        ApiError: 404.
    """
    store = server.store
    found = store.projects.get(number(text_id))
    if found is None:
        found = store.projects.first("any_identifier", text_id.lower())
    if found is None or not server.permissions.sees_project(request.user, found):
        raise not_found(request.language)
    return found


def project_bytes(server: Server, row: Any) -> bytes:
    """A project as the API shows it."""
    return server.fragment(row, lambda: represent(server, row))


def represent(server: Server, row: Any) -> Dict[str, Any]:
    """A project as data."""
    href = project_href(server, row)
    inside = f"/api/v3/workspaces/{row.id}" if server.features.workspaces else href
    parent = server.store.projects.get(row.parent)
    by_project = json.dumps([{"project": {"operator": "=", "values": [str(row.id)]}}], separators=(",", ":"))
    links: Dict[str, Any] = {
        "self": link(href, row.name),
        "createWorkPackage": link(f"{inside}/work_packages/form", method="post"),
        "createWorkPackageImmediately": link(f"{inside}/work_packages", method="post"),
        "workPackages": link(f"{inside}/work_packages"),
        "categories": link(f"{inside}/categories"),
        "versions": link(f"{inside}/versions"),
        "memberships": link(f"/api/v3/memberships?filters={quote(by_project)}"),
        "types": link(f"{inside}/types"),
        "update": link(f"{href}/form", method="post"),
        "updateImmediately": link(href, method="patch"),
        "delete": link(href, method="delete"),
        "schema": link("/api/v3/projects/schema"),
        "status": link(None)
        if row.status is None
        else link(f"/api/v3/project_statuses/{row.status}", STATUSES[row.status]),
        "ancestors": [link(project_href(server, one), one.name) for one in ancestors(server, row)],
        "parent": link(None) if parent is None else link(project_href(server, parent), parent.name),
    }
    properties, value_links = custom_part(server, active_attributes(server, row), row.custom)
    links.update(value_links)
    return {
        "_type": row.workspace.capitalize() if server.features.workspaces else "Project",
        "id": row.id,
        "identifier": row.identifier,
        "name": row.name,
        "active": row.active,
        "public": row.public,
        "description": formatted(server, row.description, row),
        "createdAt": row.created,
        "updatedAt": row.updated,
        "statusExplanation": formatted(server, row.explanation, row),
        **properties,
        "_links": links,
    }


def project_href(server: Server, row: Any) -> str:
    """Where a project is, or since 17.0 a program or portfolio."""
    return f"/api/v3/{row.workspace if server.features.workspaces else 'project'}s/{row.id}"


def ancestors(server: Server, row: Any) -> List[Any]:
    """Projects above, the root first."""
    found: List[Any] = []
    parent = server.store.projects.get(row.parent)
    while parent is not None:
        found.insert(0, parent)
        parent = server.store.projects.get(parent.parent)
    return found


def descendants(server: Server, row: Any) -> List[Any]:
    """Projects below, parents before children."""
    found: List[Any] = []
    for child in server.store.projects.find("parent", row.id):
        found.append(child)
        found.extend(descendants(server, child))
    return found
