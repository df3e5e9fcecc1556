"""What a plugin provides, described from its classes, schemas and summaries."""

from __future__ import annotations

import inspect
from typing import Any, Mapping, Sequence

from ..hooks.manager import PluginInfo
from ..hooks.protocols import Check, Function, Loader, Step
from ..hooks.registry import RECORD_SCHEMA, SCHEMA, Registry
from ..hooks.summaries import summary_of


def described(registry: Registry, info: PluginInfo) -> list[dict[str, Any]]:
    """One entry for each thing provided: ``role``, ``name``, ``description``, and where it has them ``options``
    (JSON Schema), ``argument`` (of a step), ``fields`` (of a loader), ``record`` (cerberus schema)."""
    parts = []
    for role, _, name in (entry.partition(":") for entry in info.provides):
        if role in (SCHEMA, RECORD_SCHEMA):
            continue
        value = registry.find(role, name)
        part: dict[str, Any] = {"role": role, "name": name, "description": summary_of(value)}
        if isinstance(value, Step) and value.schema:
            part["argument"] = dict(value.schema)
        for key, kind in (("options", SCHEMA), ("record", RECORD_SCHEMA)):
            schema = registry.find(kind, name)
            if schema is not None and not isinstance(value, (Step, Function, Check)):
                part[key] = dict(schema)
        if inspect.isclass(value) and issubclass(value, Loader):
            part["fields"] = dict(value.fields)
            part["required"] = list(value.required)
        parts.append(part)
    return parts


def plugin_text(about: Mapping[str, Any], parts: Sequence[Mapping[str, Any]]) -> str:
    """The same for people."""
    lines = [f"{about['name']} {about['version']} (distribution {about['distribution']}, module {about['module']})"]
    if about["error"]:
        lines.append(f"  error: {about['error']}")
    if about["hooks"]:
        lines.append(f"  hooks: {', '.join(about['hooks'])}")
    for part in parts:
        lines += ["", f"{part['role'].replace('_', ' ')} {part['name']}"]
        if part["description"]:
            lines.append(f"  {part['description']}")
        for name, option in part.get("options", {}).get("properties", {}).items():
            default = f" (default {option['default']!r})" if "default" in option else ""
            lines.append(f"  option {name}: {option.get('description', '')}{default}".rstrip())
        for name, line in part.get("fields", {}).items():
            lines.append(f"  field {name}{'*' if name in part['required'] else ''}: {line}")
    return "\n".join(lines)
