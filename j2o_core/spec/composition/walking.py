"""Goes through a JSON Schema, from its innermost parts outward."""

from __future__ import annotations

from typing import Any, Callable, Mapping

#: keywords that hold schemas by name, in a list, and alone
_BY_NAME = ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas")
_LISTED = ("oneOf", "anyOf", "allOf", "prefixItems")
_ALONE = (
    *("items", "additionalProperties", "propertyNames", "contains", "not", "if", "then", "else"),
    *("unevaluatedProperties", "unevaluatedItems"),
)
#: what a reader of a value wants to see, wherever the value's form is told
ANNOTATIONS = ("title", "description", "default", "examples")

#: what becomes of one part: its keywords in, a schema out
Change = Callable[[Mapping[str, Any]], Any]


def changed(schema: Any, change: Change) -> Any:
    """A copy of ``schema`` in which ``change`` was applied to every part, then to the whole."""
    if not isinstance(schema, Mapping):
        return schema
    return change(within(schema, lambda keyword, part: changed(part, change)))


def within(schema: Mapping[str, Any], change: Callable[[str, Any], Any]) -> dict[str, Any]:
    """A copy of ``schema`` in which ``change`` (keyword, part) was applied to the parts right below it."""
    made = dict(schema)
    for keyword, held in schema.items():
        if keyword in _BY_NAME and isinstance(held, Mapping):
            made[keyword] = {name: change(keyword, part) for name, part in held.items()}
        elif keyword in _LISTED and isinstance(held, (list, tuple)):
            made[keyword] = [change(keyword, part) for part in held]
        elif keyword in _ALONE and isinstance(held, Mapping):
            made[keyword] = change(keyword, held)
    return made


def or_else(schema: Any, other: Mapping[str, Any]) -> Any:
    """What takes what ``schema`` takes and what ``other`` takes; what people read of the first stays on top."""
    if not isinstance(schema, Mapping):
        return schema
    inner = {keyword: held for keyword, held in schema.items() if keyword not in ANNOTATIONS}
    if not inner:
        return dict(schema)
    told = {keyword: schema[keyword] for keyword in ANNOTATIONS if keyword in schema}
    return {**told, "anyOf": [inner, dict(other)]}
