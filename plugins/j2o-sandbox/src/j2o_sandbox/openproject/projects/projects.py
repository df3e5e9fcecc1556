"""Projects: listed, created, changed, archived, deleted in the background."""

from __future__ import annotations

import re
import unicodedata
from typing import Any, Dict, Optional

from j2o_sandbox.openproject import rows
from j2o_sandbox.openproject.clock import parse_stamp
from j2o_sandbox.openproject.collections import paged, read_filters, read_sort
from j2o_sandbox.openproject.custom_values import read_custom_values
from j2o_sandbox.openproject.errors import Problems, forbidden, not_found, raise_format
from j2o_sandbox.openproject.links import number, read_link
from j2o_sandbox.openproject.projects.attributes import activated_by_change, activated_by_create, all_attributes
from j2o_sandbox.openproject.projects.filters import project_filter
from j2o_sandbox.openproject.projects.representation import (
    STATUSES,
    descendants,
    find_project,
    project_bytes,
)
from j2o_sandbox.openproject.requests import Answer, Request, hal, no_content
from j2o_sandbox.openproject.routing import Routes
from j2o_sandbox.openproject.server import Server
from j2o_sandbox.openproject.setup.projects import fields_for_types
from j2o_sandbox.openproject.values import as_boolean, as_text, raw_text

routes = Routes()

_CLASSIC = re.compile(r"[a-z0-9_-]+")
_INVISIBLE = re.compile("[\\x00-\\x1f\\x7f\u200b\u200c\u200d\ufeff\u2060]")
_SEMANTIC = re.compile(r"[A-Z][A-Z0-9_]*")
_RESERVED = {"new", "menu", "queries", "filters", "identifier_update_dialog", "identifier_suggestion"}


@routes("GET", "/projects")
def index(server: Server, request: Request) -> Answer:
    """Projects the user may see; archived ones for admins only."""
    found = [row for row in server.store.projects.ordered() if server.permissions.sees_project(request.user, row)]
    for entry in read_filters(request) or []:
        keep = project_filter(server, request, entry)
        found = [row for row in found if keep(row)]
    for name, descending in reversed(read_sort(request)):
        if name == "id":
            found.sort(key=lambda row: row.id, reverse=descending)
        elif name == "created_at":
            found.sort(key=lambda row: row.created, reverse=descending)
        else:
            found.sort(key=lambda row: row.name.lower(), reverse=descending)
    return paged(server, request, "/api/v3/projects", found, lambda row: project_bytes(server, row))


@routes("POST", "/projects")
def create(server: Server, request: Request) -> Answer:
    """A new project: default modules, default types, and the custom fields of these types."""
    payload = request.json()
    if not server.permissions.globally(request.user, "add_project"):
        raise forbidden(request.language)
    draft = new_project(server, request, payload, None)
    return Answer(201, project_bytes(server, server.store.put(draft)))


@routes("GET", "/projects/{id}")
def show(server: Server, request: Request, text_id: str) -> Answer:
    """One project; former identifiers answer too, with the present identifier inside."""
    return Answer(200, project_bytes(server, find_project(server, request, text_id)))


@routes("GET", "/programs/{id}")
def show_program(server: Server, request: Request, text_id: str) -> Answer:
    """One program, since 17.0."""
    return _show_only(server, request, text_id, "program")


@routes("GET", "/portfolios/{id}")
def show_portfolio(server: Server, request: Request, text_id: str) -> Answer:
    """One portfolio, since 17.0."""
    return _show_only(server, request, text_id, "portfolio")


@routes("PATCH", "/projects/{id}")
def update(server: Server, request: Request, text_id: str) -> Answer:
    """Change a project."""
    row = find_project(server, request, text_id)
    payload = request.json(required=False)
    if not request.user.admin and not server.permissions.allowed(request.user, "edit_project", row):
        raise forbidden(request.language)
    problems = Problems(request.language)
    draft = _assign(server, request, row.copy(), payload, problems)
    draft = draft.copy(attributes=activated_by_change(server, row, draft.custom))
    _validate(server, request, draft, row, payload, problems)
    problems.raise_any()
    if draft.identifier != row.identifier:
        draft = draft.copy(former=(*row.former, row.identifier))
    draft = server.store.put(draft.copy(updated=server.clock.stamp()))
    if draft.active != row.active and not draft.active:
        for child in descendants(server, draft):
            server.store.put(child.copy(active=False))
    return Answer(200, project_bytes(server, draft))


@routes("DELETE", "/projects/{id}")
def delete(server: Server, request: Request, text_id: str) -> Answer:
    """Archive a project at once and delete it, with all below it, in the background."""
    row = find_project(server, request, text_id)
    if not request.user.admin:
        raise forbidden(request.language)
    for one in (row, *descendants(server, row)):
        server.store.put(one.copy(active=False))
    server.schedule("delete_project", 0.5, project=row.id)
    return no_content()


@routes("GET", "/project_statuses/{id}")
def status(server: Server, request: Request, text_id: str) -> Answer:
    """A project status."""
    if text_id not in STATUSES:
        return Answer(404, b"", "text/plain")
    href = f"/api/v3/project_statuses/{text_id}"
    return hal(
        {
            "_type": "ProjectStatus",
            "id": text_id,
            "name": STATUSES[text_id],
            "_links": {"self": {"href": href, "title": STATUSES[text_id]}},
        }
    )


def _show_only(server: Server, request: Request, text_id: str, workspace: str) -> Answer:
    found = find_project(server, request, text_id)
    if found.workspace != workspace:
        raise not_found(request.language)
    return Answer(200, project_bytes(server, found))


def new_project(server: Server, request: Request, payload: Dict[str, Any], template: Optional[Any]) -> Any:
    """A checked new project from a payload, with types, modules and active attributes of a template where there is one.

    Raises:
        ApiError: 422.
    """
    now = server.clock.stamp()
    types = tuple(kind.id for kind in server.store.types if kind.is_default) if template is None else template.types
    draft = rows.Project(
        id=None,
        active=True,
        types=types,
        modules=tuple(server.settings.default_modules) if template is None else template.modules,
        fields=fields_for_types(server.store, types) if template is None else template.fields,
        description=None if template is None else template.description,
        attributes=activated_by_create(server, payload) if template is None else template.attributes,
        custom=None if template is None else template.custom,
        public=False if template is None else template.public,
        created=now,
        updated=now,
    )
    problems = Problems(request.language)
    draft = _assign(server, request, draft, payload, problems)
    if draft.identifier is None and isinstance(draft.name, str) and draft.name.strip():
        draft = draft.copy(identifier=_free_identifier(server, draft.name))
    if template is None:
        _history(server, request, draft, payload, problems)
    _validate(server, request, draft, None, payload, problems)
    problems.raise_any()
    return draft


def _history(server: Server, request: Request, draft: Any, payload: Dict[str, Any], problems: Problems) -> None:
    if payload.get("updatedAt") is not None:
        problems.read_only("updatedAt")
    if payload.get("createdAt") is None:
        return
    if not (server.features.writable_history and server.settings.writable_history and request.user.admin):
        problems.read_only("createdAt")
        return
    try:
        draft.created = server.clock.format(parse_stamp(str(payload["createdAt"])))
    except ValueError:
        raise_format(
            request.language,
            "createdAt",
            "YYYY-MM-DDThh:mm:ss[.lll][+hh:mm] (any compatible ISO 8601 datetime)",
            payload["createdAt"],
        )


def _assign(server: Server, request: Request, draft: Any, payload: Dict[str, Any], problems: Problems) -> Any:
    language = request.language
    changes: Dict[str, Any] = {
        name: as_text(language, name, payload[name]) for name in ("name", "identifier") if name in payload
    }
    if changes.get("name"):
        changes["name"] = " ".join(changes["name"].split())
    if changes.get("identifier"):
        changes["identifier"] = _INVISIBLE.sub("", changes["identifier"])
    for name in ("active", "public"):
        if name in payload:
            flag = as_boolean(language, name, payload[name])
            if flag is None:
                problems.add(name, "blank")
            else:
                changes[name] = flag
    for name, attribute in (("description", "description"), ("statusExplanation", "explanation")):
        if name in payload:
            try:
                changes[attribute] = raw_text(payload[name])
            except ValueError:
                raise_format(language, name, "{ raw: text }", payload[name])
    links = payload.get("_links") if isinstance(payload.get("_links"), dict) else {}
    if "parent" in links:
        text_id = read_link(language, "parent", links["parent"], "projects", "workspaces", "portfolios", "programs")
        changes["parent"] = None
        if text_id is not None:
            parent = server.store.projects.get(number(text_id)) or server.store.projects.first("identifier", text_id)
            below = set() if draft.id is None else {draft.id, *(row.id for row in descendants(server, draft))}
            if parent is None or not parent.active or parent.id in below:
                problems.add("parent", "does_not_exist" if parent is None else "invalid")
            else:
                changes["parent"] = parent.id
    if "status" in links:
        code = read_link(language, "status", links["status"], "project_statuses")
        if code is not None and code not in STATUSES:
            problems.add("status", "inclusion")
        else:
            changes["status"] = code
    fields, is_new = all_attributes(server), draft.id is None
    custom = read_custom_values(
        server, language, fields, payload, draft.custom, problems, is_new, None if is_new else draft
    )
    return draft.copy(custom=custom, **changes)


def _validate(
    server: Server, request: Request, draft: Any, before: Any, payload: Dict[str, Any], problems: Problems
) -> None:
    if before is not None:
        for name in ("createdAt", "updatedAt"):
            if payload.get(name) not in (None, before.created if name == "createdAt" else before.updated):
                problems.read_only(name)
    if not isinstance(draft.name, str) or not draft.name.strip():
        problems.add("name", "blank")
    elif len(draft.name) > 255:
        problems.add("name", "too_long", count=255)
    if not isinstance(draft.identifier, str) or not draft.identifier:
        problems.add("identifier", "blank")
    elif before is None or draft.identifier != before.identifier:
        _check_identifier(server, draft, problems)
    parent = server.store.projects.get(draft.parent)
    if before is not None and draft.active and not before.active and parent is not None and not parent.active:
        problems.add_text("base", "The project has an archived ancestor.")


def _check_identifier(server: Server, draft: Any, problems: Problems) -> None:
    identifier = draft.identifier
    if server.settings.semantic_identifiers and server.features.semantic_identifiers:
        if len(identifier) > 10:
            problems.add("identifier", "too_long", count=10)
        if not identifier[:1].isalpha():
            problems.add("identifier", "must_start_with_letter")
        if not _SEMANTIC.fullmatch(identifier):
            problems.add("identifier", "no_special_characters")
    else:
        if len(identifier) > 100:
            problems.add("identifier", "too_long", count=100)
        if not _CLASSIC.fullmatch(identifier) or identifier.isdigit():
            problems.add("identifier", "invalid")
    other = server.store.projects.first("any_identifier", identifier.lower())
    if identifier in _RESERVED or (other is not None and other.id != draft.id):
        problems.add("identifier", "taken")


def _free_identifier(server: Server, name: str) -> str:
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    semantic = server.settings.semantic_identifiers and server.features.semantic_identifiers
    if semantic:
        stem = re.sub(r"[^A-Z0-9_]", "", ascii_name.upper()).lstrip("0123456789_")[:8] or "P"
    else:
        stem = re.sub(r"[^a-z0-9]+", "-", ascii_name.lower()).strip("-")[:90] or "project"
        stem = f"project-{stem}" if stem.isdigit() else stem
    candidate, counter = stem, 1
    while server.store.projects.first("any_identifier", candidate.lower()) is not None:
        candidate = f"{stem}{counter}" if semantic else f"{stem}-{counter}"
        counter += 1
    return candidate
