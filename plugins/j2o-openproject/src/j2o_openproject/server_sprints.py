"""Sprints that OpenProject has of its own: from 17.3 on, in projects with backlogs; REST reads them and makes none.

An item that became one of them is known by ``sprint-12``, since sprints and versions count apart. Only those that are
not completed can be given to work packages.
"""

from __future__ import annotations

from typing import Any, Iterator, Mapping, Optional

from j2o_core.api import Found, Refused

from .connector import OpenProject
from .hal import linked
from .texts import folded

_PREFIX = "sprint-"
_COMPLETED = "completed"


def sprint_of(identifier: Optional[str]) -> Optional[str]:
    """The id of a sprint behind an item's id; ``None`` for a version."""
    return identifier[len(_PREFIX) :] if identifier and identifier.startswith(_PREFIX) else None


def open_sprints(client: OpenProject, project: str) -> Iterator[Found]:
    """The sprints that work packages of a project can be in, none where the server has no sprints there."""
    try:
        yield from (sprint for sprint in map(found_sprint, _listed(client, project)) if sprint.parent == project)
    except Refused as refusal:
        if refusal.status not in (403, 404):
            raise


def read_sprint(client: OpenProject, sprint: str) -> Found:
    """One sprint."""
    return found_sprint(client.get(f"sprints/{sprint}"))


def found_sprint(row: Mapping[str, Any]) -> Found:
    """A sprint in the form in which sprints are compared."""
    project = linked(row, "definingWorkspace") or ""
    image = {
        "project": project,
        "name": row.get("name"),
        "startDate": row.get("startDate"),
        "endDate": row.get("finishDate"),
        "status": "closed" if _status(row) == _COMPLETED else "open",
    }
    return Found(
        id=f"{_PREFIX}{row['id']}",
        keys=(sprint_key(project, row.get("name")),),
        updated=row.get("updatedAt"),
        image=image,
        label=str(row.get("name") or ""),
        parent=project,
    )


def sprint_key(project: str, name: Any) -> str:
    """The natural key of the server's sprints."""
    return f"project:{project}/sprint:{folded(name or '')}"


def _listed(client: OpenProject, project: str) -> Iterator[Mapping[str, Any]]:
    rows = client.pages(f"projects/{project}/sprints", sort=False)
    return (row for row in rows if _status(row) != _COMPLETED)


def _status(row: Mapping[str, Any]) -> str:
    return (linked(row, "status") or "").rpartition(":")[2]
