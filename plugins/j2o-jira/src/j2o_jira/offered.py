"""Which options Jira offers where: values of issues that it would not offer them in their project."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Callable, Iterable, Iterator, Mapping

from j2o_core.api import WARNING, Problem

_KIND = "fields/"


@dataclass
class _Field:
    """Ids and values of options: those ``everywhere``, and of projects that have others, all of ``own``."""

    name: str
    everywhere: set[str] = field(default_factory=set)
    own: dict[str, set[str]] = field(default_factory=dict)

    def offered(self, project: str) -> set[str]:
        return self.own.get(project, self.everywhere)


def values_not_offered(set_up: Iterable[Mapping[str, Any]]) -> Callable[[Mapping[str, Any]], Iterator[Problem]]:
    """From records of ``jira.configuration``, what tells of the values of an issue.

    A field of which no option could be read, in a project or at all, is passed over. Options that are switched off are
    offered, too: they have been. So is one of another context that the project's own has by the same value.
    """
    known = {str(data["id"])[len(_KIND) :]: _field(data) for data in set_up if str(data.get("id")).startswith(_KIND)}
    fields = {identifier: one for identifier, one in known.items() if one.everywhere or any(one.own.values())}

    def told(data: Mapping[str, Any]) -> Iterator[Problem]:
        values = data.get("fields") or {}
        project = str((values.get("project") or {}).get("key") or "")
        for identifier in fields.keys() & values.keys():
            one = fields[identifier]
            offered = one.offered(project)
            for option in _chosen(values[identifier]):
                if offered and offered.isdisjoint((str(option["id"]), str(option["value"]))):
                    message = f"Jira does not offer '{option['value']}' for '{one.name}' in the project {project}"
                    yield Problem("J2O-X017", message, WARNING, field=f"fields.{identifier}")

    return told


def _field(data: Mapping[str, Any]) -> _Field:
    details = data.get("details") or {}
    found = _Field(str(data.get("name") or ""))
    contexts = details.get("contexts")
    if contexts is None:
        found.everywhere = _names(details.get("options") or ())
        return found
    # Where a context is for some types of issues alone, the others have that for all projects.
    some_types = set()
    for context in contexts:
        names = _names(context.get("options") or ())
        if "projects" not in context:
            found.everywhere |= names
        for project in context.get("projects") or ():
            found.own[project] = found.own.get(project, set()) | names
            if context.get("isAnyIssueType") is False:
                some_types.add(project)
    for project in some_types:
        found.own[project] |= found.everywhere
    return found


def _names(options: Iterable[Mapping[str, Any]]) -> set[str]:
    """Some servers tell of options below another one their ids alone."""
    names = (name for one in options for name in (one.get("id"), one.get("value"), *(one.get("childrenIds") or ())))
    return {str(name) for name in names if name is not None}


def _chosen(value: Any) -> Iterator[Mapping[str, Any]]:
    """The options of a value: of one, of several, of two levels."""
    for one in value if isinstance(value, list) else (value,):
        while isinstance(one, dict) and "id" in one and "value" in one:
            yield one
            one = one.get("child")
