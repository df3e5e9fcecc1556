"""Which line of the spec a refusal of the target leads back to."""

from __future__ import annotations

from typing import Any, Iterator, Mapping

from ..spec.model import Spec

_DEPTH = 6


def spec_line(spec: Spec, entity: str, detail: Mapping[str, Any]) -> str:
    """``file:line:column`` of the field that the refusal names, else of what writes the entity, else nothing."""
    known = spec.entities.get(entity)
    if known is None:
        return ""
    for name in _attributes(detail.get("body")):
        field = known.map.get(name)
        if field is not None and field.place is not None:
            return str(field.place)
    place = (known.load.place if known.load else None) or known.place
    return str(place) if place else ""


def _attributes(body: Any, depth: int = 0) -> Iterator[str]:
    """Whatever an error answer calls an attribute or a field."""
    if depth > _DEPTH:
        return
    if isinstance(body, Mapping):
        for name in ("attribute", "field"):
            if isinstance(body.get(name), str):
                yield body[name]
        errors = body.get("errors")
        if isinstance(errors, Mapping):
            yield from (str(name) for name in errors)
        for value in body.values():
            yield from _attributes(value, depth + 1)
    elif isinstance(body, list):
        for value in body:
            yield from _attributes(value, depth + 1)
