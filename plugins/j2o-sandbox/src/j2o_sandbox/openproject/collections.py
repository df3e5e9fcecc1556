"""Collections: paging, sorting and filters as the server understands them."""

from __future__ import annotations

import json
import re
from typing import Any, Callable, Dict, Iterable, List, Optional, Sequence, Tuple
from urllib.parse import urlencode

from j2o_sandbox.openproject.errors import bad_request
from j2o_sandbox.openproject.filter_kinds import Filter
from j2o_sandbox.openproject.requests import Answer, Request
from j2o_sandbox.openproject.server import Server

_NUMBER = re.compile(r"[+-]?[0-9]{1,9}")


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
            found.append((name, rule["operator"], _texts(request, name, rule.get("values"))))
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
        return [(_column(name), _descending(direction)) for name, direction in raw]
    except (TypeError, ValueError) as error:
        raise bad_request(request.language, "sortBy is not a list of pairs") from error


def page_of(server: Server, request: Request) -> Tuple[int, int]:
    """Page number from 1 and page size.

    Raises:
        ApiError: 400, no whole numbers, or a negative size other than -1, which means the largest.
    """
    size = _whole(request, "pageSize", server.settings.per_page)
    offset = _whole(request, "offset", 1)
    cap = server.settings.page_size
    if size == -1 or size > cap:
        size = cap
    if size < -1:
        raise bad_request(request.language, "pageSize is out of range")
    # There is no page before the first one.
    return max(offset, 1), size


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


def _column(name: Any) -> str:
    if not isinstance(name, str):
        raise TypeError(name)
    return name


def _descending(direction: Any) -> bool:
    if not isinstance(direction, str) or direction.lower() not in ("asc", "desc"):
        raise ValueError(direction)
    return direction.lower() == "desc"


def _texts(request: Request, name: str, values: Any) -> List[str]:
    listed = values if isinstance(values, list) else [] if values is None else [values]
    if any(isinstance(value, (list, dict)) for value in listed):
        raise bad_request(request.language, f"the filter {name} has values that are no values")
    words = {None: "", True: "true", False: "false"}
    return [words[value] if value is None or isinstance(value, bool) else str(value) for value in listed]


def _whole(request: Request, name: str, default: int) -> int:
    raw = request.query.get(name)
    if raw is None or raw == "":
        return default
    if not _NUMBER.fullmatch(raw):
        raise bad_request(request.language, f"{name} is invalid")
    return int(raw)
