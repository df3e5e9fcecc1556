"""Everything that published issues refer to, gathered while they are read."""

from __future__ import annotations

import re
from typing import Any, Dict, Iterator, List, Mapping, Optional, Set, Tuple

from j2o_sandbox.jira.accounts import ADMINISTRATOR, READER
from j2o_sandbox.jira.model import (
    Board,
    Catalogue,
    Group,
    Json,
    Project,
    RoleActor,
    Sprint,
    User,
    account_id_of,
    group_id_of,
)

_TYPES = "com.atlassian.jira.plugin.system.customfieldtypes:"
_SPRINTS = "com.pyxis.greenhopper.jira:gh-sprint"
_ROLES: Tuple[Json, ...] = (
    {"id": 10002, "name": "Administrators", "description": ""},
    {"id": 10001, "name": "Developers", "description": ""},
)
_LISTS = ("issuetype", "status", "priority", "resolution", "security")
_SPRINT = re.compile(r"greenhopper\.service\.sprint\.Sprint@\w+\[(.*)\]$", re.DOTALL)
_ATTRIBUTE = re.compile(r"(\w+)=(.*?)(?=,\w+=|$)", re.DOTALL)


def person_name(value: Json) -> Optional[str]:
    """The login of an embedded user, or ``None`` for any other object."""
    if "displayName" not in value:
        return None
    for key in ("name", "key", "accountId"):
        if isinstance(value.get(key), str) and value[key]:
            name: str = value[key]
            return name
    return None


class Collected:
    """Gathers users, projects, metadata, boards and sprints, each by its id."""

    def __init__(self) -> None:
        self.attachment_positions: Dict[int, int] = {}
        self.comment_positions: Dict[int, int] = {}
        self.worklog_positions: Dict[int, int] = {}
        self._users: Dict[str, Json] = {}
        self._groups: Set[str] = set()
        self._projects: Dict[str, Json] = {}
        self._versions: Dict[str, Dict[str, Json]] = {}
        self._components: Dict[str, Dict[str, Json]] = {}
        self._types: Dict[str, Set[str]] = {}
        self._assignees: Dict[str, Set[str]] = {}
        self._lists: Dict[str, Dict[str, Json]] = {name: {} for name in _LISTS}
        self._link_types: Dict[str, Json] = {}
        self._custom: Dict[str, Any] = {}
        self._told: Dict[str, Tuple[str, Json]] = {}
        self._sprints: Dict[int, Tuple[Json, str]] = {}

    def project(self, raw: Json) -> None:
        """Take a project of the project list."""
        key = str(raw["key"])
        self._projects[key] = raw
        self._people(raw)
        self._keep(self._versions, key, raw.get("versions"))
        self._keep(self._components, key, raw.get("components"))
        for entry in raw.get("issueTypes") or ():
            self._lists["issuetype"].setdefault(str(entry["id"]), _without_self(entry))
            self._types.setdefault(key, set()).add(str(entry["id"]))

    def issue(self, raw: Json, position: int) -> None:
        """Take an issue and everything embedded in it."""
        fields = raw["fields"]
        key = str(raw["key"]).rpartition("-")[0]
        self._people(raw)
        project = fields.get("project")
        self._projects.setdefault(key, project if isinstance(project, dict) else {"id": "0", "key": key, "name": key})
        self._embedded(fields)
        if isinstance(fields.get("issuetype"), dict):
            self._types.setdefault(key, set()).add(str(fields["issuetype"].get("id")))
        for name in ("versions", "fixVersions"):
            self._keep(self._versions, key, fields.get(name))
        self._keep(self._components, key, fields.get("components"))
        assignee = fields.get("assignee")
        if isinstance(assignee, dict) and assignee.get("active", True):
            self._assignees.setdefault(key, set()).add(person_name(assignee) or "")
        for link in fields.get("issuelinks") or ():
            if isinstance(link.get("type"), dict):
                self._link_types.setdefault(str(link["type"].get("id")), _without_self(link["type"]))
            for side in ("inwardIssue", "outwardIssue"):
                self._embedded((link.get(side) or {}).get("fields") or {})
        self._positions(fields, position)
        for sprint in [*(fields.get("closedSprints") or ()), fields.get("sprint")]:
            if isinstance(sprint, dict) and isinstance(sprint.get("id"), int):
                self._sprints.setdefault(sprint["id"], (sprint, key))
        names, schemas = raw.get("names") or {}, raw.get("schema") or {}
        for name, value in fields.items():
            if not name.startswith("customfield_"):
                continue
            if value is not None or name not in self._custom:
                self._custom[name] = value
            if name in names and "custom" in (schemas.get(name) or {}):
                self._told.setdefault(name, (str(names[name]), schemas[name]))
            for sprint in _sprints(value):
                self._sprints.setdefault(int(sprint["id"]), (sprint, key))

    def directory(self) -> Mapping[str, User]:
        """All people by login, and the two accounts that can log in here."""
        users = {name: _user(name, raw) for name, raw in self._users.items()}
        for account, display in ((ADMINISTRATOR.name, "Admin User"), (READER.name, "Read Only")):
            known = users.get(account)
            mail = f"{account}@example.com"
            if known is None:
                known = User(account, account, account_id_of(account), display, mail)
            users[account] = User(**{**known.__dict__, "email": known.email or mail, "active": True})
        administrators = User(**{**users[ADMINISTRATOR.name].__dict__, "groups": ("jira-administrators",)})
        return {**users, ADMINISTRATOR.name: administrators}

    def groups(self) -> Tuple[Group, ...]:
        """Groups that restrict comments, and the administrators."""
        names = sorted(self._groups | {"jira-administrators"})
        members = {"jira-administrators": (ADMINISTRATOR.name,)}
        return tuple(Group(name, group_id_of(name), members.get(name, ())) for name in names)

    def projects(self) -> Tuple[Project, ...]:
        """All projects; those who were assigned issues are their developers."""
        found: List[Project] = []
        for number, (key, raw) in enumerate(sorted(self._projects.items())):
            base = 13_000 + number * 10_000
            developers = sorted(self._assignees.get(key, set()) - {""})
            roles = {
                10002: (RoleActor(base, "atlassian-user-role-actor", ADMINISTRATOR.name),),
                10001: tuple(
                    RoleActor(base + place, "atlassian-user-role-actor", name)
                    for place, name in enumerate(developers, 1)
                ),
            }
            lead = raw.get("lead")
            found.append(
                Project(
                    id=str(raw.get("id")),
                    key=key,
                    name=str(raw.get("name") or key),
                    description=str(raw.get("description") or ""),
                    lead=person_name(lead) if isinstance(lead, dict) else None,
                    url=raw.get("url"),
                    category=raw.get("projectCategory"),
                    versions=tuple(self._versions.get(key, {}).values()),
                    components=tuple(self._components.get(key, {}).values()),
                    issue_type_ids=tuple(sorted(self._types.get(key, set()))),
                    roles=roles,
                    archived=bool(raw.get("archived")),
                )
            )
        return tuple(found)

    def catalogue(self, system_fields: Tuple[Json, ...]) -> Catalogue:
        """All lists, in order of their ids."""
        boards = {int(raw.get("originBoardId") or 0): key for raw, key in self._sprints.values()}
        return Catalogue(
            issue_types=_ordered(self._lists["issuetype"]),
            statuses=_ordered(self._lists["status"]),
            priorities=_ordered(self._lists["priority"]),
            resolutions=_ordered(self._lists["resolution"]),
            link_types=_ordered(self._link_types),
            fields=(
                *system_fields,
                *(_field(name, value, self._told.get(name)) for name, value in sorted(self._custom.items())),
            ),
            roles=_ROLES,
            security_levels=_ordered(self._lists["security"]),
            boards=tuple(Board(id, f"Board {id}", "scrum", key, "0") for id, key in sorted(boards.items()) if id),
            sprints=tuple(_sprint(raw) for _, (raw, _) in sorted(self._sprints.items())),
        )

    def _people(self, value: Any) -> None:
        if isinstance(value, list):
            for entry in value:
                self._people(entry)
        elif isinstance(value, dict):
            name = person_name(value)
            if name is not None:
                known = self._users.get(name)
                if known is None or len(value) > len(known):
                    self._users[name] = value
                return
            visibility = value.get("visibility")
            if isinstance(visibility, dict) and visibility.get("type") == "group":
                self._groups.add(str(visibility.get("value")))
            for entry in value.values():
                if isinstance(entry, (dict, list)):
                    self._people(entry)

    def _embedded(self, fields: Json) -> None:
        for name in _LISTS:
            value = fields.get(name)
            if isinstance(value, dict) and "id" in value:
                self._lists[name].setdefault(str(value["id"]), _without_self(value))

    def _keep(self, kept: Dict[str, Dict[str, Json]], key: str, values: Any) -> None:
        for value in values or ():
            if isinstance(value, dict) and "id" in value:
                known = kept.setdefault(key, {})
                if len(value) > len(known.get(str(value["id"]), {})):
                    known[str(value["id"])] = _without_self(value)

    def _positions(self, fields: Json, position: int) -> None:
        lists = (
            (self.attachment_positions, fields.get("attachment")),
            (self.comment_positions, (fields.get("comment") or {}).get("comments")),
            (self.worklog_positions, (fields.get("worklog") or {}).get("worklogs")),
        )
        for positions, entries in lists:
            for entry in entries or ():
                if str(entry.get("id", "")).isdigit():
                    positions[int(entry["id"])] = position


def _without_self(value: Json) -> Json:
    entry = {name: inner for name, inner in value.items() if name not in ("self", "iconUrl", "avatarUrls")}
    if isinstance(entry.get("lead"), dict):
        entry["lead"] = person_name(entry["lead"])
    return entry


def _ordered(entries: Dict[str, Json]) -> Tuple[Json, ...]:
    return tuple(entries[id] for id in sorted(entries, key=lambda id: (len(id), id)))


def _user(name: str, raw: Json) -> User:
    mail = raw.get("emailAddress")
    return User(
        name=name,
        key=str(raw.get("key") or name),
        account_id=str(raw.get("accountId") or account_id_of(name)),
        display_name=str(raw["displayName"]),
        email=mail if isinstance(mail, str) and mail else None,
        active=bool(raw.get("active", True)),
        time_zone=raw.get("timeZone"),
        account_type=str(raw.get("accountType") or "atlassian"),
    )


def _sprint(raw: Json) -> Sprint:
    return Sprint(
        id=raw["id"],
        board_id=int(raw.get("originBoardId") or 0),
        name=str(raw.get("name") or ""),
        state=str(raw.get("state") or "closed"),
        start=raw.get("startDate"),
        end=raw.get("endDate"),
        complete=raw.get("completeDate"),
        goal=raw.get("goal"),
    )


def _sprints(value: Any) -> Iterator[Json]:
    """The sprints in a custom field, which Server writes as text and Cloud as objects."""
    for one in value if isinstance(value, list) else ():
        text = _SPRINT.search(one) if isinstance(one, str) else None
        if text is not None:
            raw = {name: held for name, held in _ATTRIBUTE.findall(text[1]) if held not in ("", "<null>")}
            if raw.get("id", "").isdigit():
                yield {**raw, "id": int(raw["id"]), "originBoardId": raw.get("rapidViewId"), "state": _state(raw)}
        elif isinstance(one, dict) and isinstance(one.get("id"), int) and {"state", "boardId"} <= set(one):
            yield {**one, "originBoardId": one["boardId"]}


def _state(raw: Json) -> str:
    return str(raw.get("state") or "closed").lower()


def _field(name: str, value: Any, told: Optional[Tuple[str, Json]] = None) -> Json:
    """A custom field whose type is told by a value where the publishers left the definitions out."""
    number = int("".join(digit for digit in name if digit.isdigit()) or 0)
    kinds = {
        bool: ("string", "readonlyfield"),
        int: ("number", "float"),
        float: ("number", "float"),
        list: ("array", "multiselect"),
    }
    kind, custom = kinds.get(type(value), ("string", "textfield"))
    if isinstance(value, dict):
        kind, custom = ("string", "textarea") if value.get("type") == "doc" else ("option", "select")
        if person_name(value) is not None:
            kind, custom = "user", "userpicker"
    schema: Json = {"type": kind, "custom": _TYPES + custom, "customId": number}
    if next(_sprints(value), None) is not None:
        told = told or ("Sprint", {"type": "array", "items": "json", "custom": _SPRINTS, "customId": number})
    shown, schema = told or (name, schema)
    return {
        "id": name, "key": name, "name": shown, "custom": True, "orderable": True, "navigable": True,
        "searchable": True, "clauseNames": [f"cf[{number}]"], "schema": schema,
    }  # fmt: skip
