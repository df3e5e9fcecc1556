"""Looks through an OpenProject: what its administrator has set up, as it is now."""

from __future__ import annotations

from typing import Any, Callable, Iterable, Iterator, Mapping, Sequence, TypeVar

from j2o_core.api import (
    Fatal,
    Refused,
    TargetField,
    TargetPerson,
    TargetSurvey,
    TargetSurveyor,
    TargetValue,
    surveys,
)

from .connector import OpenProject
from .hal import condition, elements, filters
from .loaders.relations import TYPES
from .work_package_schema import CustomField, read_schema

_Answer = TypeVar("_Answer")
#: projects through whose schemas custom fields are looked for, and schemas asked for at once
_PROJECTS, _SCHEMAS = 20, 40
_KINDS = {
    "String": surveys.TEXT,
    "Formattable": surveys.RICH_TEXT,
    "Integer": surveys.NUMBER,
    "Float": surveys.NUMBER,
    "Boolean": surveys.BOOLEAN,
    "Date": surveys.DATE,
    "CustomOption": surveys.CHOICE,
    "CustomField::Hierarchy::Item": surveys.CASCADE,
    "User": surveys.PERSON,
    "Version": surveys.VERSION,
    "Link": surveys.ADDRESS,
}
_NO_PROJECT = (
    "OpenProject shows its custom fields through its projects alone, and it has none yet: if there are custom fields, "
    "make a project there, with every type enabled (it may stay empty), and begin again"
)


class OpenProjectSurveyor(TargetSurveyor):
    """Asks nothing but GETs, and nothing of any cache: whoever has just changed the setup sees the change."""

    name = "openproject"
    client: OpenProject

    def survey(self) -> TargetSurvey:
        """See ``TargetSurveyor``."""
        types = self._list("types")
        projects = [
            row
            for row in self._allowed("the projects", lambda: list(self.client.pages("projects")))
            if row.get("active")
        ]
        return TargetSurvey(
            fields=list(self._fields(projects[:_PROJECTS], {str(row["id"]): str(row["name"]) for row in types})),
            values={
                "types": [TargetValue(str(row["name"]), _obstacle(row)) for row in types],
                "statuses": [TargetValue(str(row["name"])) for row in self._list("statuses")],
                "priorities": [
                    TargetValue(str(row["name"]), "" if row.get("isActive", True) else "it is not active")
                    for row in self._list("priorities")
                ],
                "roles": [
                    TargetValue(str(row["name"]))
                    for row in self._list("roles", filters=filters(condition("unit", "=", ["project"])))
                ],
                "links": [TargetValue(name) for name in TYPES],
            },
            people=[
                TargetPerson(str(row["login"]), str(row.get("name") or ""), str(row.get("email") or ""))
                for row in self._allowed("the users", lambda: list(self.client.pages("users")))
                if row.get("login")
            ],
            login_field="login",
            remarks=() if projects else (_NO_PROJECT,),
        )

    def _fields(self, projects: Sequence[Mapping[str, Any]], types: Mapping[str, str]) -> Iterator[TargetField]:
        found: dict[str, CustomField] = {}
        active: dict[str, dict[str, None]] = {}
        for kind, schema in self._schemas(projects):
            for name, field in read_schema(schema).custom.items():
                if field.is_writable:
                    found.setdefault(name, field)
                    active.setdefault(name, {})[types.get(kind, kind)] = None
        for name, field in found.items():
            yield TargetField(
                key=f"cf:{field.name}",
                name=field.name,
                kind=_KINDS.get(field.kind, surveys.OTHER),
                many=field.is_list,
                values=self._values(field),
                types=tuple(active[name]),
            )

    def _values(self, field: CustomField) -> tuple[str, ...]:
        if _KINDS.get(field.kind) not in (surveys.CHOICE, surveys.CASCADE):
            return ()
        if field.options_href:
            rows = elements(self.client.get(field.options_href))
            return tuple(str(row.get("label") or row.get("value") or row.get("name") or "") for row in rows)
        return tuple(field.labels.values())

    def _schemas(self, projects: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, Mapping[str, Any]]]:
        pairs = []
        for project in projects:
            enabled = elements(self.client.get(f"projects/{project['id']}/types"))
            pairs += [f"{project['id']}-{row['id']}" for row in enabled]
        for start in range(0, len(pairs), _SCHEMAS):
            asked = pairs[start : start + _SCHEMAS]
            answer = self.client.get("work_packages/schemas", {"filters": filters(condition("id", "=", asked))})
            for schema in elements(answer):
                href = ((schema.get("_links") or {}).get("self") or {}).get("href") or ""
                yield str(href).rpartition("-")[2], schema

    def _list(self, path: str, **params: Any) -> list[Mapping[str, Any]]:
        return self._allowed(f"the {path}", lambda: elements(self.client.get(path, {"pageSize": -1, **params})))

    def _allowed(self, what: str, ask: Callable[[], _Answer]) -> _Answer:
        try:
            return ask()
        except Refused as refusal:
            if refusal.status not in (403, 404):
                raise
            raise Fatal(
                f"OpenProject does not show {what} to this account ({refusal.message}): the API key must be an "
                "administrator's",
                code=refusal.code,
            ) from None


def _obstacle(row: Mapping[str, Any]) -> str:
    return "" if row.get("isDefault") else "it is not activated in new projects by default"
