"""A payload turned into a complete, checked draft; used by writes and by forms."""

from __future__ import annotations

import dataclasses
import re
from typing import Any, Dict, List, Optional

from j2o_sandbox.openproject import rows
from j2o_sandbox.openproject.custom_values import read_custom_values
from j2o_sandbox.openproject.errors import Problems
from j2o_sandbox.openproject.projects.versions import shared_versions
from j2o_sandbox.openproject.requests import Request
from j2o_sandbox.openproject.server import Server
from j2o_sandbox.openproject.work_packages.attributes import UNKNOWN, Wanted, read_attributes
from j2o_sandbox.openproject.work_packages.contract import check
from j2o_sandbox.openproject.work_packages.dates import default_dates, settle_dates
from j2o_sandbox.openproject.work_packages.progress import derive_progress

_BLANKS = re.compile(r"\s+")


@dataclasses.dataclass
class Draft:
    """A row as it would be stored, what was sent, and what is wrong with it."""

    row: Any
    wanted: Wanted
    problems: Problems


def draft_new(server: Server, request: Request, payload: Dict[str, Any], project: Optional[Any]) -> Draft:
    """The work package that a POST asks for, with all that the server fills in.

    Raises:
        ApiError: the payload cannot be read, or 403.
    """
    problems = Problems(request.language)
    wanted = read_attributes(server, request, payload, problems)
    draft = rows.WorkPackage(
        id=None,
        author=request.user.id,
        manual=server.features.manual_by_default,
        project=None if project is None else project.id,
    )
    for name, value in wanted.values.items():
        if not (name == "project" and project is not None and value is None):
            setattr(draft, name, value)
    _check_history(server, request, draft, wanted, problems)
    home = server.store.projects.get(draft.project)
    if home is None:
        draft.project = None
    _defaults(server, draft, home, wanted)
    parent = None if draft.parent in (None, UNKNOWN) else server.store.work_packages.get(draft.parent)
    kind = server.store.types.get(draft.type)
    sent = set(wanted.values)
    default_dates(server, draft, parent, sent)
    milestone = kind is not None and kind.is_milestone
    if milestone:
        draft.start = draft.due = draft.due or draft.start
    settle_dates(server, draft, milestone, sent)
    if server.store.statuses.get(draft.status) is not None:
        _reassign_status(server, draft, kind)
        derive_progress(server, draft, None, sent)
    _template(server, draft, kind)
    if home is not None:
        fields = server.active_fields(server.store, home, draft.type)
        draft.custom = read_custom_values(server, request.language, fields, payload, None, problems, True, project=home)
    check(server, request, draft, None, wanted, sent, problems)
    return Draft(draft, wanted, problems)


def draft_update(server: Server, request: Request, payload: Dict[str, Any], before: Any) -> Draft:
    """The work package after a PATCH.

    Raises:
        ApiError: the payload cannot be read, or 403.
    """
    problems = Problems(request.language)
    wanted = read_attributes(server, request, payload, problems)
    draft = before.copy()
    for name, value in wanted.values.items():
        if name != "author":
            setattr(draft, name, value)
    if wanted.values.get("author", before.author) != before.author:
        problems.read_only("author")
    if wanted.created is not None and wanted.created != before.created:
        problems.read_only("createdAt")
    if payload.get("updatedAt") == before.updated:
        wanted.read_only.discard("updatedAt")
    for name, attribute in _UNWRITABLE.items():
        if name in wanted.read_only and _same_duration(payload[name], getattr(before, attribute)):
            wanted.read_only.discard(name)
    home = server.store.projects.get(draft.project)
    kind = server.store.types.get(draft.type)
    sent = set(wanted.values)
    milestone = kind is not None and kind.is_milestone
    if milestone and draft.type != before.type:
        draft.start = draft.due = draft.due or draft.start
    if draft.project != before.project and home is not None:
        _move(server, draft, before, home)
        kind = server.store.types.get(draft.type)
    settle_dates(server, draft, milestone, sent)
    if server.store.statuses.get(draft.status) is not None:
        if draft.type != before.type:
            _reassign_status(server, draft, kind)
        if {"estimated", "remaining", "done"} & sent or draft.status != before.status:
            derive_progress(server, draft, before, sent)
    if home is not None:
        fields = server.active_fields(server.store, home, draft.type)
        meta = payload.get("_meta")
        check_all = isinstance(meta, dict) and meta.get("validateCustomFields") is True
        draft.custom = read_custom_values(
            server,
            request.language,
            fields,
            payload,
            before.custom,
            problems,
            False,
            project=home,
            check_all=check_all,
        )
    check(server, request, draft, before, wanted, sent, problems)
    return Draft(draft, wanted, problems)


_UNWRITABLE = {
    "derivedEstimatedTime": "derived_estimated",
    "derivedRemainingTime": "derived_remaining",
    "derivedPercentageDone": "derived_done",
}


def _same_duration(sent: Any, stored: Any) -> bool:
    from j2o_sandbox.openproject.values import hours_to_duration

    return bool(sent == stored or (isinstance(sent, str) and sent == hours_to_duration(stored)))


def _check_history(server: Server, request: Request, draft: Any, wanted: Wanted, problems: Problems) -> None:
    writable = server.features.writable_history and server.settings.writable_history and request.user.admin
    if draft.author is None:
        draft.author = request.user.id
    if writable:
        return
    if wanted.created is not None:
        problems.read_only("createdAt")
        wanted.created = None
    if draft.author != request.user.id:
        problems.read_only("author")
        draft.author = request.user.id


def _defaults(server: Server, draft: Any, home: Any, wanted: Wanted) -> None:
    store = server.store
    if draft.type is None and home is not None and "type" not in wanted.values:
        kinds = sorted((store.types[one] for one in home.types), key=lambda row: row.position)
        draft.type = kinds[0].id if kinds else None
    if draft.status is None:
        draft.status = next((row.id for row in store.statuses if row.is_default), None)
    if draft.priority is None:
        draft.priority = next((row.id for row in store.priorities if row.is_default and row.active), None)


def _reassign_status(server: Server, draft: Any, kind: Any) -> None:
    # Silently: a status that the type's workflow does not know becomes the default one.
    if kind is None or draft.status in kind.statuses:
        return
    default = next((row.id for row in server.store.statuses if row.is_default), None)
    if draft.status == default:
        return
    known: List[int] = [row.id for row in server.store.statuses.ordered() if row.id in kind.statuses]
    draft.status = default if default is not None else (known[0] if known else draft.status)


def _template(server: Server, draft: Any, kind: Any) -> None:
    if kind is None or not (kind.description or "").strip():
        return
    blank = not (draft.description or "").strip()
    if blank or _BLANKS.sub(" ", draft.description) in {
        _BLANKS.sub(" ", row.description) for row in server.store.types if row.description
    }:
        draft.description = kind.description


def _move(server: Server, draft: Any, before: Any, home: Any) -> None:
    shared = {row.id for row in shared_versions(server, home)}
    if draft.versions == before.versions:
        draft.versions = tuple(one for one in draft.versions if one in shared)
    if draft.category is not None and draft.category == before.category:
        name = server.store.categories[draft.category].name
        found = [row.id for row in server.store.categories.find("project", home.id) if row.name == name]
        draft.category = found[0] if found else None
    draft.sprint = None if draft.sprint == before.sprint else draft.sprint
    if not server.settings.cross_project_relations and draft.parent == before.parent:
        draft.parent = None
