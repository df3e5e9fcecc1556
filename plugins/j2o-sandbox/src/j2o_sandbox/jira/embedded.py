"""What an issue shows of other things: always as they are now, whenever the issue itself was updated."""

from __future__ import annotations

from typing import AbstractSet, Any, Dict, List, Mapping, Tuple

from j2o_sandbox.jira.model import Json

_ENDS = ("parent", "inwardIssue", "outwardIssue")
_SHOWN = ("summary", "status", "priority", "issuetype")


def embedded_as_now(
    fields: Json, ends: Mapping[str, Tuple[str, Json]], gone: AbstractSet[str], versions: Mapping[str, Json]
) -> Json:
    """The same fields, or a copy in which other issues (id: key and changed fields) and versions are as they are now.

    Links to what is ``gone`` are gone.
    """
    changed: Dict[str, Any] = {}
    parent = fields.get("parent")
    if isinstance(parent, dict) and parent.get("id") in ends:
        changed["parent"] = None if parent["id"] in gone else _end(parent, ends)
    for name in ("subtasks", "issuelinks"):
        entries = fields.get(name) or ()
        if any(_id_of(entry) in ends for entry in entries):
            changed[name] = [_entry(entry, ends) for entry in entries if _id_of(entry) not in gone]
    for name in ("fixVersions", "versions"):
        listed: List[Json] = fields.get(name) or []
        if any(one.get("id") in versions for one in listed):
            changed[name] = [{**one, **versions.get(str(one.get("id")), {})} for one in listed]
    return {**fields, **changed} if changed else fields


def _id_of(entry: Json) -> str:
    for side in _ENDS:
        if isinstance(entry.get(side), dict):
            return str(entry[side].get("id"))
    return str(entry.get("id"))


def _entry(entry: Json, ends: Mapping[str, Tuple[str, Json]]) -> Json:
    for side in _ENDS:
        if isinstance(entry.get(side), dict):
            return {**entry, side: _end(entry[side], ends)}
    return _end(entry, ends)


def _end(end: Json, ends: Mapping[str, Tuple[str, Json]]) -> Json:
    if end.get("id") not in ends:
        return end
    key, fields = ends[end["id"]]
    shown = {name: fields[name] for name in _SHOWN if name in fields}
    return {**end, "key": key, "fields": {**(end.get("fields") or {}), **shown}}
