"""Background work on projects: copies, deletions, and the status of either."""

from __future__ import annotations

from typing import Any, Dict

from j2o_sandbox.openproject import rows
from j2o_sandbox.openproject.errors import forbidden, not_found
from j2o_sandbox.openproject.links import link
from j2o_sandbox.openproject.projects.projects import new_project
from j2o_sandbox.openproject.projects.representation import descendants, find_project
from j2o_sandbox.openproject.requests import Answer, Request, hal
from j2o_sandbox.openproject.routing import Routes
from j2o_sandbox.openproject.server import JOBS, Server

routes = Routes()

_PARTS = ("Members", "Versions", "Categories", "WorkPackages")


@routes("POST", "/projects/{id}/copy")
def copy(server: Server, request: Request, text_id: str) -> Answer:
    """Copy a project in the background; what ``_meta`` does not forbid is copied."""
    source = check_copy(server, request, text_id)  # refuses what is wrong before anything is queued
    payload = request.json()
    meta = payload.get("_meta") if isinstance(payload.get("_meta"), dict) else {}
    parts = [part for part in _PARTS if meta.get(f"copy{part}", True) is not False]
    job = server.schedule("copy_project", 0.5, project=source.id, values=payload, parts=parts, user=request.user.id)
    location = f"/api/v3/job_statuses/{job.uuid}"
    return Answer(302, b"", "text/html; charset=utf-8", [(b"location", location.encode())])


def check_copy(server: Server, request: Request, text_id: str) -> Any:
    """The project to copy. Raises ``ApiError`` where that is not allowed, or something in the request is wrong."""
    source = find_project(server, request, text_id)
    if not (request.user.admin or server.permissions.allowed(request.user, "copy_projects", source)):
        raise forbidden(request.language)
    new_project(server, request, request.json(), source)
    return source


@routes("GET", "/job_statuses/{id}")
def job_status(server: Server, request: Request, uuid: str) -> Answer:
    """How far a background job is: in_queue, success or failure."""
    job = server.store.jobs.first("uuid", uuid)
    if job is None:
        raise not_found(request.language)
    payload = {name: value for name, value in job.payload.items() if name in ("redirect", "_links", "errors")}
    return hal(
        {
            "_type": "JobStatus",
            "jobId": job.uuid,
            "status": job.status,
            "message": job.message,
            "payload": payload or None,
            "_links": {"self": link(f"/api/v3/job_statuses/{job.uuid}")},
        }
    )


def run_copy(server: Server, job: Any) -> None:
    """Make the copy that a job asks for."""
    store = server.store
    source = store.projects.get(job.project)
    request = Request("POST", "", "", {}, b"", store.commits)
    request.user = store.principals[job.payload["user"]]
    request.language = server.settings.language
    if source is None:
        store.put(job.copy(status="failure", message="The project is gone."))
        return
    target = store.put(new_project(server, request, job.payload["values"], source))
    now = server.clock.stamp()
    parts = set(job.payload["parts"])
    versions: Dict[Any, Any] = {}
    if "Versions" in parts:
        for row in store.versions.find("project", source.id):
            versions[row.id] = store.put(row.copy(id=None, project=target.id, created=now, updated=now)).id
    categories: Dict[Any, Any] = {}
    if "Categories" in parts:
        for row in store.categories.find("project", source.id):
            categories[row.id] = store.put(row.copy(id=None, project=target.id)).id
    if "Members" in parts:
        for row in store.memberships.find("project", source.id):
            store.put(row.copy(id=None, project=target.id, created=now, updated=now))
    if "WorkPackages" in parts:
        _copy_work_packages(server, source, target, versions, categories, now)
    done = {
        "redirect": f"/projects/{target.identifier}",
        "_links": {"project": link(f"/api/v3/projects/{target.id}", target.name)},
    }
    message = f"Created project {target.name}"
    store.put(job.copy(status="success", message=message, payload={**job.payload, **done}))


def _copy_work_packages(
    server: Server, source: Any, target: Any, versions: Dict[Any, Any], categories: Dict[Any, Any], now: str
) -> None:
    store = server.store
    copies: Dict[int, int] = {}
    for row in store.work_packages.ordered(store.work_packages.ids("project", source.id)):
        twin = row.copy(
            id=None,
            project=target.id,
            versions=tuple(versions[one] for one in row.versions if one in versions),
            category=categories.get(row.category),
            sprint=None,
            sequence=None,
            created=now,
            updated=now,
            lock=0,
        )
        copies[row.id] = store.put(twin).id
        store.put(rows.Journal(id=None, work_package=twin.id, user=row.author, created=now, updated=now))
    for before, after in copies.items():
        parent = copies.get(store.work_packages[before].parent or 0)
        store.put(store.work_packages[after].copy(parent=parent))


def run_delete(server: Server, job: Any) -> None:
    """Delete a project and all that is in it and below it."""
    from j2o_sandbox.openproject.work_packages.removal import remove_work_package

    store = server.store
    project = store.projects.get(job.project)
    if project is not None:
        for row in (*reversed(descendants(server, project)), project):
            for work_package in store.work_packages.find("project", row.id):
                if work_package.id in store.work_packages:
                    remove_work_package(server, work_package)
            for kind in _OF_A_PROJECT:
                for thing in store.tables[kind].find("project", row.id):
                    store.drop(thing)
            store.drop(row)
    store.put(job.copy(status="success", message="Deleted"))


_OF_A_PROJECT = ("memberships", "versions", "categories", "sprints", "news", "time_entries", "grids", "queries")

JOBS["copy_project"] = run_copy
JOBS["delete_project"] = run_delete
