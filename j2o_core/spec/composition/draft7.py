"""Writes a schema in draft 7 of JSON Schema, which every editor reads."""

from __future__ import annotations

from typing import Any, Mapping

from .walking import changed

DRAFT_7 = "http://json-schema.org/draft-07/schema#"
#: what draft 7 cannot say; without it a schema takes more, never less
_UNKNOWN = ("unevaluatedProperties", "unevaluatedItems", "minContains", "maxContains", "$anchor", "$dynamicRef")


def as_draft7(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema in draft 7. It takes whatever the original takes."""
    made: dict[str, Any] = changed(schema, _written)
    return {"$schema": DRAFT_7, **{keyword: held for keyword, held in made.items() if keyword != "$schema"}}


def _written(part: Mapping[str, Any]) -> dict[str, Any]:
    made = {keyword: held for keyword, held in part.items() if keyword not in _UNKNOWN}
    if "$defs" in made:
        made["definitions"] = {**made.get("definitions", {}), **made.pop("$defs")}
    dependencies = {**made.pop("dependentRequired", {}), **made.pop("dependentSchemas", {})}
    if dependencies:
        made["dependencies"] = {**made.get("dependencies", {}), **dependencies}
    if "prefixItems" in made:
        rest = {"additionalItems": made["items"]} if "items" in made else {}
        made.update(rest, items=made.pop("prefixItems"))
    reference = made.pop("$ref", None)
    if reference is None:
        return made
    target = {"$ref": str(reference).replace("/$defs/", "/definitions/")}
    if not made:
        return target
    # beside a reference draft 7 reads nothing
    return {**made, "allOf": [target, *made.get("allOf", ())]}
