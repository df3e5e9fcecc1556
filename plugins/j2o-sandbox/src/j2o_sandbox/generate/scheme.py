"""Types and statuses as one project uses them: team-managed projects have their own, of the same names."""

from __future__ import annotations

from j2o_sandbox.generate import lists
from j2o_sandbox.jira.model import Json, Project


def type_of(project: Project, type_id: str) -> Json:
    """An issue type as a project uses it; team-managed projects have their own, of the same name."""
    entry = next(entry for entry in lists.ISSUE_TYPES if entry["id"] == type_id)
    if not project.team_managed:
        return entry
    name = "Task" if type_id == lists.IMPROVEMENT else entry["name"]
    scope = {"type": "PROJECT", "project": {"id": project.id}}
    return {**entry, "id": own_id(int(project.id) - 10000, lists.TEAM_TYPES[type_id]), "name": name, "scope": scope}


def status_of(project: Project, status: int) -> Json:
    """A status as a project uses it; team-managed projects have their own, of the same name."""
    entry = lists.STATUSES[status]
    if not project.team_managed:
        return entry
    scope = {"type": "PROJECT", "project": {"id": project.id}}
    return {**entry, "id": own_id(int(project.id) - 10000, lists.TEAM_STATUSES[status]), "scope": scope}


def own_id(number: int, id: str) -> str:
    """The id of a type or status inside the team-managed project of this number."""
    return str(int(id) + 100 * number)


def project_of(project: Project) -> Json:
    """A project as issues embed it."""
    found: Json = {"id": project.id, "key": project.key, "name": project.name, "projectTypeKey": "software"}
    found["simplified"] = project.team_managed
    if project.category is not None:
        found["projectCategory"] = project.category
    return found
