"""Grids: the boards of projects. A board is a row of widgets, each of which shows a saved query.

The scope of a grid is the address of the page it is on; only those of boards are here. The server lets anybody who may
manage boards make boards of any kind over REST: that some show nothing without a licence is a matter of its pages.
"""

from __future__ import annotations

import re
from typing import Any, Dict, List, Optional, Sequence

from j2o_sandbox.openproject import rows
from j2o_sandbox.openproject.collections import paged, read_filters
from j2o_sandbox.openproject.errors import Problems, not_found, raise_format
from j2o_sandbox.openproject.filter_kinds import bad_values, check, unknown_filter
from j2o_sandbox.openproject.links import link, number
from j2o_sandbox.openproject.requests import Answer, Request, encode, hal, no_content
from j2o_sandbox.openproject.routing import Routes
from j2o_sandbox.openproject.server import Server
from j2o_sandbox.openproject.values import as_text

routes = Routes()

_SCOPE = re.compile(r"/projects/([^/?]+)/boards/?")
_WIDGET = "work_package_query"
_PLACES = ("startRow", "endRow", "startColumn", "endColumn")


@routes("GET", "/grids")
def index(server: Server, request: Request) -> Answer:
    """Boards that the caller may see; filter ``scope``."""
    found = [row for row in server.store.grids.ordered() if _sees(server, request, row)]
    for entry in read_filters(request) or []:
        if entry[0] != "scope":
            raise unknown_filter(request.language, entry[0])
        check(entry, ("=",))
        projects = [_project_of(server, value) for value in entry[2]]
        if any(project is None for project in projects):
            raise bad_values("Scope", "inclusion")
        wanted = {project.id for project in projects if project is not None}
        found = [row for row in found if row.project in wanted]
    return paged(server, request, "/api/v3/grids", found, lambda row: grid_bytes(server, row))


@routes("POST", "/grids")
def create(server: Server, request: Request) -> Answer:
    """A new board."""
    draft, problems = _draft(server, request, request.json())
    problems.raise_any()
    return Answer(201, grid_bytes(server, server.store.put(_with_ids(server, draft))))


@routes("POST", "/grids/form")
def create_form(server: Server, request: Request) -> Answer:
    """What a create would say, without writing."""
    return _form(request, *_draft(server, request, request.json(required=False)))


@routes("GET", "/grids/{id}")
def show(server: Server, request: Request, row_id: str) -> Answer:
    """One board."""
    return Answer(200, grid_bytes(server, _found(server, request, row_id)))


@routes("PATCH", "/grids/{id}")
def update(server: Server, request: Request, row_id: str) -> Answer:
    """Change a board; widgets are replaced as a whole, those with a known id are changed."""
    draft, problems = _change(server, request, row_id, request.json(required=False))
    problems.raise_any()
    draft = _with_ids(server, draft).copy(updated=server.clock.stamp())
    return Answer(200, grid_bytes(server, server.store.put(draft)))


@routes("POST", "/grids/{id}/form")
def update_form(server: Server, request: Request, row_id: str) -> Answer:
    """What an update would say, without writing."""
    return _form(request, *_change(server, request, row_id, request.json(required=False)))


@routes("DELETE", "/grids/{id}")
def delete(server: Server, request: Request, row_id: str) -> Answer:
    """Delete a board, with the queries that it shows."""
    row = _writable(server, request, row_id)
    remove_grid(server, row)
    return no_content()


def remove_grid(server: Server, row: Any) -> None:
    """A board and the queries of its columns are gone."""
    for widget in row.widgets:
        query = server.store.queries.get(number(str((widget.get("options") or {}).get("queryId"))))
        if query is not None:
            for view in server.store.views.find("query", query.id):
                server.store.drop(view)
            server.store.drop(query)
    server.store.drop(row)


def grid_bytes(server: Server, row: Any) -> bytes:
    """A board as the API shows it."""
    return encode(_represent(server, row))


def _represent(server: Server, row: Any) -> Dict[str, Any]:
    project = server.store.projects.get(row.project)
    href = f"/api/v3/grids/{row.id}"
    links: Dict[str, Any] = {"self": {"href": href}}
    if project is not None:
        links["scope"] = {"href": f"/projects/{project.identifier}/boards", "type": "text/html"}
    if row.id is not None:
        links["updateImmediately"] = link(href, method="patch")
        links["update"] = link(f"{href}/form", method="post")
        links["delete"] = link(href, method="delete")
    return {
        "_type": "Grid",
        "id": row.id,
        "name": row.name,
        "rowCount": row.rows,
        "columnCount": row.columns,
        "options": row.options,
        "widgets": [{"_type": "GridWidget", **widget} for widget in row.widgets],
        "createdAt": row.created,
        "updatedAt": row.updated,
        "_links": links,
    }


def _draft(server: Server, request: Request, payload: Dict[str, Any]) -> Any:
    now = server.clock.stamp()
    links = payload.get("_links") if isinstance(payload.get("_links"), dict) else {}
    scope = links.get("scope")
    project = _project_of(server, scope.get("href") if isinstance(scope, dict) else None)
    draft = rows.Grid(id=None, project=None if project is None else project.id, created=now, updated=now)
    problems = Problems(request.language)
    if project is None or not server.permissions.allowed(request.user, "manage_board_views", project):
        # Whoever may not manage boards learns no more of it.
        problems.add("scope", "inclusion")
        return draft, problems
    draft = _assign(request, draft, payload)
    _validate(draft, problems)
    return draft, problems


def _change(server: Server, request: Request, row_id: str, payload: Dict[str, Any]) -> Any:
    row = _writable(server, request, row_id)
    problems = Problems(request.language)
    if "scope" in (payload.get("_links") or {}):
        problems.read_only("scope")
    draft = _assign(request, row.copy(), payload)
    _validate(draft, problems)
    return draft, problems


def _assign(request: Request, draft: Any, payload: Dict[str, Any]) -> Any:
    changes: Dict[str, Any] = {}
    if "name" in payload:
        changes["name"] = as_text(request.language, "name", payload["name"])
    for name, attribute in (("rowCount", "rows"), ("columnCount", "columns")):
        if name in payload:
            changes[attribute] = payload[name] if isinstance(payload[name], int) else 0
    if "options" in payload:
        if not isinstance(payload["options"], dict):
            raise_format(request.language, "options", "{ ... }", payload["options"])
        changes["options"] = dict(payload["options"])
    if "widgets" in payload:
        listed = payload["widgets"]
        if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
            raise_format(request.language, "widgets", "[{ ... }]", listed)
        changes["widgets"] = tuple(_widget(one) for one in listed)
    return draft.copy(**changes)


def _widget(sent: Dict[str, Any]) -> Dict[str, Any]:
    places = {name: sent[name] if isinstance(sent.get(name), int) else 0 for name in _PLACES}
    options = sent["options"] if isinstance(sent.get("options"), dict) else {}
    return {"id": sent.get("id"), "identifier": sent.get("identifier"), **places, "options": options}


def _with_ids(server: Server, draft: Any) -> Any:
    """New widgets get ids of their own, those of other boards too."""
    before = server.store.grids.get(draft.id)
    known = set() if before is None else {widget["id"] for widget in before.widgets}
    used = [widget["id"] for row in server.store.grids for widget in row.widgets]
    following = max(used, default=0) + 1
    widgets: List[Dict[str, Any]] = []
    for widget in draft.widgets:
        if widget["id"] not in known:
            widget = {**widget, "id": following}
            following += 1
        widgets.append(widget)
    return draft.copy(widgets=tuple(widgets))


def _validate(draft: Any, problems: Problems) -> None:
    if not (draft.name or "").strip():
        problems.add("name", "blank")
    for attribute, value in (("rowCount", draft.rows), ("columnCount", draft.columns)):
        if value < 1:
            problems.add(attribute, "greater_than", count=0)
    widgets: Sequence[Dict[str, Any]] = draft.widgets
    if any(widget["identifier"] != _WIDGET for widget in widgets):
        problems.add("widgets", "inclusion")
    if any(_overlap(one, other) for one in widgets for other in widgets if one is not other):
        problems.add("widgets", "widgets_overlap")
    if any(_is_outside(widget, draft) for widget in widgets):
        problems.add("widgets", "widget_outside")
    if any(one["startRow"] >= one["endRow"] or one["startColumn"] >= one["endColumn"] for one in widgets):
        problems.add("widgets", "widget_ends_before_start")


def _overlap(one: Dict[str, Any], other: Dict[str, Any]) -> bool:
    return bool(
        one["startRow"] < other["endRow"]
        and other["startRow"] < one["endRow"]
        and one["startColumn"] < other["endColumn"]
        and other["startColumn"] < one["endColumn"]
    )


def _is_outside(widget: Dict[str, Any], draft: Any) -> bool:
    rows_within = all(1 <= widget[name] <= draft.rows + 1 for name in ("startRow", "endRow"))
    return not (rows_within and all(1 <= widget[name] <= draft.columns + 1 for name in ("startColumn", "endColumn")))


def _form(request: Request, draft: Any, problems: Problems) -> Answer:
    payload = {
        "name": draft.name,
        "rowCount": draft.rows,
        "columnCount": draft.columns,
        "options": draft.options,
        "widgets": list(draft.widgets),
    }
    errors = {str(error.attribute): error.represent() for error in problems.errors}
    embedded = {"payload": payload, "schema": {"_type": "Schema"}, "validationErrors": errors}
    return hal({"_type": "Form", "_embedded": embedded, "_links": {"self": link(request.path, method="post")}})


def _project_of(server: Server, scope: Any) -> Optional[Any]:
    match = _SCOPE.fullmatch(scope) if isinstance(scope, str) else None
    if match is None:
        return None
    if match[1].isdigit():
        return server.store.projects.get(number(match[1]))
    return server.store.projects.first("any_identifier", match[1].lower())


def _sees(server: Server, request: Request, row: Any) -> bool:
    project = server.store.projects.get(row.project)
    allowed = server.permissions.allowed
    return any(allowed(request.user, name, project) for name in ("show_board_views", "manage_board_views"))


def _found(server: Server, request: Request, row_id: str) -> Any:
    row = server.get("grids", row_id, request.language)
    if not _sees(server, request, row):
        raise not_found(request.language)
    return row


def _writable(server: Server, request: Request, row_id: str) -> Any:
    row = _found(server, request, row_id)
    if not server.permissions.allowed(request.user, "manage_board_views", server.store.projects.get(row.project)):
        raise not_found(request.language)
    return row
