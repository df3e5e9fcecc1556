"""Create metadata: which issues can be created in a project, and with which fields."""

from __future__ import annotations

from typing import Iterator, List

from j2o_sandbox.jira.call import Call
from j2o_sandbox.jira.field_contexts import contexts_of, of_projects
from j2o_sandbox.jira.model import Json, Project
from j2o_sandbox.jira.routing import Route
from j2o_sandbox.jira.wire import Answer, JiraError


def create_meta(call: Call) -> Answer:
    """``/issue/createmeta`` without a project: all projects with their issue types, gone in 9.0 and on Cloud."""
    if call.installation.behaviour.at_least(9):
        raise JiraError(404, "Issue Does Not Exist")
    call.logged_in()
    wanted = set(call.request.words("projectKeys"))
    living = [project for project in call.tracker.projects if not project.archived]
    found = [project for project in living if not wanted or project.key in wanted]
    shapes = [call.shapes.project(project, ()) for project in found]
    for shape, project in zip(shapes, found):
        shape["issuetypes"] = call.shapes.entries("issuetype", call.shapes.types_of(project))
        if "projects.issuetypes.fields" in call.request.words("expand"):
            fields = {entry["key"]: entry for entry in _on_create_screen(call, project)}
            shape["issuetypes"] = [{**kind, "fields": fields} for kind in shape["issuetypes"]]
    return Answer({"expand": "projects", "projects": shapes})


def create_types(call: Call, key: str) -> Answer:
    """Issue types that can be created in a project."""
    call.logged_in()
    found = call.find_project(key)
    values = call.shapes.entries("issuetype", call.shapes.types_of(found))
    return Answer(_create_page(call, f"{key}/issuetypes", values, "issueTypes"))


def create_fields(call: Call, key: str, type_id: str) -> Answer:
    """Fields of the create screen of an issue type."""
    call.logged_in()
    found = call.find_project(key)
    if type_id not in {entry["id"] for entry in call.shapes.types_of(found)}:
        raise JiraError(404, f"Issue type with id '{type_id}' does not exist in the project.")
    values: List[Json] = [
        {"fieldId": entry["key"], **entry, "hasDefaultValue": False} for entry in _on_create_screen(call, found)
    ]
    return Answer(_create_page(call, f"{key}/issuetypes/{type_id}", values, "fields"))


def _on_create_screen(call: Call, project: Project) -> Iterator[Json]:
    for entry in call.tracker.catalogue.fields:
        if entry["orderable"] and "schema" in entry:
            shape = {"key": entry["id"], "name": entry["name"], "schema": entry["schema"], "operations": ["set"]}
            shape["required"] = entry["id"] in ("summary", "issuetype", "project")
            if entry["id"] in call.tracker.catalogue.options:
                contexts = of_projects(contexts_of(call, entry["id"]), {project.id})
                shape["allowedValues"] = [option for context in contexts[-1:] for option in context.options]
            yield shape


def _create_page(call: Call, place: str, values: List[Json], name: str) -> Json:
    page = call.page(values, f"{call.shapes.rest}/issue/createmeta/{place}?", 50, 200)
    if call.cloud:
        page[name] = page.pop("values")
    return page


ROUTES = (
    Route("GET", "API/issue/createmeta", create_meta),
    Route("GET", "API/issue/createmeta/{project}/issuetypes", create_types, since=(8, 4)),
    Route("GET", "API/issue/createmeta/{project}/issuetypes/{type}", create_fields, since=(8, 4)),
)
