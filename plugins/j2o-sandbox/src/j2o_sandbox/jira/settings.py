"""Workflows, schemes and screens: what an installation is configured with, as far as REST tells."""

from __future__ import annotations

from typing import Sequence, Tuple

from j2o_sandbox.jira.call import Call
from j2o_sandbox.jira.model import Json
from j2o_sandbox.jira.routing import ON_PREMISE, ONLY_CLOUD, Route
from j2o_sandbox.jira.wire import Answer, JiraError

_WORKFLOW = "Software Simplified Workflow"
_WORKFLOW_SCHEME = "Software workflow scheme"
_NOTIFICATIONS = "Default notification scheme"
_SCREENS = ("Default Screen", "Workflow Screen", "Resolve Issue Screen")
#: the fields on the first tab of each
_FIELDS = {
    "Default Screen": ("summary", "issuetype", "priority", "components", "fixVersions", "assignee", "description"),
    "Workflow Screen": ("assignee", "resolution"),
    "Resolve Issue Screen": ("resolution", "fixVersions", "assignee"),
}
_TABS = ("Field Tab", "Details")


def workflows(call: Call) -> Answer:
    """Names and numbers of steps on Server; transitions are not told."""
    _administrators_only(call, 401)
    steps = len(call.tracker.catalogue.statuses)
    shape = {"name": _WORKFLOW, "description": "", "lastModifiedDate": "01/Mar/21", "steps": steps, "default": True}
    return Answer([shape])


def workflow_search(call: Call) -> Answer:
    """``GET /workflows/search`` on Cloud: workflows with statuses and transitions, and the statuses they use."""
    _administrators_only(call)
    statuses = call.tracker.catalogue.statuses
    references = [{"statusReference": entry["id"], "properties": {}} for entry in statuses]
    transitions = [
        {"id": str(10 + number), "name": entry["name"], "type": "GLOBAL", "toStatusReference": entry["id"], "links": []}
        for number, entry in enumerate(statuses)
    ]
    value: Json = {"id": "b9ff2384-d3b6-4d4e-9509-3ee19f607168", "name": _WORKFLOW, "scope": {"type": "GLOBAL"}}
    page = call.page(
        [{**value, "statuses": references, "transitions": transitions}], f"{call.shapes.rest}/workflows/search?", 50, 50
    )
    page["statuses"] = [
        {"id": entry["id"], "statusReference": entry["id"], "name": entry["name"]} for entry in statuses
    ]
    return Answer(page)


def removed_workflow_search(call: Call) -> Answer:
    """``GET /workflow/search`` on Cloud, gone since June 2026."""
    raise JiraError(
        410, "The requested API has been removed. Please migrate to /rest/api/3/workflows/search (CHANGE-2569)."
    )


def permission_schemes(call: Call) -> Answer:
    """The one permission scheme."""
    call.logged_in()
    return Answer({"permissionSchemes": [_permissions(call)]})


def security_schemes(call: Call) -> Answer:
    """Issue security schemes; none where there are no levels."""
    _administrators_only(call)
    levels = call.tracker.catalogue.security_levels
    return Answer({"issueSecuritySchemes": [_scheme(call, "issuesecurityschemes", "Staff")] if levels else []})


def security_scheme(call: Call, id: str) -> Answer:
    """One issue security scheme with its levels."""
    _administrators_only(call)
    levels = call.tracker.catalogue.security_levels
    if id != "10000" or not levels:
        raise JiraError(404, f"The issue security scheme with id '{id}' does not exist.")
    return Answer(
        {**_scheme(call, "issuesecurityschemes", "Staff"), "levels": call.shapes.entries("securitylevel", levels)}
    )


def notification_schemes(call: Call) -> Answer:
    """Notification schemes by page; what is notified of only where it is expanded."""
    call.logged_in()
    scheme = _scheme(call, "notificationscheme", _NOTIFICATIONS)
    if {"all", "notificationSchemeEvents"} & set(call.request.words("expand")):
        event = {"id": 1, "name": "Issue created", "description": ""}
        told = [{"id": 1, "notificationType": kind} for kind in ("CurrentAssignee", "Reporter", "AllWatchers")]
        scheme["notificationSchemeEvents"] = [{"event": event, "notifications": told}]
    return Answer(call.page([scheme], f"{call.shapes.rest}/notificationscheme?", 50, 50))


def issue_type_schemes(call: Call) -> Answer:
    """Issue type schemes: all at once on Server, by page on Cloud."""
    _administrators_only(call)
    scheme = {**_scheme(call, "issuetypescheme", "Default issue type scheme"), "id": "10000"}
    if call.cloud:
        del scheme["self"]
        return Answer(call.page([{**scheme, "isDefault": True}], f"{call.shapes.rest}/issuetypescheme?", 50, 50))
    types = call.shapes.entries("issuetype", call.tracker.catalogue.issue_types)
    return Answer({"schemes": [{**scheme, "issueTypes": types}]})


def priority_schemes(call: Call) -> Answer:
    """Priority schemes on Server, under a name of their own."""
    _administrators_only(call)
    ids = [entry["id"] for entry in call.tracker.catalogue.priorities]
    scheme = {**_scheme(call, "priorityschemes", "Default priority scheme"), "optionIds": ids, "defaultScheme": True}
    start = max(0, call.request.integer("startAt", 0))
    return Answer({"startAt": start, "maxResults": 100, "total": 1, "schemes": [scheme][start:]})


def priority_scheme_page(call: Call) -> Answer:
    """Priority schemes on Cloud, by page."""
    _administrators_only(call)
    scheme = {"id": "1", "name": "Default priority scheme", "description": "", "isDefault": True}
    return Answer(call.page([scheme], f"{call.shapes.rest}/priorityscheme?", 50, 50))


def workflow_schemes(call: Call) -> Answer:
    """Workflow schemes on Cloud, by page."""
    _administrators_only(call)
    scheme = {**_scheme(call, "workflowscheme", _WORKFLOW_SCHEME), "defaultWorkflow": _WORKFLOW}
    return Answer(call.page([{**scheme, "issueTypeMappings": {}}], f"{call.shapes.rest}/workflowscheme?", 50, 50))


def screens(call: Call) -> Answer:
    """Screens by page: a plain list on Server, a page with its totals on Cloud."""
    _administrators_only(call, 403 if call.cloud else 401)
    found = [{"id": number, "name": name, "description": ""} for number, name in enumerate(_SCREENS, 1)]
    page = call.page(found, f"{call.shapes.rest}/screens?", 100, 100)
    return Answer(page if call.cloud else page["values"])


def screen_tabs(call: Call, screen: str) -> Answer:
    """The tabs of a screen."""
    return Answer([{"id": 10_000 + number, "name": name} for number, name in _tabs(call, screen)])


def screen_fields(call: Call, screen: str, tab: str) -> Answer:
    """The fields on a tab of a screen."""
    names = {10_000 + number: name for number, name in _tabs(call, screen)}
    name = names.get(int(tab)) if tab.isdigit() else None
    if name is None:
        raise JiraError(404 if call.cloud else 400, f"The screen tab with id {tab} does not exist.")
    fields = call.tracker.catalogue.fields
    if name == _TABS[0]:
        shown = [entry for entry in fields if entry["id"] in _FIELDS[_SCREENS[int(screen) - 1]]]
    else:
        shown = [entry for entry in fields if entry["custom"]]
    more: Json = {} if call.cloud else {"showWhenEmpty": False}
    return Answer([{"id": entry["id"], "name": entry["name"], **more} for entry in shown])


def _tabs(call: Call, screen: str) -> Sequence[Tuple[int, str]]:
    """Numbers and names of the tabs; only the first screen has a second one."""
    _administrators_only(call, 403 if call.cloud else 401)
    if not screen.isdigit() or not 1 <= int(screen) <= len(_SCREENS):
        raise JiraError(404 if call.cloud else 400, f"The screen with id {screen} does not exist.")
    number = int(screen)
    return [(number, _TABS[0])] + ([(100 + number, _TABS[1])] if number == 1 else [])


def project_permission_scheme(call: Call, key: str) -> Answer:
    """The permission scheme of a project."""
    call.find_project(key)
    return Answer(_permissions(call))


def project_notification_scheme(call: Call, key: str) -> Answer:
    """The notification scheme of a project."""
    call.find_project(key)
    return Answer(_scheme(call, "notificationscheme", _NOTIFICATIONS))


def project_priority_scheme(call: Call, key: str) -> Answer:
    """The priority scheme of a project, on Server."""
    call.find_project(key)
    ids = [entry["id"] for entry in call.tracker.catalogue.priorities]
    return Answer(
        {**_scheme(call, "priorityschemes", "Default priority scheme"), "defaultScheme": True, "optionIds": ids}
    )


def project_workflow_scheme(call: Call, key: str) -> Answer:
    """The workflow scheme of a project, on Server, for administrators."""
    call.find_project(key)
    _administrators_only(call)
    return Answer({**_scheme(call, "workflowscheme", _WORKFLOW_SCHEME), "defaultWorkflow": _WORKFLOW})


def project_security_scheme(call: Call, key: str) -> Answer:
    """The issue security scheme of a project with the levels, for administrators."""
    call.find_project(key)
    _administrators_only(call)
    if not call.tracker.catalogue.security_levels:
        raise JiraError(404, "The project has no issue security scheme.")
    levels = call.shapes.entries("securitylevel", call.tracker.catalogue.security_levels)
    return Answer({**_scheme(call, "issuesecurityschemes", "Staff"), "levels": levels})


def _permissions(call: Call) -> Json:
    scheme = _scheme(call, "permissionscheme", "Default software scheme")
    if "permissions" in call.request.words("expand"):
        holder = {"type": "applicationRole"}
        place = f"{scheme['self']}/permission"
        names = ("BROWSE_PROJECTS", "CREATE_ISSUES", "EDIT_ISSUES", "ADD_COMMENTS", "WORK_ON_ISSUES")
        scheme["permissions"] = [
            {"id": number, "self": f"{place}/{number}", "holder": holder, "permission": name}
            for number, name in enumerate(names, 10_100)
        ]
    return scheme


def _scheme(call: Call, kind: str, name: str) -> Json:
    return {"id": 10000, "self": f"{call.shapes.rest}/{kind}/10000", "name": name, "description": ""}


def _administrators_only(call: Call, status: int = 403) -> None:
    """Some resources of Server answer 401 to people who are logged in, and no administrators."""
    call.logged_in()
    if not call.viewer.administrator:
        raise JiraError(status, "Only Jira administrators can access this resource.")


ROUTES = (
    Route("GET", "API/workflow", workflows, ON_PREMISE),
    Route("GET", "API/workflow/search", removed_workflow_search, ONLY_CLOUD),
    Route("GET", "API/workflows/search", workflow_search, ONLY_CLOUD),
    Route("GET", "API/permissionscheme", permission_schemes),
    Route("GET", "API/issuesecurityschemes", security_schemes),
    Route("GET", "API/issuesecurityschemes/{scheme}", security_scheme),
    Route("GET", "API/notificationscheme", notification_schemes),
    Route("GET", "API/issuetypescheme", issue_type_schemes),
    Route("GET", "API/priorityschemes", priority_schemes, ON_PREMISE),
    Route("GET", "API/priorityscheme", priority_scheme_page, ONLY_CLOUD),
    Route("GET", "API/workflowscheme", workflow_schemes, ONLY_CLOUD),
    Route("GET", "API/screens", screens, since=(8, 3)),
    Route("GET", "API/screens/{screen}/tabs", screen_tabs),
    Route("GET", "API/screens/{screen}/tabs/{tab}/fields", screen_fields),
    Route("GET", "API/project/{project}/permissionscheme", project_permission_scheme),
    Route("GET", "API/project/{project}/notificationscheme", project_notification_scheme),
    Route("GET", "API/project/{project}/priorityscheme", project_priority_scheme, ON_PREMISE),
    Route("GET", "API/project/{project}/workflowscheme", project_workflow_scheme, ON_PREMISE),
    Route("GET", "API/project/{project}/issuesecuritylevelscheme", project_security_scheme),
)
