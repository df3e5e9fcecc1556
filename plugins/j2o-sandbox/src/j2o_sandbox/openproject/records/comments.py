"""Comments and the history they are part of. A comment can be changed, never deleted."""

from __future__ import annotations

from typing import Any, Dict, List

from j2o_sandbox.openproject.collections import whole
from j2o_sandbox.openproject.errors import Problems, bad_request, enterprise_only, forbidden, not_found
from j2o_sandbox.openproject.links import link
from j2o_sandbox.openproject.live_text import formatted
from j2o_sandbox.openproject.messages import text
from j2o_sandbox.openproject.records.journals import write_journal
from j2o_sandbox.openproject.requests import Answer, Request, encode
from j2o_sandbox.openproject.routing import Routes
from j2o_sandbox.openproject.server import Server
from j2o_sandbox.openproject.values import as_boolean, raw_text
from j2o_sandbox.openproject.work_packages.access import find_work_package, sees

routes = Routes()


@routes("GET", "/work_packages/{id}/activities")
def index(server: Server, request: Request, text_id: str) -> Answer:
    """The whole history, oldest first, not paged."""
    row = find_work_package(server, request, text_id)
    found = [one for one in server.store.journals.find("work_package", row.id) if _visible(server, request, one)]
    return whole(request.path, [activity_bytes(server, one) for one in found])


@routes("POST", "/work_packages/{id}/activities")
def create(server: Server, request: Request, text_id: str) -> Answer:
    """A comment by the caller, now; it may merge into the entry before it."""
    row = find_work_package(server, request, text_id)
    payload = request.json()
    project = server.store.projects[row.project]
    if not isinstance(payload.get("comment"), dict):
        # An object here, a string in PATCH.
        problem = "comment is missing" if "comment" not in payload else "comment is invalid"
        raise bad_request(request.language, problem)
    allowed_by = ("add_work_package_comments", "edit_work_packages")
    if not any(server.permissions.allowed(request.user, permission, project) for permission in allowed_by):
        raise not_found(request.language)
    try:
        notes = raw_text(payload["comment"])
    except ValueError:
        raise bad_request(request.language, "comment is invalid") from None
    internal = as_boolean(request.language, "internal", payload.get("internal")) is True
    if internal and not server.settings.enterprise:
        raise enterprise_only(request.language, "Internal comments")
    if not notes or not notes.strip():
        problems = Problems(request.language)
        problems.add("comment", "blank")
        problems.raise_any()
    journal = write_journal(server, row, request.user, notes or "", internal=internal)
    server.store.put(row.copy(updated=journal.updated))
    if request.notify:
        server.mails.send("comment added", (row.assignee, row.responsible, *row.watchers), request.user.id)
    return Answer(201, activity_bytes(server, journal))


@routes("GET", "/activities/{id}")
def show(server: Server, request: Request, row_id: str) -> Answer:
    """One entry of a history."""
    return Answer(200, activity_bytes(server, _found(server, request, row_id)))


@routes("PATCH", "/activities/{id}")
def update(server: Server, request: Request, row_id: str) -> Answer:
    """Change the text of an entry; ``comment`` is a string here. An empty one retracts it."""
    row = _found(server, request, row_id)
    payload = request.json()
    comment = payload.get("comment")
    if not isinstance(comment, str):
        problem = "comment is missing" if "comment" not in payload else "comment is invalid"
        raise bad_request(request.language, problem)
    project = server.store.projects[server.store.work_packages[row.work_package].project]
    own = row.user == request.user.id
    allowed = server.permissions.allowed
    if not allowed(request.user, "edit_work_package_comments", project) and not (
        own and allowed(request.user, "edit_own_work_package_comments", project)
    ):
        raise forbidden(request.language)
    row = server.store.put(row.copy(notes=comment, updated=server.clock.stamp(), edited=True))
    return Answer(200, activity_bytes(server, row))


def activity_bytes(server: Server, row: Any) -> bytes:
    """An entry of a history as the API shows it."""
    return encode(represent(server, row))


def represent(server: Server, row: Any) -> Dict[str, Any]:
    """An entry of a history as data."""
    href = f"/api/v3/activities/{row.id}"
    work_package = server.store.work_packages[row.work_package]
    details: List[str] = _details(row)
    retracted = not row.notes and not details and row.version > 1
    notes = f"_{text(server.settings.language, 'retracted')}_" if retracted else row.notes
    return {
        "_type": "Activity::Comment" if row.notes or retracted else "Activity",
        "id": row.id,
        "comment": formatted(server, notes, server.store.projects[work_package.project]),
        "details": [{"format": "custom", "raw": detail, "html": detail} for detail in details],
        "version": row.version,
        "internal": row.internal,
        "createdAt": row.created,
        "updatedAt": row.updated,
        "_links": {
            "self": link(href),
            "workPackage": link(f"/api/v3/work_packages/{work_package.id}", work_package.subject),
            "user": link(f"/api/v3/users/{row.user}"),
            "update": link(href, method="patch"),
        },
    }


def _details(row: Any) -> List[str]:
    if row.version == 1 and not row.details:
        return ["Work package created"]
    return list(row.details)


def _visible(server: Server, request: Request, row: Any) -> bool:
    if not row.internal or request.user.admin:
        return True
    project = server.store.projects[server.store.work_packages[row.work_package].project]
    return server.permissions.allowed(request.user, "view_internal_comments", project)


def _found(server: Server, request: Request, row_id: str) -> Any:
    row = server.get("journals", row_id, request.language)
    if not sees(server, request.user, server.store.work_packages[row.work_package]):
        raise not_found(request.language)
    return row
