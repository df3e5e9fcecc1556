"""The rules that a new or changed work package must keep."""

from __future__ import annotations

from typing import Any, List, Optional, Set

from j2o_sandbox.openproject.errors import Problems, forbidden
from j2o_sandbox.openproject.messages import attribute_name, text
from j2o_sandbox.openproject.projects.versions import assignable_version, shared_versions
from j2o_sandbox.openproject.requests import Request
from j2o_sandbox.openproject.server import Server
from j2o_sandbox.openproject.work_packages.access import descendants, sees
from j2o_sandbox.openproject.work_packages.attributes import UNKNOWN, Wanted
from j2o_sandbox.openproject.work_packages.dates import check_dates
from j2o_sandbox.openproject.work_packages.progress import check_progress
from j2o_sandbox.openproject.work_packages.representation import versions_are_multiple


def check(
    server: Server, request: Request, draft: Any, before: Any, wanted: Wanted, sent: Set[str], problems: Problems
) -> None:
    """Check a draft; ``before`` is the stored row, None for a new one.

    Raises:
        ApiError: 403, which hides all other errors.
    """
    project = server.store.projects.get(draft.project)
    _check_permissions(server, request, draft, before, project, sent)
    for name in sorted(wanted.read_only):
        problems.read_only(name)
    if not draft.subject or not draft.subject.strip():
        problems.add("subject", "blank")
    elif len(draft.subject) > 255:
        problems.add("subject", "too_long", count=255)
    if project is None:
        problems.add("project", "blank")
        return
    kind = server.store.types.get(draft.type)
    _check_kind(server, draft, before, project, kind, problems)
    _check_status(server, request, draft, before, kind, problems)
    _check_priority(server, draft, before, problems)
    _check_people(server, draft, before, project, problems)
    _check_category(server, draft, before, problems)
    _check_versions(server, draft, before, project, problems)
    _check_sprint(server, draft, before, project, problems)
    _check_parent(server, request, draft, before, problems)
    _check_scheduling(server, draft, before, sent, problems)
    milestone = kind is not None and kind.is_milestone
    check_dates(server, draft, milestone, sent, problems)
    check_progress(server, draft, before, problems)


def _changed(draft: Any, before: Any, name: str) -> bool:
    return before is None or getattr(draft, name) != getattr(before, name)


def _check_permissions(server: Server, request: Request, draft: Any, before: Any, project: Any, sent: Set[str]) -> None:
    allowed = server.permissions.allowed
    if before is None:
        if project is not None and not allowed(request.user, "add_work_packages", project):
            raise forbidden(request.language)
        if project is None and not server.permissions.anywhere(request.user, "add_work_packages"):
            raise forbidden(request.language)
        return
    home = server.store.projects[before.project]
    if sent and not allowed(request.user, "edit_work_packages", home):
        only_status = sent <= {"status"} and allowed(request.user, "change_work_package_status", home)
        if not only_status:
            raise forbidden(request.language)
    moves = project is not None and project.id != home.id
    if moves and not (
        allowed(request.user, "move_work_packages", home) and allowed(request.user, "add_work_packages", project)
    ):
        raise forbidden(request.language)


def _check_kind(server: Server, draft: Any, before: Any, project: Any, kind: Any, problems: Problems) -> None:
    if kind is None:
        problems.add("type", "blank" if draft.type is None else "does_not_exist")
    elif (_changed(draft, before, "type") or _changed(draft, before, "project")) and draft.type not in project.types:
        problems.add("type", "inclusion")
    elif before is not None and kind.is_milestone and server.store.work_packages.ids("parent", before.id):
        problems.add("type", "cannot_be_milestone_due_to_children")


def _check_status(server: Server, request: Request, draft: Any, before: Any, kind: Any, problems: Problems) -> None:
    status = server.store.statuses.get(draft.status)
    if status is None:
        problems.add("status", "blank" if draft.status is None else "does_not_exist")
        return
    if before is None or draft.status == before.status:
        return
    old = server.store.statuses.get(before.status)
    reachable = kind is None or draft.type != before.type or transition(kind, before.status, draft.status)
    if not reachable or (status.is_closed and draft.type == before.type and _blocked(server, before)):
        problems.add("status", "status_transition_invalid")
    closed_version = any(
        version is not None and version.status == "closed"
        for version in (server.store.versions.get(one) for one in before.versions)
    )
    if closed_version and old is not None and old.is_closed and not status.is_closed:
        problems.add("status", "error_readonly")


def _blocked(server: Server, row: Any) -> bool:
    """Whether an open work package blocks this one: then no transition leads to a closed status."""
    store = server.store
    if store.statuses[row.status].is_closed:
        return False
    blockers = [
        store.work_packages[relation.source]
        for relation in store.relations.find("work_package", row.id)
        if relation.type == "blocks" and relation.target == row.id
    ]
    return any(not store.statuses[one.status].is_closed for one in blockers)


def transition(kind: Any, old: int, new: int) -> bool:
    """Whether a workflow leads from one status to another; an admin has all roles."""
    if kind.transitions is None:
        return old in kind.statuses and new in kind.statuses
    return any(pair[0] == old and pair[1] == new for pair in kind.transitions)


def _check_priority(server: Server, draft: Any, before: Any, problems: Problems) -> None:
    priority = server.store.priorities.get(draft.priority)
    if priority is None:
        problems.add("priority", "blank" if draft.priority is None else "does_not_exist")
    elif not priority.active and _changed(draft, before, "priority"):
        problems.add("priority", "only_active_priorities_allowed")


def _check_people(server: Server, draft: Any, before: Any, project: Any, problems: Problems) -> None:
    author = server.store.principals.get(draft.author)
    if before is None and (author is None or author.type not in ("User", "Builtin")):
        problems.add("author", "does_not_exist")
    for name in ("assignee", "responsible"):
        chosen: Optional[int] = getattr(draft, name)
        if chosen is None or not _changed(draft, before, name):
            continue
        if not server.permissions.can_be_assigned(chosen, project):
            label = attribute_name(problems.language, name)
            problems.add_text(name, text(problems.language, "not_assignable", property=label))


def _check_category(server: Server, draft: Any, before: Any, problems: Problems) -> None:
    if draft.category is None:
        return
    category = server.store.categories.get(draft.category)
    if category is None:
        problems.add("category", "does_not_exist")
    elif category.project != draft.project:
        problems.add_text("category", text(problems.language, "only_same_project_categories_allowed"))


def _check_versions(server: Server, draft: Any, before: Any, project: Any, problems: Problems) -> None:
    kept: Set[int] = set() if before is None or before.project != draft.project else set(before.versions)
    name = "targetVersions" if versions_are_multiple(server) else "version"
    if len(draft.versions) > 1 and not versions_are_multiple(server):
        problems.add("targetVersions", "inclusion")
    elif any(one not in kept and not assignable_version(server, one, project) for one in draft.versions):
        problems.add(name, "inclusion")


def _check_sprint(server: Server, draft: Any, before: Any, project: Any, problems: Problems) -> None:
    if draft.sprint is None or not _changed(draft, before, "sprint"):
        return
    sprint = server.store.sprints.get(draft.sprint)
    gone = sprint is None or sprint.status == "completed"
    if gone or sprint.project != project.id or "backlogs" not in project.modules:
        problems.add("sprint", "sprint_not_assignable" if sprint is not None else "does_not_exist")


def _check_parent(server: Server, request: Request, draft: Any, before: Any, problems: Problems) -> None:
    if draft.parent is None or not _changed(draft, before, "parent"):
        if draft.parent is not None and _changed(draft, before, "project"):
            _check_parent_project(server, draft, problems)
        return
    parent = server.store.work_packages.get(draft.parent)
    if draft.parent == UNKNOWN or parent is None or not sees(server, request.user, parent):
        problems.add("parent", "does_not_exist")
        return
    if before is not None and parent.id == before.id:
        problems.add("parent", "cannot_be_self_assigned")
        return
    if server.store.types[parent.type].is_milestone:
        problems.add("parent", "cannot_be_milestone")
    _check_parent_project(server, draft, problems)
    if before is not None and _unrelatable_parent(server, before, parent.id):
        problems.add("parent", "cant_link_a_work_package_with_a_descendant")
    if not server.permissions.allowed(request.user, "manage_subtasks", server.store.projects[draft.project]):
        raise forbidden(request.language)


def _check_parent_project(server: Server, draft: Any, problems: Problems) -> None:
    parent = server.store.work_packages.get(draft.parent)
    if parent is not None and parent.project != draft.project and not server.settings.cross_project_relations:
        problems.add("parent", "cannot_be_in_another_project")


def _unrelatable_parent(server: Server, row: Any, parent: int) -> bool:
    store = server.store
    below: List[int] = [row.id, *(one.id for one in descendants(server, row.id))]
    if parent in below:
        return True
    related: Set[int] = set()
    for one in below:
        for relation in store.relations.find("work_package", one):
            related.update((relation.source, relation.target))
    related -= set(below)
    if not related:
        return False
    blocked = set(related)
    for one in related:
        blocked.update(child.id for child in descendants(server, one))
    return parent in blocked


def _check_scheduling(server: Server, draft: Any, before: Any, sent: Set[str], problems: Problems) -> None:
    if before is None:
        if server.features.manual_by_default and not draft.manual and "manual" in sent:
            parent = server.store.work_packages.get(draft.parent)
            if parent is None or not predecessors(server, parent):
                problems.add("scheduleManually", "cannot_be_automatically_scheduled")
        return
    has_children = bool(server.store.work_packages.ids("parent", before.id))
    turned = "manual" in sent and not draft.manual and before.manual and server.features.manual_by_default
    if turned and not has_children and not predecessors(server, draft):
        problems.add("scheduleManually", "cannot_be_automatically_scheduled")
    if has_children and not draft.manual:
        for attribute, name in (("start", "startDate"), ("due", "dueDate"), ("ignore_days", "ignoreNonWorkingDays")):
            if attribute in sent and getattr(draft, attribute) != getattr(before, attribute):
                problems.read_only(name)


def predecessors(server: Server, row: Any) -> List[Any]:
    """Follows relations of a work package and of those above it."""
    found: List[Any] = []
    current = row
    while current is not None:
        if current.id is not None:
            found.extend(
                relation
                for relation in server.store.relations.find("work_package", current.id)
                if relation.type == "follows" and relation.source == current.id
            )
        current = server.store.work_packages.get(current.parent)
    return found


def assignable_versions(server: Server, project: Any) -> List[Any]:
    """Open versions of and shared with a project."""
    return sorted(
        (row for row in shared_versions(server, project) if row.status == "open"), key=lambda row: row.name.lower()
    )
