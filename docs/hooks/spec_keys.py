"""Writes the keys of a spec, from its JSON Schema, into the reference of the spec."""

from __future__ import annotations

import json
from typing import Any, Iterator, Mapping

from j2o_core.spec.packaged import schema

MARK = "<!-- spec -->"


def on_page_markdown(markdown: str, page: Any, config: Any, files: Any) -> str:
    """Put the keys where the page has the mark."""
    return markdown.replace(MARK, spec_text()) if MARK in markdown else markdown


def spec_text() -> str:
    """A section for the spec and for each of its parts, with a row for each key."""
    document = schema("migration")
    parts = ["## The spec", "", *_section(document, document)]
    for name, part in document["$defs"].items():
        if name != "overlay" and _keys(part, document):
            parts += ["", f"## {part.get('title', name)} {{#{name}}}", "", *_section(part, document)]
    return "\n".join(parts)


def _section(part: Mapping[str, Any], document: Mapping[str, Any]) -> Iterator[str]:
    yield part.get("description", "")
    yield ""
    yield "| key | meaning | form | default | example |"
    yield "| --- | --- | --- | --- | --- |"
    yield from _rows(part, document, "")


def _rows(part: Mapping[str, Any], document: Mapping[str, Any], prefix: str) -> Iterator[str]:
    for name, given in _keys(part, document).items():
        found = {**_referred(given, document), **given}
        required = " **required**" if name in part.get("required", ()) else ""
        examples = found.get("examples", ())
        cells = (
            f"`{prefix}{name}`{required}",
            found.get("description", ""),
            _form(given, document),
            f"`{json.dumps(found['default'])}`" if "default" in found else "",
            f"`{json.dumps(examples[0], ensure_ascii=False)}`" if examples else "",
        )
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
        if "$ref" not in given:
            yield from _rows(given, document, f"{prefix}{name}.")


def _keys(part: Mapping[str, Any], document: Mapping[str, Any]) -> dict[str, Any]:
    """The keys of a part, those of its alternatives included."""
    keys = dict(part.get("properties", {}))
    for choice in part.get("oneOf", ()):
        for name, given in _keys({**_referred(choice, document), **choice}, document).items():
            keys.setdefault(name, given)
    return keys


def _form(given: Mapping[str, Any], document: Mapping[str, Any]) -> str:
    if "$ref" in given:
        name = given["$ref"].rsplit("/", 1)[1]
        target = _referred(given, document)
        return (
            f"[{target.get('title', name)}](#{name})"
            if name != "overlay" and _keys(target, document)
            else _form(target, document)
        )
    if "const" in given:
        return f"`{given['const']}`"
    if "enum" in given:
        return ", ".join(f"`{json.dumps(choice)}`" for choice in given["enum"])
    for keyword in ("oneOf", "anyOf"):
        if keyword in given:
            return " or ".join(dict.fromkeys(_form(choice, document) for choice in given[keyword]))
    kind = given.get("type", "any")
    if kind == "array":
        return f"list of {_form(given.get('items', {}), document)}"
    if kind == "object" and isinstance(given.get("additionalProperties"), dict):
        return f"mapping of {_form(given['additionalProperties'], document)}"
    kinds = [kind] if isinstance(kind, str) else kind
    return " or ".join({"object": "mapping", "string": "text", "integer": "whole number"}.get(k, k) for k in kinds)


def _referred(given: Mapping[str, Any], document: Mapping[str, Any]) -> Mapping[str, Any]:
    target: Any = document
    if "$ref" not in given:
        return {}
    for step in given["$ref"].lstrip("#/").split("/"):
        target = target[step]
    return dict(target)
