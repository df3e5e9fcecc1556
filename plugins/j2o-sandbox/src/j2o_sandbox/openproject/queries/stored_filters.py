"""The filters that a query keeps: how they are sent, shown and checked.

A filter is (name, operator, values). Values that are things of their own are sent and shown as links, others as texts.
"""

from __future__ import annotations

from typing import Any, Dict, Iterator, List, Optional, Tuple
from urllib.parse import quote_plus, unquote_plus

from j2o_sandbox.openproject.errors import ApiError, raise_link
from j2o_sandbox.openproject.filter_kinds import Filter
from j2o_sandbox.openproject.links import link, number
from j2o_sandbox.openproject.messages import text
from j2o_sandbox.openproject.people.principals import principal_link
from j2o_sandbox.openproject.server import Server
from j2o_sandbox.openproject.work_packages.filters import build_filter

_ROOT = "/api/v3/"
#: what the values of a filter are
_LINKED = {
    "status": "statuses",
    "type": "types",
    "priority": "priorities",
    "project": "projects",
    "assignee": "principals",
    "responsible": "principals",
    "author": "principals",
    "watcher": "principals",
    "version": "versions",
    "targetVersion": "versions",
    "category": "categories",
    "sprint": "sprints",
    "id": "work_packages",
    "parent": "work_packages",
}
_LINKED_FIELDS = {
    "list": "custom_options",
    "hierarchy": "custom_field_items",
    "user": "principals",
    "version": "versions",
}
_MANUAL = ("manualSort", "ow")


def read_stored(language: str, value: Any) -> Iterator[Filter]:
    """The filters in a payload; which of them exist is not looked at yet.

    Raises:
        ApiError: 400 for one that names no filter, 422 for links that lead elsewhere.
    """
    for entry in value if isinstance(value, list) else []:
        links = entry.get("_links") if isinstance(entry, dict) else None
        links = links if isinstance(links, dict) else {}
        name = _named(language, "filter", "filters", links.get("filter"))
        if not name:
            raise ApiError(400, "InvalidRequestBody", f"Could not read filter from: {entry}")
        operator = _named(language, "operator", "operators", links.get("operator")) or ""
        values = entry.get("values")
        if isinstance(links.get("values"), list) and links["values"]:
            texts = [_value_of(language, one) for one in links["values"]]
        else:
            texts = [_plain(one) for one in values] if isinstance(values, list) else []
        yield (name, operator, texts)


def show_filter(server: Server, entry: Filter) -> Dict[str, Any]:
    """A filter as a query shows it."""
    name, operator, values = entry
    links: Dict[str, Any] = {
        "schema": link(f"{_ROOT}queries/filter_instance_schemas/{name}"),
        "filter": link(f"{_ROOT}queries/filters/{name}", name),
        "operator": link(f"{_ROOT}queries/operators/{quote_plus(operator)}", operator),
    }
    shown: Dict[str, Any] = {"_type": f"{name[:1].upper()}{name[1:]}QueryFilter", "name": name, "_links": links}
    kind = _kind_of(server, name)
    if kind is None:
        shown["values"] = list(values)
    else:
        links["values"] = [_link(server, kind, value) for value in values]
    return shown


def problem_of(server: Server, request: Any, entry: Filter, project: Optional[Any]) -> Optional[str]:
    """Why a query cannot have this filter, as the server says it; ``None``: it can."""
    name, operator, values = entry
    if name == _MANUAL[0]:
        return None if operator == _MANUAL[1] else f"Manual sort {text(request.language, 'inclusion')}"
    try:
        build_filter(server, request, (name, operator, list(values)), project)
    except ApiError as error:
        return error.message
    return None


def _named(language: str, attribute: str, kind: str, value: Any) -> Optional[str]:
    href = value.get("href") if isinstance(value, dict) else None
    if not href:
        return None
    start = f"{_ROOT}queries/{kind}/"
    if not isinstance(href, str) or not href.startswith(start):
        raise_link(language, attribute, f"{start}:id", href)
    return unquote_plus(href[len(start) :])


def _value_of(language: str, value: Any) -> str:
    """What the address of a value ends in; of which kind it is is not looked at."""
    href = value.get("href") if isinstance(value, dict) else None
    parts = _split(href)
    if parts is None:
        raise_link(language, "values", f"{_ROOT}:resource/:id", href)
    return parts[1]


def _split(href: Any) -> Optional[Tuple[str, str]]:
    if not isinstance(href, str) or not href.startswith(_ROOT):
        return None
    kind, _, identifier = href[len(_ROOT) :].rpartition("/")
    return (kind, unquote_plus(identifier)) if kind and identifier else None


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "t" if value else "f"
    return "" if value is None else str(value)


def _kind_of(server: Server, name: str) -> Optional[str]:
    if name.startswith("customField"):
        field = server.store.custom_fields.get(number(name[11:]))
        return None if field is None else _LINKED_FIELDS.get(field.format)
    return _LINKED.get(name)


def _link(server: Server, kind: str, value: str) -> Dict[str, Any]:
    if kind == "principals":
        if value == "me":
            return {**link(f"{_ROOT}users/me", "me"), "templated": True}
        return principal_link(server, number(value))
    table: Any = server.store.tables.get(kind)
    row = None if table is None else table.get(number(value))
    names: List[str] = [str(getattr(row, name)) for name in ("name", "subject", "value") if hasattr(row, name)]
    return link(f"{_ROOT}{kind}/{value}", names[0] if names else None)
