"""Where in one Jira each kind of file of ``jira-shapes`` stands, and why the rest stands nowhere."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import PurePosixPath
from typing import Any, Callable, Mapping, Optional

from .shapes import Json, Put, number_in, whole_issues

Place = Callable[[Put, str, Any], None]

_WRITES = "what a client sends in order to write"
_FOUR = "an answer of Jira 4, whose fields were {name, type, value}: before the interface that 8 and later have"
_SESSION = "about signing in"
_BUTTONS = "what Jira's own pages show to click on"

#: files that hold nothing of a Jira's data that a version since 8 would give, by their names
NOT_DATA: Mapping[str, str] = {
    "devlake/dev_panels.json": "what Jira shows of source code of other systems: it stays there",
    "gojira/no_*.json": "an error",
    "gojira/transitions.json": "what an issue may become next",
    "jrjc/actor/invalid-*.json": "made up as an answer that is wrong",
    "jrjc/auditRecord/*.json": "who changed the set-up of Jira: nothing of an issue, and kept by Jira alone",
    "jrjc/authentication/*.json": _SESSION,
    "jrjc/cimField/*.json": _BUTTONS,
    "jrjc/comment/*.json": _FOUR,
    "jrjc/error/*.json": "an error",
    "jrjc/field/invalid-*.json": "made up as an answer that is wrong",
    "jrjc/field/valid-fields.json": _BUTTONS,
    "jrjc/issue/valid-with-labels.json": _FOUR,
    "jrjc/issue/valid-without-labels.json": _FOUR,
    "jrjc/issueInput/*.json": _WRITES,
    "jrjc/issueLink/*.json": _FOUR,
    "jrjc/issueLinkInput/*.json": _WRITES,
    "jrjc/issueLinks/links-disabled-error.json": "an error",
    "jrjc/loginInfo/*.json": _SESSION,
    "jrjc/mypermission/*.json": "what the account may do: preflight reads it, and no issue has it",
    "jrjc/operation*/*.json": _BUTTONS,
    "jrjc/role/invalid-*.json": "made up as an answer that is wrong",
    "jrjc/serverInfo/*.json": "the version of a server: preflight reads it, and no issue has it",
    "jrjc/session/*.json": _SESSION,
    "jrjc/sessionCookie/*.json": _SESSION,
    "jrjc/timeTracking/*.json": _FOUR,
    "jrjc/transition/*.json": "what an issue may become next",
    "jrjc/userInput/*.json": _WRITES,
    "jrjc/worklog/*.json": _FOUR,
    "jrjc/worklogInput/*.json": _WRITES,
    "mattermost_webhooks/createmeta/*-project-metadata.json": "of the plugin's own making",
}


def why_not(name: str) -> Optional[str]:
    """Why a file holds no data, if it does not."""
    path = PurePosixPath(name)
    return next((why for pattern, why in NOT_DATA.items() if path.match(pattern)), None)


def issues(put: Put, name: str, value: Any) -> None:
    """Whole issues."""
    for issue in whole_issues(value):
        put.issue(issue)


def webhook(put: Put, name: str, value: Any) -> None:
    """What a webhook tells: an issue as it is now, what was changed, a comment."""
    moment = int(value["timestamp"])
    at = f"{_day(moment)}.{moment % 1000:03d}+0000"
    raw = value.get("issue") or {"key": "SALES-1", "fields": {"summary": name}}
    issue = put.issue({**raw, "fields": {"created": at, **raw["fields"]}})
    comment = value.get("comment")
    if comment is not None:
        page = issue["fields"].get("comment") or {"comments": [], "total": 0}
        seen = any(one.get("body") == comment["body"] for one in page["comments"])
        entries = [*page["comments"], *([] if seen else [{**comment, "id": put.number("comment", comment["id"])}])]
        issue["fields"]["comment"] = {**page, "comments": entries, "total": len(entries)}
    changes = value.get("changelog") or {}
    if changes.get("items"):
        entry = {"author": value.get("user"), "created": at, **changes, "id": put.number("history", changes.get("id"))}
        issue["changelog"] = {"histories": [entry]}


def webhook_of_cloud(put: Put, name: str, value: Any) -> None:
    """The same where people are known by their account ids: what else they were called is hidden since 2019."""
    webhook(put, name, _by_account(value))


def _by_account(value: Any) -> Any:
    if isinstance(value, list):
        return [_by_account(one) for one in value]
    if not isinstance(value, dict):
        return value
    hidden = ("name", "key") if "accountId" in value else ()
    return {name: _by_account(one) for name, one in value.items() if name not in hidden}


def of_issues(place: Callable[[Put, Json, Any], None]) -> Place:
    """Rows of many issues, each with the number of its issue; a carrier where nothing else is known of it."""

    def put_rows(put: Put, name: str, value: Any) -> None:
        for row in value:
            id = row["input"]["issue_id"]
            place(put, put.find(id) or put.carrier(f"{name} of {id}", {}, id), row["data"])

    return put_rows


def history(put: Put, issue: Json, entry: Json) -> None:
    """One entry of a changelog."""
    page = issue.setdefault("changelog", {"histories": []})
    if entry["id"] not in [one["id"] for one in page["histories"]]:
        page["histories"].append({**entry, "id": put.number("history", entry["id"])})


def worklog(put: Put, issue: Json, entry: Json) -> None:
    """One worklog."""
    page = issue["fields"].setdefault("worklog", {"worklogs": [], "total": 0})
    if entry["id"] not in [one["id"] for one in page["worklogs"]]:
        page["worklogs"].append({**entry, "id": put.number("worklog", entry["id"])})
        page["total"] = max(page["total"], len(page["worklogs"]))


def remote_link(put: Put, issue: Json, entry: Json) -> None:
    """One link to elsewhere."""
    issue.setdefault("remotelinks", []).append({**entry, "id": int(put.number("remote link", entry["id"]))})


def each(wrap: Callable[[Any], Json], under: str = "", apart: bool = False) -> Place:
    """An issue for each thing of a file, which has it where issues have such things."""

    def put_each(put: Put, name: str, value: Any) -> None:
        listed = value[under] if under else value
        for one in listed if isinstance(listed, list) else [listed]:
            put.carrier(name, wrap(one), apart=apart)

    return put_each


def field(name: str) -> Callable[[Any], Json]:
    """The thing is the value of a field."""
    return lambda one: {name: _numbered(one)}


def among(name: str) -> Callable[[Any], Json]:
    """The thing is one of the values of a field."""
    return lambda one: {name: [_numbered(one)]}


def restricting(one: Json) -> Json:
    """The thing restricts a comment."""
    return {
        "comment": {"comments": [{"id": None, "body": "Seen by some", "created": _AT, "visibility": one}], "total": 1}
    }


def of_category(one: Json) -> Json:
    """The thing is the category of a status."""
    return {"status": {"id": str(90_000 + int(one["id"])), "name": f"Of {one['name']}", "statusCategory": one}}


def linked(put: Put, name: str, value: Any) -> None:
    """Each type of link leads from an issue to the one before it."""
    for kind in value if isinstance(value, list) else value["issueLinkTypes"]:
        before = put.issues[-1]
        link = {"id": None, "type": kind, "outwardIssue": {"id": before["id"], "key": before["key"]}}
        put.carrier(name, {"issuelinks": [link]})


def linked_to(put: Put, name: str, value: Any) -> None:
    """An issue that is known by its key alone is linked to."""
    kind = {"id": "10003", "name": "Relates", "inward": "relates to", "outward": "relates to"}
    put.carrier(name, {"issuelinks": [{"id": None, "type": kind, "inwardIssue": value}]})


def projects(put: Put, name: str, value: Any) -> None:
    """Projects without issues."""
    for one in value if isinstance(value, list) else [value]:
        put.project(one)


def created_by(put: Put, name: str, value: Any) -> None:
    """What a form for new issues offers: projects, their types, and definitions of fields."""
    for project in value["projects"]:
        put.project({**project, "issueTypes": project.get("issuetypes") or project.get("issueTypes") or []})
        for kind in project.get("issuetypes") or ():
            definitions(put, name, kind.get("fields") or {})


def definitions(put: Put, name: str, value: Any) -> None:
    """Definitions of fields, by id or as a list."""
    if isinstance(value, dict):
        value = [value] if isinstance(value.get("id"), str) else [{"id": id, **one} for id, one in value.items()]
    for row in value:
        if str(row["id"]).startswith("customfield_"):
            named = {"id": row["id"], "name": row["name"], "custom": True, "navigable": True, "schema": row["schema"]}
            put.listed("field", {"orderable": True, "searchable": True, "clauseNames": [], **named})


def listed(path: str, under: str = "") -> Place:
    """Rows of a list that Jira gives."""

    def put_rows(put: Put, name: str, value: Any) -> None:
        rows = value[under] if under else value
        put.listed(path, *(rows if isinstance(rows, list) else [rows]))

    return put_rows


def roles(put: Put, name: str, value: Any) -> None:
    """Roles, and the actors of each in a project of its own, in the place of one that every project has."""
    for one in value if isinstance(value, list) else [value]:
        put.listed("role", {key: held for key, held in one.items() if key not in ("actors", "scope")})
        home = put.project({"key": f"ROLE{len(put.projects)}", "name": f"{name} {one['name']} {len(put.projects)}"})
        for place in (home["id"], home["key"]):
            put.lists[f"project/{place}/role/10001"] = one


def actors(put: Put, name: str, value: Any) -> None:
    """One actor of a role."""
    roles(put, name, {"id": 10000, "name": "Users", "description": "", "actors": [value]})


def remote_links(put: Put, name: str, value: Any) -> None:
    """The links of one issue."""
    issue = put.carrier(name, {})
    for entry in value:
        remote_link(put, issue, entry)


def board(put: Put, name: str, value: Any) -> None:
    """A board, told by its configuration."""
    _board(put, {key: value[key] for key in ("id", "name", "type")}, value)


def boards(put: Put, name: str, value: Any) -> None:
    """Boards, each with the columns of the one whose configuration is known."""
    known = next(one for path, one in put.lists.items() if path.endswith("/configuration"))
    for row in value["values"]:
        _board(put, row, {**known, **row})


def _board(put: Put, row: Json, configuration: Any) -> None:
    path = f"{_AGILE}/board/{row['id']}"
    put.listed(f"{_AGILE}/board:values", row)
    put.lists[f"{path}/configuration"] = configuration
    put.lists.setdefault(f"{path}/sprint:values", [])
    put.lists[f"{path}/project:values"] = [put.issues[0]["fields"]["project"]]


def sprints(put: Put, name: str, value: Any) -> None:
    """Sprints of a board that is among the others, or is made known by them."""
    known = next((one for path, one in put.lists.items() if path.endswith("/configuration")), None)
    for row in value if isinstance(value, list) else value["values"]:
        home = {"id": row["originBoardId"], "name": f"Board {row['originBoardId']}", "type": "scrum"}
        if known is not None:
            _board(put, home, {**known, **home})
        put.listed(f"{_AGILE}/board/{home['id']}/sprint:values", row)


_AGILE = "/rest/agile/1.0"
_AT = "2019-02-03T04:05:06.000+0000"


def _numbered(one: Any) -> Any:
    return {**one, "id": one.get("id") or number_in(one["self"])} if isinstance(one, dict) and "self" in one else one


def _day(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds // 1000, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")


_WEBHOOKS = "mattermost_webhooks/"
#: by family of servers that were seen: the edition, and what stands where, in this order
FAMILIES: Mapping[str, tuple[str, Mapping[str, Place]]] = {
    "devlake, Cloud": (
        "cloud",
        {
            "devlake/issues/*.json": issues,
            "devlake/changelogs.json": of_issues(history),
            "devlake/worklogs.json": of_issues(worklog),
            "devlake/remotelinks.json": of_issues(remote_link),
            "devlake/projects.json": projects,
            "devlake/statuses.json": each(field("status")),
            "devlake/issuetypes.json": each(field("issuetype")),
            "devlake/users.json": each(field("reporter")),
            "devlake/sprints.json": sprints,
        },
    ),
    "devlake, agile": ("datacenter", {"devlake/issues_agile_without_changelog/*.json": issues}),
    "devlake and go-jira, Server": (
        "server",
        {
            "devlake/issues_server/*.json": issues,
            "gojira/issues_in_sprint.json": issues,
            "gojira/project.json": projects,
            "gojira/all_projects.json": projects,
            "gojira/all_statuses.json": each(field("status")),
            "gojira/all_priorities.json": each(field("priority")),
            "gojira/all_resolutions.json": each(field("resolution")),
            "gojira/all_statuscategories.json": each(of_category),
            "gojira/status_category.json": each(of_category),
            "gojira/component_get.json": each(among("components"), apart=True),
            "gojira/all_issuelinktypes.json": linked,
            "gojira/remote_links.json": remote_links,
            "gojira/all_fields.json": listed("field"),
            "gojira/*role*.json": roles,
            "gojira/permissionscheme.json": listed("permissionscheme:permissionSchemes"),
            "gojira/all_permissionschemes.json": listed("permissionscheme:permissionSchemes", "permissionSchemes"),
            "gojira/board_configuration.json": board,
            "gojira/all_boards*.json": boards,
            "gojira/sprints*.json": sprints,
            "gojira/search_filters.json": listed("filter/favourite", "values"),
            "gojira/*filter*.json": listed("filter/favourite"),
        },
    ),
    "jira-rest-java-client": (
        "server",
        {
            "jrjc/issue/*.json": issues,
            "jrjc/search/*.json": issues,
            "jrjc/project/*.json": projects,
            "jrjc/createmeta/fieldsinfo/*.json": definitions,
            "jrjc/createmeta/*.json": created_by,
            "jrjc/field/*.json": definitions,
            "jrjc/actor/*.json": actors,
            "jrjc/role/*.json": roles,
            "jrjc/attachment/*.json": each(among("attachment")),
            "jrjc/basicIssue/*.json": linked_to,
            "jrjc/component/*.json": each(among("components"), apart=True),
            "jrjc/customFieldOption/*.json": each(field("customfield_99001")),
            "jrjc/filter/*.json": listed("filter/favourite"),
            "jrjc/group/*.json": each(field("customfield_99002")),
            "jrjc/groups/*.json": each(field("customfield_99002"), "groups"),
            "jrjc/issueLinks/*.json": linked,
            "jrjc/issueType/*.json": each(field("issuetype")),
            "jrjc/page/*.json": each(field("issuetype"), "values"),
            "jrjc/priority/*.json": each(field("priority")),
            "jrjc/resolution/*.json": each(field("resolution")),
            "jrjc/securitylevel/*.json": each(field("security")),
            "jrjc/status/*.json": each(field("status")),
            "jrjc/user/*.json": each(field("reporter")),
            "jrjc/users/*.json": each(field("assignee")),
            "jrjc/version/*.json": each(among("fixVersions"), apart=True),
            "jrjc/visibility/*.json": each(restricting),
            "jrjc/votes/*.json": each(field("votes")),
            "jrjc/watcher/*.json": each(field("watches")),
        },
    ),
    "webhooks, Cloud": (
        "cloud",
        {
            f"{_WEBHOOKS}webhook-cloud-*.json": webhook_of_cloud,
            f"{_WEBHOOKS}webhook-issue-*.json": webhook_of_cloud,
            f"{_WEBHOOKS}createmeta/cloud-*.json": created_by,
        },
    ),
    "webhooks, Server": (
        "server",
        {f"{_WEBHOOKS}webhook-server-*.json": webhook, f"{_WEBHOOKS}createmeta/server-*.json": created_by},
    ),
}
