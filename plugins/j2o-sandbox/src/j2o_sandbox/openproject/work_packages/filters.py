"""Filters on work packages."""

from __future__ import annotations

import datetime as dt
from typing import Any, Callable, List, Optional, Set

from j2o_sandbox.openproject.clock import parse_stamp
from j2o_sandbox.openproject.collections import (
    Filter,
    bad_operator,
    contains_all,
    id_filter,
    text_filter,
    tokens,
    unknown_filter,
)
from j2o_sandbox.openproject.errors import invalid_query
from j2o_sandbox.openproject.requests import Request
from j2o_sandbox.openproject.server import Server

Keep = Callable[[Any], bool]

_IDS = {
    "id": "id",
    "project": "project",
    "type": "type",
    "priority": "priority",
    "assignee": "assignee",
    "assigned_to": "assignee",
    "responsible": "responsible",
    "author": "author",
    "parent": "parent",
    "category": "category",
    "sprint": "sprint",
}
_TEXTS = {"subject": "subject", "description": "description"}
_TIMES = {"createdAt": "created", "created_at": "created", "updatedAt": "updated", "updated_at": "updated"}
_DATES = {"startDate": "start", "dueDate": "due", "start_date": "start", "due_date": "due"}


def build_filter(server: Server, request: Request, entry: Filter, project: Optional[Any]) -> Keep:
    """A filter as a question to a row.

    Raises:
        ApiError: 400, no such filter here, or not this operator.
    """
    name, operator, values = entry
    if name == "status":
        return _status(server, operator, values)
    if name in _IDS:
        attribute = _IDS[name]
        mine = [str(request.user.id) if value == "me" else value for value in values]
        return id_filter(name, operator, mine, lambda row: getattr(row, attribute))
    if name in _TEXTS:
        if operator not in ("~", "!~"):
            raise bad_operator(name, operator)
        attribute = _TEXTS[name]
        return text_filter(name, operator, values, lambda row: getattr(row, attribute))
    if name in ("search", "subjectOrId", "typeahead"):
        return _search(server, name, operator, values)
    if name == "comment":
        return _comment(server, operator, values)
    if name in _TIMES:
        return _time(server, name, operator, values, _TIMES[name])
    if name in _DATES:
        return _date(name, operator, values, _DATES[name])
    if name in ("version", "targetVersion"):
        return _version(server, name, operator, values)
    if name in ("watcher", "involved"):
        return _person(request, name, operator, values)
    if name.startswith("customField") and name[11:].isdigit():
        return _custom(server, request, entry, project)
    raise unknown_filter(request.language, name)


def _status(server: Server, operator: str, values: List[str]) -> Keep:
    if operator in ("o", "c"):
        closed = {row.id for row in server.store.statuses if row.is_closed}
        return lambda row: (row.status in closed) is (operator == "c")
    return id_filter("status", operator, values, lambda row: row.status)


def _search(server: Server, name: str, operator: str, values: List[str]) -> Keep:
    if operator not in ("**", "~"):
        raise bad_operator(name, operator)
    wanted = tokens(values)

    def keep(row: Any) -> bool:
        if contains_all(row.subject, wanted) or contains_all(row.description, wanted) or values == [str(row.id)]:
            return True
        if name != "search":
            return False
        return any(contains_all(note.notes, wanted) for note in server.store.journals.find("work_package", row.id))

    return keep


def _comment(server: Server, operator: str, values: List[str]) -> Keep:
    if operator not in ("~", "!~", "**"):
        raise bad_operator("comment", operator)
    wanted = tokens(values)

    def keep(row: Any) -> bool:
        notes = server.store.journals.find("work_package", row.id)
        return any(note.notes and contains_all(note.notes, wanted) for note in notes) is (operator != "!~")

    return keep


def _time(server: Server, name: str, operator: str, values: List[str], attribute: str) -> Keep:
    def moment(index: int) -> Optional[dt.datetime]:
        if index >= len(values) or values[index] == "":
            return None
        try:
            return parse_stamp(values[index])
        except ValueError as error:
            raise invalid_query(f"{name} filter has invalid values.") from error

    def between(low: Optional[dt.datetime], high: Optional[dt.datetime]) -> Keep:
        def keep(row: Any) -> bool:
            value = parse_stamp(getattr(row, attribute))
            return (low is None or value >= low) and (high is None or value <= high)

        return keep

    now = server.clock.now()
    if operator == "<>d":
        return between(moment(0), moment(1))
    if operator == "=d":
        day = moment(0)
        return between(day, None if day is None else day + dt.timedelta(days=1))
    if operator in (">t-", "<t-", "t-"):
        days = dt.timedelta(days=int(values[0])) if values and values[0].isdigit() else None
        if days is None:
            raise invalid_query(f"{name} filter has invalid values.")
        return between(now - days, None) if operator == ">t-" else between(None, now - days)
    if operator == "t":
        return between(now.replace(hour=0, minute=0, second=0, microsecond=0), None)
    raise bad_operator(name, operator)


def _date(name: str, operator: str, values: List[str], attribute: str) -> Keep:
    if operator == "!*":
        return lambda row: getattr(row, attribute) is None
    if operator == "*":
        return lambda row: getattr(row, attribute) is not None
    if operator == "=d":
        return lambda row: getattr(row, attribute) == (values or [None])[0]
    if operator == "<>d":
        low = values[0] if values else ""
        high = values[1] if len(values) > 1 else ""

        def keep(row: Any) -> bool:
            value = getattr(row, attribute)
            return value is not None and (not low or value >= low) and (not high or value <= high)

        return keep
    raise bad_operator(name, operator)


def _version(server: Server, name: str, operator: str, values: List[str]) -> Keep:
    if operator in ("=", "!"):
        wanted = {int(value) for value in values if value.isdigit()}
        return lambda row: bool(wanted & set(row.versions)) is (operator == "=")
    if operator in ("*", "!*"):
        return lambda row: bool(row.versions) is (operator == "*")
    if operator in ("o", "c", "locked"):
        status = {"o": "open", "c": "closed", "locked": "locked"}[operator]
        return lambda row: any(server.store.versions[one].status == status for one in row.versions)
    raise bad_operator(name, operator)


def _person(request: Request, name: str, operator: str, values: List[str]) -> Keep:
    if operator not in ("=", "!"):
        raise bad_operator(name, operator)
    wanted: Set[int] = {
        request.user.id if value == "me" else int(value) for value in values if value == "me" or value.isdigit()
    }

    def keep(row: Any) -> bool:
        if name == "watcher":
            hit = bool(wanted & set(row.watchers))
        else:
            hit = row.assignee in wanted or row.responsible in wanted
        return hit is (operator == "=")

    return keep


def _custom(server: Server, request: Request, entry: Filter, project: Optional[Any]) -> Keep:
    name, operator, values = entry
    field = server.store.custom_fields.get(int(name[11:]))
    # Everywhere: only a filter field that is for all projects. In a project: a filter field that is active there.
    usable = (
        field is not None
        and field.of == "work_package"
        and field.is_filter
        and (field.for_all or (project is not None and field.id in project.fields))
    )
    if not usable:
        raise unknown_filter(request.language, name)
    key = str(field.id)

    def value_of(row: Any) -> Any:
        return None if row.custom is None else row.custom.get(key)

    if operator in ("*", "!*"):
        return lambda row: (value_of(row) is not None) is (operator == "*")
    if field.format in ("string", "text", "link"):
        if operator in ("~", "!~"):
            return text_filter(name, operator, values, value_of)
        if operator not in ("=", "!"):
            raise bad_operator(name, operator)
        wanted = set(values)
        return lambda row: (value_of(row) in wanted) is (operator == "=")
    if operator not in ("=", "!"):
        raise bad_operator(name, operator)

    def texts(row: Any) -> Set[str]:
        value = value_of(row)
        items = value if isinstance(value, list) else [] if value is None else [value]
        return {"t" if item is True else "f" if item is False else str(item) for item in items}

    wanted_texts = set(values)
    return lambda row: bool(texts(row) & wanted_texts) is (operator == "=")
