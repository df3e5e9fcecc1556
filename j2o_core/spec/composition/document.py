"""Composes the schema of the language and what the installed plugins understand into one document."""

from __future__ import annotations

from copy import deepcopy
from typing import Any, Mapping, Sequence

from ...hooks import registry as roles
from ...hooks.registry import Registry
from ...hooks.summaries import summary_of
from ..packaged import schema
from .draft7 import as_draft7
from .fragments import arguments, needs_no_argument, options
from .partial import PREFIX, with_partials

#: the files that have a schema, and where it stands
PARTS: Mapping[str, str] = {
    "spec": "",
    "overlay": f"{PREFIX}overlay",
    "tests": "tests",
    "rules": "rules",
}
_DEFS = "#/$defs/"


def composed_schema(registry: Registry, part: str = "spec") -> dict[str, Any]:
    """The JSON Schema (draft 7) of a spec file as it is written, or of another ``part`` of ``PARTS``.

    A spec that extends others need not say what they say. Names and options are those of the plugins in ``registry``.
    """
    base = deepcopy(schema("migration"))
    defs: dict[str, Any] = base.pop("$defs")
    _dispatch(defs["connection"], defs, "connection", roles.CONNECTOR, registry)
    _dispatch(defs["system"], defs, "system", roles.SYSTEM, registry)
    _dispatch(defs["extract"]["oneOf"][0], defs, "extract", roles.EXTRACTOR, registry)
    _dispatch(defs["load"], defs, "load", roles.LOADER, registry)
    _choices(defs["part"]["oneOf"][1]["properties"]["split"], roles.SPLITTER, registry)
    _fields(defs, registry)
    _rules(defs)
    _steps(defs, registry)
    head = {keyword: base.pop(keyword) for keyword in ("$schema", "title", "description")}
    defs["tests"] = base["properties"]["tests"]
    defs["spec"] = base
    overlay = defs["overlay"]["properties"]
    for name in overlay:
        overlay[name] = base["properties"][name]
    base["properties"]["environments"]["additionalProperties"] = {"$ref": f"{_DEFS}{PREFIX}overlay"}
    definitions = with_partials(defs)
    definitions[f"{PREFIX}spec"] = {**definitions[f"{PREFIX}spec"], "required": ["apiVersion", "kind", "name"]}
    if part == "spec":
        top: dict[str, Any] = {
            "type": "object",
            "if": {"required": ["extends"]},
            "then": {"$ref": f"{_DEFS}{PREFIX}spec"},
            "else": {"$ref": f"{_DEFS}spec"},
        }
    else:
        head = {"title": f"j2o {part}"}
        top = {"$ref": _DEFS + PARTS[part]}
    return as_draft7({**head, **top, "$defs": _reached(top, definitions)})


def _rules(defs: dict[str, Any]) -> None:
    """Of a rule that a rule set holds, only what differs is said."""
    over_a_set = {"additionalProperties": {"$ref": f"{_DEFS}{PREFIX}rule"}}
    whole = {"additionalProperties": defs["rules"].pop("additionalProperties")}
    named = dict.fromkeys(defs["rules"]["properties"], True)
    defs["rules"].update(
        {
            "if": {"required": ["use"]},
            "then": {"properties": named, **over_a_set},
            "else": {"properties": named, **whole},
        }
    )


def _dispatch(holder: dict[str, Any], defs: dict[str, Any], kind: str, role: str, registry: Registry) -> None:
    """Let the plugin that is named decide which options stand beside its name."""
    own = list(holder["properties"])
    _choices(holder["properties"]["plugin"], role, registry)
    conditions = []
    every: dict[str, Any] = dict.fromkeys(own, True)
    for name in registry.names(role):
        definition = f"{kind}.{name}"
        defs[definition] = options(registry, name, own, _DEFS + definition)
        conditions.append({"if": _is(name), "then": {"$ref": _DEFS + definition}})
        for key, option in defs[definition]["properties"].items():
            every.setdefault(key, {"description": option.get("description", "")} if option is not True else True)
    # where what is extended names the plugin, the options of all of them are known
    unnamed = {"not": {"required": ["plugin"]}}
    _under(holder, [*conditions, {"if": unnamed, "then": {"properties": every, "additionalProperties": False}}])


def _choices(key: dict[str, Any], role: str, registry: Registry) -> None:
    """Let a key take the names of one role, each with a line about it, which editors show."""
    names = registry.names(role)
    key.update(enum=names, enumDescriptions=[summary_of(registry.get(role, name)) for name in names])


def _fields(defs: dict[str, Any], registry: Registry) -> None:
    """Let the loader decide which fields are mapped."""
    conditions = []
    for name in registry.names(roles.LOADER):
        loader = registry.get(roles.LOADER, name)
        if not loader.fields:
            continue
        exact = {field: line for field, line in loader.fields.items() if not field.endswith("*")}
        begun = {field: line for field, line in loader.fields.items() if field.endswith("*")}
        definition = f"map.{name}"
        defs[definition] = {
            "description": f"Fields of {name}: {summary_of(loader)}",
            "type": "object",
            "required": list(loader.required),
            "properties": {field: _field(line) for field, line in exact.items()},
            "patternProperties": {f"^{_literal(field[:-1])}.": _field(line) for field, line in begun.items()},
            "additionalProperties": False,
        }
        loads_it = {"properties": {"load": _is(name)}, "required": ["load"]}
        conditions.append({"if": loads_it, "then": {"properties": {"map": {"$ref": _DEFS + definition}}}})
    _under(defs["entity"], conditions)


def _is(plugin: str) -> dict[str, Any]:
    return {"properties": {"plugin": {"const": plugin}}, "required": ["plugin"]}


def _under(holder: dict[str, Any], conditions: list[dict[str, Any]]) -> None:
    if conditions:  # an empty list is no schema
        holder["allOf"] = conditions


def _field(line: str) -> dict[str, Any]:
    return {"description": line, "$ref": f"{_DEFS}field"}


def _steps(defs: dict[str, Any], registry: Registry) -> None:
    """Let a step be one of those there are, with the argument that it takes."""
    steps = {name: registry.get(roles.STEP, name) for name in registry.names(roles.STEP)}
    bare = [name for name, step in steps.items() if needs_no_argument(step)]
    item = defs["steps"]["items"]
    item["oneOf"] = [
        {"type": "string", "enum": bare, "enumDescriptions": [steps[name].summary for name in bare]},
        {
            "type": "object",
            "minProperties": 1,
            "maxProperties": 1,
            "additionalProperties": False,
            "properties": {name: {"$ref": f"{_DEFS}step.{name}"} for name in steps},
        },
    ]
    for name, argument in arguments(steps, f"{_DEFS}step.{{}}"):
        defs[f"step.{name}"] = argument


def _literal(text: str) -> str:
    """A text as a regular expression that every dialect reads alike."""
    return "".join(f"\\{char}" if char in ".^$*+?()[]{}|\\/" else char for char in text)


def _reached(top: Mapping[str, Any], definitions: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the definitions that the schema leads to, in their order."""
    found: set[str] = set()
    waiting = _referred(top)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += _referred(definitions[name])
    return {name: part for name, part in definitions.items() if name in found}


def _referred(value: Any) -> list[str]:
    if isinstance(value, Mapping):
        own = value.get("$ref")
        names = [own[len(_DEFS) :].partition("/")[0]] if isinstance(own, str) and own.startswith(_DEFS) else []
        return names + [name for inner in value.values() for name in _referred(inner)]
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [name for inner in value for name in _referred(inner)]
    return []
