"""How a saved query looks, and who sees and changes it."""

from __future__ import annotations

from typing import Any, Dict, Optional

from j2o_sandbox.openproject.links import link
from j2o_sandbox.openproject.people.principals import principal_link
from j2o_sandbox.openproject.queries.stored_filters import problem_of, show_filter
from j2o_sandbox.openproject.requests import Request, encode
from j2o_sandbox.openproject.server import Server


def sees_query(server: Server, user: Any, row: Any) -> bool:
    """Whether it is public or the user's own; not even an administrator sees those of others."""
    if not row.public and row.user != user.id:
        return False
    if row.project is None:
        return server.permissions.anywhere(user, "view_work_packages")
    return server.permissions.allowed(user, "view_work_packages", server.store.projects.get(row.project))


def may_change_query(server: Server, user: Any, row: Any) -> bool:
    """Own private queries, and public ones, each with a permission."""
    project = server.store.projects.get(row.project)

    def allowed(permission: str) -> bool:
        if row.project is None:
            return server.permissions.anywhere(user, permission)
        return server.permissions.allowed(user, permission, project)

    return (row.user == user.id and allowed("save_queries")) or (row.public and allowed("manage_public_queries"))


def query_bytes(server: Server, request: Optional[Request], row: Any) -> bytes:
    """A query as the API shows it; ``request`` is whose language the names of filters have."""
    return encode(represent(server, request, row))


def represent(server: Server, request: Optional[Request], row: Any) -> Dict[str, Any]:
    """A query as data, without the filters that became invalid."""
    href = f"/api/v3/queries/{row.id}"
    project = server.store.projects.get(row.project)
    filters = [entry for entry in row.filters if request is None or problem_of(server, request, entry, project) is None]
    place = "/api/v3/queries" if project is None else f"/api/v3/projects/{project.id}/queries"
    return {
        "_type": "Query",
        "id": row.id,
        "name": row.name,
        "createdAt": row.created,
        "updatedAt": row.updated,
        "filters": [show_filter(server, entry) for entry in filters],
        "includeSubprojects": row.include_subprojects,
        "sums": row.sums,
        "public": row.public,
        "hidden": not server.store.views.ids("query", row.id),
        "timelineVisible": row.timeline_visible,
        "showHierarchies": row.show_hierarchies,
        "timelineZoomLevel": "auto",
        "timelineLabels": {},
        "timestamps": ["PT0S"],
        "starred": row.starred,
        "_links": {
            "self": link(href, row.name),
            "project": link(None) if project is None else link(f"/api/v3/projects/{project.id}", project.name),
            "user": principal_link(server, row.user),
            "schema": link(f"{place}/schema"),
            "update": link(f"{href}/form", method="post"),
            "updateImmediately": link(href, method="patch"),
            "delete": link(href, method="delete"),
            "columns": [link(f"/api/v3/queries/columns/{name}", name) for name in row.columns],
            "sortBy": [
                link(f"/api/v3/queries/sort_bys/{name}-{direction}", f"{name} ({direction})")
                for name, direction in row.sort_by
            ],
            "groupBy": link(f"/api/v3/queries/group_bys/{row.group_by}", row.group_by) if row.group_by else link(None),
            "highlightedAttributes": [],
        },
    }
