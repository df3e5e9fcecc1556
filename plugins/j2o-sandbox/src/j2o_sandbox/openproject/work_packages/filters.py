"""Filters on work packages, as the server knows them: one value that does not exist fails the whole question."""

from __future__ import annotations

from typing import Any, Callable, List, Optional, Sequence

from j2o_sandbox.openproject.filter_kinds import (
    LIST,
    OPTIONAL,
    SEARCH,
    TEXT,
    Filter,
    Keep,
    check,
    contains_all,
    date_filter,
    list_filter,
    moment_filter,
    number_filter,
    text_filter,
    tokens,
    truth_filter,
    unknown_filter,
    whole_filter,
)
from j2o_sandbox.openproject.links import number
from j2o_sandbox.openproject.projects.representation import ancestors, descendants
from j2o_sandbox.openproject.projects.versions import shared_versions
from j2o_sandbox.openproject.requests import Request
from j2o_sandbox.openproject.server import Server
from j2o_sandbox.openproject.work_packages.access import sees

Exists = Callable[[str], bool]

_TEXTS = ("subject", "description")
_TIMES = {"createdAt": "created", "created_at": "created", "updatedAt": "updated", "updated_at": "updated"}
_DATES = {"startDate": "start", "dueDate": "due", "start_date": "start", "due_date": "due"}
_PEOPLE = {
    "assignee": ("assignee", OPTIONAL),
    "assigned_to": ("assignee", OPTIONAL),
    "responsible": ("responsible", OPTIONAL),
    "author": ("author", LIST),
    "watcher": ("watchers", LIST),
}
_MULTI = ("=", "&=", "!", "*", "!*")


def build_filter(server: Server, request: Request, entry: Filter, project: Optional[Any]) -> Keep:
    """A filter as a question to a row.

    Raises:
        ApiError: 400, no such filter here, not this operator, or values that are not there.
    """
    name, operator, values = entry
    if name in ("id", "parent"):
        return list_filter(entry, lambda row: getattr(row, name), _work_packages(server, request, project))
    if name == "status":
        return _status(server, entry)
    if name in ("project", "type", "priority", "category", "version", "targetVersion"):
        return _part(server, request, entry, project)
    if name in _PEOPLE:
        attribute, operators = _PEOPLE[name]
        me, there = str(request.user.id), _principals(server, name, project)
        mine = (name, operator, [me if value == "me" else value for value in values])
        # Who asks need not be a member to ask for "me".
        known = (lambda value: value == me or there(value)) if "me" in values else there
        return list_filter(mine, lambda row: getattr(row, attribute), known, operators)
    if name == "sprint" and server.features.sprints:
        return whole_filter(entry, lambda row: row.sprint, OPTIONAL)
    if name in _TEXTS:
        return text_filter(entry, lambda row: getattr(row, name), TEXT)
    if name in ("search", "subjectOrId", "typeahead"):
        return _search(server, entry)
    if name == "comment":
        return _comment(server, entry)
    if name in _TIMES:
        return moment_filter(entry, lambda row: str(getattr(row, _TIMES[name])), server.clock.now())
    if name in _DATES:
        return date_filter(entry, lambda row: getattr(row, _DATES[name]), server.clock.today())
    if name.startswith("customField") and number(name[11:]) is not None:
        return _custom(server, request, entry, project)
    raise unknown_filter(request.language, name)


def _work_packages(server: Server, request: Request, project: Optional[Any]) -> Exists:
    homes = None if project is None else {project.id, *(row.id for row in descendants(server, project))}

    def exists(value: str) -> bool:
        row = server.store.work_packages.get(number(value))
        return row is not None and (homes is None or row.project in homes) and sees(server, request.user, row)

    return exists


def _principals(server: Server, name: str, project: Optional[Any]) -> Exists:
    """People of the whole server, locked ones too; in a project its unlocked members."""

    def exists(value: str) -> bool:
        row = server.store.principals.get(number(value))
        if row is None or row.type == "Builtin" or (name in ("author", "watcher") and row.type != "User"):
            return False
        if project is None:
            return True
        return row.status != "locked" and server.store.memberships.first("pair", (row.id, project.id)) is not None

    return exists


def _status(server: Server, entry: Filter) -> Keep:
    operator = entry[1]
    if operator in ("o", "c"):
        closed = {row.id for row in server.store.statuses if row.is_closed}
        return lambda row: (row.status in closed) is (operator == "c")
    return list_filter(
        entry, lambda row: row.status, lambda value: number(value) in server.store.statuses, (*LIST, "*", "o", "c")
    )


def _part(server: Server, request: Request, entry: Filter, project: Optional[Any]) -> Keep:
    name, operator, _ = entry
    store = server.store
    if name == "project":
        seen = server.permissions.sees_project

        def visible(value: str) -> bool:
            row = store.projects.get(number(value))
            return row is not None and row.active and seen(request.user, row)

        # A project stands for those below it, too.
        return list_filter(entry, lambda row: _home(server, row.project), visible)
    if name == "type":
        kinds = set(store.types.rows)
        if project is not None:
            kinds = {kind for row in (project, *descendants(server, project)) for kind in row.types}
        return list_filter(entry, lambda row: row.type, lambda value: number(value) in kinds)
    if name == "priority":
        active = {row.id for row in store.priorities if row.active}
        return list_filter(entry, lambda row: row.priority, lambda value: number(value) in active)
    if name == "category":
        # Only where there is a project, and only if that has categories.
        found = set() if project is None else set(store.categories.ids("project", project.id))
        if not found:
            raise unknown_filter(request.language, name)
        return list_filter(entry, lambda row: row.category, lambda value: number(value) in found, OPTIONAL)
    if operator in ("o", "c", "l"):
        status = {"o": "open", "c": "closed", "l": "locked"}[operator]
        return lambda row: any(store.versions[one].status == status for one in row.versions)
    shared = set(store.versions.rows) if project is None else {row.id for row in shared_versions(server, project)}
    return list_filter(entry, lambda row: row.versions, lambda value: number(value) in shared, OPTIONAL)


def _home(server: Server, project_id: int) -> List[int]:
    project = server.store.projects[project_id]
    return [project_id, *(row.id for row in ancestors(server, project))]


def _search(server: Server, entry: Filter) -> Keep:
    name, _, values = entry
    check(entry, SEARCH)
    wanted = tokens(values)

    def keep(row: Any) -> bool:
        if contains_all(row.subject, wanted) or contains_all(row.description, wanted) or values == [str(row.id)]:
            return True
        if name != "search":
            return False
        return any(contains_all(note.notes, wanted) for note in server.store.journals.find("work_package", row.id))

    return keep


def _comment(server: Server, entry: Filter) -> Keep:
    _, operator, values = entry
    check(entry, TEXT)
    wanted = tokens(values)

    def keep(row: Any) -> bool:
        notes = server.store.journals.find("work_package", row.id)
        return any(note.notes and contains_all(note.notes, wanted) for note in notes) is (operator != "!~")

    return keep


def _custom(server: Server, request: Request, entry: Filter, project: Optional[Any]) -> Keep:
    field = server.store.custom_fields.get(number(entry[0][11:]))
    # Everywhere: only a filter field that is for all projects. In a project: a filter field that is active there.
    usable = (
        field is not None
        and field.of == "work_package"
        and field.is_filter
        and (field.for_all or (project is not None and field.id in project.fields))
    )
    if not usable:
        raise unknown_filter(request.language, entry[0])
    key = str(field.id)

    def value_of(row: Any) -> Any:
        return None if row.custom is None else row.custom.get(key)

    if field.format == "text":
        return text_filter(entry, value_of, TEXT)
    if field.format in ("string", "link"):
        return text_filter(entry, value_of, folded=False)
    if field.format == "bool":
        return truth_filter(entry, value_of)
    if field.format == "date":
        return date_filter(entry, value_of, server.clock.today())
    if field.format in ("int", "float"):
        return number_filter(entry, value_of)
    return list_filter(entry, value_of, _values(server, field, project), _MULTI)


def _values(server: Server, field: Any, project: Optional[Any]) -> Exists:
    store = server.store
    if field.format in ("list", "hierarchy"):
        options: Sequence[int] = [row.id for row in store.custom_options.find("field", field.id)]
        return lambda value: number(value) in options
    if field.format == "version":
        return lambda value: number(value) in store.versions
    return _principals(server, "assignee", project)
