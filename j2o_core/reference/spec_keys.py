"""The keys of a spec."""

from __future__ import annotations

from ..spec.packaged import schema
from .forms import keys_of, keys_table


def spec_keys() -> list[str]:
    """A section for the spec and for each of its parts, with a row for each key."""
    document = schema("migration")
    lines = ["## The spec", "", document["description"], "", *keys_table(document, document)]
    for name, part in document["$defs"].items():
        if name != "overlay" and keys_of(part, document):
            heading = f"## {part.get('title', name)} {{#{name}}}"
            lines += ["", heading, "", part.get("description", ""), "", *keys_table(part, document)]
    return lines
