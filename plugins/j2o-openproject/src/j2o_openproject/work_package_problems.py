"""What can be told of a work package before it is sent: names the target has not, and values it would refuse."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Iterable, Mapping

from j2o_core.api import WARNING, Meant, Problem, Ref, likeliest

from .durations import seconds_of
from .progress import percent_of
from .required_fields import missing
from .texts import folded, one_line
from .work_package_draft import CUSTOM

if TYPE_CHECKING:
    from .loaders.work_packages import WorkPackages

_LONGEST_SUBJECT = 255


def problems_of(loader: WorkPackages, payload: Mapping[str, Any]) -> Iterable[Problem]:
    """Every problem of a payload whose references are symbolic still."""
    catalogue = loader.catalogue
    for field, names in (
        ("type", catalogue.types),
        ("status", catalogue.statuses),
        ("priority", catalogue.priorities),
    ):
        name = payload.get(field)
        if name and names.find(name) is None:
            yield loader.problem(
                "J2O-O010",
                f"OpenProject has no {names.kind} '{name}'",
                field,
                expected=", ".join(names.all()),
                suggestion=names.nearest(name),
            )
    if len(one_line(payload.get("subject"))) > _LONGEST_SUBJECT:
        yield loader.problem("J2O-O004", f"longer than {_LONGEST_SUBJECT} characters", "subject")
    yield from _values(loader, payload)
    yield from _options(loader, payload)
    yield from _required(loader, payload)
    for field in payload:
        if not field.startswith(CUSTOM) and field not in loader.fields:
            yield loader.problem(
                "J2O-O011",
                f"work packages have no field '{field}'",
                field,
                suggestion=likeliest(field, loader.fields),
            )


def _values(loader: WorkPackages, payload: Mapping[str, Any]) -> Iterable[Problem]:
    for field in ("estimatedTime", "remainingTime"):
        try:
            if payload.get(field) not in (None, "") and seconds_of(str(payload[field])) < 0:
                yield loader.problem("J2O-O007", f"'{payload[field]}' is below zero", field)
        except ValueError as error:
            yield loader.problem("J2O-O007", str(error), field, expected="such as PT1H30M")
    try:
        percent_of(payload.get("percentageDone"))
    except ValueError as error:
        yield loader.problem("J2O-O008", str(error), "percentageDone")
    yield from loader.day_problems(payload, "startDate", "dueDate")


def problems_there(loader: WorkPackages, payload: Mapping[str, Any], meant: Meant) -> Iterable[Problem]:
    """A type that is there, and that the project of the work package has not, or will not get when it is made."""
    kind, project = payload.get("type"), payload.get("project")
    if not kind or not isinstance(project, Ref) or loader.catalogue.types.find(kind) is None:
        return
    place = meant(project)
    offered = None if place is None else loader.catalogue.types_in(place)
    if offered is None or folded(kind) in offered.names:
        return
    yield loader.problem(
        "J2O-O014",
        f"the project '{offered.project}' does not have the type '{kind}'"
        if offered.project
        else f"projects that are made do not get the type '{kind}'",
        "type",
        expected=", ".join(name for name in loader.catalogue.types.all() if folded(name) in offered.names),
    )


def _required(loader: WorkPackages, payload: Mapping[str, Any]) -> Iterable[Problem]:
    """Custom fields without which the server would refuse it, as far as a project shows them yet."""
    kind = payload.get("type")
    for one in missing(loader.client.required_fields.of(kind), payload):
        where = "" if one.everywhere else f" in {', '.join(one.projects)}"
        message = f"OpenProject requires '{one.field.name}' of every '{kind}'{where}, and this has no value for it"
        found = loader.problem("J2O-O013", message, one.name, expected=", ".join(one.field.labels.values()))
        yield found if one.everywhere else replace(found, severity=WARNING)


def _options(loader: WorkPackages, payload: Mapping[str, Any]) -> Iterable[Problem]:
    """Values that the list of a custom field does not offer, as far as a project shows it yet."""
    own = [(field, value) for field, value in payload.items() if field.startswith(CUSTOM)]
    lists = loader.catalogue.lists if own else {}
    for field, value in own if lists else ():
        for one in value if isinstance(value, (list, tuple)) else [value]:
            if not isinstance(one, str) or not one:
                continue
            offered = lists.get(folded(field[len(CUSTOM) :]))
            if offered is not None and folded(one) not in offered:
                message = f"the custom field '{field[len(CUSTOM) :]}' does not offer '{one}': it is kept in words"
                found = loader.problem("J2O-O012", message, field, suggestion=likeliest(one, offered))
                yield replace(found, severity=WARNING)
