"""Links of OpenProject's API: from ids, and back."""

from __future__ import annotations

import json
from typing import Any, Iterable, Mapping, Optional, Sequence
from urllib.parse import unquote

API = "/api/v3"


def link(kind: str, identifier: Optional[str]) -> dict[str, Optional[str]]:
    """``{"href": "/api/v3/users/5"}``; without an id the link that empties a field."""
    return {"href": f"{API}/{kind}/{identifier}" if identifier else None}


def links(kind: str, identifiers: Iterable[str]) -> list[dict[str, Optional[str]]]:
    """One link each."""
    return [link(kind, identifier) for identifier in identifiers]


def id_in(hal_link: Any) -> Optional[str]:
    """The id that a link leads to, ``None`` for an empty one."""
    href = hal_link.get("href") if isinstance(hal_link, Mapping) else None
    return unquote(href.rstrip("/").rpartition("/")[2]) if href else None


def linked(resource: Mapping[str, Any], name: str) -> Optional[str]:
    """The id behind the link ``name`` of a resource."""
    return id_in((resource.get("_links") or {}).get(name))


def linked_all(resource: Mapping[str, Any], name: str) -> list[str]:
    """The ids behind a list of links, in order."""
    found = (resource.get("_links") or {}).get(name) or []
    return [identifier for identifier in map(id_in, found if isinstance(found, list) else [found]) if identifier]


def elements(collection: Optional[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The embedded elements of a collection; none where there is no collection."""
    return list(((collection or {}).get("_embedded") or {}).get("elements") or [])


def raw(formattable: Any) -> str:
    """The source text of a formattable value."""
    text = formattable.get("raw") if isinstance(formattable, Mapping) else formattable
    return "" if text is None else str(text)


def condition(name: str, operator: str, values: Sequence[str]) -> dict[str, Any]:
    """One filter."""
    return {name: {"operator": operator, "values": list(values)}}


def filters(*conditions: Mapping[str, Any]) -> str:
    """The ``filters`` parameter. It is always sent: without it work packages are filtered to the open ones."""
    return json.dumps(list(conditions), separators=(",", ":"))
