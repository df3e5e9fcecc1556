"""Lists of work packages: only open ones, unless filters are sent."""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Set, Tuple

from j2o_sandbox.openproject.collections import page_of, paged, read_filters, read_sort
from j2o_sandbox.openproject.errors import bad_request, invalid_query
from j2o_sandbox.openproject.filter_kinds import Filter
from j2o_sandbox.openproject.links import number, numbers
from j2o_sandbox.openproject.projects.representation import find_project
from j2o_sandbox.openproject.requests import Answer, Request, hal
from j2o_sandbox.openproject.routing import Routes
from j2o_sandbox.openproject.server import Server
from j2o_sandbox.openproject.work_packages.access import sees
from j2o_sandbox.openproject.work_packages.filters import build_filter
from j2o_sandbox.openproject.work_packages.representation import selected, work_package_bytes

routes = Routes()

_DEFAULT: List[Filter] = [("status", "o", [])]
_SELECTABLE = {
    "_type",
    "id",
    "subject",
    "startDate",
    "dueDate",
    "date",
    "displayId",
    "self",
    "project",
    "status",
    "type",
    "author",
    "assignee",
    "responsible",
    "priority",
    "version",
    "parent",
    "*",
}
_SORT = {
    "id": "id",
    "subject": "subject",
    "createdAt": "created",
    "created_at": "created",
    "updatedAt": "updated",
    "updated_at": "updated",
    "startDate": "start",
    "dueDate": "due",
    "status": "status",
    "type": "type",
    "priority": "priority",
    "project": "project",
    "parent": "parent",
    "author": "author",
    "assignee": "assignee",
    "percentageDone": "done",
}


@routes("GET", "/work_packages")
def index(server: Server, request: Request) -> Answer:
    """Work packages of all projects."""
    return _list(server, request, "/api/v3/work_packages", None)


@routes("GET", "/projects/{id}/work_packages", "/workspaces/{id}/work_packages")
def of_project(server: Server, request: Request, text_id: str) -> Answer:
    """Work packages of a project and the projects below it."""
    project = find_project(server, request, text_id)
    return _list(server, request, request.path, project)


def _list(server: Server, request: Request, path: str, project: Optional[Any]) -> Answer:
    filters = read_filters(request)
    if filters is None:
        filters = _DEFAULT
    keeps = [build_filter(server, request, entry, project) for entry in filters]
    found = _candidates(server, filters, project)
    user = request.user
    visible: Dict[int, bool] = {}
    for row in found:
        if row.project not in visible:
            visible[row.project] = sees(server, user, row)
    if not all(visible.values()):
        found = [row for row in found if visible[row.project]]
    for keep in keeps:
        found = [row for row in found if keep(row)]
    for name, descending in reversed(read_sort(request)):
        found = _sorted(found, name, descending)
    select = request.query.get("select")
    if select:
        return _selected(server, request, found, select)
    return paged(
        server, request, path, found, lambda row: work_package_bytes(server, row, embed=False), "WorkPackageCollection"
    )


def _candidates(server: Server, filters: List[Filter], project: Optional[Any]) -> List[Any]:
    table = server.store.work_packages
    if project is not None:
        from j2o_sandbox.openproject.projects.representation import descendants

        ids = dict(table.ids("project", project.id))
        for child in descendants(server, project):
            ids.update(table.ids("project", child.id))
        # A custom field narrows a project faster than its list.
        exact = _exact(server, filters)
        if exact is not None:
            return table.ordered(row_id for row_id in exact if row_id in ids)
        return table.ordered(ids)
    exact = _exact(server, filters)
    return table.ordered(exact)


def _exact(server: Server, filters: List[Filter]) -> Optional[Dict[int, None]]:
    """Ids that an equality filter leaves, where an index knows them."""
    table = server.store.work_packages
    for name, operator, values in filters:
        if operator != "=":
            continue
        if name == "id":
            return {one: None for one in numbers(values) if one in table}
        if name == "parent":
            return {row_id: None for one in numbers(values) for row_id in table.ids(name, one)}
        if name == "project":
            return {row_id: None for one in _tree(server, values) for row_id in table.ids(name, one)}
        if name.startswith("customField") and number(name[11:]) is not None:
            field = server.store.custom_fields.get(number(name[11:]))
            if field is not None and field.format == "string" and all(len(value) <= 255 for value in values):
                keys = [(str(field.id), value) for value in values]
                return {row_id: None for key in keys for row_id in table.ids("custom", key)}
    return None


def _tree(server: Server, values: List[str]) -> Set[int]:
    from j2o_sandbox.openproject.projects.representation import descendants

    found = [server.store.projects.get(one) for one in numbers(values)]
    return {one.id for row in found if row is not None for one in (row, *descendants(server, row))}


def _sorted(found: List[Any], name: str, descending: bool) -> List[Any]:
    attribute = _SORT.get(name)
    if attribute is None:
        raise invalid_query(f"Can't sort by column: {name}")
    if attribute == "id":
        return sorted(found, key=lambda row: row.id, reverse=descending)

    def key(row: Any) -> Tuple[bool, Any]:
        value = getattr(row, attribute)
        if isinstance(value, str):
            value = value.lower()
        return (value is None, 0 if value is None else value)

    return sorted(found, key=key, reverse=descending)


def _selected(server: Server, request: Request, found: List[Any], select: str) -> Answer:
    """The fast path: only the named parts, custom fields and descriptions not among them."""
    top: Dict[str, Any] = {}
    names: List[str] = []
    offset, size = page_of(server, request)
    part = found[(offset - 1) * size : offset * size]
    for item in select.split(","):
        name = item.strip()
        if name == "*":
            names_top = ["total", "count", "pageSize", "offset"]
        elif name.startswith("elements/"):
            element = name[len("elements/") :]
            if element not in _SELECTABLE:
                raise bad_request(request.language, f"select: {name} is not supported")
            names.append(element)
            continue
        elif name in ("total", "count", "pageSize", "offset", "_type", "self"):
            names_top = [name]
        else:
            raise bad_request(request.language, f"select: {name} is not supported")
        values = {
            "total": len(found),
            "count": len(part),
            "pageSize": size,
            "offset": offset,
            "_type": "WorkPackageCollection",
        }
        top.update({one: values[one] for one in names_top if one in values})
    if not names:
        return hal(top)
    if "*" in names:
        names = sorted(_SELECTABLE - {"*"})
    elements = b",".join(selected(server, row, names) for row in part)
    head = hal(top).body[:-1]
    comma = b"," if top else b""
    return Answer(200, head + comma + b'"_embedded":{"elements":[' + elements + b"]}}")
