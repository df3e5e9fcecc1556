"""Collections: paging, sorting and filters as the server understands them."""

from __future__ import annotations

import json
from typing import Any, Callable, Dict, Iterable, List, Optional, Sequence, Tuple
from urllib.parse import urlencode

from j2o_sandbox.openproject.errors import ApiError, Problems, bad_request, invalid_query
from j2o_sandbox.openproject.requests import Answer, Request
from j2o_sandbox.openproject.server import Server

Filter = Tuple[str, str, List[str]]


def read_filters(request: Request) -> Optional[List[Filter]]:
    """Filters as (name, operator, values); None where the parameter is absent.

    Raises:
        ApiError: 400, not of the form ``[{"name": {"operator": "=", "values": [...]}}]``.
    """
    raw = request.json_parameter("filters")
    if raw is None:
        return None
    if not isinstance(raw, list):
        raise bad_request(request.language, "filters is not a list")
    found: List[Filter] = []
    for entry in raw:
        if not isinstance(entry, dict):
            raise bad_request(request.language, "a filter is not an object")
        for name, rule in entry.items():
            if not isinstance(rule, dict) or not isinstance(rule.get("operator"), str):
                raise bad_request(request.language, f"the filter {name} has no operator")
            values = rule.get("values")
            values = [] if values is None else values
            if not isinstance(values, list):
                values = [values]
            found.append((name, rule["operator"], ["" if value is None else str(value) for value in values]))
    return found


def read_sort(request: Request) -> List[Tuple[str, bool]]:
    """Sort criteria as (name, descending).

    Raises:
        ApiError: 400, not of the form ``[["id", "asc"]]``.
    """
    raw = request.json_parameter("sortBy")
    if raw is None:
        return []
    try:
        return [(str(name), str(direction).lower() == "desc") for name, direction in raw]
    except (TypeError, ValueError) as error:
        raise bad_request(request.language, "sortBy is not a list of pairs") from error


def page_of(server: Server, request: Request) -> Tuple[int, int]:
    """Page number from 1 and page size.

    Raises:
        ApiError: 400, no whole numbers.
    """
    size = _whole(request, "pageSize", server.settings.per_page)
    offset = _whole(request, "offset", 1)
    cap = server.settings.page_size
    if size == -1 or size > cap:
        size = cap
    if size < -1 or offset < 1:
        raise bad_request(request.language, "pageSize or offset is out of range")
    return offset, size


def paged(
    server: Server,
    request: Request,
    path: str,
    rows: Sequence[Any],
    represent: Callable[[Any], bytes],
    kind: str = "Collection",
) -> Answer:
    """One page of rows that are filtered and sorted already."""
    offset, size = page_of(server, request)
    part = rows[(offset - 1) * size : offset * size] if size else []
    parameters = {
        name: value for name, value in request.query.items() if name in ("filters", "sortBy", "select", "groupBy")
    }

    def address(page: int) -> Dict[str, str]:
        return {"href": f"{path}?{urlencode({**parameters, 'offset': page, 'pageSize': size})}"}

    links: Dict[str, Any] = {"self": address(offset)}
    links["jumpTo"] = {
        "href": f"{path}?{urlencode({**parameters, 'pageSize': size})}&offset=%7Boffset%7D",
        "templated": True,
    }
    links["changeSize"] = {"href": f"{path}?{urlencode(parameters)}&pageSize=%7Bsize%7D", "templated": True}
    if offset > 1:
        links["previousByOffset"] = address(offset - 1)
    if size and offset * size < len(rows):
        links["nextByOffset"] = address(offset + 1)
    head = {"total": len(rows), "count": len(part), "pageSize": size, "offset": offset, "_links": links}
    return _collection(head, [represent(row) for row in part], kind)


def whole(path: str, elements: Iterable[bytes]) -> Answer:
    """A collection that is not paged."""
    parts = list(elements)
    return _collection({"total": len(parts), "count": len(parts), "_links": {"self": {"href": path}}}, parts)


def collection_bytes(path: str, elements: Iterable[bytes]) -> bytes:
    """A collection that is not paged, to be embedded."""
    return whole(path, elements).body


def _collection(head: Dict[str, Any], elements: List[bytes], kind: str = "Collection") -> Answer:
    start = json.dumps({"_type": kind, **head}, separators=(",", ":"), ensure_ascii=False)
    body = b"".join(
        [start[:-1].encode(), b',"_embedded":{"elements":[', b",".join(elements), b"]}}"],
    )
    return Answer(200, body)


def tokens(values: Sequence[str]) -> List[str]:
    """What ``~`` looks for: the first value only, split at blanks, lower case; all must occur."""
    return values[0].lower().split() if values else []


def contains_all(text: Optional[str], wanted: Sequence[str]) -> bool:
    """Whether all tokens occur somewhere in a text, whatever their case."""
    lowered = (text or "").lower()
    return all(token in lowered for token in wanted)


def unknown_filter(language: str, name: str) -> ApiError:
    """400: no such filter."""
    problems = Problems(language)
    problems.add("filter", "does_not_exist", name=f"{name[:1].upper()}{name[1:]} filter")
    return invalid_query(problems.errors[0].message)


def bad_operator(name: str, operator: str) -> ApiError:
    """400: the filter has no such operator."""
    return invalid_query(f"{name} filter has an invalid operator '{operator}'.")


def id_filter(name: str, operator: str, values: Sequence[str], value_of: Callable[[Any], Any]) -> Callable[[Any], bool]:
    """A filter on ids or names: ``=``, ``!``, ``*`` (any), ``!*`` (none).

    Raises:
        ApiError: 400, another operator.
    """
    wanted = set(values)
    if operator in ("=", "&="):
        return lambda row: _text(value_of(row)) in wanted
    if operator == "!":
        return lambda row: _text(value_of(row)) not in wanted
    if operator == "*":
        return lambda row: value_of(row) is not None
    if operator == "!*":
        return lambda row: value_of(row) is None
    raise bad_operator(name, operator)


def text_filter(
    name: str, operator: str, values: Sequence[str], value_of: Callable[[Any], Any]
) -> Callable[[Any], bool]:
    """A filter on text: ``~``, ``!~``, and ``=``, ``!`` without regard to case.

    Raises:
        ApiError: 400, another operator.
    """
    if operator in ("~", "**"):
        wanted = tokens(values)
        return lambda row: contains_all(value_of(row), wanted)
    if operator == "!~":
        wanted = tokens(values)
        return lambda row: not contains_all(value_of(row), wanted)
    if operator in ("=", "!"):
        lowered = {value.lower() for value in values}
        positive = operator == "="
        return lambda row: ((value_of(row) or "").lower() in lowered) is positive
    raise bad_operator(name, operator)


def _text(value: Any) -> Any:
    if isinstance(value, bool):
        return "t" if value else "f"
    return str(value) if isinstance(value, int) else value


def _whole(request: Request, name: str, default: int) -> int:
    raw = request.query.get(name)
    if raw is None or raw == "":
        return default
    try:
        return int(raw)
    except ValueError as error:
        raise bad_request(request.language, f"{name} is invalid") from error
