"""How a work package looks."""

from __future__ import annotations

import json
from typing import Any, Dict, List, Tuple

from j2o_sandbox.openproject.calendar import as_date
from j2o_sandbox.openproject.collections import collection_bytes
from j2o_sandbox.openproject.custom_values import custom_part
from j2o_sandbox.openproject.links import link
from j2o_sandbox.openproject.live_text import formatted
from j2o_sandbox.openproject.metadata import priority_bytes, status_bytes, type_bytes
from j2o_sandbox.openproject.people.principals import principal_bytes, principal_link
from j2o_sandbox.openproject.projects.representation import project_bytes
from j2o_sandbox.openproject.requests import encode
from j2o_sandbox.openproject.server import Server
from j2o_sandbox.openproject.values import hours_to_duration
from j2o_sandbox.openproject.work_packages.access import ancestors, descendants, display_id, is_read_only


def work_package_bytes(server: Server, row: Any, embed: bool = True) -> bytes:
    """A work package as the API shows it; with ``embed`` its attachments, relations, type and so on are inside."""
    body = represent(server, row)
    if not embed:
        return encode(body)
    store = server.store
    from j2o_sandbox.openproject.records.attachments import attachment_bytes
    from j2o_sandbox.openproject.records.relations import relation_bytes

    href = f"/api/v3/work_packages/{row.id}"
    files = store.attachments.find("container", ("work_packages", row.id))
    relations = store.relations.find("work_package", row.id)
    parts = [
        (b"attachments", collection_bytes(f"{href}/attachments", [attachment_bytes(server, one) for one in files])),
        (b"relations", collection_bytes(f"{href}/relations", [relation_bytes(server, one) for one in relations])),
        (b"type", type_bytes(server, store.types[row.type])),
        (b"priority", priority_bytes(server, store.priorities[row.priority])),
        (b"status", status_bytes(server, store.statuses[row.status])),
        (b"project", project_bytes(server, store.projects[row.project])),
        (b"author", principal_bytes(server, store.principals[row.author])),
    ]
    for name, principal in ((b"assignee", row.assignee), (b"responsible", row.responsible)):
        if principal is not None:
            parts.append((name, principal_bytes(server, store.principals[principal])))
    parts.append((b"customActions", b"[]"))
    embedded = b",".join(b'"' + name + b'":' + part for name, part in parts)
    return b"".join([encode(body)[:-1], b',"_embedded":{', embedded, b"}}"])


def represent(server: Server, row: Any) -> Dict[str, Any]:
    """A work package as data, nothing embedded."""
    store = server.store
    kind = store.types[row.type]
    project = store.projects[row.project]
    href = f"/api/v3/work_packages/{row.id}"
    body: Dict[str, Any] = {"_type": "WorkPackage", "id": row.id}
    if server.features.display_id:
        body["displayId"] = display_id(server, row)
    body.update(
        lockVersion=row.lock,
        subject=row.subject,
        description=formatted(server, row.description, project),
        scheduleManually=row.manual,
    )
    if kind.is_milestone:
        body["date"] = row.due
    else:
        start, due = _derived_dates(server, row)
        body.update(startDate=row.start, dueDate=row.due, derivedStartDate=start, derivedDueDate=due)
    body.update(
        estimatedTime=hours_to_duration(row.estimated),
        derivedEstimatedTime=hours_to_duration(row.derived_estimated),
        derivedRemainingTime=hours_to_duration(row.derived_remaining),
    )
    body["remainingTime"] = hours_to_duration(row.remaining)
    if not kind.is_milestone:
        body["duration"] = None if row.duration is None else f"P{row.duration}D"
    body.update(
        ignoreNonWorkingDays=row.ignore_days,
        percentageDone=row.done,
        derivedPercentageDone=row.derived_done,
        createdAt=row.created,
        updatedAt=row.updated,
    )
    if "costs" in project.modules:
        body["spentTime"] = hours_to_duration(_spent(server, row))
    if server.settings.enterprise:
        body["readonly"] = is_read_only(server, row)
    if server.features.sprints and "backlogs" in project.modules:
        body["storyPoints"] = row.story_points
    fields = server.active_fields(store, project, row.type)
    properties, field_links = custom_part(server, fields, row.custom) if fields else ({}, {})
    body.update(properties)
    body["_links"] = {**_links(server, row, kind, project, href), **field_links}
    return body


def versions_are_multiple(server: Server) -> bool:
    """Whether ``targetVersions`` has taken the place of ``version``."""
    return server.features.target_versions and server.settings.multiple_versions


def _links(server: Server, row: Any, kind: Any, project: Any, href: str) -> Dict[str, Any]:
    store = server.store
    status, priority = store.statuses[row.status], store.priorities[row.priority]
    title = row.subject
    parent = store.work_packages.get(row.parent)
    links: Dict[str, Any] = {
        "self": {"href": href, "title": title},
        "update": {"href": f"{href}/form", "method": "post"},
        "updateImmediately": {"href": href, "method": "patch"},
        "delete": {"href": href, "method": "delete"},
        "schema": {"href": f"/api/v3/work_packages/schemas/{row.project}-{row.type}"},
        "attachments": {"href": f"{href}/attachments"},
        "activities": {"href": f"{href}/activities"},
        "addComment": {"href": f"{href}/activities", "method": "post"},
        "relations": {"href": f"{href}/relations"},
        "addRelation": {"href": f"{href}/relations", "method": "post", "title": "Add relation"},
        "watchers": {"href": f"{href}/watchers"},
        "addWatcher": {
            "href": f"{href}/watchers",
            "method": "post",
            "payload": {"user": {"href": "/api/v3/users/{user_id}"}},
            "templated": True,
        },
        "type": {"href": f"/api/v3/types/{kind.id}", "title": kind.name},
        "priority": {"href": f"/api/v3/priorities/{priority.id}", "title": priority.name},
        "project": {"href": f"/api/v3/projects/{project.id}", "title": project.name},
        "status": {"href": f"/api/v3/statuses/{status.id}", "title": status.name},
        "author": principal_link(server, row.author),
        "responsible": principal_link(server, row.responsible),
        "assignee": principal_link(server, row.assignee),
        "parent": link(None) if parent is None else link(f"/api/v3/work_packages/{parent.id}", parent.subject),
    }
    if server.settings.direct_uploads:
        links["prepareAttachment"] = {"href": f"{href}/attachments/prepare", "method": "post"}
    if not is_read_only(server, row):
        links["addAttachment"] = {"href": f"{href}/attachments", "method": "post"}
    category = store.categories.get(row.category)
    links["category"] = link(None) if category is None else link(f"/api/v3/categories/{category.id}", category.name)
    _version_links(server, row, links)
    if server.features.sprints and "backlogs" in project.modules:
        sprint = store.sprints.get(row.sprint)
        links["sprint"] = link(None) if sprint is None else link(f"/api/v3/sprints/{sprint.id}", sprint.name)
    links["ancestors"] = (
        [link(f"/api/v3/work_packages/{one.id}", one.subject) for one in reversed(ancestors(server, row))]
        if parent is not None
        else []
    )
    children = store.work_packages.find("parent", row.id)
    if children:
        links["children"] = [link(f"/api/v3/work_packages/{child.id}", child.subject) for child in children]
    links["customActions"] = []
    return links


def _version_links(server: Server, row: Any, links: Dict[str, Any]) -> None:
    found = [server.store.versions.get(one) for one in row.versions]
    shown: List[Any] = [link(f"/api/v3/versions/{one.id}", one.name) for one in found if one is not None]
    if not versions_are_multiple(server):
        links["version"] = shown[0] if shown else link(None)
    if server.features.target_versions:
        links["targetVersions"] = shown


def _derived_dates(server: Server, row: Any) -> Tuple[Any, Any]:
    if not server.store.work_packages.ids("parent", row.id):
        return None, None
    dates = [
        date
        for one in descendants(server, row.id)
        for date in (as_date(one.start), as_date(one.due))
        if date is not None
    ]
    return (min(dates).isoformat(), max(dates).isoformat()) if dates else (None, None)


def _spent(server: Server, row: Any) -> float:
    hours: List[float] = [entry.hours or 0.0 for entry in server.store.time_entries.find("work_package", row.id)]
    if server.store.work_packages.ids("parent", row.id):
        for child in descendants(server, row.id):
            hours.extend(entry.hours or 0.0 for entry in server.store.time_entries.find("work_package", child.id))
    return sum(hours)


def selected(server: Server, row: Any, names: List[str]) -> bytes:
    """Only the named properties and links, for ``select``."""
    body = represent(server, row)
    links = body["_links"]
    chosen = {name: body[name] for name in names if name in body and name != "_links"}
    chosen_links = {name: links[name] for name in names if name in links}
    if chosen_links:
        chosen["_links"] = chosen_links
    return json.dumps(chosen, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")
