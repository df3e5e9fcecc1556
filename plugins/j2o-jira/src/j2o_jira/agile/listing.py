"""What the agile API says of boards, and to which projects they belong.

A board has a location on Cloud and on newer Data Center; older servers name the projects of its filter alone. Boards
that many projects share have one home here: their location, else the first of their projects.
"""

from __future__ import annotations

from typing import Any, Iterator, Mapping, Optional, Sequence
from urllib.parse import quote

from j2o_core.api import Refused, Selection

from ..client import Jira
from ..pages import an_object, offset_pages
from ..people import project_reference

_AGILE = "/rest/agile/1.0"
_PAGE = 50
#: what a board of a kind without sprints answers, and one that is gone or hidden
NO_SPRINTS, HIDDEN = (400,), (403, 404)


def boards(client: Jira, selection: Selection) -> list[Mapping[str, Any]]:
    """The boards over the selected projects (all that are visible, where none is named), each once, by id.

    Raises ``Refused`` where Jira has no agile API or keeps it from this account.
    """
    asked: Sequence[Mapping[str, Any]] = [{}]
    if selection.projects:
        asked = [{"projectKeyOrId": str(project["id"])} for project in client.projects(selection)]
    found: dict[int, Mapping[str, Any]] = {}
    for params in asked:
        for board in agile_pages(client, "/board", params):
            found.setdefault(int(board["id"]), board)
    return [found[identifier] for identifier in sorted(found)]


def agile_pages(client: Jira, path: str, params: Mapping[str, Any] = {}) -> Iterator[Mapping[str, Any]]:
    """Entries of a list of the agile API, to its end. Servers give no total with sprints."""

    def fetch(start: int) -> Any:
        return agile(client, path, {**params, "startAt": start, "maxResults": _PAGE})

    for page in offset_pages(fetch, f"{_AGILE}{path}"):
        yield from page


def agile(client: Jira, path: str, params: Optional[Mapping[str, Any]] = None) -> Any:
    """Read below the root of the agile API."""
    return client.http.get_json(f"{_AGILE}{path}", params)


def configuration_of(client: Jira, board: str) -> Mapping[str, Any]:
    """Columns, filter and the like of a board. Raises ``Refused``."""
    path = f"/board/{board}/configuration"
    found: Mapping[str, Any] = client.once(
        path, lambda: an_object(agile(client, path), f"configuration of board {board}")
    )
    return found


def filter_of(client: Jira, identifier: str) -> Mapping[str, Any]:
    """A saved filter. Raises ``Refused``."""
    path = f"/filter/{quote(identifier, safe='')}"
    found: Mapping[str, Any] = client.once(path, lambda: client.object(path))
    return found


def projects_of(client: Jira, board: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The projects over which a board looks, its home first; none for a board that its owner keeps to himself."""
    found: dict[str, dict[str, Any]] = {}
    home = (board.get("location") or {}).get("projectId")
    try:
        for project in agile_pages(client, f"/board/{board['id']}/project"):
            found.setdefault(str(project["id"]), project_reference(project))
    except Refused as refusal:
        if refusal.status not in (*NO_SPRINTS, *HIDDEN):
            raise
    if home is not None and str(home) not in found:
        location = board["location"]
        named = {"id": home, "key": location.get("projectKey"), "name": location.get("projectName")}
        found[str(home)] = project_reference(named)
    return sorted(found.values(), key=lambda project: project["id"] != str(home))


def migrated(client: Jira, selection: Selection) -> set[str]:
    """Ids of the projects that are read."""
    return {str(project["id"]) for project in client.projects(selection)}
