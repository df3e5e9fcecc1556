"""What Jira lists beside its state: boards, sprints, saved filters, dashboards, and what it is set up with."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, Callable, Iterator, Mapping
from urllib.parse import urlencode

import requests

Json = Mapping[str, Any]
Get = Callable[[str], Any]

#: path and name of the list by kind, as the report calls the kinds; without a name the answer is the list
_SET_UP = {
    "issue types": ("issuetype", ""),
    "statuses": ("status", ""),
    "priorities": ("priority", ""),
    "resolutions": ("resolution", ""),
    "link types": ("issueLinkType", "issueLinkTypes"),
    "roles": ("role", ""),
    "screens": ("screens", "values"),
    "permission schemes": ("permissionscheme", "permissionSchemes"),
    "notification schemes": ("notificationscheme", "values"),
    "security schemes": ("issuesecurityschemes", "issueSecuritySchemes"),
}
_ON_PREMISE = {
    "workflows": ("workflow", ""),
    "issue type schemes": ("issuetypescheme", "schemes"),
    "priority schemes": ("priorityschemes", "schemes"),
}
_ON_CLOUD = {
    "workflows": ("workflows/search", "values"),
    "workflow schemes": ("workflowscheme", "values"),
    "issue type schemes": ("issuetypescheme", "values"),
    "priority schemes": ("priorityscheme", "values"),
}
_FILTER_FIELDS = "description,jql,owner,sharePermissions"


def read_views(get: Get, url: str) -> dict[str, list[Json]]:
    """``boards`` with ``configuration`` and ``projects``; ``sprints``, ``filters`` and ``dashboards``.

    Filters are those that the API gives: on Cloud of everybody, else the account's favourites.
    """
    agile, api = f"{url}/rest/agile/1.0", f"{url}/rest/api/2"
    boards: list[Json] = []
    sprints: list[Json] = []
    for board in _pages(get, f"{agile}/board"):
        address = f"{agile}/board/{board['id']}"
        configuration = get(f"{address}/configuration")
        projects = list(_pages(get, f"{address}/project"))
        boards.append({**board, "configuration": configuration, "projects": projects})
        if board["type"] != "kanban":
            own = _pages(get, f"{address}/sprint")
            sprints += [{**one, "projects": projects} for one in own if one.get("originBoardId") == board["id"]]
    if _is_cloud(get, url):
        everybody = {"expand": _FILTER_FIELDS, "overrideSharePermissions": "true"}
        filters = list(_pages(get, f"{api}/filter/search", "values", everybody))
    else:
        filters = get(f"{api}/filter/favourite")
    dashboards = list(_pages(get, f"{api}/dashboard", "dashboards"))
    return {"boards": boards, "sprints": sprints, "filters": filters, "dashboards": dashboards}


def read_set_up(get: Get, url: str, projects: list[str]) -> dict[str, list[str]]:
    """Names by kind of what a Jira is set up with; ``projects`` are keys."""
    api = f"{url}/rest/api/2"
    cloud = _is_cloud(get, url)
    found: dict[str, list[str]] = {}
    for kind, (path, name) in {**_SET_UP, **(_ON_CLOUD if cloud else _ON_PREMISE)}.items():
        try:
            if name == "values":
                rows = list(_pages(get, f"{api}/{path}"))
            else:
                rows = get(f"{api}/{path}")[name] if name else get(f"{api}/{path}")
        except requests.HTTPError as error:
            if error.response.status_code != 404:
                raise
            continue  # a list that the version does not have
        found[kind] = [str(row["name"]) for row in rows]
    found["fields"] = [str(row["name"]) for row in get(f"{api}/field") if row["custom"]]
    found["components"] = [str(row["name"]) for key in projects for row in get(f"{api}/project/{key}/components")]
    if not cloud:  # no list of them: each project tells its own
        found["workflow schemes"] = sorted(
            {str(get(f"{api}/project/{key}/workflowscheme")["name"]) for key in projects}
        )
    return found


def _is_cloud(get: Get, url: str) -> bool:
    return bool(get(f"{url}/rest/api/2/serverInfo").get("deploymentType") == "Cloud")


def _pages(get: Get, address: str, name: str = "values", asked: Json = MappingProxyType({})) -> Iterator[Json]:
    start = 0
    while True:
        answer = get(f"{address}?{urlencode({**asked, 'startAt': start})}")
        rows = answer if isinstance(answer, list) else answer[name]
        yield from rows
        start += len(rows)
        if not rows or isinstance(answer, list):  # which Server gives at once
            return
