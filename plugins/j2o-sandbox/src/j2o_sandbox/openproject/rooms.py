"""All rooms of the API, as one router."""

from __future__ import annotations

from j2o_sandbox.openproject import days, grids, hierarchies, metadata, rendering, schemas
from j2o_sandbox.openproject.features import Features
from j2o_sandbox.openproject.people import groups, memberships, placeholders, principals, roles, users
from j2o_sandbox.openproject.projects import copies, parts, projects, versions
from j2o_sandbox.openproject.queries import queries, views
from j2o_sandbox.openproject.records import (
    attachments,
    comments,
    direct_uploads,
    relations,
    time_entries,
    watchers,
)
from j2o_sandbox.openproject.routing import Router
from j2o_sandbox.openproject.work_packages import editing, forms, listing, people

_ROOMS = (
    metadata,
    schemas,
    days,
    hierarchies,
    rendering,
    principals,
    users,
    groups,
    placeholders,
    memberships,
    roles,
    projects,
    copies,
    versions,
    parts,
    editing,
    listing,
    forms,
    people,
    comments,
    attachments,
    direct_uploads,
    relations,
    watchers,
    time_entries,
    queries,
    grids,
    views,
)


_SINCE_WORKSPACES = ("/api/v3/workspaces/", "/api/v3/programs/", "/api/v3/portfolios/")


def build_router(features: Features) -> Router:
    """The routes that a version has."""
    router = Router()
    for room in _ROOMS:
        for method, template, handler in room.routes.entries:
            if template.startswith(_SINCE_WORKSPACES) and not features.workspaces:
                continue
            if "/render/" in template and not features.renders:
                continue
            if "/sprints" in template and not features.sprints:
                continue
            if template.endswith("/available_responsibles") and not features.available_responsibles:
                continue
            router.add(method, template, handler)
    return router
