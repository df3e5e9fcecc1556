"""Placeholder users: made in the enterprise edition alone; any edition shows, renames and deletes those there are."""

from __future__ import annotations

from typing import Any, Optional

from j2o_sandbox.openproject import rows
from j2o_sandbox.openproject.errors import Problems, forbidden, not_found
from j2o_sandbox.openproject.messages import text
from j2o_sandbox.openproject.people.groups import delete_principal
from j2o_sandbox.openproject.people.principals import listing, placeholder_bytes
from j2o_sandbox.openproject.requests import Answer, Request
from j2o_sandbox.openproject.routing import Routes
from j2o_sandbox.openproject.server import Server
from j2o_sandbox.openproject.values import as_text

routes = Routes()

_MANAGE = "manage_placeholder_user"
_LONGEST = 256


@routes("GET", "/placeholder_users")
def index(server: Server, request: Request) -> Answer:
    """All of them; who manages neither them nor members sees those of the projects they see."""
    found = sorted(server.store.principals.find("type", "PlaceholderUser"), key=lambda row: row.id)
    if not _may_look(server, request):
        mine = {member.project for member in server.store.memberships.find("principal", request.user.id)}
        found = [row for row in found if mine & _projects_of(server, row)]
    return listing(server, request, "/api/v3/placeholder_users", found)


@routes("POST", "/placeholder_users")
def create(server: Server, request: Request) -> Answer:
    """A new one. What is wrong with it is told together with what the edition has to say."""
    payload = request.json()
    _must_manage(server, request)
    problems = Problems(request.language)
    if not server.settings.enterprise:
        action = text(request.language, "error_enterprise_only", action="Placeholder Users")
        problems.add_text("base", action)
    name = as_text(request.language, "name", payload.get("name"))
    _check_name(server, name, None, problems)
    problems.raise_any()
    now = server.clock.stamp()
    row = server.store.put(
        rows.Principal(
            id=None, type="PlaceholderUser", name=name, lastname=name, status="active", created=now, updated=now
        )
    )
    return Answer(201, placeholder_bytes(server, request, row))


@routes("GET", "/placeholder_users/{id}")
def show(server: Server, request: Request, row_id: str) -> Answer:
    """One of them."""
    return Answer(200, placeholder_bytes(server, request, _found(server, request, row_id)))


@routes("PATCH", "/placeholder_users/{id}")
def update(server: Server, request: Request, row_id: str) -> Answer:
    """Rename one; that needs no licence."""
    row = _found(server, request, row_id)
    payload = request.json(required=False)
    _must_manage(server, request)
    problems = Problems(request.language)
    name = as_text(request.language, "name", payload.get("name", row.name))
    _check_name(server, name, row.id, problems)
    problems.raise_any()
    row = server.store.put(row.copy(name=name, lastname=name, updated=server.clock.stamp()))
    return Answer(200, placeholder_bytes(server, request, row))


@routes("DELETE", "/placeholder_users/{id}")
def delete(server: Server, request: Request, row_id: str) -> Answer:
    """Delete one, for who may manage the members of all active projects it is in."""
    row = _found(server, request, row_id)
    _must_manage(server, request)
    for project_id in _projects_of(server, row):
        project = server.store.projects.get(project_id)
        if project.active and not server.permissions.allowed(request.user, "manage_members", project):
            raise forbidden(request.language)
    return delete_principal(server, row)


def _found(server: Server, request: Request, text_id: str) -> Any:
    if not _may_look(server, request):
        raise forbidden(request.language)
    row = server.get("principals", text_id, request.language)
    if row.type != "PlaceholderUser":
        raise not_found(request.language)
    return row


def _may_look(server: Server, request: Request) -> bool:
    permissions = server.permissions
    return permissions.globally(request.user, _MANAGE) or permissions.anywhere(request.user, "manage_members")


def _must_manage(server: Server, request: Request) -> None:
    if not server.permissions.globally(request.user, _MANAGE):
        raise forbidden(request.language)


def _projects_of(server: Server, row: Any) -> set[int]:
    return {member.project for member in server.store.memberships.find("principal", row.id)}


def _check_name(server: Server, name: Optional[str], own: Optional[int], problems: Problems) -> None:
    if name is None or not name.strip():
        problems.add("name", "blank")
        return
    if len(name) > _LONGEST:
        problems.add("name", "too_long", count=_LONGEST)
    # Unlike names of groups: `ann` and `Ann` are two.
    others = server.store.principals.find("name", ("PlaceholderUser", name.lower()))
    if any(other.name == name and other.id != own for other in others):
        problems.add("name", "taken")
