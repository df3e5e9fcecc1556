"""Boards, sprints and epics of the agile API."""

from __future__ import annotations

from typing import List, Optional, Sequence

from j2o_sandbox.jira.call import Call
from j2o_sandbox.jira.issue_shape import GET_COMMENTS, select
from j2o_sandbox.jira.model import Board, Issue, Json, Sprint, SprintRef
from j2o_sandbox.jira.routing import Route
from j2o_sandbox.jira.searches import run_query
from j2o_sandbox.jira.wire import Answer, JiraError

_AGILE = "/rest/agile/1.0"
_ORDER = ("closed", "active", "future")


def boards(call: Call) -> Answer:
    """All boards by page; ``projectKeyOrId`` and ``type`` filter."""
    call.logged_in()
    found = list(call.tracker.catalogue.boards)
    key, kind = call.request.text("projectKeyOrId"), call.request.text("type")
    if key is not None:
        project = call.find_project(key)
        found = [board for board in found if project.key in board.project_keys]
    if kind is not None:
        found = [board for board in found if board.kind == kind]
    return Answer(_page(call, [call.shapes.board(board) for board in found]))


def board(call: Call, id: str) -> Answer:
    """One board."""
    call.logged_in()
    return Answer(call.shapes.board(_board(call, id)))


def configuration(call: Call, id: str) -> Answer:
    """Columns, filter, estimation and rank of a board."""
    call.logged_in()
    found = _board(call, id)
    shape = {**call.shapes.board(found), "self": f"{call.shapes.agile}/board/{found.id}/configuration"}
    if "location" in shape:
        home, rest = shape["location"], call.shapes.rest
        shape["location"] = {
            "type": "project",
            "key": home["projectKey"],
            "id": str(home["projectId"]),
            "self": f"{rest}/project/{home['projectId']}",
            "name": home["projectName"],
        }
    shape["filter"] = {"id": found.filter_id, "self": f"{call.shapes.rest}/filter/{found.filter_id}"}
    columns: List[Json] = []
    for key, name in (("new", "To Do"), ("indeterminate", "In Progress"), ("done", "Done")):
        # Old servers had no categories.
        own = [
            entry for entry in call.tracker.catalogue.statuses if (entry.get("statusCategory") or {}).get("key") == key
        ]
        statuses = [{"id": entry["id"], "self": f"{call.shapes.rest}/status/{entry['id']}"} for entry in own]
        columns.append({"name": name, "statuses": statuses})
    limited = found.kind == "kanban"
    if limited:
        columns[1]["max"] = 5
        columns.insert(0, {"name": "Backlog", "statuses": []})
        shape["subQuery"] = {"query": "fixVersion in unreleasedVersions() OR fixVersion is EMPTY"}
    shape["columnConfig"] = {"columns": columns, "constraintType": "issueCount" if limited else "none"}
    by_name = {entry["name"]: entry["id"] for entry in call.tracker.catalogue.fields}
    if found.kind == "scrum" and "Story Points" in by_name:
        field = {"fieldId": by_name["Story Points"], "displayName": "Story Points"}
        shape["estimation"] = {"type": "field", "field": field}
    if "Rank" in by_name:
        shape["ranking"] = {"rankCustomFieldId": int(by_name["Rank"].rsplit("_", 1)[1])}
    return Answer(shape)


def board_projects(call: Call, id: str) -> Answer:
    """The projects that a board's filter names, those alone that the caller sees."""
    call.logged_in()
    keys = _board(call, id).project_keys
    found = [project for project in call.tracker.projects if project.key in keys and not project.archived]
    shapes = [
        {"self": f"{call.shapes.rest}/project/{one.id}", "id": one.id, "key": one.key, "name": one.name}
        for one in sorted(found, key=lambda one: one.name)
    ]
    return Answer(_page(call, shapes))


def board_sprints(call: Call, id: str) -> Answer:
    """Sprints of a scrum board, closed ones first; a kanban board refuses. Server tells no total."""
    call.logged_in()
    found = _board(call, id)
    if found.kind != "scrum":
        raise JiraError(400, "The board doesn't support sprints")
    states = call.request.words("state")
    own = [sprint for sprint in call.tracker.catalogue.sprints if sprint.board_id == found.id]
    values = [call.shapes.sprint(sprint) for sprint in own if not states or sprint.state in states]
    page = _page(call, sorted(values, key=lambda one: _ORDER.index(one["state"])))
    if not call.cloud:
        del page["total"]
    return Answer(page)


def board_issues(call: Call, id: str) -> Answer:
    """Issues of a board's projects."""
    found = _board(call, id)
    return _issues(call, f"{_where(found)} ORDER BY key ASC")


def board_epics(call: Call, id: str) -> Answer:
    """Epics of a board."""
    found = _board(call, id)
    positions, _ = run_query(call, f"{_where(found)} AND issuetype = Epic ORDER BY key ASC", True)
    return Answer(_page(call, [_epic_shape(call, position) for position in positions]))


def sprint(call: Call, id: str) -> Answer:
    """One sprint."""
    call.logged_in()
    return Answer(call.shapes.sprint(_sprint(call, id)))


def sprint_issues(call: Call, id: str) -> Answer:
    """Issues of a sprint."""
    found = _sprint(call, id)
    owner = next((b for b in call.tracker.catalogue.boards if b.id == found.board_id), None)
    within = f"project = {owner.project_key} AND " if owner is not None else ""
    return _issues(call, f"{within}sprint = {found.id} ORDER BY key ASC")


def issue(call: Call, key: str) -> Answer:
    """One issue as the agile API gives it: with ``sprint``, ``closedSprints``, ``epic`` and ``flagged``."""
    call.logged_in()
    found = call.find_issue(key)
    selection = select(call.request.words("fields"), call.request.words("expand"), "*all")
    shape = call.issues.issue(found, selection.capped(GET_COMMENTS if call.cloud else None))
    shape["self"] = f"{call.shapes.agile}/issue/{found.row.id}"
    refs = [ref for value in found.fields.values() if isinstance(value, list) for ref in value]
    own = {ref.id for ref in refs if isinstance(ref, SprintRef)}
    sprints = [sprint for sprint in call.tracker.catalogue.sprints if sprint.id in own]
    if sprints:
        closed = [call.shapes.sprint(sprint) for sprint in sprints if sprint.state == "closed"]
        running = [call.shapes.sprint(sprint) for sprint in sprints if sprint.state != "closed"]
        shape["fields"].update({"closedSprints": closed, "sprint": running[0] if running else None})
    shape["fields"].setdefault("flagged", False)
    epic = _epic(call, found)
    if epic is not None:
        shape["fields"]["epic"] = epic
    return Answer(shape)


def _epic(call: Call, found: Issue) -> Optional[Json]:
    links = [entry["id"] for entry in call.tracker.catalogue.fields if entry["name"] == "Epic Link"]
    key = found.fields.get(links[0]) if links else None
    position = call.index.find(key) if isinstance(key, str) else None
    return None if position is None else _epic_shape(call, position)


def _epic_shape(call: Call, position: int) -> Json:
    row, head = call.row(position), call.tracker.head(position)
    done = head["status"]["statusCategory"]["key"] == "done"
    shape: Json = {"id": row.id, "key": row.key, "self": f"{call.shapes.agile}/epic/{row.id}"}
    return {**shape, "name": head["summary"], "summary": head["summary"], "color": {"key": "color_1"}, "done": done}


def _issues(call: Call, jql: str) -> Answer:
    call.logged_in()
    extra = call.request.text("jql")
    if extra:
        jql = f"({extra}) AND {jql}"
    positions, _ = run_query(call, jql, True)
    start = max(0, call.request.integer("startAt", 0))
    size = min(max(0, call.request.integer("maxResults", 50)), call.installation.behaviour.page_cap)
    selection = select(call.request.words("fields"), call.request.words("expand"), "*navigable")
    chosen = [call.issues.issue(call.installation.issue(p), selection) for p in positions[start : start + size]]
    return Answer(
        {"expand": "schema,names", "startAt": start, "maxResults": size, "total": len(positions), "issues": chosen}
    )


def _page(call: Call, values: Sequence[Json]) -> Json:
    start = max(0, call.request.integer("startAt", 0))
    size = min(max(1, call.request.integer("maxResults", 50)), 50)
    last = start + size >= len(values)
    return {
        "maxResults": size,
        "startAt": start,
        "total": len(values),
        "isLast": last,
        "values": values[start : start + size],
    }


def _where(board: Board) -> str:
    return f"project in ({', '.join(board.project_keys)})"


def _board(call: Call, id: str) -> Board:
    for entry in call.tracker.catalogue.boards:
        if str(entry.id) == id:
            return entry
    raise JiraError(404, f"The requested board cannot be viewed because it either does not exist: {id}")


def _sprint(call: Call, id: str) -> Sprint:
    for entry in call.tracker.catalogue.sprints:
        if str(entry.id) == id:
            return entry
    raise JiraError(404, "Sprint does not exist")


ROUTES = (
    Route("GET", f"{_AGILE}/board", boards),
    Route("GET", f"{_AGILE}/board/{{board}}", board),
    Route("GET", f"{_AGILE}/board/{{board}}/configuration", configuration),
    Route("GET", f"{_AGILE}/board/{{board}}/project", board_projects),
    Route("GET", f"{_AGILE}/board/{{board}}/sprint", board_sprints),
    Route("GET", f"{_AGILE}/board/{{board}}/issue", board_issues),
    Route("GET", f"{_AGILE}/board/{{board}}/epic", board_epics),
    Route("GET", f"{_AGILE}/sprint/{{sprint}}", sprint),
    Route("GET", f"{_AGILE}/sprint/{{sprint}}/issue", sprint_issues),
    Route("GET", f"{_AGILE}/issue/{{issue}}", issue),
)
