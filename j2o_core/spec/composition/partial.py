"""The schema of a part of a spec: of an overlay, and of a spec that says only what differs from those it extends."""

from __future__ import annotations

from typing import Any, Mapping

from .walking import within

PREFIX = "partial."
_DEFS = "#/$defs/"
_COMPLETENESS = ("required", "dependentRequired", "minProperties")
#: lists replace lists, so that what is in one must be whole; conditions look at what is there
_WHOLE = ("items", "prefixItems", "if", "not", "propertyNames")


def with_partials(definitions: Mapping[str, Any]) -> dict[str, Any]:
    """The definitions, and of each a partial form under ``partial.NAME``: nothing is missed, ``null`` removes."""
    partials = {PREFIX + name: partial(part) for name, part in definitions.items()}
    for name, part in partials.items():
        if _is_of_plugin(name) and part.get("additionalProperties") is False:
            # what is extended may name another plugin, whose options are then removed one by one
            part["additionalProperties"] = {
                "type": "null",
                "errorMessage": "unknown key; null removes an inherited one",
            }
    return {**definitions, **partials}


def partial(schema: Any) -> Any:
    """The partial form of one schema; its references lead to partial forms."""
    if not isinstance(schema, Mapping):
        return schema
    made = within(schema, lambda keyword, held: held if keyword in _WHOLE else partial(held))
    for keyword in _COMPLETENESS:
        made.pop(keyword, None)
    reference = made.get("$ref")
    if isinstance(reference, str) and reference.startswith(_DEFS) and not reference.startswith(_DEFS + PREFIX):
        made["$ref"] = _DEFS + PREFIX + reference[len(_DEFS) :]
    if "oneOf" in made:  # what told the alternatives apart may be said elsewhere
        made["anyOf"] = made.pop("oneOf")
    return _nullable(made)


def _is_of_plugin(name: str) -> bool:
    return "." in name[len(PREFIX) :]


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema taking ``null`` too, in the words that keep what an editor says of other values short."""
    types = schema.get("type")
    if types is not None and "null" not in types:
        schema["type"] = [*([types] if isinstance(types, str) else types), "null"]
    if "anyOf" in schema and not any(branch is True or "null" in _types(branch) for branch in schema["anyOf"]):
        schema["anyOf"] = [*schema["anyOf"], {"type": "null"}]
    if "const" in schema:
        schema["enum"] = [schema.pop("const"), None]
    elif "enum" in schema and None not in schema["enum"]:
        schema["enum"] = [*schema["enum"], None]
        if "enumDescriptions" in schema:
            schema["enumDescriptions"] = [*schema["enumDescriptions"], "Removes what is extended."]
    return schema


def _types(branch: Any) -> Any:
    types = branch.get("type", ()) if isinstance(branch, Mapping) else ()
    return [types] if isinstance(types, str) else types
