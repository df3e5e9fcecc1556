"""Work packages by number or semantic identifier, and their trees."""

from __future__ import annotations

from typing import Any, List, Optional

from j2o_sandbox.openproject.errors import not_found
from j2o_sandbox.openproject.links import number
from j2o_sandbox.openproject.requests import Request
from j2o_sandbox.openproject.server import Server


def find_work_package(server: Server, request: Request, text_id: str) -> Any:
    """The work package of a path segment, if the user may see it.

    Raises:
        ApiError: 404.
    """
    row = server.store.work_packages.get(number_of(server, text_id))
    if row is None or not sees(server, request.user, row):
        raise not_found(request.language, "work_package_not_found")
    return row


def number_of(server: Server, text_id: str) -> Optional[int]:
    """The id that ``42`` or ``PROJ-42`` stands for, if any."""
    found = number(text_id)
    if found is not None or not is_semantic(server):
        return found
    identifier, _, digits = text_id.rpartition("-")
    project = server.store.projects.first("any_identifier", identifier.lower())
    if number(digits) is None or project is None:
        return None
    row = server.store.work_packages.first("number", (project.id, number(digits)))
    return None if row is None else int(row.id)


def is_semantic(server: Server) -> bool:
    """Whether work packages have identifiers like PROJ-42."""
    return server.settings.semantic_identifiers and server.features.semantic_identifiers


def display_id(server: Server, row: Any) -> str:
    """What the work package is called: its number, or PROJ-42."""
    if row.sequence and is_semantic(server):
        return f"{server.store.projects[row.project].identifier}-{row.sequence}"
    return str(row.id)


def sees(server: Server, user: Any, row: Any) -> bool:
    """Whether a work package exists for a user."""
    return server.permissions.allowed(user, "view_work_packages", server.store.projects.get(row.project))


def is_read_only(server: Server, row: Any) -> bool:
    """Whether its status keeps everything but the status from being changed (enterprise edition)."""
    status = server.store.statuses.get(row.status)
    return bool(server.settings.enterprise and status is not None and status.is_readonly)


def ancestors(server: Server, row: Any) -> List[Any]:
    """Work packages above, the nearest first."""
    found: List[Any] = []
    parent = server.store.work_packages.get(row.parent)
    while parent is not None and len(found) < 1000:
        found.append(parent)
        parent = server.store.work_packages.get(parent.parent)
    return found


def descendants(server: Server, row_id: int) -> List[Any]:
    """Work packages below, parents before children."""
    found: List[Any] = []
    queue = [row_id]
    for one in queue:
        for child in server.store.work_packages.find("parent", one):
            found.append(child)
            queue.append(child.id)
    return found
