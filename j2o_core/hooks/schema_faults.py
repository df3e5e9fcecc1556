"""What would make a plugin's JSON Schema unusable, found without the library that `j2o --help` need not wait for."""

from __future__ import annotations

import re
from typing import Any, Mapping

_TYPES = frozenset(("null", "boolean", "object", "array", "number", "integer", "string"))
_OF_SCHEMAS = ("properties", "patternProperties", "$defs", "dependentSchemas")
_LISTS_OF_SCHEMAS = ("oneOf", "anyOf", "allOf", "prefixItems")
_SCHEMAS = ("items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames")
_LISTS = ("enum", "required", "examples")
_NUMBERS = (
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
    *("minLength", "maxLength", "minItems", "maxItems"),
)
_DEEPEST = 40


def schema_fault(schema: Any, depth: int = 0) -> str:
    """The first thing that is wrong, as a message; empty where nothing is. `j2o plugins check` looks closer."""
    if isinstance(schema, bool):
        return ""
    if not isinstance(schema, Mapping):
        return f"a schema is a mapping, not a {type(schema).__name__}"
    if depth > _DEEPEST:
        return f"it is nested over {_DEEPEST} levels deep"
    return _own_fault(schema) or _inner_fault(schema, depth)


def _own_fault(schema: Mapping[str, Any]) -> str:
    given = schema.get("type", "object")
    for name in given if isinstance(given, (list, tuple)) else [given]:
        if not isinstance(name, str) or name not in _TYPES:
            return f"there is no type {name!r}"
    for key in _LISTS:
        if not isinstance(schema.get(key, []), (list, tuple)):
            return f"'{key}' is a list"
    for key in _NUMBERS:
        value = schema.get(key, 0)
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            return f"'{key}' is a number"
    patterns = schema.get("patternProperties", {})
    for pattern in [schema.get("pattern", ""), *(patterns if isinstance(patterns, Mapping) else ())]:
        try:
            re.compile(pattern)
        except (re.error, TypeError, RecursionError, OverflowError) as error:
            return f"the pattern {pattern!r} cannot be compiled: {error}"
    return ""


def _inner_fault(schema: Mapping[str, Any], depth: int) -> str:
    inner: list[tuple[str, Any]] = [(key, schema[key]) for key in _SCHEMAS if key in schema]
    for key in _OF_SCHEMAS:
        held = schema.get(key, {})
        if not isinstance(held, Mapping):
            return f"'{key}' is a mapping of schemas"
        inner += [(f"{key}.{name}", part) for name, part in held.items()]
    for key in _LISTS_OF_SCHEMAS:
        held = schema.get(key, ())
        if not isinstance(held, (list, tuple)) or (key in schema and not held):
            return f"'{key}' is a list of schemas"
        inner += [(key, part) for part in held]
    for key, part in inner:
        fault = schema_fault(part, depth + 1)
        if fault:
            return f"{key}: {fault}"
    return ""
