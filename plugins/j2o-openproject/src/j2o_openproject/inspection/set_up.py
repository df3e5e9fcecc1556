"""What an administrator has set up, against what a spec names: types, statuses, priorities, roles, custom fields."""

from __future__ import annotations

import dataclasses
from functools import cached_property
from typing import AbstractSet, Any, Iterator, Mapping, Optional, Sequence

from j2o_core.api import Line, Need, Needs, Prerequisite, Refused, inspectors

from ..catalogue import Names
from ..connector import OpenProject
from ..editions import placeholder_offer
from ..hal import API, condition, elements, filters, id_in
from ..numbering import numbers_by_project
from ..offered_lists import LISTS
from ..texts import folded
from ..work_package_draft import CUSTOM
from ..work_package_schema import CustomField, read_schema
from .kinds import FORMATS, INACTIVE, INACTIVE_PRIORITY, INACTIVE_TYPE, KINDS, SETTINGS, UNKNOWN_SETTING

OK, WARN = inspectors.FINE, inspectors.NOTICE
#: schemas asked for at once
_SCHEMAS = 40


class SetUp:
    """Asks once for each list. What may not be read counts as not there."""

    def __init__(self, client: OpenProject) -> None:
        self._client = client
        self._lists: dict[str, _Folded] = {}
        self._types: dict[str, _Folded] = {}
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
        if "projects" in needs.fields and not needs.options.get("projects", {}).get("template"):
            yield from self._required_attributes({folded(name) for name in needs.fields["projects"]})
        fields = [need for need in needs.needs if need.kind == "custom_fields"]
        if fields and not self._projects:
            message = "there is no project yet, and custom fields show through projects alone"
            yield Line("custom field", WARN, message, "Make a project with every type enabled to have them looked at")
        for need in fields:
            active = self._active.get(folded(need.name), {})
            if active:
                yield self._where(need.name, active, {folded(one.name) for one in wanted})

    def _required_attributes(self, mapped: AbstractSet[str]) -> Iterator[Line]:
        """Attributes without which OpenProject refuses new projects; ``mapped`` are fields of the spec's projects."""
        schema = self._client.catalogue.project_schema
        for field in schema.custom.values():
            entry = schema.properties[field.property]
            if entry.get("required") and not entry.get("hasDefault") and folded(f"{CUSTOM}{field.name}") not in mapped:
                message = f"'{field.name}' is required and the spec gives it no value"
                yield Line(
                    "project attribute",
                    WARN,
                    f"{message}: where it is for all projects, OpenProject refuses every new one",
                    f"Map '{CUSTOM}{field.name}' of projects, take a template that has it, or make it optional",
                )

    def _where(self, name: str, active: Mapping[str, Sequence[str]], wanted: AbstractSet[str]) -> Line:
        """In which projects and for which types a custom field is active; ``wanted`` are types of the spec."""
        types = {kind for kinds in active.values() for kind in kinds}
        enabled = [self._enabled(str(row["id"])) for row in self._projects if str(row["id"]) in active]
        there = {str(row["name"]) for rows in enabled for row in rows.values()}
        lacking = sorted(kind for kind in there - types if folded(kind) in wanted)
        told = f"for {', '.join(sorted(types))}"
        if lacking:
            told += f" (not for {_few(lacking)}: their values are kept in the text)"
        without = [str(row["identifier"]) for row in self._projects if str(row["id"]) not in active]
        if not without:
            everywhere = "the only project" if len(self._projects) == 1 else f"all {len(self._projects)} projects"
            return Line("custom field", OK, f"'{name}' is active in {everywhere}, {told}")
        message = f"'{name}' is not active in {_some(without)}, of {len(self._projects)}; in the others {told}"
        return Line(
            "custom field", WARN, message, "Project settings > Work packages > Custom fields, or for all projects"
        )

    def prerequisites(self, needs: Needs) -> list[Prerequisite]:
        """Each need with whether it is there."""
        found = []
        for need in needs.needs:
            kind = KINDS.get(need.kind)
            if kind is None:
                note = f"nothing is known of '{need.kind}': known are {', '.join(KINDS)}"
                found.append(Prerequisite(need, False, "nothing can be told", "Correct the spec", note))
                continue
            note = self._lack(need)
            if need.kind in ("custom_fields", "project_attributes") and not note:
                lacking = self._options_lacking(need)
                if lacking:
                    note = f"its list lacks {_few([f'{value} ({count:,})' for value, count in lacking.items()])}"
                    need = dataclasses.replace(need, form="choice", values=tuple(lacking), options=())
            how, without, loss = kind.how, kind.without, kind.loss
            if note in INACTIVE:  # told by the server alone, when an item is written
                without, loss = INACTIVE[note], ""
            if need.kind in ("custom_fields", "project_attributes") and need.form in FORMATS:
                how = f"{how}; format: {FORMATS[need.form]}"
            if need.kind == "settings":
                how, without = SETTINGS.get(need.name, UNKNOWN_SETTING)
            found.append(Prerequisite(need, not note, without, how, note, loss))
        return found

    def _lack(self, need: Need) -> str:
        """What is missing of it; nothing where it is there."""
        if need.kind == "settings":
            return self._setting(need.name)
        if need.kind == "custom_fields":
            return self._custom_field(need)
        if need.kind == "project_attributes":
            return "" if self._client.catalogue.project_schema.custom_field(need.name) else "it is not there"
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
            return INACTIVE_TYPE
        if need.kind == "priorities" and name.get("isActive") is False:
            return INACTIVE_PRIORITY
        return ""

    def _setting(self, name: str) -> str:
        if name == "history_writable":
            try:
                form = self._client.ask_form("work_packages", {}) or {}
            except Refused as refusal:
                return f"it cannot be asked: {refusal.message}"
            schema = (form.get("_embedded") or {}).get("schema") or {}
            return "" if (schema.get("createdAt") or {}).get("writable") else "it is off"
        if name == "semantic_identifiers":
            return "" if numbers_by_project(self._client, self._client.get("configuration")) else "it is off"
        if name == "placeholder_users":
            return placeholder_offer(self._client, self._client.get("configuration")).refusal
        return f"no such setting is known; known are {', '.join(SETTINGS)}"

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
        own = need.kind == "project_attributes"
        fields = self._client.catalogue.project_schema.custom if own else self._fields
        field = fields.get(folded(need.name))
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
        try:
            form = self._client.ask_form("work_packages", {"subject": "x", "_links": links}) or {}
        except Refused as refusal:
            return f"it cannot be asked: {refusal.message}"
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
        if kind not in self._lists:
            more: dict[str, Any] = {"pageSize": -1}
            if kind == "roles":
                more["filters"] = filters(condition("unit", "=", ["project"]))
            rows = elements(self._client.get(kind, more))
            self._lists[kind] = _Folded((str(row["name"]), row) for row in rows)
        return self._lists[kind]

    @cached_property
    def _projects(self) -> list[Mapping[str, Any]]:
        return [row for row in self._client.pages("projects") if row.get("active")]

    def _enabled(self, project: str) -> _Folded:
        if project not in self._types:
            rows = elements(self._client.get(f"projects/{project}/types"))
            self._types[project] = _Folded((str(row["name"]), row) for row in rows)
        return self._types[project]

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
