"""Roles: read only."""

from __future__ import annotations

from typing import Any

from j2o_sandbox.openproject.collections import id_filter, read_filters, unknown_filter, whole
from j2o_sandbox.openproject.links import link
from j2o_sandbox.openproject.requests import Answer, Request
from j2o_sandbox.openproject.routing import Routes
from j2o_sandbox.openproject.server import Server

routes = Routes()


@routes("GET", "/roles")
def index(server: Server, request: Request) -> Answer:
    """All roles; filters ``grantable`` and ``unit`` (project, system)."""
    found = server.store.roles.ordered()
    for name, operator, values in read_filters(request) or []:
        if name == "grantable":
            keep = id_filter(name, operator, values, lambda row: row.builtin is None)
        elif name == "unit":
            keep = id_filter(
                name, operator, values, lambda row: {"project": "project", "global": "system"}.get(row.scope)
            )
        else:
            raise unknown_filter(request.language, name)
        found = [row for row in found if keep(row)]
    return whole("/api/v3/roles", [role_bytes(server, row) for row in found])


@routes("GET", "/roles/{id}")
def show(server: Server, request: Request, row_id: str) -> Answer:
    """One role."""
    return Answer(200, role_bytes(server, server.get("roles", row_id, request.language)))


def role_bytes(server: Server, row: Any) -> bytes:
    """A role as the API shows it."""
    body = {
        "_type": "Role",
        "id": row.id,
        "name": row.name,
        "_links": {"self": link(f"/api/v3/roles/{row.id}", row.name)},
    }
    return server.fragment(row, lambda: body)
