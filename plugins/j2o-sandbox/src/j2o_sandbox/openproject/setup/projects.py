"""Custom fields and projects of the setup file."""

from __future__ import annotations

from typing import Any, Dict

from j2o_sandbox.openproject import rows
from j2o_sandbox.openproject.settings import WORKSPACES
from j2o_sandbox.openproject.setup.document import Setup, SetupError
from j2o_sandbox.openproject.setup.factory import require
from j2o_sandbox.openproject.store import Store


def add_custom_fields(store: Store, fields: Dict[str, Any]) -> None:
    """Add the custom fields with their options; activation in projects follows with the projects."""
    for position, (name, entry) in enumerate(fields.items(), 1):
        wanted = entry.get("types", [])
        if wanted == "all":
            types = tuple(kind.id for kind in store.types)
        else:
            types = tuple(require(store, "types", kind, f"custom_fields.{name}.types").id for kind in wanted)
        default = entry.get("default")
        field = store.put(
            rows.CustomField(
                id=None,
                name=name,
                format=entry["format"],
                of=entry.get("of", "work_package"),
                multi=entry.get("multi", False),
                required=entry.get("required", False),
                is_filter=entry.get("is_filter", False),
                for_all=entry.get("for_all", False),
                types=types,
                min_length=entry.get("min_length"),
                max_length=entry.get("max_length"),
                regexp=entry.get("regexp"),
                least=entry.get("min"),
                most=entry.get("max"),
                position=position,
                default=str(default) if entry["format"] == "date" and default is not None else default,
            )
        )
        for number, value in enumerate(entry.get("options", []), 1):
            option = rows.CustomOption(
                id=None, field=field.id, value=str(value), position=number, is_default=value == default
            )
            store.put(option)


def add_projects(store: Store, setup: Setup, now: str) -> None:
    """Add the projects, then activate custom fields in them."""
    for identifier, entry in setup.parts["projects"].items():
        where = f"projects.{identifier}"
        wanted = entry.get("types")
        if wanted is None:
            types = tuple(kind.id for kind in store.types if kind.is_default)
        else:
            types = tuple(require(store, "types", kind, f"{where}.types").id for kind in wanted)
        parent = None
        if "parent" in entry:
            found = store.projects.first("identifier", entry["parent"])
            if found is None:
                raise SetupError(f"{where}.parent: no project {entry['parent']!r} above it")
            parent = found.id
        project = store.put(
            rows.Project(
                id=None,
                identifier=identifier,
                name=entry.get("name", identifier),
                public=entry.get("public", False),
                active=entry.get("active", True),
                parent=parent,
                workspace=entry.get("workspace", WORKSPACES[0]),
                types=types,
                modules=tuple(entry.get("modules", setup.settings.default_modules)),
                fields=fields_for_types(store, types),
                created=now,
                updated=now,
            )
        )
        _furnish(store, project, entry, where, now)
    for name, entry in setup.parts["custom_fields"].items():
        for identifier in entry.get("projects", []):
            project = store.projects.first("identifier", identifier)
            if project is None:
                raise SetupError(f"custom_fields.{name}.projects: no project {identifier!r}")
            field = require(store, "custom_fields", name, f"custom_fields.{name}")
            kept = "attributes" if field.of == "project" else "fields"
            active = getattr(project, kept)
            if field.id not in active:
                store.put(project.copy(**{kept: (*active, field.id)}))


def fields_for_types(store: Store, types: Any) -> Any:
    """Work package custom fields that a new project with these types gets: those attached to one of them."""
    return tuple(field.id for field in store.custom_fields.find("of", "work_package") if set(field.types) & set(types))


def _furnish(store: Store, project: Any, entry: Dict[str, Any], where: str, now: str) -> None:
    for name in entry.get("categories", []):
        store.put(rows.Category(id=None, project=project.id, name=str(name)))
    for sprint in entry.get("sprints", []):
        store.put(
            rows.Sprint(
                id=None,
                project=project.id,
                name=str(sprint["name"]),
                status=sprint.get("status", "in_planning"),
                start=str(sprint["start"]) if sprint.get("start") else None,
                finish=str(sprint["finish"]) if sprint.get("finish") else None,
                created=now,
                updated=now,
            )
        )
    for login, roles in entry.get("members", {}).items():
        user = store.principals.first("login", login.lower())
        if user is None:
            raise SetupError(f"{where}.members: no user {login!r}")
        ids = tuple(require(store, "roles", role, f"{where}.members.{login}").id for role in roles)
        store.put(rows.Membership(id=None, principal=user.id, project=project.id, roles=ids, created=now, updated=now))
