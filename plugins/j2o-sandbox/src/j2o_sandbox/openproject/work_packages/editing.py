"""Work packages created, shown, changed and deleted."""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Tuple

from j2o_sandbox.openproject import rows
from j2o_sandbox.openproject.errors import conflict, forbidden
from j2o_sandbox.openproject.messages import text
from j2o_sandbox.openproject.projects.representation import find_project
from j2o_sandbox.openproject.records.attachments import replace_attachments, wanted_attachments
from j2o_sandbox.openproject.records.journals import write_journal
from j2o_sandbox.openproject.requests import Answer, Request, no_content
from j2o_sandbox.openproject.routing import Routes
from j2o_sandbox.openproject.server import Server
from j2o_sandbox.openproject.work_packages.access import find_work_package, is_read_only, is_semantic
from j2o_sandbox.openproject.work_packages.ancestors import (
    totals_after_removal,
    update_ancestors,
    update_parent_dates,
)
from j2o_sandbox.openproject.work_packages.changes import describe_changes
from j2o_sandbox.openproject.work_packages.drafts import Draft, draft_new, draft_update
from j2o_sandbox.openproject.work_packages.removal import remove_work_package
from j2o_sandbox.openproject.work_packages.representation import work_package_bytes
from j2o_sandbox.openproject.work_packages.scheduling import reschedule_successors

routes = Routes()

_DERIVED = {"lock", "created", "updated", "watchers", "sequence"}


@routes("POST", "/work_packages")
def create(server: Server, request: Request) -> Answer:
    """A new work package: 201 with what became of it."""
    return _create(server, request, None)


@routes("POST", "/projects/{id}/work_packages", "/workspaces/{id}/work_packages")
def create_in_project(server: Server, request: Request, text_id: str) -> Answer:
    """A new work package in a project."""
    return _create(server, request, find_project(server, request, text_id))


@routes("GET", "/work_packages/{id}")
def show(server: Server, request: Request, text_id: str) -> Answer:
    """One work package, by number or semantic identifier."""
    return Answer(200, work_package_bytes(server, find_work_package(server, request, text_id)))


@routes("PATCH", "/work_packages/{id}")
def update(server: Server, request: Request, text_id: str) -> Answer:
    """Change a work package under its lock version."""
    before = find_work_package(server, request, text_id)
    payload = request.json()
    if payload.get("lockVersion") != before.lock or isinstance(payload.get("lockVersion"), bool):
        raise conflict(request.language)
    draft = draft_update(server, request, payload, before)
    _check_readonly(server, request, before, draft)
    files = None
    if draft.wanted.attachments is not None:
        files = wanted_attachments(server, request, draft.wanted.attachments, before, draft.problems)
    draft.problems.raise_any()
    after = _save(server, request, before, draft)
    if files is not None and replace_attachments(server, after, files):
        write_journal(server, after, request.user, details=["Files changed"])
        after = server.store.put(after.copy(updated=server.clock.stamp()))
    if request.notify and after is not before:
        server.mails.send("work package updated", (after.assignee, after.responsible, *after.watchers), request.user.id)
    return Answer(200, work_package_bytes(server, server.store.work_packages[after.id]))


@routes("DELETE", "/work_packages/{id}")
def delete(server: Server, request: Request, text_id: str) -> Answer:
    """Delete a work package with everything below and on it, unasked."""
    row = find_work_package(server, request, text_id)
    project = server.store.projects[row.project]
    if not server.permissions.allowed(request.user, "delete_work_packages", project):
        raise forbidden(request.language)
    remove_work_package(server, row)
    totals_after_removal(server, request, row.parent, row)
    return no_content()


def _create(server: Server, request: Request, project: Optional[Any]) -> Answer:
    payload = request.json()
    draft = draft_new(server, request, payload, project)
    files = None
    if draft.wanted.attachments:
        files = wanted_attachments(server, request, draft.wanted.attachments, None, draft.problems)
    draft.problems.raise_any()
    row = draft.row
    now = server.clock.stamp()
    row.updated = now
    row.created = draft.wanted.created or now
    row.watchers = (request.user.id,)
    if is_semantic(server):
        row.sequence = _next_sequence(server, row.project)
    server.store.put(row)
    historic = draft.wanted.created is not None or row.author != request.user.id
    write_journal(server, row, request.user, cause="default_attribute_written" if historic else None)
    if files:
        replace_attachments(server, row, files)
    if row.parent is not None:
        update_ancestors(server, request, row, None)
        update_parent_dates(server, request, row, None)
    if request.notify:
        server.mails.send("work package created", (row.assignee, row.responsible), request.user.id)
    return Answer(201, work_package_bytes(server, server.store.work_packages[row.id]))


def _next_sequence(server: Server, project_id: int) -> int:
    project = server.store.projects[project_id]
    number: int = project.sequence + 1
    server.store.put(project.copy(sequence=number))
    return number


#: attributes that the API calls otherwise
_SHOWN = {
    "start": "startDate",
    "due": "dueDate",
    "estimated": "estimatedTime",
    "remaining": "remainingTime",
    "done": "percentageDone",
    "manual": "scheduleManually",
    "ignore_days": "ignoreNonWorkingDays",
    "versions": "version",
}


def _check_readonly(server: Server, request: Request, before: Any, draft: Draft) -> None:
    changes = _changes(before, draft.row)
    # Whoever changes the status may change everything else with it, into a read-only one as well as out of one.
    if not changes or "status" in changes or not is_read_only(server, before):
        return
    for name in sorted(changes):
        for attribute in _custom(*changes[name]) if name == "custom" else (_SHOWN.get(name, name),):
            draft.problems.read_only(attribute)
    draft.problems.add_text("base", text(request.language, "readonly_status"))


def _custom(before: Any, after: Any) -> List[str]:
    changed = {key for key in {*before, *after} if before.get(key) != after.get(key)}
    return [f"customField{key}" for key in sorted(changed)]


def _changes(before: Any, after: Any) -> Dict[str, Tuple[Any, Any]]:
    return {
        name: (getattr(before, name), getattr(after, name))
        for name in rows.WorkPackage.FIELDS
        if name not in _DERIVED and getattr(before, name) != getattr(after, name)
    }


def _save(server: Server, request: Request, before: Any, draft: Draft) -> Any:
    changes = _changes(before, draft.row)
    if not changes:
        return before
    if "project" in changes and is_semantic(server):
        draft.row.sequence = _next_sequence(server, draft.row.project)
    after = server.store.put(draft.row.copy(lock=before.lock + 1, updated=server.clock.stamp()))
    write_journal(server, after, request.user, details=describe_changes(before, after))
    update_ancestors(server, request, after, before)
    update_parent_dates(server, request, after, before)
    if (before.start, before.due) != (after.start, after.due):
        reschedule_successors(server, request, after)
    return server.store.work_packages[after.id]
