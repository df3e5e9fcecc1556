"""Contexts of custom fields: where a field offers which options."""

from __future__ import annotations

from typing import List, Sequence, Tuple

from j2o_sandbox.jira.call import Call
from j2o_sandbox.jira.model import Context, Json
from j2o_sandbox.jira.routing import ON_PREMISE, ONLY_CLOUD, Route
from j2o_sandbox.jira.wire import Answer, JiraError


def field_options(call: Call, number: str) -> Answer:
    """``/customFields/{id}/options`` on Server, by page number: of the contexts of ``projectIds``, of all contexts, or
    of the one for all projects."""
    call.logged_in()
    contexts = _contexts(call, f"customfield_{number}")
    if call.request.text("useAllContexts", "false") != "true":
        wanted = {word for text in call.request.query.get("projectIds", ()) for word in text.split(",")}
        contexts = of_projects(contexts, wanted)
    size = min(max(1, call.request.integer("maxResults", 100)), 1000)
    page = max(1, call.request.integer("page", 1))
    shown = [
        {
            "id": int(entry["id"]),
            "value": entry["value"],
            "disabled": entry.get("disabled", False),
            "childrenIds": [int(child["id"]) for child in entry.get("children", ())],
            "self": f"{call.shapes.rest}/customFieldOption/{entry['id']}",
        }
        for context in contexts
        for entry in flat(context.options)
    ]
    start = (page - 1) * size
    return Answer({"total": len(shown), "options": shown[start : start + size]})


def field_contexts(call: Call, field: str) -> Answer:
    """The contexts of a custom field on Cloud."""
    values = [
        {
            "id": context.id,
            "name": context.name,
            "description": "",
            "isGlobalContext": not context.projects,
            "isAnyIssueType": True,
        }
        for context in _contexts(call, field)
    ]
    return Answer(call.page(values, f"{call.shapes.rest}/field/{field}/context?", 50, 50))


def context_projects(call: Call, field: str) -> Answer:
    """Which projects the contexts of a field on Cloud are for."""
    values: List[Json] = []
    for context in _contexts(call, field):
        values.extend({"contextId": context.id, "projectId": id} for id in context.projects)
        if not context.projects:
            values.append({"contextId": context.id, "isGlobalContext": True})
    return Answer(call.page(values, f"{call.shapes.rest}/field/{field}/context/projectmapping?", 50, 50))


def context_options(call: Call, field: str, context: str) -> Answer:
    """Options of a context on Cloud; children name their parent in ``optionId``."""
    found = next((one for one in _contexts(call, field) if one.id == context), None)
    if found is None:
        raise JiraError(404, "The field context was not found.")
    values: List[Json] = []
    for entry in found.options:
        values.append({"id": entry["id"], "value": entry["value"], "disabled": entry.get("disabled", False)})
        values.extend(
            {"id": child["id"], "value": child["value"], "optionId": entry["id"], "disabled": False}
            for child in entry.get("children", ())
        )
    return Answer(call.page(values, f"{call.shapes.rest}/field/{field}/context/{context}/option?", 100, 1000))


def contexts_of(call: Call, field: str) -> Tuple[Context, ...]:
    """All contexts of a field that is there, the one for all projects first."""
    catalogue = call.tracker.catalogue
    number = str(int(field.rsplit("_", 1)[1]) + 10_000)
    return (Context(number, "Default", catalogue.options.get(field, ())), *catalogue.contexts.get(field, ()))


def flat(options: Sequence[Json]) -> List[Json]:
    """Options, each followed by those below it."""
    return [entry for option in options for entry in (option, *option.get("children", ()))]


def of_projects(contexts: Sequence[Context], wanted: set[str]) -> Tuple[Context, ...]:
    """Those of contexts that apply in the projects with these ids."""
    own = [context for context in contexts if wanted & set(context.projects)]
    named = {project for context in own for project in context.projects}
    return tuple(own) if wanted and wanted <= named else (contexts[0], *own)


def _contexts(call: Call, field: str) -> Tuple[Context, ...]:
    if field not in {entry["id"] for entry in call.tracker.catalogue.fields if entry["custom"]}:
        raise JiraError(404, "The custom field was not found.")
    return contexts_of(call, field)


ROUTES = (
    Route("GET", "API/customFields/{field}/options", field_options, ON_PREMISE, since=(9, 0)),
    Route("GET", "API/field/{field}/context", field_contexts, ONLY_CLOUD),
    Route("GET", "API/field/{field}/context/projectmapping", context_projects, ONLY_CLOUD),
    Route("GET", "API/field/{field}/context/{context}/option", context_options, ONLY_CLOUD),
)
