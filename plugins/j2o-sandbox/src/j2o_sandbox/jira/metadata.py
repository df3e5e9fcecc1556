"""The lists around issues: types, statuses, fields, link types, options."""

from __future__ import annotations

import time
from typing import Any, Callable, List, Sequence

from j2o_sandbox.generate.clock import jira_time
from j2o_sandbox.jira.accounts import CLOUD_ID
from j2o_sandbox.jira.call import Call
from j2o_sandbox.jira.field_contexts import contexts_of, flat
from j2o_sandbox.jira.model import Catalogue, Json
from j2o_sandbox.jira.routing import ONLY_CLOUD, Handler, Route
from j2o_sandbox.jira.wire import Answer, JiraError


def server_info(call: Call) -> Answer:
    """The edition, for anybody."""
    behaviour = call.installation.behaviour
    numbers = [int(part) for part in behaviour.version.split("-")[0].split(".")]
    shape: Json = {"baseUrl": call.request.base, "version": behaviour.version, "versionNumbers": numbers}
    shape["deploymentType"] = "Cloud" if behaviour.cloud else "Server"
    shape.update(
        {"buildNumber": 100_250 if behaviour.cloud else _build(numbers), "buildDate": "2024-05-06T00:00:00.000+0000"}
    )
    shape["serverTime"] = jira_time(int(time.time()), call.installation.offset_minutes)
    shape.update({"scmInfo": "0" * 40, "serverTitle": "Jira"})
    if behaviour.cloud:
        shape["serverTimeZone"] = call.tracker.time_zone
    return Answer(shape)


def _build(numbers: Sequence[int]) -> int:
    """820004 of 8.20.4, 9170005 of 9.17.5."""
    major, minor, patch = (*numbers, 0, 0)[:3]
    return major * 100_000 + minor * 1_000 + patch if major < 9 else major * 1_000_000 + minor * 10_000 + patch


def tenant_info(call: Call) -> Answer:
    """``/_edge/tenant_info``: the cloud id that the gateway's addresses need."""
    return Answer({"cloudId": CLOUD_ID})


def fields(call: Call) -> Answer:
    """System and custom fields with their schemas."""
    shown: List[Json] = []
    for entry in call.tracker.catalogue.fields:
        if call.cloud or entry["id"] != "parent":
            shown.append(entry if call.cloud else {name: value for name, value in entry.items() if name != "key"})
    return Answer(shown)


def field_search(call: Call) -> Answer:
    """``GET /field/search``: fields by page."""
    kinds = call.request.words("type")
    found = [
        {name: entry[name] for name in ("id", "key", "name", "schema") if name in entry}
        for entry in call.tracker.catalogue.fields
        if not kinds or ("custom" if entry["custom"] else "system") in kinds
    ]
    return Answer(call.page(found, f"{call.shapes.rest}/field/search?", 50, 50))


def link_types(call: Call) -> Answer:
    """Issue link types."""
    return Answer({"issueLinkTypes": call.shapes.entries("issueLinkType", call.tracker.catalogue.link_types)})


def security_level(call: Call, id: str) -> Answer:
    """One security level."""
    call.logged_in()
    return Answer(
        call.shapes.entry("securitylevel", _one(call.tracker.catalogue.security_levels, id, "security level"))
    )


def option(call: Call, id: str) -> Answer:
    """One option of a custom field."""
    for field in call.tracker.catalogue.options:
        for context in contexts_of(call, field):
            for entry in flat(context.options):
                if entry["id"] == id:
                    return Answer({"self": f"{call.shapes.rest}/customFieldOption/{id}", "value": entry["value"]})
    raise JiraError(404, "A custom field option with the provided id does not exist.")


def configuration(call: Call) -> Answer:
    """What is switched on, and the hours of a working day."""
    call.logged_in()
    tracking = {"workingHoursPerDay": 8.0, "workingDaysPerWeek": 5.0, "timeFormat": "pretty", "defaultUnit": "minute"}
    switches = ("voting", "watching", "subTasks", "issueLinking", "timeTracking", "attachments")
    shape: Json = {f"{name}Enabled": True for name in switches}
    return Answer({**shape, "unassignedIssuesAllowed": True, "timeTrackingConfiguration": tracking})


def _one(entries: Sequence[Json], id: str, what: str) -> Json:
    for entry in entries:
        if str(entry["id"]) == id:
            return entry
    raise JiraError(404, f"The {what} with id '{id}' does not exist.")


def _list_of(kind: str, pick: Callable[[Catalogue], Sequence[Json]]) -> Handler:
    def answer(call: Call) -> Answer:
        return Answer(call.shapes.entries(kind, pick(call.tracker.catalogue)))

    return answer


def _page_of(kind: str, pick: Callable[[Catalogue], Sequence[Json]]) -> Handler:
    def answer(call: Call) -> Answer:
        values: List[Any] = call.shapes.entries(kind, pick(call.tracker.catalogue))
        return Answer(call.page(values, f"{call.shapes.rest}/{kind}/search?", 50, 50))

    return answer


def _one_of(kind: str, pick: Callable[[Catalogue], Sequence[Json]]) -> Handler:
    def answer(call: Call, id: str) -> Answer:
        entries = pick(call.tracker.catalogue)
        named = next((entry for entry in entries if entry["name"] == id), None) if kind == "status" else None
        return Answer(call.shapes.entry(kind, named or _one(entries, id, kind)))

    return answer


def _categories(catalogue: Catalogue) -> Sequence[Json]:
    found = {entry["statusCategory"]["id"]: entry["statusCategory"] for entry in catalogue.statuses}
    undefined = {"id": 1, "key": "undefined", "colorName": "medium-gray", "name": "No Category"}
    return [undefined, *(found[id] for id in sorted(found) if id != 1)]


_LISTS = (
    ("issuetype", lambda catalogue: catalogue.issue_types),
    ("status", lambda catalogue: catalogue.statuses),
    ("statuscategory", _categories),
    ("priority", lambda catalogue: catalogue.priorities),
    ("resolution", lambda catalogue: catalogue.resolutions),
)

ROUTES = (
    Route("GET", "API/serverInfo", server_info),
    Route("GET", "/_edge/tenant_info", tenant_info, ONLY_CLOUD),
    Route("GET", "API/field", fields),
    Route("GET", "API/field/search", field_search, ONLY_CLOUD),
    *(Route("GET", f"API/{kind}/search", _page_of(kind, pick), ONLY_CLOUD) for kind, pick in _LISTS[3:]),
    *(Route("GET", f"API/{kind}", _list_of(kind, pick)) for kind, pick in _LISTS),
    *(Route("GET", f"API/{kind}/{{entry}}", _one_of(kind, pick)) for kind, pick in _LISTS),
    Route("GET", "API/issueLinkType", link_types),
    Route("GET", "API/securitylevel/{level}", security_level),
    Route("GET", "API/customFieldOption/{option}", option),
    Route("GET", "API/configuration", configuration),
)
