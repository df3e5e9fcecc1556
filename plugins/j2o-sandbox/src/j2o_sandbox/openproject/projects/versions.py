"""Versions: names unique per project, sharing, and the rule that only open ones can be assigned."""

from __future__ import annotations

from typing import Any, Dict, List, Optional

from j2o_sandbox.openproject import rows
from j2o_sandbox.openproject.collections import paged, read_filters, whole
from j2o_sandbox.openproject.custom_values import custom_part, read_custom_values
from j2o_sandbox.openproject.errors import Problems, forbidden, not_found, raise_format
from j2o_sandbox.openproject.filter_kinds import list_filter, text_filter, unknown_filter
from j2o_sandbox.openproject.links import link, number, read_link
from j2o_sandbox.openproject.live_text import formatted
from j2o_sandbox.openproject.projects.representation import ancestors, find_project
from j2o_sandbox.openproject.requests import Answer, Request, no_content
from j2o_sandbox.openproject.routing import Routes
from j2o_sandbox.openproject.server import Server
from j2o_sandbox.openproject.values import as_text, parse_date, raw_text

routes = Routes()

STATUSES = ("open", "locked", "closed")
SHARINGS = ("none", "descendants", "hierarchy", "tree", "system")


@routes("GET", "/versions")
def index(server: Server, request: Request) -> Answer:
    """All versions; filters ``name``, ``sharing``, ``status``."""
    found = [row for row in server.store.versions.ordered() if _visible(server, request, row)]
    for entry in read_filters(request) or []:
        if entry[0] == "name":
            keep = text_filter(entry, lambda row: row.name, phrase=True)
        elif entry[0] == "sharing":
            keep = list_filter(entry, lambda row: row.sharing, lambda value: value in SHARINGS)
        elif entry[0] == "status":
            keep = list_filter(entry, lambda row: row.status, lambda value: value in STATUSES)
        else:
            raise unknown_filter(request.language, entry[0])
        found = [row for row in found if keep(row)]
    return paged(server, request, "/api/v3/versions", found, lambda row: version_bytes(server, row))


@routes("GET", "/projects/{id}/versions", "/workspaces/{id}/versions")
def of_project(server: Server, request: Request, text_id: str) -> Answer:
    """Versions that a project's work packages may have; not paged, whatever is asked."""
    project = find_project(server, request, text_id)
    found = sorted(shared_versions(server, project), key=lambda row: row.id)
    return whole(request.path, [version_bytes(server, row) for row in found])


@routes("POST", "/versions")
def create(server: Server, request: Request) -> Answer:
    """A new version."""
    payload = request.json()
    now = server.clock.stamp()
    draft = rows.Version(id=None, created=now, updated=now)
    links = payload.get("_links") if isinstance(payload.get("_links"), dict) else {}
    problems = Problems(request.language)
    text_id = None
    if "definingProject" in links:
        text_id = read_link(request.language, "definingProject", links["definingProject"], "projects", "workspaces")
    project = server.store.projects.get(number(text_id))
    if project is not None:
        if not server.permissions.allowed(request.user, "manage_versions", project):
            raise forbidden(request.language)
        draft.project = project.id
    else:
        problems.add("project", "blank")
    draft = _assign(server, request, draft, payload, problems)
    _validate(server, draft, problems)
    problems.raise_any()
    return Answer(201, version_bytes(server, server.store.put(draft)))


@routes("GET", "/versions/{id}")
def show(server: Server, request: Request, row_id: str) -> Answer:
    """One version."""
    return Answer(200, version_bytes(server, _found(server, request, row_id)))


@routes("PATCH", "/versions/{id}")
def update(server: Server, request: Request, row_id: str) -> Answer:
    """Change a version; its project stays."""
    row = _found(server, request, row_id)
    payload = request.json(required=False)
    _may_manage(server, request, row)
    problems = Problems(request.language)
    draft = _assign(server, request, row.copy(), payload, problems)
    _validate(server, draft, problems)
    problems.raise_any()
    row = server.store.put(draft.copy(updated=server.clock.stamp()))
    return Answer(200, version_bytes(server, row))


@routes("DELETE", "/versions/{id}")
def delete(server: Server, request: Request, row_id: str) -> Answer:
    """Delete a version that no work package has."""
    row = _found(server, request, row_id)
    _may_manage(server, request, row)
    if server.store.work_packages.ids("version", row.id):
        problems = Problems(request.language)
        problems.add("base", "undeletable_work_packages_attached", name="Version:")
        problems.raise_any()
    server.store.drop(row)
    return no_content()


def version_bytes(server: Server, row: Any) -> bytes:
    """A version as the API shows it."""
    return server.fragment(row, lambda: _represent(server, row))


def shared_versions(server: Server, project: Any) -> List[Any]:
    """Versions defined in or shared with a project."""
    above = [row.id for row in ancestors(server, project)]
    root = above[0] if above else project.id
    found = []
    for row in server.store.versions:
        if row.project == project.id or row.sharing == "system":
            found.append(row)
        elif row.sharing == "none":
            continue
        elif (
            (row.project in above and row.sharing in ("descendants", "hierarchy", "tree"))
            or (row.sharing in ("hierarchy", "tree") and _is_below(server, row.project, project.id))
            or (row.sharing == "tree" and (row.project == root or _is_below(server, row.project, root)))
        ):
            found.append(row)
    return found


def assignable_version(server: Server, version_id: Optional[int], project: Any) -> bool:
    """Whether an open version of this id is there for the project's work packages."""
    row = server.store.versions.get(version_id)
    if row is None or row.status != "open":
        return False
    return row.project == project.id or any(one.id == row.id for one in shared_versions(server, project))


def _is_below(server: Server, project_id: int, ancestor_id: int) -> bool:
    project = server.store.projects.get(project_id)
    return project is not None and any(row.id == ancestor_id for row in ancestors(server, project))


def _represent(server: Server, row: Any) -> Dict[str, Any]:
    href = f"/api/v3/versions/{row.id}"
    project = server.store.projects[row.project]
    properties, value_links = custom_part(server, server.store.custom_fields.find("of", "version"), row.custom)
    return {
        "_type": "Version",
        "id": row.id,
        "name": row.name,
        "description": formatted(server, row.description, project),
        "startDate": row.start,
        "endDate": row.end,
        "status": row.status,
        "sharing": row.sharing,
        "createdAt": row.created,
        "updatedAt": row.updated,
        **properties,
        "_links": {
            "self": link(href, row.name),
            "schema": link("/api/v3/versions/schema"),
            "update": link(f"{href}/form", method="post"),
            "updateImmediately": link(href, method="patch"),
            "delete": link(href, method="delete"),
            "definingProject": link(f"/api/v3/projects/{project.id}", project.name),
            "availableInProjects": link(f"{href}/projects"),
            **value_links,
        },
    }


def _visible(server: Server, request: Request, row: Any) -> bool:
    project = server.store.projects.get(row.project)
    return project is not None and server.permissions.sees_project(request.user, project)


def _found(server: Server, request: Request, row_id: str) -> Any:
    row = server.get("versions", row_id, request.language)
    if not _visible(server, request, row):
        raise not_found(request.language)
    return row


def _may_manage(server: Server, request: Request, row: Any) -> None:
    if not server.permissions.allowed(request.user, "manage_versions", server.store.projects[row.project]):
        raise forbidden(request.language)


def _assign(server: Server, request: Request, draft: Any, payload: Dict[str, Any], problems: Problems) -> Any:
    changes: Dict[str, Any] = {
        name: as_text(request.language, name, payload[name])
        for name in ("name", "status", "sharing")
        if name in payload
    }
    if "description" in payload:
        try:
            changes["description"] = raw_text(payload["description"])
        except ValueError:
            raise_format(request.language, "description", "{ raw: text }", payload["description"])
    for name, attribute in (("startDate", "start"), ("endDate", "end")):
        if name in payload:
            try:
                changes[attribute] = None if payload[name] is None else parse_date(payload[name]).isoformat()
            except ValueError:
                raise_format(request.language, name, "YYYY-MM-DD (ISO 8601 date only)", payload[name])
    fields = server.store.custom_fields.find("of", "version")
    custom = read_custom_values(server, request.language, fields, payload, draft.custom, problems, draft.id is None)
    return draft.copy(custom=custom, **changes)


def _validate(server: Server, draft: Any, problems: Problems) -> None:
    if not isinstance(draft.name, str) or not draft.name.strip():
        problems.add("name", "blank")
    else:
        if len(draft.name) > 60:
            problems.add("name", "too_long", count=60)
        lowered = draft.name.lower()
        if draft.project is not None and any(
            row.name.lower() == lowered and row.id != draft.id
            for row in server.store.versions.find("project", draft.project)
        ):
            problems.add("name", "taken")
    if draft.status not in STATUSES:
        problems.add("status", "inclusion")
    if draft.sharing not in SHARINGS:
        problems.add("sharing", "inclusion")
    if draft.start and draft.end and draft.end < draft.start:
        problems.add("endDate", "greater_than_or_equal_to_start_date")
