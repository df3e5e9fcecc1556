"""Categories, sprints and news."""

from __future__ import annotations

from typing import Any

from j2o_sandbox.openproject import rows
from j2o_sandbox.openproject.collections import paged, read_filters, whole
from j2o_sandbox.openproject.errors import Problems, forbidden, not_found, raise_format
from j2o_sandbox.openproject.filter_kinds import OPTIONAL, unknown_filter, whole_filter
from j2o_sandbox.openproject.links import link, number, read_link
from j2o_sandbox.openproject.live_text import formatted
from j2o_sandbox.openproject.people.principals import principal_link
from j2o_sandbox.openproject.projects.representation import find_project
from j2o_sandbox.openproject.requests import Answer, Request, encode, no_content
from j2o_sandbox.openproject.routing import Routes
from j2o_sandbox.openproject.server import Server
from j2o_sandbox.openproject.values import as_text, raw_text

routes = Routes()


@routes("GET", "/projects/{id}/categories", "/workspaces/{id}/categories")
def categories(server: Server, request: Request, text_id: str) -> Answer:
    """Categories of a project; REST cannot create any."""
    project = find_project(server, request, text_id)
    found = sorted(server.store.categories.find("project", project.id), key=lambda row: row.name.lower())
    return whole(request.path, [category_bytes(server, row) for row in found])


@routes("GET", "/categories/{id}")
def category(server: Server, request: Request, row_id: str) -> Answer:
    """One category."""
    return Answer(200, category_bytes(server, server.get("categories", row_id, request.language)))


@routes("GET", "/projects/{id}/sprints")
def project_sprints(server: Server, request: Request, text_id: str) -> Answer:
    """Sprints of a project."""
    project = find_project(server, request, text_id)
    if not server.permissions.allowed(request.user, "view_sprints", project):
        raise forbidden(request.language)
    found = server.store.sprints.find("project", project.id)
    return paged(server, request, request.path, found, lambda row: sprint_bytes(server, row))


@routes("GET", "/sprints")
def sprints(server: Server, request: Request) -> Answer:
    """All sprints the user may see."""
    found = [row for row in server.store.sprints.ordered() if _sees_sprint(server, request, row)]
    return paged(server, request, request.path, found, lambda row: sprint_bytes(server, row))


@routes("GET", "/sprints/{id}")
def sprint(server: Server, request: Request, row_id: str) -> Answer:
    """One sprint."""
    row = server.get("sprints", row_id, request.language)
    if not _sees_sprint(server, request, row):
        raise not_found(request.language)
    return Answer(200, sprint_bytes(server, row))


@routes("GET", "/news")
def news_index(server: Server, request: Request) -> Answer:
    """News the user may see."""
    found = [
        row
        for row in server.store.news.ordered()
        if server.permissions.allowed(request.user, "view_news", server.store.projects.get(row.project))
    ]
    for entry in read_filters(request) or []:
        if entry[0] not in ("project_id", "project"):
            raise unknown_filter(request.language, entry[0])
        keep = whole_filter(entry, lambda row: row.project, OPTIONAL)
        found = [row for row in found if keep(row)]
    return paged(server, request, "/api/v3/news", found, lambda row: news_bytes(server, row))


@routes("POST", "/news")
def create_news(server: Server, request: Request) -> Answer:
    """A piece of news; author and time are the caller and now."""
    payload = request.json()
    links = payload.get("_links") if isinstance(payload.get("_links"), dict) else {}
    text_id = read_link(request.language, "project", links.get("project"), "projects", "workspaces")
    project = server.store.projects.get(number(text_id))
    problems = Problems(request.language)
    if project is None:
        problems.add("project", "blank")
    elif not server.permissions.allowed(request.user, "manage_news", project):
        raise forbidden(request.language)
    now = server.clock.stamp()
    row = rows.News(id=None, project=None if project is None else project.id, author=request.user.id, created=now)
    row = _assign_news(row, payload, problems)
    problems.raise_any()
    return Answer(201, news_bytes(server, server.store.put(row)))


@routes("GET", "/news/{id}")
def show_news(server: Server, request: Request, row_id: str) -> Answer:
    """One piece of news."""
    return Answer(200, news_bytes(server, _news(server, request, row_id, "view_news")))


@routes("PATCH", "/news/{id}")
def update_news(server: Server, request: Request, row_id: str) -> Answer:
    """Change news."""
    row = _news(server, request, row_id, "manage_news")
    problems = Problems(request.language)
    draft = _assign_news(row.copy(), request.json(required=False), problems)
    problems.raise_any()
    return Answer(200, news_bytes(server, server.store.put(draft)))


@routes("DELETE", "/news/{id}")
def delete_news(server: Server, request: Request, row_id: str) -> Answer:
    """Delete news."""
    server.store.drop(_news(server, request, row_id, "manage_news"))
    return no_content()


def category_bytes(server: Server, row: Any) -> bytes:
    """A category as the API shows it."""
    project = server.store.projects[row.project]
    links = {
        "self": link(f"/api/v3/categories/{row.id}", row.name),
        "project": link(f"/api/v3/projects/{project.id}", project.name),
    }
    if row.assignee is not None:
        links["defaultAssignee"] = principal_link(server, row.assignee)
    return encode({"_type": "Category", "id": row.id, "name": row.name, "_links": links})


def sprint_bytes(server: Server, row: Any) -> bytes:
    """A sprint as the API shows it."""
    project = server.store.projects[row.project]
    body = {
        "_type": "Sprint",
        "id": row.id,
        "name": row.name,
        "startDate": row.start,
        "finishDate": row.finish,
        "createdAt": row.created,
        "updatedAt": row.updated,
        "_links": {
            "self": link(f"/api/v3/sprints/{row.id}", row.name),
            "status": link(f"urn:openproject-org:api:v3:sprints:status:{row.status}", row.status),
            "definingWorkspace": link(f"/api/v3/projects/{project.id}", project.name),
        },
    }
    return encode(body)


def news_bytes(server: Server, row: Any) -> bytes:
    """News as the API shows them."""
    href = f"/api/v3/news/{row.id}"
    project = server.store.projects[row.project]
    body = {
        "_type": "News",
        "id": row.id,
        "title": row.title,
        "summary": row.summary or "",
        "description": formatted(server, row.description, project),
        "createdAt": row.created,
        "_links": {
            "self": link(href, row.title),
            "updateImmediately": link(href, method="patch"),
            "delete": link(href, method="delete"),
            "project": link(f"/api/v3/projects/{project.id}", project.name),
            "author": principal_link(server, row.author),
        },
    }
    return encode(body)


def _sees_sprint(server: Server, request: Request, row: Any) -> bool:
    return server.permissions.allowed(request.user, "view_sprints", server.store.projects.get(row.project))


def _news(server: Server, request: Request, row_id: str, permission: str) -> Any:
    row = server.get("news", row_id, request.language)
    project = server.store.projects.get(row.project)
    if not server.permissions.allowed(request.user, "view_news", project):
        raise not_found(request.language)
    if not server.permissions.allowed(request.user, permission, project):
        raise forbidden(request.language)
    return row


def _assign_news(row: Any, payload: Any, problems: Problems) -> Any:
    language = problems.language
    changes = {name: as_text(language, name, payload[name]) for name in ("title", "summary") if name in payload}
    if "description" in payload:
        try:
            changes["description"] = raw_text(payload["description"])
        except ValueError:
            raise_format(language, "description", "{ raw: text }", payload["description"])
    row = row.copy(**changes)
    if not (row.title or "").strip():
        problems.add("title", "blank")
    elif len(row.title) > 256:
        problems.add("title", "too_long", count=256)
    if row.summary and len(row.summary) > 255:
        problems.add("summary", "too_long", count=255)
    return row
