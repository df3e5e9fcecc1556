"""Watchers: added once however often asked; locked ones are hidden, not gone."""

from __future__ import annotations

from j2o_sandbox.openproject.collections import whole
from j2o_sandbox.openproject.errors import Problems, forbidden, not_found
from j2o_sandbox.openproject.links import number, read_link
from j2o_sandbox.openproject.people.principals import principal_bytes
from j2o_sandbox.openproject.requests import Answer, Request, no_content
from j2o_sandbox.openproject.routing import Routes
from j2o_sandbox.openproject.server import Server
from j2o_sandbox.openproject.work_packages.access import find_work_package, sees

routes = Routes()


@routes("GET", "/work_packages/{id}/watchers")
def index(server: Server, request: Request, text_id: str) -> Answer:
    """Watchers that are not locked."""
    row = find_work_package(server, request, text_id)
    project = server.store.projects[row.project]
    if not server.permissions.allowed(request.user, "view_work_package_watchers", project):
        raise forbidden(request.language)
    users = [server.store.principals.get(one) for one in row.watchers]
    shown = [principal_bytes(server, user) for user in users if user is not None and user.status == "active"]
    return whole(request.path, shown)


@routes("POST", "/work_packages/{id}/watchers")
def add(server: Server, request: Request, text_id: str) -> Answer:
    """Add a watcher: 201, or 200 where the user watches already. No ``notify`` here: a mail is sent."""
    row = find_work_package(server, request, text_id)
    payload = request.json()
    user_id = number(read_link(request.language, "user", payload.get("user"), "users"))
    project = server.store.projects[row.project]
    if user_id != request.user.id and not server.permissions.allowed(
        request.user, "add_work_package_watchers", project
    ):
        raise forbidden(request.language)
    user = server.store.principals.get(user_id)
    problems = Problems(request.language)
    if user is None or user.type != "User":
        problems.add("user", "blank")
    elif user.id in row.watchers:
        return Answer(200, principal_bytes(server, user))
    elif user.status != "active":
        problems.add("user", "locked")
    elif not sees(server, user, row):
        problems.add("user", "not_allowed_to_view")
    problems.raise_any()
    server.store.put(row.copy(watchers=(*row.watchers, user.id)))
    server.mails.send("watcher added", [user.id], request.user.id)
    return Answer(201, principal_bytes(server, user))


@routes("DELETE", "/work_packages/{id}/watchers/{id}")
def remove(server: Server, request: Request, text_id: str, user_id: str) -> Answer:
    """Remove a watcher; who does not watch is no error."""
    row = find_work_package(server, request, text_id)
    project = server.store.projects[row.project]
    if user_id != str(request.user.id) and not server.permissions.allowed(
        request.user, "delete_work_package_watchers", project
    ):
        raise forbidden(request.language)
    user = server.store.principals.get(number(user_id))
    if user is None:
        raise not_found(request.language)
    if user.id in row.watchers:
        server.store.put(row.copy(watchers=tuple(one for one in row.watchers if one != user.id)))
    return no_content()
