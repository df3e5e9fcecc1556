"""Roles: read only."""

from __future__ import annotations

from typing import Any

from j2o_sandbox.openproject.collections import read_filters, whole
from j2o_sandbox.openproject.filter_kinds import list_filter, truth_filter, unknown_filter
from j2o_sandbox.openproject.links import link
from j2o_sandbox.openproject.requests import Answer, Request
from j2o_sandbox.openproject.routing import Routes
from j2o_sandbox.openproject.server import Server

routes = Routes()

_UNITS = {"project": "project", "global": "system"}


@routes("GET", "/roles")
def index(server: Server, request: Request) -> Answer:
    """All roles; filters ``grantable`` and ``unit`` (project, system)."""
    found = server.store.roles.ordered()
    for entry in read_filters(request) or []:
        if entry[0] == "grantable":
            keep = truth_filter(entry, lambda row: row.builtin is None)
        elif entry[0] == "unit":
            keep = list_filter(entry, lambda row: _UNITS.get(row.scope), lambda value: value in _UNITS.values())
        else:
            raise unknown_filter(request.language, entry[0])
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
