"""Filters and dashboards: whose they are, who else sees them, and what is on them."""

from __future__ import annotations

from typing import Any, Dict, List, Sequence, Tuple

from j2o_sandbox.generate.people import ADMINISTRATOR
from j2o_sandbox.jira.model import Board, Project, User

Json = Dict[str, Any]

_FILTER_RESULTS = "com.atlassian.jira.gadgets:filter-results-gadget"
_PIE = "rest/gadgets/1.0/g/com.atlassian.jira.gadgets:pie-chart-gadget/gadgets/piechart-gadget.xml"
_STREAM = "rest/gadgets/1.0/g/com.atlassian.streams.streams-jira-plugin:activitystream-gadget/gadgets/activity.xml"


def generate_filters(boards: Sequence[Board], projects: Sequence[Project], users: Sequence[User]) -> Tuple[Json, ...]:
    """A filter per board, which the administrator shares with the board's project, and three of other people.

    Of these one is shared with everybody who logs in, one with a group the administrator is not in, one with nobody.
    """
    ids = {project.key: project.id for project in projects}
    found: List[Json] = []
    for board in boards:
        shares = [_share(board.id, "project", project=ids[board.project_key])] if board.project_key in ids else []
        keys = board.project_keys
        where = f"project in ({', '.join(keys)})" if board.further else f"project = {keys[0]}"
        query = f"{where} ORDER BY Rank ASC"
        found.append(_filter(board.filter_id, f"Filter for {board.name}", ADMINISTRATOR, query, shares, board.id == 1))
    owners = [user.name for user in users if user.listed and user.account_type != "app"][2:5]
    if len(owners) == 3:
        everybody, group = [_share(900, "loggedin")], [_share(901, "group", group="developers")]
        found += [
            _filter("10900", "Everything open", owners[0], "resolution = EMPTY ORDER BY key ASC", everybody, True),
            _filter("10901", "Bugs of the team", owners[1], "issuetype = Bug ORDER BY created DESC", group),
            _filter("10902", "My drafts", owners[2], "assignee = currentUser()", []),
        ]
    return tuple(found)


def generate_dashboards(filters: Sequence[Json]) -> Tuple[Json, ...]:
    """One of everybody, one of the administrator with gadgets, one that its owner shares with nobody."""
    shared = [_share(950, "global")]
    system: Json = {"id": "10000", "name": "System dashboard", "owner": None, "shares": shared, "gadgets": []}
    if not filters:
        return (system,)
    gadgets = [
        {"id": 10700, "moduleKey": _FILTER_RESULTS, "color": "blue", "title": "Filter results", "place": (0, 0)},
        {"id": 10701, "uri": _PIE, "color": "green", "title": "Pie chart", "place": (0, 1)},
        {"id": 10702, "uri": _STREAM, "color": "gray", "title": "Activity", "place": (1, 0)},
    ]
    team: Json = {"id": "10801", "name": "Team", "owner": ADMINISTRATOR, "shares": shared, "gadgets": gadgets}
    private: Json = {
        "id": "10802",
        "name": "My work",
        "owner": filters[-1]["owner"],
        "shares": [],
        "gadgets": gadgets[2:],
    }
    return (system, {**team, "favourite": True}, private)


def _filter(id: str, name: str, owner: str, jql: str, shares: List[Json], favourite: bool = False) -> Json:
    return {
        "id": id,
        "name": name,
        "description": "",
        "owner": owner,
        "jql": jql,
        "favourite": favourite,
        "shares": shares,
    }


def _share(number: int, kind: str, **whom: str) -> Json:
    return {"id": 10000 + number, "type": kind, **whom}
