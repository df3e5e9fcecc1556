"""The schema of work packages of one type in one project."""

from __future__ import annotations

from typing import Any, Dict, List, Optional

from j2o_sandbox.openproject.custom_values import LINKED
from j2o_sandbox.openproject.links import link
from j2o_sandbox.openproject.people.principals import href_of
from j2o_sandbox.openproject.server import Server
from j2o_sandbox.openproject.work_packages.contract import assignable_versions, transition
from j2o_sandbox.openproject.work_packages.representation import versions_are_multiple

_KINDS = {
    "string": "String",
    "text": "Formattable",
    "int": "Integer",
    "float": "Float",
    "date": "Date",
    "bool": "Boolean",
    "list": "CustomOption",
    "hierarchy": "CustomField::Hierarchy::Item",
    "user": "User",
    "version": "Version",
    "link": "Link",
}


def work_package_schema(
    server: Server, user: Any, project: Optional[Any], kind: Optional[Any], before: Optional[Any]
) -> Dict[str, Any]:
    """The schema as data; ``before`` is the work package that is being changed, None for a new one."""
    history = server.features.writable_history and server.settings.writable_history and user.admin and before is None
    status_based = server.settings.progress == "status"
    automatic_parent = (
        before is not None and not before.manual and bool(server.store.work_packages.ids("parent", before.id))
    )
    body: Dict[str, Any] = {"_type": "Schema", "_dependencies": [], "_attributeGroups": _groups(server, project, kind)}
    body["lockVersion"] = _field("Integer", "Lock version", True, False)
    body["id"] = _field("Integer", "ID", True, False)
    body["subject"] = {**_field("String", "Subject", True), "minLength": 1, "maxLength": 255}
    body["description"] = _field("Formattable", "Description")
    body["duration"] = _field("Duration", "Duration", writable=kind is None or not kind.is_milestone)
    body["scheduleManually"] = _field("Boolean", "Manual scheduling", default=True)
    body["ignoreNonWorkingDays"] = _field("Boolean", "Ignore non working days", writable=not automatic_parent)
    if kind is not None and kind.is_milestone:
        body["date"] = _field("Date", "Date", writable=not automatic_parent)
    else:
        body["startDate"] = _field("Date", "Start date", writable=not automatic_parent)
        body["dueDate"] = _field("Date", "Finish date", writable=not automatic_parent)
        body["derivedStartDate"] = _field("Date", "Derived start date", writable=False)
        body["derivedDueDate"] = _field("Date", "Derived finish date", writable=False)
    body["estimatedTime"] = _field("Duration", "Work")
    body["derivedEstimatedTime"] = _field("Duration", "Total work", writable=False)
    body["remainingTime"] = _field("Duration", "Remaining work", writable=not status_based)
    body["derivedRemainingTime"] = _field("Duration", "Total remaining work", writable=False)
    body["percentageDone"] = _field("Integer", "% Complete", writable=not status_based)
    body["derivedPercentageDone"] = _field("Integer", "Total % complete", writable=False)
    body["createdAt"] = _field("DateTime", "Created on", True, history)
    body["updatedAt"] = _field("DateTime", "Updated on", True, False)
    # The author is never shown as writable, not even where it is.
    body["author"] = _linked("User", "Author", True, False)
    body["project"] = _linked("Project", "Project", True)
    body["parent"] = _linked("WorkPackage", "Parent")
    if server.features.sprints and project is not None and "backlogs" in project.modules:
        body["storyPoints"] = _field("Integer", "Story Points")
        found = [row for row in server.store.sprints.find("project", project.id) if row.status != "completed"]
        sprints = [(f"/api/v3/sprints/{row.id}", row.name) for row in found]
        body["sprint"] = _allowed(_linked("Sprint", "Sprint"), sprints)
    _people(server, body, project)
    _choices(server, body, project, kind, before)
    if project is not None and kind is not None:
        for field in server.active_fields(server.store, project, kind.id):
            body[f"customField{field.id}"] = _custom(server, field, project)
    return body


def _people(server: Server, body: Dict[str, Any], project: Optional[Any]) -> None:
    for name, label in (("assignee", "Assignee"), ("responsible", "Accountable")):
        body[name] = _linked("User", label)
        if project is not None:
            place = "workspaces" if server.features.workspaces else "projects"
            body[name]["_links"] = {"allowedValues": link(f"/api/v3/{place}/{project.id}/available_assignees")}


def _choices(
    server: Server, body: Dict[str, Any], project: Optional[Any], kind: Optional[Any], before: Optional[Any]
) -> None:
    store = server.store
    types = store.types.ordered() if project is None else [store.types[one] for one in project.types]
    body["type"] = _allowed(_linked("Type", "Type", True), [(f"/api/v3/types/{row.id}", row.name) for row in types])
    statuses = []
    for row in sorted(store.statuses, key=lambda row: row.position):
        if before is not None and kind is not None and kind.id == before.type:
            good = row.id == before.status or transition(kind, before.status, row.id)
        else:
            good = row.is_default or (kind is not None and row.id in kind.statuses)
        if good:
            statuses.append((f"/api/v3/statuses/{row.id}", row.name))
    body["status"] = _allowed({**_linked("Status", "Status", True), "hasDefault": True}, statuses)
    priorities = [(f"/api/v3/priorities/{row.id}", row.name) for row in store.priorities if row.active]
    body["priority"] = _allowed({**_linked("Priority", "Priority", True), "hasDefault": True}, priorities)
    if project is None:
        return
    categories = [(f"/api/v3/categories/{row.id}", row.name) for row in store.categories.find("project", project.id)]
    body["category"] = _allowed(_linked("Category", "Category"), categories)
    versions = [(f"/api/v3/versions/{row.id}", row.name) for row in assignable_versions(server, project)]
    if not versions_are_multiple(server):
        body["version"] = _allowed(_linked("Version", "Version"), versions)
    if server.features.target_versions:
        target = _allowed(_linked("[]Version", "Target versions"), versions)
        target["options"] = {"multiple": versions_are_multiple(server)}
        body["targetVersions"] = target


def _custom(server: Server, field: Any, project: Any) -> Dict[str, Any]:
    kind = _KINDS[field.format]
    if field.multi:
        kind = f"[]{kind}"
    entry = _field(kind, field.name, field.required, default=field.default is not None)
    if field.min_length:
        entry["minLength"] = field.min_length
    if field.max_length:
        entry["maxLength"] = field.max_length
    if field.regexp:
        entry["regularExpression"] = field.regexp
    if field.format in LINKED:
        entry["location"] = "_links"
    if field.format == "hierarchy":
        return {**entry, "_links": {"allowedValues": link(f"/api/v3/custom_fields/{field.id}/items")}}
    if field.format == "list":
        options = server.store.custom_options.find("field", field.id)
        return _allowed(entry, [(f"/api/v3/custom_options/{row.id}", row.value) for row in options])
    if field.format == "version":
        versions = assignable_versions(server, project)
        return _allowed(entry, [(f"/api/v3/versions/{row.id}", row.name) for row in versions])
    if field.format == "user":
        members = [
            server.store.principals[row.principal] for row in server.store.memberships.find("project", project.id)
        ]
        return _allowed(entry, [(href_of(row), row.name) for row in members if row.status != "locked"])
    return entry


def _groups(server: Server, project: Optional[Any], kind: Optional[Any]) -> List[Dict[str, Any]]:
    def group(name: str, attributes: List[str]) -> Dict[str, Any]:
        return {"_type": "WorkPackageFormAttributeGroup", "name": name, "attributes": attributes}

    groups = [
        group("People", ["assignee", "responsible"]),
        group("Estimates and progress", ["estimatedTime", "remainingTime", "percentageDone"]),
        group("Details", ["category", "date", "version", "priority"]),
    ]
    if project is not None and kind is not None:
        fields = server.active_fields(server.store, project, kind.id)
        if fields:
            groups.append(group("Other", [f"customField{field.id}" for field in fields]))
    return groups


def _field(
    kind: str, name: str, required: bool = False, writable: bool = True, default: bool = False
) -> Dict[str, Any]:
    return {
        "type": kind,
        "name": name,
        "required": required,
        "hasDefault": default,
        "writable": writable,
        "options": {},
    }


def _linked(kind: str, name: str, required: bool = False, writable: bool = True) -> Dict[str, Any]:
    return {**_field(kind, name, required, writable), "location": "_links"}


def _allowed(entry: Dict[str, Any], values: List[Any]) -> Dict[str, Any]:
    links = [{"href": href, "title": title} for href, title in values]
    embedded = [
        {"name": title, "value": title, "id": int(href.rsplit("/", 1)[1]), "_links": {"self": one}}
        for (href, title), one in zip(values, links)
    ]
    return {**entry, "_links": {"allowedValues": links}, "_embedded": {"allowedValues": embedded}}
