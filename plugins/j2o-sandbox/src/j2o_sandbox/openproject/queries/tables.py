"""What a list of work packages can show, sort and group by."""

from __future__ import annotations

from typing import Any, List, Tuple
from urllib.parse import unquote

from j2o_sandbox.openproject.errors import raise_link
from j2o_sandbox.openproject.links import number

_SORTABLE = {
    "id",
    "subject",
    "createdAt",
    "updatedAt",
    "startDate",
    "dueDate",
    "status",
    "type",
    "priority",
    "project",
    "parent",
    "author",
    "assignee",
    "responsible",
    "category",
    "version",
    "estimatedTime",
    "remainingTime",
    "percentageDone",
    "manualSorting",
}
_GROUPS = {
    "status",
    "type",
    "priority",
    "project",
    "author",
    "assignee",
    "responsible",
    "category",
    "version",
    "parent",
}
_COLUMNS = (_SORTABLE - {"manualSorting"}) | {"description", "spentTime", "duration", "attachments"}
_FIELD = "customField"


def is_sortable(name: str, fields: Any) -> bool:
    """Whether lists can be sorted by it."""
    return name in _SORTABLE or _is_field(name, fields)


def is_column(name: str, fields: Any) -> bool:
    """Whether lists can show it."""
    return name in _COLUMNS or _is_field(name, fields)


def is_group(name: str, fields: Any) -> bool:
    """Whether lists can be grouped by it."""
    return name in _GROUPS or _is_field(name, fields)


def read_names(language: str, kind: str, value: Any, below: str = "queries/") -> List[str]:
    """The last parts of links to ``kind``, empty links left out.

    Raises:
        ApiError: 422, a link leads elsewhere.
    """
    found = []
    for entry in value if isinstance(value, list) else [value]:
        href = entry.get("href", "") if isinstance(entry, dict) else entry
        if href is None:
            continue
        starts = [f"/api/v3/{below}{kind}/", *(["/api/v3/workspaces/"] if kind == "projects" else [])]
        start = next((one for one in starts if isinstance(href, str) and href.startswith(one)), None)
        if start is None:
            raise_link(language, kind, f"{starts[0]}:id", href)
        found.append(unquote(href[len(start) :]))
    return found


def read_directions(language: str, value: Any) -> List[Tuple[str, str]]:
    """Sort criteria; what is no direction is ascending.

    Raises:
        ApiError: 422, a link leads elsewhere.
    """
    found = []
    for name in read_names(language, "sort_bys", value):
        column, _, direction = name.partition("-")
        if column and direction:
            found.append(("id" if column == "parent" else column, "desc" if direction == "desc" else "asc"))
    return found


def _is_field(name: str, fields: Any) -> bool:
    field = fields.get(number(name[len(_FIELD) :])) if name.startswith(_FIELD) else None
    return field is not None and field.of == "work_package"
