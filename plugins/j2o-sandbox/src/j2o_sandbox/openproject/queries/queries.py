"""Saved queries: filters, sorting and columns of lists of work packages.

A query belongs to whoever creates it. Names need not be single. What became invalid meanwhile (a filter for a version
that is gone) is left out where a query is read.
"""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Sequence, Tuple

from j2o_sandbox.openproject import rows
from j2o_sandbox.openproject.collections import read_filters, whole
from j2o_sandbox.openproject.errors import ApiError, Problems, forbidden, not_found
from j2o_sandbox.openproject.filter_kinds import OPTIONAL, list_filter, moment_filter, unknown_filter
from j2o_sandbox.openproject.links import link, number
from j2o_sandbox.openproject.queries.representation import may_change_query, query_bytes, represent, sees_query
from j2o_sandbox.openproject.queries.stored_filters import problem_of, read_stored
from j2o_sandbox.openproject.queries.tables import is_column, is_group, is_sortable, read_directions, read_names
from j2o_sandbox.openproject.requests import Answer, Request, hal, no_content
from j2o_sandbox.openproject.routing import Routes
from j2o_sandbox.openproject.server import Server
from j2o_sandbox.openproject.values import as_boolean, as_text

routes = Routes()

_LONGEST_NAME = 255
# More criteria are forgotten without a word.
_MOST_CRITERIA = 3
_FLAGS = {
    "public": "public",
    "starred": "starred",
    "sums": "sums",
    "includeSubprojects": "include_subprojects",
    "showHierarchies": "show_hierarchies",
    "timelineVisible": "timeline_visible",
}


@routes("GET", "/queries")
def index(server: Server, request: Request) -> Answer:
    """Queries of one's own and public ones; not paged, whatever is asked. Filters ``project``, ``id``, ``updated_at``,
    ``hidden``."""
    if not server.permissions.anywhere(request.user, "view_work_packages"):
        raise forbidden(request.language)
    found = [row for row in server.store.queries.ordered() if sees_query(server, request.user, row)]
    for entry in read_filters(request) or []:
        keep = _filter(server, request, entry)
        found = [row for row in found if keep(row)]
    return whole(request.path, [query_bytes(server, request, row) for row in found])


@routes("POST", "/queries")
def create(server: Server, request: Request) -> Answer:
    """A new query of the caller's; without filters it has none."""
    now = server.clock.stamp()
    draft = rows.Query(id=None, user=request.user.id, created=now, updated=now)
    draft = _assign(server, request, draft, request.json())
    project = server.store.projects.get(draft.project)
    permissions = server.permissions
    allowed = permissions.allowed if project is not None else lambda user, name, _: permissions.anywhere(user, name)
    if (draft.project is None or project is not None) and not allowed(request.user, "save_queries", project):
        raise forbidden(request.language)
    _validate(server, request, draft)
    return Answer(201, query_bytes(server, request, server.store.put(draft)))


@routes("GET", "/queries/{id}")
def show(server: Server, request: Request, row_id: str) -> Answer:
    """One query."""
    return Answer(200, query_bytes(server, request, find_query(server, request, row_id)))


@routes("PATCH", "/queries/{id}")
def update(server: Server, request: Request, row_id: str) -> Answer:
    """Change a query; filters, columns and criteria are replaced as a whole."""
    row = find_query(server, request, row_id)
    draft = _assign(server, request, row.copy(), request.json())
    _may_change(server, request, row)
    _validate(server, request, draft)
    row = server.store.put(draft.copy(updated=server.clock.stamp()))
    return Answer(200, query_bytes(server, request, row))


@routes("DELETE", "/queries/{id}")
def delete(server: Server, request: Request, row_id: str) -> Answer:
    """Delete a query, with its views."""
    row = find_query(server, request, row_id)
    _may_change(server, request, row)
    for view in server.store.views.find("query", row.id):
        server.store.drop(view)
    server.store.drop(row)
    return no_content()


@routes("PATCH", "/queries/{id}/star")
def star(server: Server, request: Request, row_id: str) -> Answer:
    """Put it among the favourites."""
    return _starred(server, request, row_id, True)


@routes("PATCH", "/queries/{id}/unstar")
def unstar(server: Server, request: Request, row_id: str) -> Answer:
    """Take it from the favourites."""
    return _starred(server, request, row_id, False)


@routes("POST", "/queries/form")
def create_form(server: Server, request: Request) -> Answer:
    """What a create would say, without writing."""
    now = server.clock.stamp()
    draft = rows.Query(id=None, user=request.user.id, created=now, updated=now)
    return _form(server, request, _assign(server, request, draft, request.json(required=False)))


@routes("POST", "/queries/{id}/form")
def update_form(server: Server, request: Request, row_id: str) -> Answer:
    """What an update would say, without writing."""
    row = find_query(server, request, row_id)
    return _form(server, request, _assign(server, request, row.copy(), request.json(required=False)))


def find_query(server: Server, request: Request, row_id: str) -> Any:
    """A query that the caller sees.

    Raises:
        ApiError: 404.
    """
    row = server.get("queries", row_id, request.language)
    if not sees_query(server, request.user, row):
        raise not_found(request.language)
    return row


def _starred(server: Server, request: Request, row_id: str, starred: bool) -> Answer:
    row = find_query(server, request, row_id)
    _may_change(server, request, row)
    row = server.store.put(row.copy(starred=starred))
    return Answer(200, query_bytes(server, request, row))


def _may_change(server: Server, request: Request, row: Any) -> None:
    if not may_change_query(server, request.user, row):
        raise forbidden(request.language)


def _assign(server: Server, request: Request, draft: Any, payload: Dict[str, Any]) -> Any:
    language = request.language
    links = payload.get("_links") if isinstance(payload.get("_links"), dict) else {}
    changes: Dict[str, Any] = {}
    if "name" in payload:
        changes["name"] = as_text(language, "name", payload["name"])
    for name, attribute in _FLAGS.items():
        if name in payload:
            changes[attribute] = bool(as_boolean(language, name, payload[name]))
    if "filters" in payload:
        changes["filters"] = tuple(read_stored(language, payload["filters"]))
    if "project" in links:
        changes["project"] = _project(server, language, links["project"], draft.project)
    if "columns" in links:
        changes["columns"] = tuple(read_names(language, "columns", links["columns"]))
    if "sortBy" in links:
        criteria: Sequence[Tuple[str, str]] = read_directions(language, links["sortBy"])
        changes["sort_by"] = tuple(criteria[:_MOST_CRITERIA])
    if "groupBy" in links:
        names = read_names(language, "group_bys", [links["groupBy"]])
        changes["group_by"] = names[0] if names else None
    return draft.copy(**changes)


def _project(server: Server, language: str, value: Any, before: Optional[int]) -> Optional[int]:
    (text,) = read_names(language, "projects", [value], "") or [None]
    if text is None:
        return None
    if number(text) is not None:
        return number(text)
    found = server.store.projects.first("any_identifier", text.lower())
    return before if found is None else found.id


def _problems(server: Server, request: Request, draft: Any) -> Problems:
    problems = Problems(request.language)
    if not (draft.name or "").strip():
        problems.add("name", "blank")
    elif len(draft.name) > _LONGEST_NAME:
        problems.add("name", "too_long", count=_LONGEST_NAME)
    project = server.store.projects.get(draft.project)
    if draft.project is not None and (project is None or not server.permissions.sees_project(request.user, project)):
        problems.add("project", "error_not_found")
        return problems
    if draft.public:
        may = server.permissions.anywhere(request.user, "manage_public_queries")
        if project is not None:
            may = server.permissions.allowed(request.user, "manage_public_queries", project)
        if not may:
            problems.add("public", "error_unauthorized")
    found = [problem_of(server, request, entry, project) for entry in draft.filters]
    for message in [one for one in found if one is not None]:
        problems.add_text("base", message)
    fields = server.store.custom_fields
    for name in draft.columns:
        if not is_column(name, fields):
            problems.add("columnNames", "invalid")
    for name, _ in draft.sort_by:
        if not is_sortable(name, fields):
            problems.add("sortCriteria", "invalid")
    if draft.group_by and not is_group(draft.group_by, fields):
        problems.add("groupBy", "invalid")
    if draft.group_by and draft.show_hierarchies:
        problems.add("showHierarchies", "group_by_hierarchies_exclusive", group_by=draft.group_by)
    return problems


def _validate(server: Server, request: Request, draft: Any) -> None:
    _problems(server, request, draft).raise_any()


def _form(server: Server, request: Request, draft: Any) -> Answer:
    errors: List[ApiError] = _problems(server, request, draft).errors
    shown = represent(server, request, draft)
    payload = {name: shown[name] for name in ("name", "filters", "public", "starred", "sums")}
    payload["_links"] = {name: shown["_links"][name] for name in ("project", "columns", "sortBy", "groupBy")}
    embedded = {
        "payload": payload,
        "schema": {"_type": "Schema"},
        "validationErrors": {str(error.attribute): error.represent() for error in errors},
    }
    return hal({"_type": "Form", "_embedded": embedded, "_links": {"self": link(request.path, method="post")}})


def _filter(server: Server, request: Request, entry: Any) -> Any:
    name = entry[0]
    if name == "id":
        return list_filter(entry, lambda row: row.id, lambda value: number(value) in server.store.queries)
    if name in ("project", "project_id"):
        return list_filter(
            entry, lambda row: row.project, lambda value: number(value) in server.store.projects, OPTIONAL
        )
    if name in ("updated_at", "updatedAt"):
        return moment_filter(entry, lambda row: str(row.updated), server.clock.now())
    if name == "hidden":
        wanted = entry[2][:1] == ["t"]
        return lambda row: (not server.store.views.ids("query", row.id)) is (wanted is (entry[1] == "="))
    raise unknown_filter(request.language, name)
