"""A custom field of every type that Jira and its usual apps have, and a value of each for any issue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Optional, Sequence, Tuple

from j2o_sandbox.generate.clock import jira_date
from j2o_sandbox.generate.lists import EPIC
from j2o_sandbox.generate.richtext import RichText
from j2o_sandbox.generate.world import World
from j2o_sandbox.jira.model import Json, Person

_FIRST = 11_000
_TYPES = "com.atlassian.jira.plugin.system.customfieldtypes:"
_AGILE = "com.pyxis.greenhopper.jira:"
_DESK = "com.atlassian.servicedesk:"
_ROADMAPS = "com.atlassian.jpo:jpo-custom-field-"
_ASSETS = "com.riadalabs.jira.plugins.insight:rlabs-customfield-"
CLOUD, ON_PREMISE = "cloud", "on premise"
#: on premise epics alone have it
PARENT_LINK = "Parent Link"


@dataclass(frozen=True)
class Place:
    """The issue that a value is for: its position, and the people of its project."""

    world: World
    position: int
    people: Sequence[str]

    def person(self, number: int) -> Person:
        """One of the people."""
        return Person(self.people[(self.position + number) % len(self.people)])

    @property
    def day(self) -> str:
        """A day after the issue was created."""
        return jira_date(self.world.outline.created[self.position] + 86_400 * (2 + self.position % 9))

    @property
    def time(self) -> str:
        """A moment after the issue was created."""
        return self.world.time(self.world.outline.created[self.position] + 4_321 + self.position)

    @property
    def versions(self) -> Sequence[Json]:
        """The versions of its project."""
        return self.world.projects[self.world.outline.project[self.position]].versions


Value = Callable[[Place], Any]


@dataclass(frozen=True)
class Field:
    """One field: name, type key, schema type and items, the value, and the edition that has it (none: each)."""

    name: str
    custom: str
    kind: str
    value: Value
    items: Optional[str] = None
    only: str = ""


def every_field(cloud: bool) -> Tuple[Field, ...]:
    """Those of an edition."""
    other = ON_PREMISE if cloud else CLOUD
    return tuple(field for field in _FIELDS if field.only != other)


def definitions(cloud: bool) -> Tuple[Json, ...]:
    """The fields as ``/field`` lists them."""
    found = []
    for number, field in enumerate(every_field(cloud), _FIRST):
        id = f"customfield_{number}"
        schema: Json = {"type": field.kind, "custom": field.custom, "customId": number}
        if field.items is not None:
            schema["items"] = field.items
        found.append(
            {
                "id": id,
                "key": id,
                "name": field.name,
                "custom": True,
                "orderable": True,
                "navigable": True,
                "searchable": True,
                "clauseNames": [f"cf[{number}]", field.name],
                "schema": schema,
            }
        )
    return tuple(found)


def values(place: Place, cloud: bool) -> Json:
    """A value of each field; every third issue lacks each, not all the same."""
    found: Json = {}
    for number, field in enumerate(every_field(cloud)):
        is_empty = (place.position + number) % 3 == 2
        found[f"customfield_{_FIRST + number}"] = None if is_empty else field.value(place)
    return found


def _option(number: int, value: str) -> Json:
    return {"id": str(number), "value": value, "disabled": False}


def _initiative(place: Place) -> Optional[str]:
    """What an epic belongs to: the key of the first one of its project."""
    outline = place.world.outline
    if outline.type_id[place.position] != EPIC:
        return None
    same = (other for other, project in enumerate(outline.project) if project == outline.project[place.position])
    first = next(other for other in same if outline.type_id[other] == EPIC)
    return None if first == place.position else outline.keys[first]


def _no_initiative(place: Place) -> Json:
    """What Cloud says of the same field without a licence; there the parent of an epic is a parent like any other."""
    message = "Portfolio for Jira must be licensed for the Parent Link to be available."
    reason = {"reason": "PLUGIN_LICENSE_ERROR", "message": message}
    return {"hasEpicLinkFieldDependency": False, "showField": False, "nonEditableReason": reason}


def _cycle(value: Place) -> Json:
    return {
        "startTime": {"iso8601": value.time, "friendly": "Today 09:00"},
        "stopTime": {"iso8601": value.time, "friendly": "Today 11:30"},
        "breached": value.position % 2 == 0,
        "goalDuration": {"millis": 14_400_000, "friendly": "4h"},
        "elapsedTime": {"millis": 9_000_000 + value.position, "friendly": "2h 30m"},
        "remainingTime": {"millis": 5_400_000, "friendly": "1h 30m"},
    }


def _approval(place: Place) -> Json:
    return {
        "id": "3",
        "name": "Waiting for the board",
        "finalDecision": "approved",
        "canAnswerApproval": False,
        "approvers": [{"approver": place.person(1), "approverDecision": "approved"}],
        "createdDate": {"iso8601": place.time, "friendly": "Yesterday"},
    }


_ODD = ("A*B*_C_ [x|y]", "=SUM(A1)", "<b>bold</b> & co", "#12 r34 version:x", "50 % {code}", "日本語 — ü", "-", "0")

_FIELDS: Tuple[Field, ...] = (
    Field("Impact", _TYPES + "select", "option", lambda p: _option(11500 + p.position % 8, _ODD[p.position % 8])),
    Field("Urgency", _TYPES + "radiobuttons", "option", lambda p: _option(11510, "Within a week")),
    Field(
        "Channels",
        _TYPES + "multiselect",
        "array",
        lambda p: [_option(11520, "Phone, fax"), _option(11521, "Mail / Chat")][: 1 + p.position % 2],
        "option",
    ),
    Field("Done so far", _TYPES + "multicheckboxes", "array", lambda p: [_option(11530, "Signed off")], "option"),
    Field(
        "Region",
        _TYPES + "cascadingselect",
        "option-with-child",
        lambda p: {**_option(11540, "Europe"), **({"child": _option(11541, "Wien")} if p.position % 2 else {})},
    ),
    Field("Budget", _TYPES + "float", "number", lambda p: (0.0, -3.25, 1_234_567.5, 1e-3)[p.position % 4]),
    Field("Go live", _TYPES + "datepicker", "date", lambda p: p.day),
    Field("Outage began", _TYPES + "datetime", "datetime", lambda p: p.time),
    Field("Contract", _TYPES + "textfield", "string", lambda p: _ODD[p.position % 8]),
    Field(
        "Acceptance criteria",
        _TYPES + "textarea",
        "string",
        lambda p: RichText(
            (("list", False, [["given ", ("bold", f"case {p.position}")], ["then ", ("mono", "a_b")]]),), p.world.names
        ),
    ),
    Field("Runbook", _TYPES + "url", "string", lambda p: f"https://wiki.example.com/run_book/{p.position}?a=1&b=2#c"),
    Field("Import note", _TYPES + "readonlyfield", "string", lambda p: f"imported as no. {p.position}"),
    Field("Old id", _TYPES + "importid", "number", lambda p: 70_000 + p.position),
    Field("Owner", _TYPES + "userpicker", "user", lambda p: p.person(2)),
    Field("Sponsors", _TYPES + "multiuserpicker", "array", lambda p: [p.person(3), p.person(4)], "user"),
    Field("Stakeholders", _TYPES + "people", "array", lambda p: [p.person(1)], "user"),
    Field("Support group", _TYPES + "grouppicker", "group", lambda p: {"name": "support team"}),
    Field(
        "Informed groups",
        _TYPES + "multigrouppicker",
        "array",
        lambda p: [{"name": "developers"}, {"name": "support team"}],
        "group",
    ),
    Field("Keywords", _TYPES + "labels", "array", lambda p: ["a_b", "c-d", "#7"][: 1 + p.position % 3], "string"),
    Field("Seen in", _TYPES + "version", "version", lambda p: p.versions[p.position % 3]),
    Field("Promised for", _TYPES + "multiversion", "array", lambda p: list(p.versions[2:4]), "version"),
    Field(
        "Sister project",
        _TYPES + "project",
        "project",
        lambda p: {"id": p.world.projects[0].id, "key": p.world.projects[0].key, "name": p.world.projects[0].name},
    ),
    Field("Epic Color", _AGILE + "gh-epic-color", "string", lambda p: "ghx-label-4"),
    Field("Global Rank", _AGILE + "gh-global-rank", "any", lambda p: str(9_223_372_036 + p.position)),
    Field("Story point estimate", _AGILE + "jsw-story-points", "number", lambda p: 3.0, only=CLOUD),
    Field("Issue color", _AGILE + "jsw-issue-color", "string", lambda p: "purple", only=CLOUD),
    Field(
        "Released in",
        _AGILE + "greenhopper-releasedmultiversionhistory",
        "array",
        lambda p: list(p.versions[:1]),
        "version",
        ON_PREMISE,
    ),
    Field("Baseline start", _ROADMAPS + "baseline-start", "date", lambda p: p.day),
    Field("Baseline end", _ROADMAPS + "baseline-end", "date", lambda p: p.day),
    Field("Original story points", _ROADMAPS + "original-story-points", "number", lambda p: 8.0),
    Field(
        "Team",
        "com.atlassian.teams:rm-teams-custom-field-team",
        "any",
        lambda p: {"id": "7", "name": "Team Blue", "title": "Team Blue", "isShared": True},
    ),
    Field(
        "Squad",
        _TYPES + "atlassian-team",
        "team",
        lambda p: {"id": "36885b3c-1bf0-4f85-a357-c5b858c31de4", "name": "Squad Red", "isVerified": True},
        only=CLOUD,
    ),
    Field("Goals", _TYPES + "goals", "array", lambda p: [{"id": "g-1", "name": "Halve the churn"}], "string", CLOUD),
    Field(
        "Focus areas", _TYPES + "focus-areas", "array", lambda p: [{"id": "f1", "name": "Retention"}], "string", CLOUD
    ),
    Field("Category", _TYPES + "jwm-category", "option", lambda p: _option(11550, "Legal"), only=CLOUD),
    Field(
        "Request Type",
        _DESK + "vp-origin",
        "sd-customerrequesttype",
        lambda p: {
            "requestType": {"id": "25", "name": "Get IT help", "serviceDeskId": "3"},
            "currentStatus": {"status": "Waiting for support", "statusDate": {"iso8601": p.time}},
        },
    ),
    Field(
        "Organizations",
        _DESK + "sd-customer-organizations",
        "array",
        lambda p: [{"id": "2", "name": "Northwind & Sons"}],
        "sd-customerorganization",
    ),
    Field("Request participants", _DESK + "sd-request-participants", "array", lambda p: [p.person(5)], "user"),
    Field("Satisfaction", _DESK + "sd-request-feedback", "sd-feedback", lambda p: {"rating": 1 + p.position % 5}),
    Field("Satisfaction date", _DESK + "sd-request-feedback-date", "datetime", lambda p: p.time),
    Field(
        "Time to resolution",
        _DESK + "sd-sla-field",
        "sd-servicelevelagreement",
        lambda p: {"id": "1", "name": "Time to resolution", "completedCycles": [_cycle(p)]},
    ),
    Field(
        "Approvals",
        "com.atlassian.servicedesk.approvals-plugin:sd-approvals",
        "sd-approvals",
        lambda p: [_approval(p)],
    ),
    Field(
        "Development panel",
        "com.atlassian.jira.plugins.jira-development-integration-plugin:devsummary",
        "any",
        lambda p: "{pullrequest={dataType=pullrequest, state=MERGED, stateCount=1}}",
    ),
    Field("First response", "com.atlassian.jira.ext.charting:firstresponsedate", "datetime", lambda p: p.time),
    Field(
        "Time in status",
        "com.atlassian.jira.ext.charting:timeinstatus",
        "string",
        lambda p: f"10010_*:*_1_*:*_{60_000 + p.position}_*|*_3_*:*_1_*:*_0",
    ),
    Field(
        "Tempo account",
        "com.tempoplugin.tempo-accounts:accounts.customfield",
        "account",
        lambda p: {"id": 7, "key": "ACC-7", "name": "Key accounts"},
        only=ON_PREMISE,
    ),
    Field(
        "Tempo account",
        "com.atlassian.plugins.atlassian-connect-plugin:io.tempo.jira__account",
        "option2",
        lambda p: {"id": 7, "value": "Key accounts"},
        only=CLOUD,
    ),
    Field("Asset", _ASSETS + "default-object", "any", lambda p: ["Printer 3000 (HW-12)"], only=ON_PREMISE),
    Field("Server", _ASSETS + "object-reference", "any", lambda p: ["web_1 (HW-13)"], only=ON_PREMISE),
    Field(
        "Servers", _ASSETS + "object-reference-multi", "any", lambda p: ["db1 (HW-1)", "db2 (HW-2)"], only=ON_PREMISE
    ),
    Field(
        "Hardware",
        "com.atlassian.jira.plugins.cmdb:cmdb-object-cftype",
        "array",
        lambda p: [{"workspaceId": "c82a9b42", "id": "c82a9b42:12", "objectId": "12"}],
        "cmdb-object-field",
        CLOUD,
    ),
    Field(
        "Scripted score",
        "com.onresolve.jira.groovy.groovyrunner:scripted-field",
        "any",
        lambda p: 17.5,
        only=ON_PREMISE,
    ),
    Field(
        "Interval",
        "jira.polaris:interval",
        "string",
        lambda p: f'{{"start":"{p.day}","end":"{p.day}"}}',
        only=CLOUD,
    ),
    Field(
        "Forge field",
        "ari:cloud:ecosystem::extension/0e6f/1a2b/static/score-field",
        "object",
        lambda p: {"score": 41 + p.position, "grade": "B plus", "tags": ["red", "green"]},
        only=CLOUD,
    ),
    Field(
        "Matrix",
        "com.example.unknown:matrix",
        "any",
        lambda p: {"rows": [{"name": "r1", "cells": [1, 2.5, None, True]}, {"cells": []}], "note": "as it is"},
    ),
    Field(PARENT_LINK, _ROADMAPS + "parent", "any", _initiative, only=ON_PREMISE),
    Field(PARENT_LINK, _ROADMAPS + "parent", "any", _no_initiative, only=CLOUD),
)
