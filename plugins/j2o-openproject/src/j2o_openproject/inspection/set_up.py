"""What an administrator has set up, against what a spec names: types, statuses, priorities, roles, custom fields."""

from __future__ import annotations

import dataclasses
from functools import cached_property
from typing import Any, Iterator, Mapping, Optional, Sequence

from j2o_core.api import Line, Need, Needs, Prerequisite, inspectors

from ..catalogue import Names
from ..connector import OpenProject
from ..editions import placeholder_offer
from ..hal import API, condition, elements, filters, id_in
from ..offered_lists import LISTS
from ..texts import folded
from ..work_package_schema import CustomField, read_schema

OK, WARN, BAD = inspectors.FINE, inspectors.NOTICE, inspectors.BROKEN
_SCHEMAS = 40
#: where a setting is made, and what happens without it
_SETTINGS = {
    "history_writable": (
        "Administration > API and webhooks > Write access to read-only attributes",
        "author and time of creation are told in the text of each work package",
    ),
    "semantic_identifiers": (
        "Administration > Work packages > Identifiers: by project",
        "work packages have plain numbers, and old keys are kept in their text",
    ),
    "placeholder_users": (
        "Administration > Enterprise edition: a licence that has them",
        "who is to have no account is noted in words",
    ),
}
_UNKNOWN_SETTING = ("Correct the spec", "nothing can be told")


@dataclasses.dataclass(frozen=True)
class _Kind:
    """How things of a kind are told to people."""

    word: str
    without: str
    how: str
    loss: str


_KINDS = {
    "types": _Kind(
        "type",
        "what is mapped to it cannot be written, unless the table sends it to another type",
        "Administration > Work packages > Types: make it, activate it in new projects, give it a workflow",
        inspectors.FAILURE,
    ),
    "statuses": _Kind(
        "status",
        "what is mapped to it cannot be written, unless the table sends it to another status",
        "Administration > Work packages > Status: make it; then Workflow: allow it for the types and roles",
        inspectors.FAILURE,
    ),
    "priorities": _Kind(
        "priority",
        "what is mapped to it cannot be written, unless the table sends it to another priority",
        "Administration > Work packages > Priorities",
        inspectors.FAILURE,
    ),
    "workflows": _Kind(
        "type and status",
        "OpenProject gives the default status instead, without a word; the report lists it as changed by the target",
        "Administration > Work packages > Workflow: allow the status for the type",
        inspectors.SUBSTITUTE,
    ),
    "roles": _Kind(
        "role",
        "memberships with it cannot be written, unless the table sends it to another role",
        "Administration > Users and permissions > Roles and permissions",
        inspectors.FAILURE,
    ),
    "categories": _Kind(
        "category",
        "it is kept in words in the text",
        "Project settings > Categories, in each project; or copy the projects from a template that has it",
        inspectors.TEXT,
    ),
    "activities": _Kind(
        "activity",
        "time entries with it cannot be written",
        "Administration > Time and costs > Time tracking activities",
        inspectors.FAILURE,
    ),
    "custom_fields": _Kind(
        "custom field",
        "values are kept in words in the text",
        "Administration > Custom fields > Work packages: make it for all projects, add it to the forms of the types",
        inspectors.TEXT,
    ),
    "settings": _Kind("setting", "", "Administration", inspectors.TEXT),
}


class SetUp:
    """Asks once for each list. What may not be read counts as not there."""

    def __init__(self, client: OpenProject) -> None:
        self._client = client
        self._custom: dict[str, CustomField] = {}

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
            if need.kind == "custom_fields" and not note:
                lacking = self._options_lacking(need)
                if lacking:
                    note = f"its list lacks {_few([f'{value} ({count:,})' for value, count in lacking.items()])}"
                    need = dataclasses.replace(need, form="choice", values=tuple(lacking), options=())
            how, without = kind.how, kind.without
            if need.kind == "settings":
                how, without = _SETTINGS.get(need.name, _UNKNOWN_SETTING)
            found.append(Prerequisite(need, not note, without, how, note, kind.loss))
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
        if need.kind == "workflows":
            return self._workflow(need)
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
        if name == "placeholder_users":
            return placeholder_offer(self._client, self._client.get("configuration")).refusal
        return f"no such setting is known; known are {', '.join(_SETTINGS)}"

    def _custom_field(self, need: Need) -> str:
        if not self._projects:
            return "there is no project yet through which it would show"
        active = self._active.get(folded(need.name), {})
        if not active:
            return "it is not there, or in no project and type"
        missing = len(self._projects) - len(active)
        return f"it is not active in {missing} of {len(self._projects)} projects" if missing else ""

    def _options_lacking(self, need: Need) -> dict[str, int]:
        """Values that were read and that a list does not offer, with how many items have each."""
        field = self._fields.get(folded(need.name))
        if field is None or not field.options or field.kind not in LISTS:
            return {}
        return {value: count for value, count in need.options if folded(value) not in field.options}

    def _workflow(self, need: Need) -> str:
        """What a form, which writes nothing, makes of a new work package of the type with the status."""
        parts = need.parts or tuple(need.name.split(":", 1))
        if len(parts) != 2:
            return "say which: TYPE: STATUS"
        kind, status = (self._known(name).get(folded(part)) for name, part in zip(("types", "statuses"), parts))
        if kind is None or status is None:
            return "the type or the status is not there"
        project = next((row for row in self._projects if str(kind["name"]) in self._enabled(str(row["id"]))), None)
        if project is None:
            return "no project has the type, so that nothing can be asked"
        chosen = {"project": project["id"], "type": kind["id"], "status": status["id"]}
        places = {"project": "projects", "type": "types", "status": "statuses"}
        links = {name: {"href": f"{API}/{places[name]}/{identifier}"} for name, identifier in chosen.items()}
        form = self._client.ask_form("work_packages", {"subject": "x", "_links": links}) or {}
        payload = (form.get("_embedded") or {}).get("payload") or {}
        stored = id_in((payload.get("_links") or {}).get("status"))
        return "" if stored == str(status["id"]) else "the workflow of the type does not have the status"

    # ------------------------------------------------------------------ lists

    @property
    def _fields(self) -> Mapping[str, CustomField]:
        """One schema of each custom field, by folded name."""
        self._active  # noqa: B018  # which reads them
        return self._custom

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
                    self._custom.setdefault(folded(field.name), field)
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


def _few(texts: Sequence[str]) -> str:
    return ", ".join(texts[:20]) + (", ..." if len(texts) > 20 else "")


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(names[:5]) + (", ..." if len(names) > 5 else "")
    return f"{len(names)} {'project' if len(names) == 1 else 'projects'} ({shown})"
