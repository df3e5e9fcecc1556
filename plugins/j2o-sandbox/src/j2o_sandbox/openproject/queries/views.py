"""Views: what makes a query show in the menu of a module. Nothing removes one but the end of its query."""

from __future__ import annotations

from typing import Any, Dict

from j2o_sandbox.openproject import rows
from j2o_sandbox.openproject.collections import paged, read_filters
from j2o_sandbox.openproject.errors import Problems, not_found
from j2o_sandbox.openproject.filter_kinds import OPTIONAL, list_filter, unknown_filter
from j2o_sandbox.openproject.links import link, number, read_link
from j2o_sandbox.openproject.queries.representation import may_change_query, sees_query
from j2o_sandbox.openproject.requests import Answer, Request, encode
from j2o_sandbox.openproject.routing import Routes
from j2o_sandbox.openproject.server import Server

routes = Routes()

_TYPES = {
    "work_packages_table": "WorkPackagesTable",
    "work_packages_calendar": "WorkPackagesCalendar",
    "team_planner": "TeamPlanner",
    "gantt": "Gantt",
}


@routes("GET", "/views")
def index(server: Server, request: Request) -> Answer:
    """Views of queries that the caller sees; filters ``project``, ``id``, ``type``."""
    found = [row for row in server.store.views.ordered() if _sees(server, request, row)]
    queries = server.store.queries
    for entry in read_filters(request) or []:
        if entry[0] == "id":
            keep = list_filter(entry, lambda row: row.id, lambda value: number(value) in server.store.views)
        elif entry[0] == "type":
            # By the name of the kind, not by that of its address.
            keep = list_filter(
                entry, lambda row: f"Views::{_TYPES[row.type]}", lambda value: value[7:] in _TYPES.values()
            )
        elif entry[0] in ("project", "project_id"):
            keep = list_filter(
                entry,
                lambda row: queries[row.query].project,
                lambda value: number(value) in server.store.projects,
                OPTIONAL,
            )
        else:
            raise unknown_filter(request.language, entry[0])
        found = [row for row in found if keep(row)]
    return paged(server, request, "/api/v3/views", found, lambda row: view_bytes(server, row))


@routes("POST", "/views/{id}")
def create(server: Server, request: Request, kind: str) -> Answer:
    """A view of a query; a second one is taken too."""
    if kind not in _TYPES:
        raise not_found(request.language)
    payload = request.json()
    links = payload.get("_links") if isinstance(payload.get("_links"), dict) else {}
    text_id = read_link(request.language, "query", links["query"], "queries") if "query" in links else None
    problems = Problems(request.language)
    query = server.store.queries.get(number(text_id))
    if text_id is None:
        problems.add("query", "blank")
    elif query is None or not sees_query(server, request.user, query):
        problems.add("query", "does_not_exist")
    elif not may_change_query(server, request.user, query):
        problems.add("query", "error_unauthorized")
    problems.raise_any()
    now = server.clock.stamp()
    row = server.store.put(rows.View(id=None, query=query.id, type=kind, created=now, updated=now))
    return Answer(201, view_bytes(server, row))


@routes("GET", "/views/{id}")
def show(server: Server, request: Request, row_id: str) -> Answer:
    """One view."""
    row = server.get("views", row_id, request.language)
    if not _sees(server, request, row):
        raise not_found(request.language)
    return Answer(200, view_bytes(server, row))


def view_bytes(server: Server, row: Any) -> bytes:
    """A view as the API shows it."""
    query = server.store.queries[row.query]
    project = server.store.projects.get(query.project)
    body: Dict[str, Any] = {
        "_type": f"Views::{_TYPES[row.type]}",
        "id": row.id,
        "name": query.name,
        "public": query.public,
        "starred": query.starred,
        "createdAt": row.created,
        "updatedAt": row.updated,
        "_links": {
            "self": link(f"/api/v3/views/{row.id}"),
            "query": link(f"/api/v3/queries/{query.id}", query.name),
            "project": link(None) if project is None else link(f"/api/v3/projects/{project.id}", project.name),
        },
    }
    return encode(body)


def _sees(server: Server, request: Request, row: Any) -> bool:
    return sees_query(server, request.user, server.store.queries[row.query])
