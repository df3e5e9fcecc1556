"""Memberships: who has which roles in which project, given directly or inherited from groups."""

from __future__ import annotations

from typing import Any, Dict, Iterable, List, Optional, Sequence, Tuple

from j2o_sandbox.openproject import rows
from j2o_sandbox.openproject.collections import paged, read_filters
from j2o_sandbox.openproject.errors import Problems, forbidden, not_found
from j2o_sandbox.openproject.filter_kinds import (
    OPTIONAL,
    Filter,
    Keep,
    list_filter,
    moment_filter,
    text_filter,
    unknown_filter,
    whole_filter,
)
from j2o_sandbox.openproject.links import link, number, numbers, read_link, read_links
from j2o_sandbox.openproject.people.principals import principal_link
from j2o_sandbox.openproject.requests import Answer, Request, encode, no_content
from j2o_sandbox.openproject.routing import Routes
from j2o_sandbox.openproject.server import Server

routes = Routes()

_PRINCIPALS = ("users", "groups", "placeholder_users")


@routes("GET", "/memberships")
def index(server: Server, request: Request) -> Answer:
    """Memberships the user may see."""
    wanted = read_filters(request) or []
    found = _candidates(server, wanted)
    if not request.user.admin:
        found = [
            row
            for row in found
            if server.permissions.allowed(request.user, "view_members", server.store.projects.get(row.project))
        ]
    for entry in wanted:
        keep = _filter(server, request, entry)
        found = [row for row in found if keep(row)]
    return paged(server, request, "/api/v3/memberships", found, lambda row: membership_bytes(server, row))


@routes("POST", "/memberships")
def create(server: Server, request: Request) -> Answer:
    """Give a principal roles in a project."""
    payload = request.json()
    links = payload.get("_links") if isinstance(payload.get("_links"), dict) else {}
    language = request.language
    project_id = _linked(language, links, "project", "projects", "workspaces")
    principal_id = _linked(language, links, "principal", *_PRINCIPALS)
    project = server.store.projects.get(project_id)
    if not request.user.admin and not server.permissions.allowed(request.user, "manage_members", project):
        raise forbidden(language)
    problems = Problems(language)
    principal = server.store.principals.get(principal_id)
    if principal is None:
        problems.add("principal", "blank")
    elif principal.type == "Builtin" or principal.status == "locked":
        problems.add("principal", "unassignable")
    elif server.store.memberships.first("pair", (principal.id, project_id)) is not None:
        problems.add("user", "taken")
    if project_id is not None and (project is None or not project.active):
        problems.add("project", "invalid")
    roles = _roles(server, language, links, project, problems)
    if not roles and not problems.has("roles"):
        problems.add("roles", "role_blank")
    problems.raise_any()
    now = server.clock.stamp()
    row = server.store.put(
        rows.Membership(id=None, principal=principal.id, project=project_id, roles=roles, created=now, updated=now)
    )
    if principal.type == "Group":
        _spread(server, row, principal.members)
    _mail(server, request, payload, principal)
    return Answer(201, membership_bytes(server, row))


@routes("GET", "/memberships/{id}")
def show(server: Server, request: Request, row_id: str) -> Answer:
    """One membership."""
    return Answer(200, membership_bytes(server, _found(server, request, row_id)))


@routes("PATCH", "/memberships/{id}")
def update(server: Server, request: Request, row_id: str) -> Answer:
    """Replace the directly given roles."""
    row = _found(server, request, row_id)
    payload = request.json(required=False)
    _may_manage(server, request, row)
    links = payload.get("_links") if isinstance(payload.get("_links"), dict) else {}
    problems = Problems(request.language)
    if "roles" in links:
        roles = _roles(server, request.language, links, server.store.projects.get(row.project), problems)
        if not roles and not row.inherited and not problems.has("roles"):
            problems.add("roles", "role_blank")
        problems.raise_any()
        # Inherited roles cannot be taken away, and are not given a second time.
        inherited = {role for _, role in row.inherited}
        roles = tuple(role for role in roles if role not in inherited or role in row.roles)
        row = server.store.put(row.copy(roles=roles, updated=server.clock.stamp()))
        principal = server.store.principals[row.principal]
        if principal.type == "Group":
            _spread(server, row, principal.members)
        _mail(server, request, payload, principal)
    return Answer(200, membership_bytes(server, row))


@routes("DELETE", "/memberships/{id}")
def delete(server: Server, request: Request, row_id: str) -> Answer:
    """Take directly given roles away; a membership that a group gives stays."""
    row = _found(server, request, row_id)
    _may_manage(server, request, row)
    if row.inherited and not row.roles:
        problems = Problems(request.language)
        problems.add("base", "unchangeable", name="Membership")
        problems.raise_any()
    principal = server.store.principals[row.principal]
    if row.inherited:
        server.store.put(row.copy(roles=(), updated=server.clock.stamp()))
        return no_content()
    server.store.drop(row)
    if principal.type == "Group":
        _withdraw(server, principal.id, principal.members, row.project)
    return no_content()


@routes("GET", "/memberships/available_projects")
def available_projects(server: Server, request: Request) -> Answer:
    """Projects in which the user may manage members."""
    from j2o_sandbox.openproject.projects.representation import project_bytes

    found = [
        project
        for project in server.store.projects.ordered()
        if server.permissions.allowed(request.user, "manage_members", project)
    ]
    path = "/api/v3/memberships/available_projects"
    return paged(server, request, path, found, lambda row: project_bytes(server, row))


def all_roles(row: Any) -> List[int]:
    """Direct and inherited roles, each once."""
    return list(dict.fromkeys([*row.roles, *(role for _, role in row.inherited)]))


def membership_bytes(server: Server, row: Any) -> bytes:
    """A membership as the API shows it."""
    href = f"/api/v3/memberships/{row.id}"
    project = server.store.projects.get(row.project)
    principal = principal_link(server, row.principal)
    links: Dict[str, Any] = {
        "self": link(href, principal.get("title")),
        "schema": link("/api/v3/memberships/schema"),
        "update": link(f"{href}/form", method="post"),
        "updateImmediately": link(href, method="patch"),
        "project": link(None) if project is None else link(f"/api/v3/projects/{project.id}", project.name),
        "principal": principal,
        "roles": [link(f"/api/v3/roles/{role}", server.store.roles[role].name) for role in all_roles(row)],
    }
    body = {"_type": "Membership", "id": row.id, "createdAt": row.created, "updatedAt": row.updated, "_links": links}
    return encode(body)


def group_changed(server: Server, group: Any, members: Sequence[int]) -> None:
    """Give a group other members; those who come inherit its roles, those who go lose them."""
    before = set(group.members)
    server.store.put(group.copy(members=tuple(members), updated=server.clock.stamp()))
    for membership in server.store.memberships.find("principal", group.id):
        _withdraw(server, group.id, [one for one in before if one not in members], membership.project)
        _spread(server, membership, [one for one in members if one not in before])


def leave_all(server: Server, principal: Any) -> None:
    """Remove a principal from all projects and groups."""
    for row in server.store.memberships.find("principal", principal.id):
        server.store.drop(row)
        if principal.type == "Group":
            _withdraw(server, principal.id, principal.members, row.project)
    for group in server.store.principals.find("member", principal.id):
        members = tuple(member for member in group.members if member != principal.id)
        server.store.put(group.copy(members=members))


def _spread(server: Server, membership: Any, members: Iterable[int]) -> None:
    given: Tuple[Any, ...] = tuple((membership.principal, role) for role in membership.roles)
    now = server.clock.stamp()
    for member in members:
        row = server.store.memberships.first("pair", (member, membership.project))
        if row is None:
            row = rows.Membership(id=None, principal=member, project=membership.project, created=now, updated=now)
        others = tuple(tuple(pair) for pair in row.inherited if pair[0] != membership.principal)
        server.store.put(row.copy(inherited=(*others, *given), updated=now))


def _withdraw(server: Server, group: int, members: Iterable[int], project: Optional[int]) -> None:
    for member in members:
        row = server.store.memberships.first("pair", (member, project))
        if row is None:
            continue
        inherited = tuple(tuple(pair) for pair in row.inherited if pair[0] != group)
        if inherited or row.roles:
            server.store.put(row.copy(inherited=inherited))
        else:
            server.store.drop(row)


def _candidates(server: Server, filters: Sequence[Any]) -> List[Any]:
    for name, operator, values in filters:
        if operator == "=" and name in ("project", "principal"):
            table = server.store.memberships
            return table.ordered({row_id for one in numbers(values) for row_id in table.ids(name, one)})
    return server.store.memberships.ordered()


def _filter(server: Server, request: Request, entry: Filter) -> Keep:
    name, operator, values = entry
    store = server.store
    if name == "project":
        return whole_filter(entry, lambda row: row.project, OPTIONAL)
    if name == "principal":
        # Those who are locked do not exist for this filter.
        mine = (name, operator, [str(request.user.id) if value == "me" else value for value in values])
        return list_filter(mine, lambda row: row.principal, lambda value: _open(server, value), OPTIONAL)
    if name in ("role", "roleId", "role_id"):
        return list_filter(entry, all_roles, lambda value: number(value) in store.roles, OPTIONAL)
    if name in ("name", "any_name_attribute", "anyNameAttribute"):
        return text_filter(entry, lambda row: store.principals[row.principal].name, phrase=True)
    if name in ("createdAt", "updatedAt"):
        stamp = name[:-2]
        return moment_filter(entry, lambda row: str(getattr(row, stamp)), server.clock.now())
    raise unknown_filter(request.language, name)


def _open(server: Server, value: str) -> bool:
    principal = server.store.principals.get(number(value))
    return principal is not None and principal.type != "Builtin" and principal.status != "locked"


def _linked(language: str, links: Dict[str, Any], name: str, *namespaces: str) -> Optional[int]:
    if name not in links:
        return None
    text_id = read_link(language, name, links[name], *namespaces)
    found = number(text_id)
    return -1 if text_id is not None and found is None else found


def _roles(server: Server, language: str, links: Dict[str, Any], project: Any, problems: Problems) -> Tuple[int, ...]:
    found: List[int] = []
    for text_id in read_links(language, "roles", links.get("roles", []), "roles"):
        role = server.store.roles.get(number(text_id))
        if role is None:
            problems.add("roles", "does_not_exist")
        elif role.builtin is not None or role.scope != ("project" if project is not None else "global"):
            problems.add("roles", "ungrantable")
        elif role.id not in found:
            found.append(role.id)
    return tuple(found)


def _found(server: Server, request: Request, row_id: str) -> Any:
    row = server.get("memberships", row_id, request.language)
    project = server.store.projects.get(row.project)
    if not request.user.admin and not server.permissions.allowed(request.user, "view_members", project):
        raise not_found(request.language)
    return row


def _may_manage(server: Server, request: Request, row: Any) -> None:
    project = server.store.projects.get(row.project)
    if not request.user.admin and not server.permissions.allowed(request.user, "manage_members", project):
        raise forbidden(request.language)


def _mail(server: Server, request: Request, payload: Dict[str, Any], principal: Any) -> None:
    meta = payload.get("_meta")
    if isinstance(meta, dict) and meta.get("sendNotifications") is False:
        return
    receivers = principal.members if principal.type == "Group" else [principal.id]
    server.mails.send("member added", receivers, request.user.id)
