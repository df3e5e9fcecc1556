"""Properties of a request that no schema of it names: OpenProject ignores them in silence, and data is lost."""

from __future__ import annotations

import re
from typing import Any, Iterator

from .document import Document
from .pointers import Pointer
from .schemas import Violation


def unknown_properties(document: Document, schema: Pointer, value: Any, at: str = "") -> Iterator[Violation]:
    """Names in an object, and in the objects in it, that its schema does not know; a schema that knows none is open."""
    if not isinstance(value, dict):
        return
    known: dict[str, list[Pointer]] = {}
    patterns: list[str] = []
    if _collect(document, schema, known, patterns) or not (known or patterns):
        return
    for name, inner in value.items():
        if name in known:
            for place in known[name]:
                yield from unknown_properties(document, place, inner, f"{at}/{name}")
        elif not any(re.search(pattern, name) for pattern in patterns):
            place = document.at(schema)[1]
            beneath = (schema, (*place, "patternProperties"))
            yield Violation((*place, "properties", name), f"{at}/{name}", "not known to the server", beneath)


def _collect(document: Document, place: Pointer, known: dict[str, list[Pointer]], patterns: list[str]) -> bool:
    """Gather what the parts of a schema name; whether it takes anything."""
    node, place = document.at(place)
    if not isinstance(node, dict):
        return True
    for name in node.get("properties", {}):
        known.setdefault(name, []).append((*place, "properties", name))
    patterns.extend(node.get("patternProperties", {}))
    is_open = isinstance(node.get("additionalProperties"), dict)
    for group in ("allOf", "anyOf", "oneOf"):
        for number in range(len(node.get(group, ()))):
            is_open |= _collect(document, (*place, group, str(number)), known, patterns)
    return is_open
