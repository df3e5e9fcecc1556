"""Attributes of projects: custom fields that show in a project only where they are active there."""

from __future__ import annotations

from typing import Any, Dict, List, Tuple

from j2o_sandbox.openproject.custom_values import default_of
from j2o_sandbox.openproject.server import Server


def all_attributes(server: Server) -> List[Any]:
    """The custom fields that projects can have."""
    found: List[Any] = server.store.custom_fields.find("of", "project")
    return found


def active_attributes(server: Server, project: Any) -> List[Any]:
    """Those that show in a project; before they were switched on by project all did."""
    fields = all_attributes(server)
    if not server.features.project_attributes:
        return fields
    return [field for field in fields if field.required or field.for_all or field.id in project.attributes]


def activated_by_create(server: Server, payload: Dict[str, Any]) -> Tuple[int, ...]:
    """What a new project has: all that was sent, empty ones too."""
    links = payload.get("_links") if isinstance(payload.get("_links"), dict) else {}
    names = {*payload, *links}
    return tuple(field.id for field in all_attributes(server) if f"customField{field.id}" in names)


def activated_by_change(server: Server, before: Any, custom: Any) -> Tuple[int, ...]:
    """What a project has once values have changed: a new one that is not the default switches its field on.

    A value that was there before, out of sight since a copy, does not.
    """
    was, values = before.custom or {}, custom or {}
    new = [
        field.id
        for field in all_attributes(server)
        if field.id not in before.attributes
        and values.get(str(field.id)) not in (None, [], was.get(str(field.id)), default_of(server, field))
    ]
    return (*before.attributes, *new)
