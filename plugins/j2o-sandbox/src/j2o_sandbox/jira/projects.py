"""Projects and what belongs to them."""

from __future__ import annotations

from typing import List

from j2o_sandbox.jira.call import Call
from j2o_sandbox.jira.model import Json, Project
from j2o_sandbox.jira.routing import ONLY_CLOUD, Route
from j2o_sandbox.jira.wire import Answer, JiraError


def projects(call: Call) -> Answer:
    """All living projects the caller may browse; archived ones with ``includeArchived``."""
    archived = call.request.flag("includeArchived")
    expand = call.request.words("expand")
    return Answer([call.shapes.project(p, expand) for p in _visible(call) if archived or not p.archived])


def project_search(call: Call) -> Answer:
    """``GET /project/search``: at most 100 a page, living projects unless ``status`` says otherwise."""
    statuses = call.request.words("status") or ["live"]
    unknown = set(statuses) - {"live", "archived", "deleted"}
    if unknown:
        raise JiraError(400, f"The value '{sorted(unknown)[0]}' is not a valid project status.")
    keys = set(call.request.words("keys"))
    query = (call.request.text("query") or "").lower()
    chosen = [
        project
        for project in sorted(_visible(call), key=lambda project: project.key)
        if ("archived" if project.archived else "live") in statuses
        and (not keys or project.key in keys)
        and (query in project.key.lower() or query in project.name.lower())
    ]
    page = call.page(list(chosen), f"{call.shapes.rest}/project/search?", 50, 100)
    page["values"] = [call.shapes.project(project, call.request.words("expand")) for project in page["values"]]
    return Answer(page)


def project(call: Call, key: str) -> Answer:
    """One project, in full."""
    return Answer(call.shapes.project(call.find_project(key), call.request.words("expand"), full=True))


def versions(call: Call, key: str) -> Answer:
    """All versions."""
    return Answer(call.shapes.entries("version", call.find_project(key).versions))


def version_page(call: Call, key: str) -> Answer:
    """Versions by page."""
    found = call.find_project(key)
    values = call.shapes.entries("version", found.versions)
    return Answer(call.page(values, f"{call.shapes.rest}/project/{found.key}/version?", 50, 50))


def components(call: Call, key: str) -> Answer:
    """All components."""
    found = call.find_project(key)
    return Answer([call.shapes.component(found, entry) for entry in found.components])


def statuses(call: Call, key: str) -> Answer:
    """Statuses by issue type."""
    found = call.find_project(key)
    catalogue = call.tracker.catalogue
    own = [entry for entry in catalogue.statuses if entry["id"] in found.status_ids] or list(catalogue.statuses)
    shapes: List[Json] = []
    for kind in call.shapes.types_of(found):
        full = call.shapes.entry("issuetype", kind)
        shape = {name: full[name] for name in ("self", "id", "name", "subtask")}
        shapes.append({**shape, "statuses": call.shapes.entries("status", own)})
    return Answer(shapes)


def roles(call: Call, key: str) -> Answer:
    """Names of roles and the addresses of their actors."""
    call.logged_in()
    return Answer(call.shapes.role_map(call.find_project(key)))


def role(call: Call, key: str, id: str) -> Answer:
    """A role of the project with its actors."""
    call.logged_in()
    found = call.find_project(key)
    for entry in call.tracker.catalogue.roles:
        if str(entry["id"]) == id:
            return Answer(call.shapes.role(found, entry))
    raise JiraError(404, f"Can not retrieve a role actor for a null project role with id '{id}'.")


def all_roles(call: Call) -> Answer:
    """The roles of the installation."""
    call.logged_in()
    return Answer([_role(call, entry) for entry in call.tracker.catalogue.roles])


def one_role(call: Call, id: str) -> Answer:
    """One role of the installation."""
    call.logged_in()
    for entry in call.tracker.catalogue.roles:
        if str(entry["id"]) == id:
            return Answer(_role(call, entry))
    raise JiraError(404, f"Can not find a role with id '{id}'.")


def security_levels(call: Call, key: str) -> Answer:
    """Security levels the caller may set: administrators see the visible ones."""
    call.find_project(key)
    catalogue = call.tracker.catalogue
    shown = [level for level in catalogue.security_levels if level["id"] not in catalogue.hidden_levels]
    return Answer({"levels": call.shapes.entries("securitylevel", shown if call.viewer.administrator else [])})


def _role(call: Call, entry: Json) -> Json:
    return {"self": f"{call.shapes.rest}/role/{entry['id']}", **entry}


def _visible(call: Call) -> List[Project]:
    return [] if call.viewer.user is None else list(call.tracker.projects)


ROUTES = (
    Route("GET", "API/project", projects),
    Route("GET", "API/project/search", project_search, ONLY_CLOUD),
    Route("GET", "API/project/{project}", project),
    Route("GET", "API/project/{project}/versions", versions),
    Route("GET", "API/project/{project}/version", version_page),
    Route("GET", "API/project/{project}/components", components),
    Route("GET", "API/project/{project}/statuses", statuses),
    Route("GET", "API/project/{project}/role", roles),
    Route("GET", "API/project/{project}/role/{role}", role),
    Route("GET", "API/project/{project}/securitylevel", security_levels),
    Route("GET", "API/role", all_roles),
    Route("GET", "API/role/{role}", one_role),
)
