"""The setup file as checked data."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from pathlib import Path
from typing import Any, Dict, Optional

import yaml

from j2o_core.api import likeliest
from j2o_sandbox.openproject.settings import MODULES, WORKSPACES, Settings
from j2o_sandbox.options import SandboxError

FORMATS = ("string", "text", "int", "float", "date", "bool", "list", "hierarchy", "user", "version", "link")
OWNERS = ("work_package", "project", "user", "version", "time_entry", "group")
_PARTS = {
    "edition",
    "settings",
    "statuses",
    "types",
    "priorities",
    "workflows",
    "roles",
    "time_entry_activities",
    "custom_fields",
    "users",
    "projects",
    "oauth_applications",
}
_KEYS: Dict[str, Dict[str, Any]] = {
    "statuses": {"closed": bool, "read_only": bool, "default": bool, "done": int, "excluded": bool},
    "types": {"default": bool, "milestone": bool, "description": str},
    "priorities": {"default": bool, "active": bool},
    "time_entry_activities": {"default": bool, "active": bool},
    "custom_fields": {
        "of": str,
        "format": str,
        "multi": bool,
        "required": bool,
        "is_filter": bool,
        "for_all": bool,
        "types": (list, str),
        "projects": list,
        "options": list,
        "default": (str, int, float, bool, dt.date),
        "min_length": int,
        "max_length": int,
        "regexp": str,
        "min": (int, float),
        "max": (int, float),
    },
    "users": {
        "first_name": str,
        "last_name": str,
        "email": str,
        "admin": bool,
        "token": str,
        "language": str,
        "status": str,
    },
    "oauth_applications": {"client_id": str, "client_secret": str, "user": str},
    "projects": {
        "name": str,
        "public": bool,
        "active": bool,
        "types": list,
        "modules": list,
        "categories": list,
        "sprints": list,
        "members": dict,
        "parent": str,
        "workspace": str,
    },
}


class SetupError(SandboxError):
    """The setup file is wrong; the message says where and what was expected."""


@dataclasses.dataclass(frozen=True)
class Setup:
    """A checked setup file."""

    settings: Settings
    parts: Dict[str, Dict[str, Any]]


def load_setup(path: Optional[str]) -> Setup:
    """Read and check a setup file; None is an empty one.

    Raises:
        SetupError: not YAML, an unknown key, a value of the wrong kind.
    """
    if path is None:
        return read_setup({})
    try:
        document = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise SetupError(f"{path}: {error}") from error
    try:
        return read_setup(document if document is not None else {})
    except SetupError as error:
        raise SetupError(f"{path}: {error}") from error


def read_setup(document: Any) -> Setup:
    """Check a setup document.

    Raises:
        SetupError: as ``load_setup``.
    """
    if not isinstance(document, dict):
        raise SetupError("expected a map")
    _known(document, _PARTS, "the setup file")
    edition = document.get("edition", "community")
    if edition not in ("community", "enterprise"):
        raise SetupError(f"edition: {edition!r}; expected community or enterprise")
    parts: Dict[str, Dict[str, Any]] = {}
    for part in _PARTS - {"edition", "settings"}:
        parts[part] = _map(document.get(part), part)
        for name, entry in parts[part].items():
            if part in _KEYS:
                parts[part][name] = _entry(part, name, entry)
    _check_custom_fields(parts["custom_fields"], edition == "enterprise")
    _check_projects(parts["projects"])
    for name, entry in parts["oauth_applications"].items():
        for key in _KEYS["oauth_applications"]:
            _expect(key in entry, f"oauth_applications.{name}.{key}", "a text", None)
    return Setup(_settings(_map(document.get("settings"), "settings"), edition == "enterprise"), parts)


def _settings(values: Dict[str, Any], enterprise: bool) -> Settings:
    fields = {field.name: field for field in dataclasses.fields(Settings) if field.name != "enterprise"}
    _known(values, set(fields), "settings")
    checked: Dict[str, Any] = {}
    defaults = Settings()
    for name, value in values.items():
        default = getattr(defaults, name)
        where = f"settings.{name}"
        if isinstance(default, bool):
            _expect(isinstance(value, bool), where, "true or false", value)
        elif isinstance(default, tuple):
            _expect(isinstance(value, list), where, "a list", value)
            value = tuple(str(item) if not isinstance(item, int) else item for item in value)
        elif isinstance(default, str):
            _expect(isinstance(value, str), where, "text", value)
        elif name == "time_not_before":
            value = str(value)
        else:
            _expect(isinstance(value, (int, float)) and not isinstance(value, bool), where, "a number", value)
            _expect(value >= 0, where, "a number, not negative", value)
        checked[name] = value
    if checked.get("progress", "work") not in ("work", "status"):
        raise SetupError(f"settings.progress: {checked['progress']!r}; expected work or status")
    for module in checked.get("default_modules", ()):
        _expect(module in MODULES, "settings.default_modules", f"some of {', '.join(MODULES)}", module)
    return Settings(enterprise=enterprise, **checked)


def _entry(part: str, name: Any, entry: Any) -> Dict[str, Any]:
    where = f"{part}.{name}"
    values = _map(entry, where)
    _known(values, set(_KEYS[part]), where)
    for key, value in values.items():
        kind = _KEYS[part][key]
        good = isinstance(value, kind) and (kind is bool or key == "default" or not isinstance(value, bool))
        _expect(good, f"{where}.{key}", _kind_name(kind), value)
    return values


def _check_custom_fields(fields: Dict[str, Any], enterprise: bool) -> None:
    for name, entry in fields.items():
        where = f"custom_fields.{name}"
        _expect(entry.get("format") in FORMATS, f"{where}.format", f"one of {', '.join(FORMATS)}", entry.get("format"))
        allowed = enterprise or entry["format"] != "hierarchy"
        _expect(allowed, f"{where}.format", "edition: enterprise for a hierarchy", entry["format"])
        owner = entry.get("of", "work_package")
        _expect(owner in OWNERS, f"{where}.of", f"one of {', '.join(OWNERS)}", owner)
        if isinstance(entry.get("types"), str):
            _expect(entry["types"] == "all", f"{where}.types", "a list of names or 'all'", entry["types"])
        if entry["format"] in ("list", "hierarchy"):
            _expect(bool(entry.get("options")), f"{where}.options", "a list of values", entry.get("options"))
        if entry.get("multi"):
            good = entry["format"] in ("list", "hierarchy", "user", "version")
            _expect(good, f"{where}.multi", "format list, hierarchy, user or version", entry["format"])
        if "regexp" in entry:
            try:
                re.compile(entry["regexp"])
            except re.error as error:
                raise SetupError(f"{where}.regexp: {error}") from error


def _check_projects(projects: Dict[str, Any]) -> None:
    for name, entry in projects.items():
        kind = entry.get("workspace", WORKSPACES[0])
        _expect(kind in WORKSPACES, f"projects.{name}.workspace", f"one of {', '.join(WORKSPACES)}", kind)
        for module in entry.get("modules", []):
            _expect(module in MODULES, f"projects.{name}.modules", f"some of {', '.join(MODULES)}", module)
        for sprint in entry.get("sprints", []):
            where = f"projects.{name}.sprints"
            _expect(isinstance(sprint, dict) and "name" in sprint, where, "maps with a name", sprint)
            _known(sprint, {"name", "start", "finish", "status"}, where)


def _map(value: Any, where: str) -> Dict[str, Any]:
    if value is None:
        return {}
    _expect(isinstance(value, dict), where, "a map", value)
    return dict(value)


def _known(values: Dict[str, Any], known: Any, where: str) -> None:
    for key in values:
        if key not in known:
            near = likeliest(str(key), sorted(known))
            hint = f"; did you mean {near!r}?" if near else f"; known: {', '.join(sorted(known))}"
            raise SetupError(f"{where}: unknown key {key!r}{hint}")


def _expect(good: bool, where: str, expected: str, value: Any) -> None:
    if not good:
        raise SetupError(f"{where}: {value!r}; expected {expected}")


def _kind_name(kind: Any) -> str:
    names = {bool: "true or false", str: "text", int: "a whole number", list: "a list", dict: "a map"}
    return str(names.get(kind, "another kind of value"))
