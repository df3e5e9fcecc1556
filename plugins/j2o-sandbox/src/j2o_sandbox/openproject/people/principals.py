"""How users, groups and placeholder users look, and the list of all of them."""

from __future__ import annotations

import json
from typing import Any, Callable, Dict, List, Sequence
from urllib.parse import quote

from j2o_sandbox.openproject.collections import paged, read_filters, read_sort
from j2o_sandbox.openproject.custom_values import custom_part
from j2o_sandbox.openproject.filter_kinds import OPTIONAL, Filter, Keep, list_filter, text_filter, unknown_filter
from j2o_sandbox.openproject.links import link, number
from j2o_sandbox.openproject.requests import Answer, Request, encode
from j2o_sandbox.openproject.routing import Routes
from j2o_sandbox.openproject.server import Server

routes = Routes()

STATUSES = ("active", "registered", "invited", "locked")
_NAMES = ("name", "any_name_attribute", "anyNameAttribute", "status")
_KNOWN = {
    "users": (*_NAMES, "login", "group"),
    "groups": (),
    "placeholder_users": (*_NAMES, "group"),
    "principals": (*_NAMES, "typeahead", "id", "type", "member"),
}
PATHS = {"User": "users", "Group": "groups", "PlaceholderUser": "placeholder_users", "Builtin": "users"}


def href_of(principal: Any) -> str:
    """The address of a user, group or placeholder user."""
    return f"/api/v3/{PATHS[principal.type]}/{principal.id}"


def principal_link(server: Server, principal_id: Any) -> Dict[str, Any]:
    """A link to a principal; ``{"href": null}`` for none."""
    row = server.store.principals.get(principal_id)
    return link(None) if row is None else link(href_of(row), row.name)


def principal_bytes(server: Server, principal: Any) -> bytes:
    """A principal as the API shows it to an admin."""
    return server.fragment(principal, lambda: represent(server, principal))


def placeholder_bytes(server: Server, request: Request, row: Any) -> bytes:
    """A placeholder user: the links that change it, and its status, only for who may manage them."""
    body = represent(server, row)
    if server.permissions.globally(request.user, "manage_placeholder_user"):
        body["status"] = row.status
    else:
        for name in ("updateImmediately", "delete"):
            del body["_links"][name]
    return encode(body)


def represent(server: Server, row: Any) -> Dict[str, Any]:
    """A principal as data."""
    href = href_of(row)
    by_principal = json.dumps([{"principal": {"operator": "=", "values": [str(row.id)]}}], separators=(",", ":"))
    memberships = f"/api/v3/memberships?filters={quote(by_principal)}"
    links: Dict[str, Any] = {
        "self": link(href, row.name),
        "memberships": link(memberships, "Memberships"),
        "updateImmediately": link(href, f"Update {row.name}", "patch"),
        "delete": link(href, f"Delete {row.name}", "delete"),
    }
    body: Dict[str, Any] = {"_type": row.type, "id": row.id, "name": row.name}
    body.update(createdAt=row.created, updatedAt=row.updated)
    if row.type in ("User", "Builtin"):
        body["_type"] = "User"
        body.update(
            login=row.login or "",
            admin=row.admin,
            firstName=row.firstname or "",
            lastName=row.lastname or "",
            email=row.mail,
            avatar="",
            status=row.status,
            identityUrl=row.identity_url,
            language=row.language or server.settings.language,
        )
        links["showUser"] = {"href": f"/users/{row.id}", "type": "text/html"}
        if row.status == "locked":
            links["unlock"] = link(f"{href}/lock", f"Remove lock on {row.login}", "delete")
        else:
            links["lock"] = link(f"{href}/lock", f"Set lock on {row.login}", "post")
        links["auth_source"] = link(None)
    elif row.type == "Group":
        members = [server.store.principals[member] for member in row.members]
        links["members"] = [link(href_of(member), member.name) for member in members]
        body["_embedded"] = {"members": [represent(server, member) for member in members]}
    else:
        links["showUser"] = {"href": f"/placeholder_users/{row.id}", "type": "text/html"}
    values, value_links = custom_part(server, server.store.custom_fields.find("of", row.type.lower()), row.custom)
    body.update(values)
    links.update(value_links)
    body["_links"] = links
    return body


@routes("GET", "/principals")
def principals(server: Server, request: Request) -> Answer:
    """Users, groups and placeholder users together."""
    rows = [row for row in server.store.principals.ordered() if row.type != "Builtin"]
    return listing(server, request, "/api/v3/principals", rows)


def listing(server: Server, request: Request, path: str, rows: List[Any]) -> Answer:
    """A page of principals, filtered and sorted as the request says; each list has filters of its own."""
    for entry in read_filters(request) or []:
        keep = _filter(server, request, entry, _KNOWN[path.rsplit("/", 1)[1]])
        rows = [row for row in rows if keep(row)]
    for name, descending in reversed(read_sort(request)):
        rows = sorted(rows, key=_sort_key(name), reverse=descending)
    return paged(server, request, path, rows, lambda row: principal_bytes(server, row))


def _sort_key(name: str) -> Callable[[Any], Any]:
    if name in ("name", "login", "lastname", "firstname", "mail", "email"):
        attribute = "mail" if name == "email" else name
        return lambda row: (getattr(row, attribute) or "").lower()
    return lambda row: row.id


def _filter(server: Server, request: Request, entry: Filter, known: Sequence[str]) -> Keep:
    name, operator, values = entry
    store = server.store
    if name not in known:
        raise unknown_filter(request.language, name)
    if name == "login":
        return text_filter(entry, lambda row: row.login, folded=False)
    if name == "name":
        return text_filter(entry, lambda row: row.name, phrase=True)
    if name in ("any_name_attribute", "anyNameAttribute"):
        return text_filter(entry, _all_names, ("~", "**", "!~"), phrase=True)
    if name == "typeahead":
        return text_filter(entry, _all_names, ("**",))
    if name == "status":
        return list_filter(entry, lambda row: row.status, lambda value: value in STATUSES)
    if name == "id":
        mine = (name, operator, [_me(request, value) for value in values])
        return list_filter(mine, lambda row: row.id, lambda value: number(value) in store.principals)
    if name == "type":
        return list_filter(entry, lambda row: row.type, lambda value: value in ("User", "Group", "PlaceholderUser"))
    if name == "group":
        groups = {row.id: row.members for row in store.principals.find("type", "Group")}
        if not groups:
            raise unknown_filter(request.language, name)

        def groups_of(row: Any) -> List[int]:
            return [group for group, members in groups.items() if row.id in members]

        return list_filter(entry, groups_of, lambda value: number(value) in groups, OPTIONAL)

    def projects_of(row: Any) -> List[int]:
        return [member.project for member in store.memberships.find("principal", row.id)]

    def active(value: str) -> bool:
        project = store.projects.get(number(value))
        return project is not None and bool(project.active)

    return list_filter(entry, projects_of, active, OPTIONAL)


def _all_names(row: Any) -> str:
    first, last = row.firstname or "", row.lastname or ""
    return f"{first} {last} {last} {first} {row.login or ''} {row.mail or ''}"


def _me(request: Request, value: str) -> str:
    return str(request.user.id) if value == "me" else value
