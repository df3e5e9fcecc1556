"""Items of hierarchy fields (enterprise edition): a tree whose names are told by their paths, like ``A / B``."""

from __future__ import annotations

from typing import Any, Dict, List, Optional

from j2o_sandbox.openproject.collections import whole
from j2o_sandbox.openproject.errors import not_found
from j2o_sandbox.openproject.links import link, number
from j2o_sandbox.openproject.requests import Answer, Request, encode, hal
from j2o_sandbox.openproject.routing import Routes
from j2o_sandbox.openproject.server import Server

routes = Routes()

_BETWEEN = " / "


@routes("GET", "/custom_fields/{id}/items")
def items(server: Server, request: Request, field_id: str) -> Answer:
    """All items of a field, parents before their children; ``parent`` chooses a branch."""
    field = server.get("custom_fields", field_id, request.language)
    if field.format != "hierarchy":
        raise not_found(request.language)
    found = sorted(server.store.custom_options.find("field", field.id), key=lambda row: row.value.split(_BETWEEN))
    if request.query.get("parent"):
        top = _item(server, request, request.query["parent"])
        found = [row for row in found if row.id == top.id or row.value.startswith(top.value + _BETWEEN)]
    return whole(request.path, [encode(_represent(server, row)) for row in found])


@routes("GET", "/custom_field_items/{id}")
def item(server: Server, request: Request, row_id: str) -> Answer:
    """One item."""
    return hal(_represent(server, _item(server, request, row_id)))


@routes("GET", "/custom_field_items/{id}/branch")
def branch(server: Server, request: Request, row_id: str) -> Answer:
    """An item and those above it, the root first."""
    found: List[Any] = []
    row: Optional[Any] = _item(server, request, row_id)
    while row is not None:
        found.insert(0, row)
        row = _parent(server, row)
    return whole(request.path, [encode(_represent(server, one)) for one in found])


def _item(server: Server, request: Request, row_id: str) -> Any:
    row = server.store.custom_options.get(number(row_id))
    if row is None or server.store.custom_fields[row.field].format != "hierarchy":
        raise not_found(request.language)
    return row


def _parent(server: Server, row: Any) -> Optional[Any]:
    above = row.value.rpartition(_BETWEEN)[0]
    return next((one for one in server.store.custom_options.find("field", row.field) if one.value == above), None)


def _represent(server: Server, row: Any) -> Dict[str, Any]:
    parts = row.value.split(_BETWEEN)
    href = f"/api/v3/custom_field_items/{row.id}"
    siblings = server.store.custom_options.find("field", row.field)
    children = [one for one in siblings if one.value.rpartition(_BETWEEN)[0] == row.value]
    links: Dict[str, Any] = {"self": link(href, row.value), "branch": link(f"{href}/branch")}
    parent = _parent(server, row)
    if parent is not None:
        links["parent"] = link(f"/api/v3/custom_field_items/{parent.id}", parent.value.split(_BETWEEN)[-1])
    links["children"] = [
        link(f"/api/v3/custom_field_items/{one.id}", one.value.split(_BETWEEN)[-1]) for one in children
    ]
    body = {"_type": "HierarchyItem", "id": row.id, "label": parts[-1], "short": None, "weight": None}
    return {**body, "depth": len(parts) - 1, "_links": links}
