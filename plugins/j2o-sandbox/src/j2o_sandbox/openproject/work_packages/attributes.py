"""What a payload says about a work package: attributes of the row, what was sent, what cannot be written.

Unknown properties and links are ignored, as the server does.
"""

from __future__ import annotations

import dataclasses
from typing import Any, Dict, List, Optional, Set

from j2o_sandbox.openproject.clock import parse_stamp
from j2o_sandbox.openproject.errors import Problems, raise_format
from j2o_sandbox.openproject.links import number, read_link, read_links
from j2o_sandbox.openproject.requests import Request
from j2o_sandbox.openproject.server import Server
from j2o_sandbox.openproject.values import as_boolean, as_text, duration_to_hours, parse_date, raw_text
from j2o_sandbox.openproject.work_packages.representation import versions_are_multiple

UNKNOWN = -1  # a link to something that does not exist

_LONGEST_DURATION = 24 * 36500
_MOST_POINTS = 10_000

_DATE = "YYYY-MM-DD (ISO 8601 date only)"
_TIME = "YYYY-MM-DDThh:mm:ss[.lll][+hh:mm] (any compatible ISO 8601 datetime)"
_DURATION = "ISO 8601 duration"
_SINGLE = {
    "type": ("type", ("types",)),
    "status": ("status", ("statuses",)),
    "priority": ("priority", ("priorities",)),
    "author": ("author", ("users",)),
    "assignee": ("assignee", ("users", "groups", "placeholder_users")),
    "responsible": ("responsible", ("users", "groups", "placeholder_users")),
    "category": ("category", ("categories",)),
    "parent": ("parent", ("work_packages",)),
}


@dataclasses.dataclass
class Wanted:
    """Values by row attribute; ``attachments`` and ``created`` where they were sent."""

    values: Dict[str, Any] = dataclasses.field(default_factory=dict)
    attachments: Optional[List[int]] = None
    created: Optional[str] = None
    read_only: Set[str] = dataclasses.field(default_factory=set)

    def sent(self, *attributes: str) -> bool:
        """Whether any of these row attributes was sent."""
        return any(attribute in self.values for attribute in attributes)


def read_attributes(server: Server, request: Request, payload: Dict[str, Any], problems: Problems) -> Wanted:
    """Read a payload of POST or PATCH.

    Raises:
        ApiError: 422, a value has the wrong form or a link leads to another kind of thing.
    """
    wanted = Wanted()
    _scalars(server, request.language, payload, wanted, problems)
    # An empty object says nothing about its link.
    links = {name: value for name, value in (payload.get("_links") or {}).items() if value != {}}
    _linked(server, request.language, links, wanted)
    return wanted


def _scalars(server: Server, language: str, payload: Dict[str, Any], wanted: Wanted, problems: Problems) -> None:
    values = wanted.values
    if "subject" in payload:
        values["subject"] = as_text(language, "subject", payload["subject"])
    if "description" in payload:
        try:
            values["description"] = raw_text(payload["description"])
        except ValueError:
            raise_format(language, "description", "{ raw: text }", payload["description"])
    for name, attribute in (("startDate", "start"), ("dueDate", "due")):
        if name in payload:
            values[attribute] = _date(language, name, payload[name])
    if "date" in payload:
        values["start"] = values["due"] = _date(language, "date", payload["date"])
    for name, attribute in (("estimatedTime", "estimated"), ("remainingTime", "remaining")):
        if name in payload and not (attribute == "remaining" and server.settings.progress == "status"):
            values[attribute] = _hours(language, name, payload[name])
    if "duration" in payload:
        hours = _hours(language, "duration", payload["duration"])
        if hours is not None and hours > _LONGEST_DURATION:
            problems.add("duration", "less_than_or_equal_to", count=_LONGEST_DURATION // 24)
        else:
            values["duration"] = None if hours is None else hours / 24
    if "percentageDone" in payload:
        done = payload["percentageDone"]
        if done is not None and (isinstance(done, bool) or not isinstance(done, (int, float))):
            problems.add("percentageDone", "not_a_number")
        else:
            values["done"] = None if done is None else int(done)
    for name, attribute in (("scheduleManually", "manual"), ("ignoreNonWorkingDays", "ignore_days")):
        flag = as_boolean(language, name, payload.get(name))
        if flag is not None:
            values[attribute] = flag
    if "storyPoints" in payload and server.features.sprints:
        points = payload["storyPoints"]
        if points is not None and (isinstance(points, bool) or not isinstance(points, int)):
            problems.add("storyPoints", "not_an_integer")
        elif points is not None and points < 0:
            problems.add("storyPoints", "greater_than_or_equal_to", count=0)
        elif points is not None and points >= _MOST_POINTS:
            problems.add("storyPoints", "less_than", count=_MOST_POINTS)
        else:
            values["story_points"] = points
    if payload.get("createdAt") is not None:
        try:
            wanted.created = server.clock.format(parse_stamp(str(payload["createdAt"])))
        except ValueError:
            raise_format(language, "createdAt", _TIME, payload["createdAt"])
    for name in ("updatedAt", "derivedEstimatedTime", "derivedRemainingTime", "derivedPercentageDone"):
        if payload.get(name) is not None:
            wanted.read_only.add(name)


def _linked(server: Server, language: str, links: Dict[str, Any], wanted: Wanted) -> None:
    values = wanted.values
    if "project" in links:
        namespaces = ("projects", "workspaces") if server.features.workspaces else ("projects",)
        text_id = read_link(language, "project", links["project"], *namespaces)
        found = server.store.projects.get(number(text_id))
        if found is None and text_id is not None:
            found = server.store.projects.first("any_identifier", text_id.lower())
        values["project"] = None if text_id is None else UNKNOWN if found is None else found.id
    for name, (attribute, namespaces) in _SINGLE.items():
        if name in links:
            values[attribute] = _id(read_link(language, name, links[name], *namespaces))
    if "version" in links and not versions_are_multiple(server):
        chosen = _id(read_link(language, "version", links["version"], "versions"))
        values["versions"] = () if chosen is None else (chosen,)
    if "targetVersions" in links and server.features.target_versions:
        found_ids = [_id(one) for one in read_links(language, "targetVersions", links["targetVersions"], "versions")]
        values["versions"] = tuple(dict.fromkeys(one for one in found_ids if one is not None))
    if "sprint" in links and server.features.sprints:
        values["sprint"] = _id(read_link(language, "sprint", links["sprint"], "sprints"))
    if "attachments" in links and links["attachments"] is not None:
        ids = [number(one) for one in read_links(language, "attachments", links["attachments"], "attachments")]
        wanted.attachments = [one for one in ids if one is not None]


def _id(text_id: Optional[str]) -> Optional[int]:
    if text_id is None:
        return None
    found = number(text_id)
    return UNKNOWN if found is None else found


def _date(language: str, name: str, value: Any) -> Optional[str]:
    if value is None:
        return None
    try:
        return parse_date(value).isoformat()
    except ValueError:
        raise_format(language, name, _DATE, value)


def _hours(language: str, name: str, value: Any) -> Optional[float]:
    if value is None:
        return None
    try:
        return duration_to_hours(value)
    except ValueError:
        raise_format(language, name, _DURATION, value)
