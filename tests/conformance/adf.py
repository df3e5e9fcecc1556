"""Documents against the vendor's schema of the Atlassian Document Format.

The schema is a tree of ``anyOf`` some ten deep, and a validator that tries every branch takes a second for one table.
Here a node is tried against the branches that take its ``type`` alone, and what was tried once is known: the answer is
the same, in a thousandth of the time.
"""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any, Iterator, Mapping, Optional

from jsonschema import Draft4Validator, ValidationError
from jsonschema.validators import extend

Json = Mapping[str, Any]


class AdfSchema:
    """The schema in a file."""

    def __init__(self, path: Path) -> None:
        self._definitions: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["definitions"]
        self._kinds = functools.cache(self._kinds_of)
        self._accepted: dict[tuple[str, str], bool] = {}
        validator = extend(Draft4Validator, {"$ref": self._reference, "anyOf": self._any_of})
        self._validate = validator({"$ref": "#/definitions/doc_node"})

    def problems(self, document: Any) -> list[str]:
        """What in a document no definition takes: the innermost nodes."""
        if self._accepts(self._validate, "doc_node", document):
            return []
        return sorted(set(self._innermost(document))) or [f"no document: {_spelt(document)}"]

    def _innermost(self, node: Any) -> Iterator[str]:
        """Nodes that no definition of their type takes, though each takes what is in them."""
        if not isinstance(node, dict):
            return
        inside = [one for child in node.get("content") or () for one in self._innermost(child)]
        yield from inside
        takers = [name for name in self._definitions if node.get("type") in (self._kinds(name) or ())]
        if not inside and not any(self._accepts(self._validate, name, node) for name in takers):
            yield f"{node.get('type')}: {_spelt(node)}"

    def _reference(self, validator: Any, reference: str, node: Any, schema: Any) -> Iterator[ValidationError]:
        if not self._accepts(validator, reference.rsplit("/", 1)[-1], node):
            yield ValidationError(f"{_spelt(node)} is no {reference}")

    def _any_of(self, validator: Any, choices: Any, node: Any, schema: Any) -> Iterator[ValidationError]:
        for choice in choices:
            name = str(choice.get("$ref", "")).rsplit("/", 1)[-1]
            kinds = self._kinds(name) if name else None
            if kinds is not None and isinstance(node, dict) and node.get("type") not in kinds:
                continue
            if validator.evolve(schema=choice).is_valid(node):
                return
        yield ValidationError(f"{_spelt(node)} is none of {len(choices)}")

    def _accepts(self, validator: Any, name: str, node: Any) -> bool:
        known = (name, json.dumps(node, sort_keys=True))
        if known not in self._accepted:
            self._accepted[known] = bool(validator.evolve(schema=self._definitions[name]).is_valid(node))
        return self._accepted[known]

    def _kinds_of(self, name: str) -> Optional[frozenset[str]]:
        """The types of nodes that a definition takes; ``None``: it does not say."""
        return self._kinds_in(self._definitions[name])

    def _kinds_in(self, schema: Any) -> Optional[frozenset[str]]:
        if "$ref" in schema:
            return self._kinds(schema["$ref"].rsplit("/", 1)[-1])
        if "anyOf" in schema:
            each = [self._kinds_in(choice) for choice in schema["anyOf"]]
            return None if None in each else frozenset(kind for kinds in each for kind in kinds or ())
        for part in schema.get("allOf", ()):
            kinds = self._kinds_in(part)
            if kinds is not None:
                return kinds
        named = schema.get("properties", {}).get("type", {}).get("enum")
        return None if named is None else frozenset(named)


def documents(value: Any) -> Iterator[Json]:
    """The documents anywhere in an answer."""
    if isinstance(value, dict):
        if value.get("type") == "doc":
            yield value
            return
        value = list(value.values())
    if isinstance(value, list):
        for element in value:
            yield from documents(element)


def outlines(document: Json) -> Iterator[Json]:
    """A document for each of its blocks, with as little text as there can be and nothing twice: what the schema says of
    these it says of the whole, and thousands of texts have few outlines."""
    for block in document.get("content") or ():
        yield {**document, "content": [_outline(block)]}


def _outline(node: Any) -> Any:
    if not isinstance(node, dict):
        return node
    made = dict(node)
    if made.get("type") == "text" and made.get("text"):
        made["text"] = "x"
    children = made.get("content")
    if isinstance(children, list):
        children = [_outline(child) for child in children]
        # Of a few kinds the schema counts what is in them, or says what comes first.
        counted = made.get("type") in ("layoutSection", "mediaSingle", "blockTaskItem")
        made["content"] = children if counted else [one for n, one in enumerate(children) if one not in children[:n]]
    return made


def _spelt(node: Any) -> str:
    return json.dumps(node, ensure_ascii=False, sort_keys=True)[:300]
