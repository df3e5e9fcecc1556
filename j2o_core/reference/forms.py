"""What a JSON Schema says of values, in words and tables."""

from __future__ import annotations

from typing import Any, Iterator, Mapping

from .markdown import code, table

KEYS = ("key", "meaning", "form", "default", "example")
_WORDS = {"object": "mapping", "string": "text", "integer": "whole number", "null": "nothing"}


def keys_table(part: Mapping[str, Any], document: Mapping[str, Any]) -> list[str]:
    """A row for each key of ``part``, those of its alternatives and those within included."""
    return table(KEYS, _rows(part, document, ""))


def keys_of(part: Mapping[str, Any], document: Mapping[str, Any]) -> dict[str, Any]:
    """The keys of a part, those of its alternatives included."""
    keys = dict(part.get("properties", {}))
    for choice in part.get("oneOf", ()):
        for name, given in keys_of({**referred(choice, document), **choice}, document).items():
            keys.setdefault(name, given)
    return keys


def form(given: Mapping[str, Any], document: Mapping[str, Any]) -> str:
    """The form of a value; what has a section of its own becomes a link to it."""
    if "$ref" in given:
        name = given["$ref"].rsplit("/", 1)[1]
        target = referred(given, document)
        is_linked = name != "overlay" and keys_of(target, document)
        return f"[{target.get('title', name)}](#{name})" if is_linked else form(target, document)
    if "const" in given:
        return f"`{given['const']}`"
    if "enum" in given:
        return ", ".join(code(choice) for choice in given["enum"])
    for keyword in ("oneOf", "anyOf"):
        if keyword in given:
            return " or ".join(dict.fromkeys(form(choice, document) for choice in given[keyword]))
    kind = given.get("type", "any")
    if kind == "array":
        return f"list of {form(given.get('items', {}), document)}"
    if kind == "object" and isinstance(given.get("additionalProperties"), dict):
        return f"mapping of {form(given['additionalProperties'], document)}"
    kinds = [kind] if isinstance(kind, str) else kind
    return " or ".join(_WORDS.get(name, name) for name in kinds) + _bounds(given)


def referred(given: Mapping[str, Any], document: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a local ``$ref`` leads to."""
    target: Any = document
    if "$ref" not in given:
        return {}
    for step in given["$ref"].lstrip("#/").split("/"):
        target = target[step]
    return dict(target)


def _rows(part: Mapping[str, Any], document: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, ...]]:
    required_keys = list(part.get("required", ()))
    required_keys += [other for key in required_keys for other in part.get("dependentRequired", {}).get(key, ())]
    for name, given in keys_of(part, document).items():
        found = {**referred(given, document), **given}
        required = " **required**" if name in required_keys else ""
        examples = found.get("examples", ())
        yield (
            f"`{prefix}{name}`{required}",
            found.get("description", ""),
            form(given, document),
            code(found["default"]) if "default" in found else "",
            code(examples[0]) if examples else "",
        )
        if "$ref" not in given:
            yield from _rows(given, document, f"{prefix}{name}.")


def _bounds(given: Mapping[str, Any]) -> str:
    least, most = given.get("minimum"), given.get("maximum")
    if least is not None and most is not None:
        return f", {least} to {most}"
    return f", at least {least}" if least is not None else f", at most {most}" if most is not None else ""
