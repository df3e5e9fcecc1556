"""Custom field values: read from payloads, checked, shown."""

from __future__ import annotations

import math
import re
from typing import Any, Dict, List, Optional, Sequence, Tuple

from j2o_sandbox.openproject.errors import Problems, raise_format
from j2o_sandbox.openproject.links import link, number, read_link
from j2o_sandbox.openproject.live_text import formatted
from j2o_sandbox.openproject.server import Server
from j2o_sandbox.openproject.values import as_boolean, as_text, parse_date, raw_text

LINKED = ("list", "hierarchy", "user", "version")
_NAMESPACES = {
    "list": ("custom_options",),
    "hierarchy": ("custom_field_items",),
    "user": ("users", "groups", "placeholder_users"),
    "version": ("versions",),
}


def custom_part(
    server: Server, fields: Sequence[Any], values: Optional[Dict[str, Any]]
) -> Tuple[Dict[str, Any], Dict[str, Any]]:
    """Properties and links that show the values of these fields."""
    properties: Dict[str, Any] = {}
    links: Dict[str, Any] = {}
    for field in fields:
        value = None if values is None else values.get(str(field.id))
        name = f"customField{field.id}"
        if field.format == "text":
            properties[name] = formatted(server, value)
        elif field.format not in LINKED:
            properties[name] = value
        elif field.multi:
            links[name] = [_link(server, field, item) for item in value or []]
        else:
            links[name] = link(None) if value is None else _link(server, field, value)
    return properties, links


def read_custom_values(
    server: Server,
    language: str,
    fields: Sequence[Any],
    payload: Dict[str, Any],
    before: Optional[Dict[str, Any]],
    problems: Problems,
    new: bool,
    project: Any = None,
    check_all: bool = False,
) -> Optional[Dict[str, Any]]:
    """The values after a payload: fields that are not among ``fields`` are ignored, as the server does.

    Required fields and rules are checked for new things and for what was sent (all with ``check_all``).
    """
    links = payload.get("_links") if isinstance(payload.get("_links"), dict) else {}
    values = dict(before or {})
    for field in fields:
        name, key = f"customField{field.id}", str(field.id)
        source = links if field.format in LINKED else payload
        sent = name in source
        if sent:
            value = _read(server, language, field, name, source[name], problems, project)
            if value is None or value == []:
                values.pop(key, None)
            else:
                values[key] = value
        elif new and key not in values:  # a copy has those of its template
            default = default_of(server, field)
            if default is not None:
                values[key] = default
        if (sent or new or check_all) and not problems.has(name):
            _check(server, field, name, values.get(key), problems)
    return values or None


def _link(server: Server, field: Any, value: int) -> Dict[str, Any]:
    if field.format in ("list", "hierarchy"):
        option = server.store.custom_options.get(value)
        return link(f"/api/v3/{_NAMESPACES[field.format][0]}/{value}", option.value if option else None)
    if field.format == "version":
        version = server.store.versions.get(value)
        return link(None) if version is None else link(f"/api/v3/versions/{value}", version.name)
    from j2o_sandbox.openproject.people.principals import principal_link

    return principal_link(server, value)


def _read(server: Server, language: str, field: Any, name: str, value: Any, problems: Problems, project: Any) -> Any:
    if field.format in LINKED:
        items = value if isinstance(value, list) else [value]
        found = [_linked(server, language, field, name, item, problems, project) for item in items]
        chosen = [item for item in found if item is not None]
        if field.multi:
            return list(dict.fromkeys(chosen))
        if len(chosen) > 1:
            problems.add(name, "invalid", name=field.name)
        return chosen[0] if chosen else None
    if field.format == "text":
        try:
            return (value if isinstance(value, str) else raw_text(value)) or None
        except ValueError:
            raise_format(language, name, "{ raw: text }", value)
    return _plain(language, field, name, value, problems)


def _plain(language: str, field: Any, name: str, value: Any, problems: Problems) -> Any:
    if value is None or value == "":
        return None
    if field.format == "bool":
        return as_boolean(language, name, value)
    if field.format == "int":
        if isinstance(value, bool) or not re.fullmatch(r"[+-]?[0-9]{1,1000}", str(value)):
            problems.add(name, "not_an_integer", name=field.name)
            return None
        return int(value)
    if field.format == "float":
        try:
            if isinstance(value, bool) or not math.isfinite(float(value)):
                raise ValueError
            return float(value)
        except (TypeError, ValueError, OverflowError):
            problems.add(name, "not_a_number", name=field.name)
            return None
    if field.format == "date":
        try:
            return parse_date(value).isoformat()
        except ValueError:
            raise_format(language, name, "YYYY-MM-DD (ISO 8601 date only)", value)
    if field.format == "link" and not re.fullmatch(r"https?://[^\s/]+\S*", str(value)):
        problems.add(name, "invalid_url", name=field.name)
        return None
    return as_text(language, name, value)


def _linked(
    server: Server, language: str, field: Any, name: str, value: Any, problems: Problems, project: Any
) -> Optional[int]:
    text_id = read_link(language, name, value, *_NAMESPACES[field.format])
    if text_id is None:
        return None
    found = number(text_id)
    if field.format in ("list", "hierarchy"):
        option = server.store.custom_options.get(found)
        good = option is not None and option.field == field.id
    elif field.format == "version":
        from j2o_sandbox.openproject.projects.versions import shared_versions

        good = project is not None and any(row.id == found for row in shared_versions(server, project))
    else:
        # What stands in no project yet takes whoever is a member of any; later versions look at required fields alone.
        pair = ("principal", found) if project is None else ("pair", (found, project.id))
        unchecked = project is None and server.features.unchecked_attributes and not field.required
        member = unchecked or (found is not None and server.store.memberships.first(*pair) is not None)
        principal = server.store.principals.get(found)
        good = member and principal is not None and principal.status != "locked"
    if not good:
        problems.add(name, "inclusion", name=field.name)
        return None
    return found


def default_of(server: Server, field: Any) -> Any:
    """What a new thing has in a field unless it says something else."""
    if field.format == "list":
        chosen: List[int] = [
            option.id for option in server.store.custom_options.find("field", field.id) if option.is_default
        ]
        return (chosen if field.multi else chosen[0]) if chosen else None
    return field.default


def _check(server: Server, field: Any, name: str, value: Any, problems: Problems) -> None:
    if value is None or value == []:
        # A checkbox that is required must be sent, true or false; false is a value.
        if field.required:
            problems.add(name, "blank", name=field.name)
        return
    if field.format in ("string", "text", "link", "int", "float"):
        text = str(value)
        if field.min_length and len(text) < field.min_length:
            problems.add(name, "too_short", name=field.name, count=field.min_length)
        longest = field.max_length
        if longest and len(text) > longest:
            problems.add(name, "too_long", name=field.name, count=longest)
        if field.regexp and not re.search(field.regexp, text):
            problems.add(name, "regex_match_failed", name=field.name, expression=field.regexp)
    if field.format in ("int", "float") and server.features.number_limits:
        if field.least is not None and value < field.least:
            problems.add(name, "greater_than_or_equal_to", name=field.name, count=field.least)
        if field.most is not None and value > field.most:
            problems.add(name, "less_than_or_equal_to", name=field.name, count=field.most)
