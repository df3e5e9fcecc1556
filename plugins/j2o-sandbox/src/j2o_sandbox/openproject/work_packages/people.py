"""Who can be assigned to, or watch, a work package."""

from __future__ import annotations

from typing import Any, List

from j2o_sandbox.openproject.collections import whole
from j2o_sandbox.openproject.people.principals import principal_bytes
from j2o_sandbox.openproject.projects.representation import find_project
from j2o_sandbox.openproject.requests import Answer, Request
from j2o_sandbox.openproject.routing import Routes
from j2o_sandbox.openproject.server import Server
from j2o_sandbox.openproject.work_packages.access import find_work_package, sees

routes = Routes()


@routes(
    "GET",
    "/projects/{id}/available_assignees",
    "/workspaces/{id}/available_assignees",
    "/projects/{id}/available_responsibles",
)
def of_project(server: Server, request: Request, text_id: str) -> Answer:
    """Unlocked members with a role that can be assigned to."""
    project = find_project(server, request, text_id)
    return _people(server, request, server.permissions.assignable(project))


@routes("GET", "/work_packages/{id}/available_assignees", "/work_packages/{id}/available_responsibles")
def of_work_package(server: Server, request: Request, text_id: str) -> Answer:
    """The same for a work package's project."""
    row = find_work_package(server, request, text_id)
    return _people(server, request, server.permissions.assignable(server.store.projects[row.project]))


@routes("GET", "/work_packages/{id}/available_watchers")
def watchers(server: Server, request: Request, text_id: str) -> Answer:
    """Unlocked users who may see the work package and do not watch it yet."""
    row = find_work_package(server, request, text_id)
    users = [
        user.id
        for user in server.store.principals.find("type", "User")
        if user.status == "active" and user.id not in row.watchers and sees(server, user, row)
    ]
    return _people(server, request, sorted(users))


def _people(server: Server, request: Request, ids: List[int]) -> Answer:
    found: List[Any] = [server.store.principals[one] for one in ids]
    return whole(request.path, [principal_bytes(server, row) for row in found])
