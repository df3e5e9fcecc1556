"""Filters on projects."""

from __future__ import annotations

from typing import Any

from j2o_sandbox.openproject.filter_kinds import (
    OPTIONAL,
    STRING,
    Filter,
    Keep,
    check,
    moment_filter,
    text_filter,
    truth_filter,
    unknown_filter,
    whole_filter,
)
from j2o_sandbox.openproject.projects.representation import ancestors
from j2o_sandbox.openproject.requests import Request
from j2o_sandbox.openproject.server import Server


def project_filter(server: Server, request: Request, entry: Filter) -> Keep:
    """A filter as a question to a row.

    Raises:
        ApiError: 400.
    """
    name, operator, values = entry
    if name == "id":
        return whole_filter(entry, lambda row: row.id)
    if name == "ancestor":
        return whole_filter(entry, lambda row: [one.id for one in ancestors(server, row)])
    if name in ("parent", "parent_id"):
        return whole_filter(entry, lambda row: row.parent, OPTIONAL)
    if name in ("active", "public"):
        return truth_filter(entry, lambda row: getattr(row, name))
    if name in ("name_and_identifier", "nameAndIdentifier"):
        # One of the values, as a whole, in the name or in the identifier.
        check(entry, STRING)
        lowered = [value.lower() for value in values]

        def hit(row: Any) -> bool:
            texts = (row.name.lower(), row.identifier.lower())
            if operator in ("=", "!"):
                return any(value in texts for value in lowered)
            return any(value in one for value in lowered for one in texts)

        return lambda row: hit(row) is (operator in ("=", "~"))
    if name == "typeahead":
        return text_filter(entry, lambda row: f"{row.name} {row.identifier}", ("**",))
    if name == "name":
        return text_filter(entry, lambda row: row.name)
    if name in ("createdAt", "created_at"):
        return moment_filter(entry, lambda row: str(row.created), server.clock.now())
    raise unknown_filter(request.language, name)
