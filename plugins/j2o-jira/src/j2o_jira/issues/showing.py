"""What an issue shows of other things, copied into its own JSON."""

from __future__ import annotations

from typing import AbstractSet, Any, Iterator, Mapping


def linked(data: Mapping[str, Any]) -> Iterator[str]:
    """The ids of issues that an issue names as its parent, sub-tasks or the other ends of links: they name it too."""
    fields = data.get("fields") or {}
    ends: list[Any] = [fields.get("parent"), *(fields.get("subtasks") or ())]
    for link in fields.get("issuelinks") or ():
        if isinstance(link, dict):
            ends += [link.get("inwardIssue"), link.get("outwardIssue")]
    yield from (str(end["id"]) for end in ends if isinstance(end, dict) and end.get("id"))


def shows(data: Mapping[str, Any], changed: Mapping[str, AbstractSet[str]]) -> bool:
    """Whether an issue's data, in which one of these ids (by extractor) stands somewhere, show what it names."""
    fields = data.get("fields") or {}
    for name, ids in changed.items():
        if not ids:
            continue
        if name == "jira.issues":
            found = not ids.isdisjoint(linked(data))
        elif name == "jira.versions":
            found = any(one.get("id") in ids for one in _objects(fields) if "released" in one or "archived" in one)
        elif name == "jira.projects":
            found = any(one.get("id") in ids for one in _objects(fields) if "key" in one and "fields" not in one)
        elif name == "":
            worklogs = (fields.get("worklog") or {}).get("worklogs") or ()
            found = any(str(one.get("id")) in ids for one in worklogs)
        else:
            found = _stands_in(data, ids)
        if found:
            return True
    return False


def _objects(fields: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The objects that are values of fields, or elements of such."""
    for value in fields.values():
        for one in value if isinstance(value, list) else (value,):
            if isinstance(one, dict):
                yield one


def _stands_in(value: Any, ids: AbstractSet[str]) -> bool:
    if isinstance(value, dict):
        return any(_stands_in(one, ids) for one in value.values())
    if isinstance(value, list):
        return any(_stands_in(one, ids) for one in value)
    return isinstance(value, str) and value in ids
