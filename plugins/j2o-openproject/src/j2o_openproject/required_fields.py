"""Custom fields without which OpenProject takes no work package, as far as they show before anything is written.

They show through the schemas of a project and type; a new project gets those of its types.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Collection, Iterator, Mapping, Optional

from .hal import condition, elements, filters, id_in
from .texts import folded
from .work_package_schema import CustomField, read_schema

if TYPE_CHECKING:
    from .connector import OpenProject

#: active projects that are looked at
_PROJECTS = 5
#: schemas asked for at once
_SCHEMAS = 40


@dataclass(frozen=True)
class RequiredField:
    """A field that has no value of its own. ``everywhere``: in all projects with the type that were looked at."""

    field: CustomField
    projects: tuple[str, ...]
    everywhere: bool

    @property
    def name(self) -> str:
        """What a spec calls it: ``cf:NAME``."""
        return f"cf:{self.field.name}"

    def offers(self, value: Any) -> bool:
        """Whether the field would hold a value: none that is empty, or that its list does not offer."""
        values = value if isinstance(value, (list, tuple)) else [value]
        return any(
            one not in (None, "", [])
            and (not self.field.options or not isinstance(one, str) or folded(one) in self.field.options)
            for one in values
        )


class RequiredFields:
    """Asks one server once, with GETs alone, never of a cache."""

    def __init__(self, client: OpenProject) -> None:
        self._client = client
        self._found: Optional[dict[str, tuple[RequiredField, ...]]] = None
        self._lock = threading.Lock()

    def of(self, kind: object) -> tuple[RequiredField, ...]:
        """Those of the work packages of a type."""
        return self.by_type.get(folded(kind), ())

    @property
    def by_type(self) -> Mapping[str, tuple[RequiredField, ...]]:
        """Those of every type, by its folded name; types without any are left out."""
        with self._lock:
            if self._found is None:
                self._found = dict(self._read())
            return self._found

    def _read(self) -> Iterator[tuple[str, tuple[RequiredField, ...]]]:
        active = {"pageSize": _PROJECTS, "filters": filters(condition("active", "=", ["t"]))}
        page = self._client.get("projects", active)
        projects = {str(row["id"]): str(row["identifier"]) for row in elements(page)}
        types: dict[str, str] = {}
        enabled: dict[str, list[str]] = {}
        for project in projects:
            for row in elements(self._client.get(f"projects/{project}/types")):
                types[str(row["id"])] = folded(row["name"])
                enabled.setdefault(str(row["id"]), []).append(project)
        demanded: dict[str, dict[str, list[tuple[str, CustomField]]]] = {}
        pairs = [f"{project}-{identifier}" for identifier, mine in enabled.items() for project in mine]
        for project, kind, schema in self._schemas(pairs):
            for name, field in required_in(schema).items():
                demanded.setdefault(kind, {}).setdefault(name, []).append((projects[project], field))
        for kind, fields in demanded.items():
            yield (
                types[kind],
                tuple(
                    RequiredField(found[0][1], tuple(one for one, _ in found), len(found) == len(enabled[kind]))
                    for found in fields.values()
                ),
            )

    def _schemas(self, pairs: list[str]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
        for start in range(0, len(pairs), _SCHEMAS):
            asked = {"filters": filters(condition("id", "=", pairs[start : start + _SCHEMAS]))}
            for schema in elements(self._client.get("work_packages/schemas", asked)):
                project, _, kind = (id_in((schema.get("_links") or {}).get("self")) or "").partition("-")
                yield project, kind, schema


def required_in(schema: Mapping[str, Any]) -> dict[str, CustomField]:
    """The custom fields of a schema that need a value and have none by default, by folded name."""
    return {
        name: field
        for name, field in read_schema(schema).custom.items()
        if field.is_writable and field.is_required and not schema[field.property].get("hasDefault")
    }


def missing(fields: Collection[RequiredField], payload: Mapping[str, Any]) -> Iterator[RequiredField]:
    """Those to which a payload gives no value that they hold."""
    own = {folded(name): value for name, value in payload.items()} if fields else {}
    for one in fields:
        if not one.offers(own.get(folded(one.name))):
            yield one
