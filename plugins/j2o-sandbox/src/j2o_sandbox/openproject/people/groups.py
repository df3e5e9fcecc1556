"""Groups and who belongs to them."""

from __future__ import annotations

from typing import Any, Dict, List, Optional

from j2o_sandbox.openproject import rows
from j2o_sandbox.openproject.errors import Problems, forbidden, not_found
from j2o_sandbox.openproject.links import number, read_links
from j2o_sandbox.openproject.people.memberships import group_changed, leave_all
from j2o_sandbox.openproject.people.principals import listing, principal_bytes
from j2o_sandbox.openproject.requests import Answer, Request, no_content
from j2o_sandbox.openproject.routing import Routes
from j2o_sandbox.openproject.server import Server
from j2o_sandbox.openproject.values import as_text

routes = Routes()


@routes("GET", "/groups")
def groups(server: Server, request: Request) -> Answer:
    """All groups."""
    found = sorted(server.store.principals.find("type", "Group"), key=lambda row: row.id)
    return listing(server, request, "/api/v3/groups", found)


@routes("POST", "/groups")
def create_group(server: Server, request: Request) -> Answer:
    """A new group with its members."""
    return _create(server, request)


@routes("GET", "/groups/{id}")
def group(server: Server, request: Request, group_id: str) -> Answer:
    """One group."""
    return Answer(200, principal_bytes(server, _found(server, request, group_id)))


@routes("PATCH", "/groups/{id}")
def update_group(server: Server, request: Request, group_id: str) -> Answer:
    """Change a group; ``_links.members`` replaces its members. No ``notify`` here: who joins gets mails."""
    return _update(server, request, _found(server, request, group_id))


@routes("DELETE", "/groups/{id}")
def delete_group(server: Server, request: Request, group_id: str) -> Answer:
    """Delete a group, and with it what its members inherited from it."""
    row = _found(server, request, group_id)
    _admin(request)
    group_changed(server, row, [])
    return delete_principal(server, row)


def _found(server: Server, request: Request, text_id: str) -> Any:
    row = server.get("principals", text_id, request.language)
    if row.type != "Group":
        raise not_found(request.language)
    return row


def _admin(request: Request) -> None:
    if not request.user.admin:
        raise forbidden(request.language)


def _create(server: Server, request: Request) -> Answer:
    payload = request.json()
    _admin(request)
    problems = Problems(request.language)
    name = as_text(request.language, "name", payload.get("name"))
    _check_name(server, name, None, problems)
    members = _members(server, request, payload, problems)
    problems.raise_any()
    now = server.clock.stamp()
    row = server.store.put(
        rows.Principal(id=None, type="Group", name=name, lastname=name, status="active", created=now, updated=now)
    )
    if members:
        group_changed(server, row, members)
    return Answer(201, principal_bytes(server, server.store.principals[row.id]))


def _update(server: Server, request: Request, row: Any) -> Answer:
    payload = request.json(required=False)
    _admin(request)
    problems = Problems(request.language)
    name = as_text(request.language, "name", payload.get("name", row.name))
    _check_name(server, name, row.id, problems)
    members = _members(server, request, payload, problems)
    problems.raise_any()
    row = server.store.put(row.copy(name=name, lastname=name, updated=server.clock.stamp()))
    if members is not None:
        joined = [one for one in members if one not in row.members]
        for _ in server.store.memberships.find("principal", row.id):
            server.mails.send("member added", joined, request.user.id)
        group_changed(server, row, members)
    return Answer(200, principal_bytes(server, server.store.principals[row.id]))


def delete_principal(server: Server, row: Any) -> Answer:
    """Remove a group or a placeholder user, from projects and work packages too."""
    leave_all(server, row)
    for work_package in server.store.work_packages:
        changes = {name: None for name in ("assignee", "responsible") if getattr(work_package, name) == row.id}
        if changes:
            server.store.put(work_package.copy(**changes))
    server.store.drop(server.store.principals[row.id])
    return no_content(202)


def _check_name(server: Server, name: Any, own: Optional[int], problems: Problems) -> None:
    if not isinstance(name, str) or not name.strip():
        problems.add("name", "blank")
        return
    if len(name) > 256:
        problems.add("name", "too_long", count=256)
    other = server.store.principals.first("name", ("Group", name.lower()))
    if other is not None and other.id != own:
        problems.add("name", "taken")


def _members(server: Server, request: Request, payload: Dict[str, Any], problems: Problems) -> Optional[List[int]]:
    links = payload.get("_links")
    if not isinstance(links, dict) or "members" not in links:
        return None
    found = []
    for text_id in read_links(request.language, "members", links["members"], "users"):
        user = server.store.principals.get(number(text_id))
        if user is None or user.type != "User":
            problems.add("members", "does_not_exist")
            return None
        if user.id not in found:
            found.append(user.id)
    return found
