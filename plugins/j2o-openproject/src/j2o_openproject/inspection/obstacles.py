"""What OpenProject refuses although every name is there: what must be filled, is locked, or may not be logged."""

from __future__ import annotations

from typing import Iterator

from j2o_core.api import Line, Needs, Refused, inspectors

from ..connector import OpenProject
from ..required_fields import RequiredField, RequiredFields, required_in
from ..texts import folded
from ..time_restrictions import ADVICE, restrictions

OK, WARN, BAD = inspectors.FINE, inspectors.NOTICE, inspectors.BROKEN
#: other kinds with custom fields of their own, with where their schema is and what a person calls them
_OTHERS = {
    "users": ("users/schema", "user"),
    "versions": ("versions/schema", "version"),
    "time_entries": ("time_entries/schema", "time entry"),
}


def obstacles(client: OpenProject, needs: Needs) -> Iterator[Line]:
    """A line for each; none where there are none."""
    if "work_packages" in needs.fields:
        yield from _required(client, needs)
        yield from _read_only(client, needs)
    if "time_entries" in needs.fields:
        for words in restrictions(client):
            yield Line("time", WARN, f"{words}: OpenProject refuses such work logs", ADVICE)
    for entity, (path, word) in _OTHERS.items():
        if entity in needs.fields:
            yield from _required_elsewhere(client, path, word)


def _required(client: OpenProject, needs: Needs) -> Iterator[Line]:
    wanted = {folded(need.name) for need in needs.needs if need.kind == "types"}
    mapped = {folded(name) for name in needs.fields["work_packages"]}
    found: dict[str, list[tuple[str, RequiredField]]] = {}
    for kind, fields in RequiredFields(client).by_type.items():
        for field in fields if not wanted or kind in wanted else ():
            if folded(field.name) not in mapped:
                found.setdefault(field.name, []).append((kind, field))
    for name, uses in found.items():
        kinds = ", ".join(sorted(client.catalogue.types.nearest(kind) or kind for kind, _ in uses))
        projects = ", ".join(sorted({one for _, field in uses for one in field.projects}))
        message = f"'{name[3:]}' is required for {kinds} (in {projects}), and the spec gives it no value"
        yield Line(
            "custom field",
            WARN,
            f"{message}: OpenProject refuses every such work package",
            f"Add '{name}: {{from: ..., default: ...}}' to `map` of work_packages, give the field a default, or make "
            "it optional while you migrate (Administration > Custom fields)",
        )


def _required_elsewhere(client: OpenProject, path: str, word: str) -> Iterator[Line]:
    try:
        schema = client.get_or_none(path)
    except Refused:
        return  # who may not see it may not write any either, which is told
    for field in required_in(schema or {}).values():
        yield Line(
            "custom field",
            BAD,
            f"'{field.name}' is required of every {word}, and nothing can be mapped to it: OpenProject refuses them",
            "Make it optional while you migrate, or give it a default: Administration > Custom fields",
        )


def _read_only(client: OpenProject, needs: Needs) -> Iterator[Line]:
    used = {folded(need.name) for need in needs.needs if need.kind == "statuses"}
    names = [name for name in client.read_only_statuses.names().values() if not used or folded(name) in used]
    if not names:
        return
    one = len(names) == 1
    listed = ", ".join(f"'{name}'" for name in names)
    yield Line(
        "status",
        WARN,
        f"{listed} {'is' if one else 'are'} read-only: what is in {'it' if one else 'them'} is changed through another "
        "status, with two writes for one",
        "Take 'read-only' off while you migrate (Administration > Work packages > Status), or see that the workflow "
        "leads out and back for the account of the connection",
    )
