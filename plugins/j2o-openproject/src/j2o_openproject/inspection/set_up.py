"""What an administrator has set up, against what a spec names: types, statuses, priorities, roles, custom fields."""

from __future__ import annotations

import dataclasses
from functools import cached_property
from typing import Any, Iterator, Mapping, Optional, Sequence

from j2o_core.api import Line, Need, Needs, Prerequisite, inspectors

from ..catalogue import Names
from ..connector import OpenProject
from ..hal import condition, elements, filters, id_in
from ..texts import folded
from ..work_package_schema import read_schema

OK, WARN, BAD = inspectors.FINE, inspectors.NOTICE, inspectors.BROKEN
_SCHEMAS = 40
_SETTINGS = {
    "history_writable": "Administration > API and webhooks > Write access to read-only attributes",
    "semantic_identifiers": "Administration > Work packages > Identifiers: by project",
}


@dataclasses.dataclass(frozen=True)
class _Kind:
    """How things of a kind are told to people."""

    word: str
    without: str
    how: str


_KINDS = {
    "types": _Kind(
        "type",
        "what is mapped to it fails at the check, unless the table sends it to another type",
        "Administration > Work packages > Types: make it, activate it in new projects, give it a workflow",
    ),
    "statuses": _Kind(
        "status",
        "what is mapped to it fails at the check, unless the table sends it to another status",
        "Administration > Work packages > Status: make it; then Workflow: allow it for the types and roles",
    ),
    "priorities": _Kind(
        "priority",
        "what is mapped to it fails at the check, unless the table sends it to another priority",
        "Administration > Work packages > Priorities",
    ),
    "roles": _Kind("role", "memberships with it fail at the check", "Administration > Users and permissions > Roles"),
    "categories": _Kind(
        "category",
        "it is kept in words in the text",
        "Project settings > Categories, in each project; or copy the projects from a template that has it",
    ),
    "activities": _Kind(
        "activity", "time entries with it fail", "Administration > Time and costs > Time tracking activities"
    ),
    "custom_fields": _Kind(
        "custom field",
        "values are kept in words in the text",
        "Administration > Custom fields > Work packages: make it for all projects, add it to the forms of the types",
    ),
    "settings": _Kind("setting", "see the line about it", "Administration"),
}


class SetUp:
    """Asks once for each list. What may not be read counts as not there."""

    def __init__(self, client: OpenProject) -> None:
        self._client = client

    def lines(self, needs: Needs, most: int) -> Iterator[Line]:
        """Types by project, custom fields by project and type; ``most`` projects are looked at."""
        wanted = [need for need in needs.needs if need.kind == "types" and need.name in self._known("types")]
        projects = self._projects[:most]
        for need in wanted:
            without = [str(row["identifier"]) for row in projects if need.name not in self._enabled(str(row["id"]))]
            if without:
                message = f"type '{need.name}' is not enabled in {_some(without)}"
                yield Line(
                    "type", WARN, message, "Project settings > Work packages > Types, where it is to be used there"
                )
        fields = [need for need in needs.needs if need.kind == "custom_fields"]
        if fields and not projects:
            message = "there is no project yet, and custom fields show through projects alone"
            yield Line("custom field", WARN, message, "Make a project with every type enabled to have them looked at")
        for need in fields:
            active = self._active.get(folded(need.name), {})
            if active:
                types = sorted({kind for kinds in active.values() for kind in kinds})
                yield Line(
                    "custom field",
                    OK,
                    f"'{need.name}' is active in {len(active)} of {len(projects)} projects, for {', '.join(types)}",
                )

    def prerequisites(self, needs: Needs) -> list[Prerequisite]:
        """Each need with whether it is there."""
        found = []
        for need in needs.needs:
            kind = _KINDS.get(need.kind)
            if kind is None:
                note = f"nothing is known of '{need.kind}': known are {', '.join(_KINDS)}"
                found.append(Prerequisite(need, False, "nothing can be told", "Correct the spec", note))
                continue
            note = self._lack(need)
            how = _SETTINGS.get(need.name, kind.how) if need.kind == "settings" else kind.how
            found.append(Prerequisite(need, not note, kind.without, how, note))
        return found

    def _lack(self, need: Need) -> str:
        """What is missing of it; nothing where it is there."""
        if need.kind == "settings":
            return self._setting(need.name)
        if need.kind == "custom_fields":
            return self._custom_field(need)
        if need.kind == "categories":
            return "" if folded(need.name) in self._categories else "no project has it"
        if need.kind == "activities":
            known = self._activities
            if known is None:
                return "activities show through projects alone, and there is none yet"
            return "" if known.find(need.name) else "it is not there"
        names = self._known(need.kind)
        name = names.get(folded(need.name))
        if name is None:
            return "it is not there"
        if need.kind == "types" and not name.get("isDefault"):
            return "it is there, but not activated in new projects"
        if need.kind == "priorities" and name.get("isActive") is False:
            return "it is there, but not active"
        return ""

    def _setting(self, name: str) -> str:
        if name == "history_writable":
            form = self._client.ask_form("work_packages", {}) or {}
            schema = (form.get("_embedded") or {}).get("schema") or {}
            return "" if (schema.get("createdAt") or {}).get("writable") else "it is off"
        if name == "semantic_identifiers":
            flags = self._client.get("configuration").get("activeFeatureFlags") or ()
            return "" if any("semantic" in str(flag).lower() for flag in flags) else "it is off"
        return f"no such setting is known; known are {', '.join(_SETTINGS)}"

    def _custom_field(self, need: Need) -> str:
        if not self._projects:
            return "there is no project yet through which it would show"
        active = self._active.get(folded(need.name), {})
        if not active:
            return "it is not there, or in no project and type"
        missing = len(self._projects) - len(active)
        return f"it is not active in {missing} of {len(self._projects)} projects" if missing else ""

    # ------------------------------------------------------------------ lists

    def _known(self, kind: str) -> _Folded:
        return self._lists(kind)

    def _lists(self, kind: str) -> _Folded:
        kept: dict[str, _Folded] = self.__dict__.setdefault("_kept", {})
        if kind not in kept:
            more: dict[str, Any] = {"pageSize": -1}
            if kind == "roles":
                more["filters"] = filters(condition("unit", "=", ["project"]))
            rows = elements(self._client.get(kind, more))
            kept[kind] = _Folded((str(row["name"]), row) for row in rows)
        return kept[kind]

    @cached_property
    def _projects(self) -> list[Mapping[str, Any]]:
        return [row for row in self._client.pages("projects") if row.get("active")]

    def _enabled(self, project: str) -> _Folded:
        kept: dict[str, _Folded] = self.__dict__.setdefault("_types", {})
        if project not in kept:
            rows = elements(self._client.get(f"projects/{project}/types"))
            kept[project] = _Folded((str(row["name"]), row) for row in rows)
        return kept[project]

    @cached_property
    def _active(self) -> dict[str, dict[str, list[str]]]:
        """Names of types by project, by folded name of the custom field."""
        pairs = [
            f"{project['id']}-{row['id']}"
            for project in self._projects
            for row in self._enabled(str(project["id"])).values()
        ]
        types = {str(row["id"]): str(row["name"]) for row in self._known("types").values()}
        found: dict[str, dict[str, list[str]]] = {}
        for start in range(0, len(pairs), _SCHEMAS):
            asked = filters(condition("id", "=", pairs[start : start + _SCHEMAS]))
            for schema in elements(self._client.get("work_packages/schemas", {"filters": asked})):
                pair = id_in((schema.get("_links") or {}).get("self")) or ""
                project, _, kind = pair.partition("-")
                for field in read_schema(schema).custom.values():
                    found.setdefault(folded(field.name), {}).setdefault(project, []).append(types.get(kind, kind))
        return found

    @cached_property
    def _categories(self) -> set[str]:
        return {
            folded(row["name"])
            for project in self._projects
            for row in elements(self._client.get(f"projects/{project['id']}/categories"))
        }

    @cached_property
    def _activities(self) -> Optional[Names]:
        return self._client.catalogue.activities(str(self._projects[0]["id"]), "") if self._projects else None


class _Folded(dict):  # type: ignore[type-arg]
    """Rows by name, case and white space aside."""

    def __init__(self, rows: Any) -> None:
        super().__init__((folded(name), row) for name, row in rows)

    def __contains__(self, name: object) -> bool:
        return super().__contains__(folded(name))


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(names[:5]) + (", ..." if len(names) > 5 else "")
    return f"{len(names)} {'project' if len(names) == 1 else 'projects'} ({shown})"
