"""Against what this plugin is proved: the OpenProject of the sandbox, and effects of every kind."""

from __future__ import annotations

import hashlib
import io
import json
from contextlib import contextmanager
from typing import Any, Callable, Iterator, Mapping
from urllib.request import urlopen

from j2o_core.api import ConnectionOptions, Effect, Need, Needs, RichText, TargetItem, richtext
from j2o_core.testing import Bench, Kit, World, Worlds

from .connector import OpenProjectConnector
from .inspection import OpenProjectInspector
from .loaders.attachments import Attachments
from .loaders.board_columns import BoardColumns
from .loaders.boards import Boards
from .loaders.comments import Comments
from .loaders.groups import Groups
from .loaders.memberships import Memberships
from .loaders.placeholder_users import PlaceholderUsers
from .loaders.projects import Projects
from .loaders.queries import Queries
from .loaders.query_views import QueryViews
from .loaders.relations import Relations
from .loaders.sprints import Sprints
from .loaders.time_entries import TimeEntries
from .loaders.users import Users
from .loaders.versions import Versions
from .loaders.watchers import Watchers
from .loaders.work_packages import WorkPackages
from .survey import OpenProjectSurveyor

_SETUP: Mapping[str, Any] = {
    "settings": {"users_deletable_by_admins": True},
    "custom_fields": {"Points": {"format": "float", "types": ["Task"], "for_all": True}},
}


#: what the inspector finds there, of what a spec may name, and what not
_THERE = (
    Need("types", "Task"),
    Need("statuses", "In progress"),
    Need("priorities", "High"),
    Need("roles", "Member"),
    Need("workflows", "Task: New", parts=("Task", "New")),
    Need("custom_fields", "Points"),
)
_MISSING = (
    Need("types", "Incident"),
    Need("statuses", "Half done"),
    Need("priorities", "Someday"),
    Need("roles", "Auditor"),
    Need("workflows", "Task: Half done", parts=("Task", "Half done")),
    Need("custom_fields", "Severity", form="choice", values=("Low", "High")),
    Need("categories", "Backend"),
    Need("settings", "history_writable"),
)
_NEEDS = Needs(
    fields=dict.fromkeys(("users", "projects", "work_packages", "attachments", "watchers", "placeholder_users"), ()),
    values={("users", "status"): ("invited",)},
)


def add_cases(kit: Kit) -> None:
    """A case for each loader, one for the surveyor, and one for the inspector."""
    kit.loader(Users, _world, _user, changes={"firstName": "Other"})
    kit.loader(PlaceholderUsers, _licensed, _placeholder_user, changes={"name": "Other name"})
    kit.loader(Groups, _world, _group, changes={"name": "Other group"})
    kit.loader(Projects, _world, _project, changes={"name": "Other name", "description": _rich("other")})
    kit.loader(Versions, _world, _version, changes={"description": "other", "endDate": "2024-06-30"})
    kit.loader(Sprints, _world, _sprint, changes={"description": "other", "endDate": "2024-06-30"})
    kit.loader(Memberships, _world, _membership, changes={"roles": ["Reader"]})
    kit.loader(WorkPackages, _world, _work_package, changes={"subject": "Other", "cf:Points": 5.0})
    kit.loader(Attachments, _world, _attachment, changes={"description": "other"})
    kit.loader(Comments, _world, _comment, changes={"text": _rich("other")})
    kit.loader(Relations, _world, _relation, changes={"description": "other"})
    kit.loader(Watchers, _world, _watcher)
    kit.loader(TimeEntries, _world, _time_entry, changes={"hours": "PT2H"})
    kit.loader(BoardColumns, _world, _board_column, changes={"status": ["New", "On hold"], "name": "Other"})
    kit.loader(Boards, _licensed, _board, changes={"name": "Other"})
    kit.loader(Queries, _world, _query, changes={"name": "Other", "status": ["On hold"], "sortBy": ["id"]})
    kit.loader(QueryViews, _world, _query_view, scopes=lambda effect: ())
    kit.surveyor(OpenProjectSurveyor, _surveyed)
    kit.inspector(OpenProjectInspector, _surveyed, there=_THERE, missing=_MISSING, needs=_NEEDS)


def _world(worlds: Worlds) -> World:
    return _set_up(worlds, "openproject-setup.yaml", _SETUP)


def _licensed(worlds: Worlds) -> World:
    return _set_up(worlds, "licensed-setup.yaml", {**_SETUP, "edition": "enterprise"})


def _surveyed(worlds: Worlds) -> World:
    """Fields show through projects alone."""
    return _set_up(worlds, "surveyed-setup.yaml", {**_SETUP, "projects": {"template": {"name": "Template"}}})


def _set_up(worlds: Worlds, name: str, content: Mapping[str, Any]) -> World:
    setup = worlds.folder / name
    setup.write_text(json.dumps(content), encoding="utf-8")
    variables = worlds.start("sandbox", projects=0, issues=0, openproject_setup=str(setup))
    url = variables["OPENPROJECT_URL"]

    def state() -> Any:
        with urlopen(f"{url}/_sandbox/state", timeout=30) as answer:
            return {kind: rows for kind, rows in json.load(answer).items() if kind != "requests"}

    options = ConnectionOptions(
        "openproject",
        url,
        auth={"api_key": variables["OPENPROJECT_API_KEY"]},
        identity=variables["OPENPROJECT_IDENTITY"],
    )
    return World(OpenProjectConnector, options, state)


# ------------------------------------------------------------------ effects


def _user(bench: Bench) -> Effect:
    return bench.effect("users", _user_payload(bench))


def _placeholder_user(bench: Bench) -> Effect:
    return bench.effect("placeholder_users", {"name": f"Gone {bench.number()}"})


def _group(bench: Bench) -> Effect:
    members = [_new_user(bench), _new_user(bench)]
    return bench.effect("groups", {"name": f"Group {bench.number()}", "members": members})


def _project(bench: Bench) -> Effect:
    return bench.effect("projects", {**_project_payload(bench), "description": _rich("text")})


def _version(bench: Bench) -> Effect:
    payload = {"project": _new_project(bench), "name": f"{bench.number()}.0", "description": "text"}
    return bench.effect("versions", payload)


def _sprint(bench: Bench) -> Effect:
    payload = {"project": _new_project(bench), "name": "Sprint", "description": "goal", "startDate": "2024-06-03"}
    return bench.effect("sprints", payload, notes=(("Board", "7"),))


def _membership(bench: Bench) -> Effect:
    payload = {"project": _new_project(bench), "user": _new_user(bench), "roles": ["Member"]}
    return bench.effect("memberships", payload)


def _work_package(bench: Bench) -> Effect:
    payload = {
        "project": _new_project(bench),
        "subject": f"Subject {bench.number()}",
        "type": "Task",
        "status": "New",
        "description": _rich("text #12 j2o-check-1"),
        "startDate": "2024-03-02",
        "dueDate": "2024-03-09",
        "estimatedTime": "PT8H",
        "cf:Points": 3.0,
    }
    return bench.effect("work_packages", payload, notes=(("Sprint", "Sprint 1"),))


def _attachment(bench: Bench) -> Effect:
    data = f"content {bench.number()}".encode()
    payload = {"fileName": f"file {bench.number()}.txt", "description": "text"}
    item = _new_work_package(bench, _new_project(bench))
    return bench.effect("attachments", payload, parent=item, parent_key=item.key, content=_content(data))


def _comment(bench: Bench) -> Effect:
    project = _new_project(bench)
    item = _new_work_package(bench, project)
    payload = {"text": _rich(f"said {bench.number()}"), "author": _new_member(bench, project), "createdAt": _THEN}
    return bench.effect("comments", payload, parent=item, parent_key=item.key)


def _relation(bench: Bench) -> Effect:
    project = _new_project(bench)
    start, end = _new_work_package(bench, project), _new_work_package(bench, project)
    payload = {"to": end, "type": "blocks", "description": "text"}
    return bench.effect("relations", payload, parent=start, parent_key=start.key)


def _watcher(bench: Bench) -> Effect:
    project = _new_project(bench)
    item = _new_work_package(bench, project)
    return bench.effect("watchers", {"user": _new_member(bench, project)}, parent=item, parent_key=item.key)


def _time_entry(bench: Bench) -> Effect:
    project = _new_project(bench)
    item = _new_work_package(bench, project)
    payload = {
        "spentOn": "2024-03-04",
        "hours": "PT1H30M",
        "comment": "did it",
        "user": _new_member(bench, project),
        "activity": "Development",
    }
    return bench.effect("time_entries", payload, parent=item, parent_key=item.key)


def _board_column(bench: Bench) -> Effect:
    return bench.effect("board_columns", {"project": _new_project(bench), "name": "To do", "status": ["New"]})


def _query(bench: Bench) -> Effect:
    return bench.effect("queries", _query_payload(bench))


def _query_payload(bench: Bench) -> dict[str, Any]:
    said = {"status": ["New"], "createdAt": "-7..", "mine": ["assignee"]}
    shown = {"public": True, "sortBy": ["priority"], "descending": ["priority"]}
    return {"name": "Mine", "project": _new_project(bench), **said, **shown}


def _query_view(bench: Bench) -> Effect:
    parent = bench.make(Queries.name, _query_payload(bench))
    return bench.effect("query_views", {"type": "work_packages_table"}, parent=parent, parent_key=parent.key)


def _board(bench: Bench) -> Effect:
    project = _new_project(bench)
    columns = [
        bench.make(BoardColumns.name, {"project": project, "name": status, "status": [status]})
        for status in ("New", "Closed")
    ]
    return bench.effect("boards", {"project": project, "name": "Board", "columns": columns})


# ------------------------------------------------------------------ what they refer to

_THEN = "2019-01-02T03:04:05.678+0100"


def _user_payload(bench: Bench) -> dict[str, Any]:
    login = f"u{bench.number()}"
    return {"login": login, "email": f"{login}@x.example", "firstName": "Ann", "lastName": f"Lee {login}"}


def _project_payload(bench: Bench) -> dict[str, Any]:
    number = bench.number()
    return {"identifier": f"p{number}", "name": f"Project {number}"}


def _new_user(bench: Bench) -> TargetItem:
    return bench.make(Users.name, _user_payload(bench))


def _new_project(bench: Bench) -> TargetItem:
    return bench.make(Projects.name, _project_payload(bench))


def _new_member(bench: Bench, project: TargetItem) -> TargetItem:
    user = _new_user(bench)
    bench.make(Memberships.name, {"project": project, "user": user, "roles": ["Member"]})
    return user


def _new_work_package(bench: Bench, project: TargetItem) -> TargetItem:
    return bench.make(WorkPackages.name, {"project": project, "subject": f"Item {bench.number()}", "type": "Task"})


def _rich(line: str) -> RichText:
    return RichText(richtext.to_json(richtext.Document((richtext.Paragraph((richtext.Text(line),)),))))


class _File(io.BytesIO):
    """An open file, complete."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.size = len(data)
        self.md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()


def _content(data: bytes) -> Callable[[], Any]:
    @contextmanager
    def opened() -> Iterator[_File]:
        yield _File(data)

    return opened
