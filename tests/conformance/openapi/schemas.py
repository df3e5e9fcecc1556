"""Bodies against the schemas of a document, with jsonschema.

OpenAPI 3.0 has a dialect of its own (``nullable``, lone references); in both versions what is read-only has no place in
a request, and what is write-only none in an answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any, Callable, Hashable, Iterator, Mapping, Optional

from jsonschema import Draft202012Validator, FormatChecker, ValidationError
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from .document import Document
from .pointers import Pointer, look_up
from .shapes import FORMATS, enumerated, reduce

REQUEST, ANSWER = "request", "answer"
_MAPS = ("properties", "patternProperties", "dependentSchemas", "$defs")
_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
_SINGLE = ("items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames")
_KEPT = ("type", "enum", "const", "format", "pattern", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
_KEPT += ("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties", "multipleOf", "required")
_NOT_HERE = {REQUEST: "readOnly", ANSWER: "writeOnly"}


@dataclass(frozen=True)
class Violation:
    """A place in a value that does not keep to a place in the document; ``beneath`` are others that it is about."""

    pointer: Pointer
    at: str
    message: str = field(compare=False)
    beneath: tuple[Pointer, ...] = field(default=(), compare=False)


class Schemas:
    """The schemas of one document. Each is compiled once, and values of one shape are judged once.

    ``formats``: what else a format of the document means.
    """

    def __init__(self, document: Document, formats: Mapping[str, re.Pattern[str]]) -> None:
        self._document = document
        self._words = enumerated(document.root)
        self._registries: dict[str, Any] = {}
        self._validators: dict[tuple[Pointer, str], Draft202012Validator] = {}
        self._judged: dict[tuple[Pointer, str, Hashable], tuple[Violation, ...]] = {}
        self._formats = FormatChecker(formats=())
        for name, holds in FORMATS.items():
            self._formats.checks(name)(_check(holds, formats.get(name)))

    def violations(self, pointer: Pointer, direction: str, value: Any) -> tuple[Violation, ...]:
        """Where a value does not keep to the schema at this place."""
        shape, kept = reduce(value, self._words)
        key = (pointer, direction, shape)
        if key not in self._judged:
            errors = self._validator(pointer, direction).iter_errors(kept)
            found = [one for error in errors for one in self._violation(pointer, error)]
            # Whatever is wrong in a body is wrong of the schema that the operation names for it.
            self._judged[key] = tuple(replace(one, beneath=(*one.beneath, pointer)) for one in found)
        return self._judged[key]

    def _validator(self, pointer: Pointer, direction: str) -> Draft202012Validator:
        if (pointer, direction) not in self._validators:
            if direction not in self._registries:
                schemas = self._document.root.get("components", {}).get("schemas", {})
                made = {name: self._json_schema(node, direction) for name, node in schemas.items()}
                resource = Resource(contents={"components": {"schemas": made}}, specification=DRAFT202012)
                self._registries[direction] = Registry().with_resource("urn:document", resource)
            schema = self._json_schema(look_up(self._document.root, pointer), direction)
            self._validators[pointer, direction] = Draft202012Validator(
                schema, registry=self._registries[direction], format_checker=self._formats
            )
        return self._validators[pointer, direction]

    def _json_schema(self, node: Any, direction: str) -> Any:
        if not isinstance(node, dict):
            return node
        made: dict[str, Any] = {}
        if isinstance(node.get("$ref"), str):
            made["$ref"] = "urn:document" + node["$ref"]
            if not self._document.is_newer:
                return made
        banned = _NOT_HERE[direction]
        for name, value in node.items():
            if name in _KEPT:
                made[name] = value
            elif name in _MAPS:
                made[name] = {
                    key: {"not": {}} if isinstance(one, dict) and one.get(banned) else self._json_schema(one, direction)
                    for key, one in value.items()
                }
            elif name in _LISTS:
                made[name] = [self._json_schema(one, direction) for one in value]
            elif name in _SINGLE:
                made[name] = self._json_schema(value, direction)
        if isinstance(made.get("required"), list):
            properties = node.get("properties", {})
            made["required"] = [name for name in made["required"] if not properties.get(name, {}).get(banned)]
        elif "required" in made:
            del made["required"]
        if node.get("nullable") and not self._document.is_newer and "type" in made:
            made["type"] = [made["type"], "null"]
            if "enum" in made:
                made["enum"] = [*made["enum"], None]
        return made

    def _violation(self, start: Pointer, error: ValidationError) -> Iterator[Violation]:
        path = tuple(map(str, error.absolute_schema_path))
        at = "".join("[*]" if isinstance(part, int) else f"/{part}" for part in error.absolute_path) or "/"
        message = error.message if len(error.message) < 160 else error.message[:157] + "..."
        if path[-1] == "not":
            yield Violation(self._document.followed(start, (*path[:-1], "readOnly")), at, "has no place here")
        elif path[-1] == "required":
            name = error.message.split("'")[1]
            yield Violation((*self._document.followed(start, path), name), at, message)
        elif path[-1] == "additionalProperties" and error.validator_value is False:
            owner = self._document.followed(start, path)
            for name in _extras(error.schema, error.instance):
                beneath = ((*owner[:-1], "properties", name),)
                yield Violation((*owner, name), at, f"'{name}' is not known", beneath)
        elif path[-1] == "format":
            yield Violation(
                self._document.followed(start, path), at, message, (("format", str(error.validator_value)),)
            )
        else:
            beneath = tuple(self._beneath(start, error))
            if len(beneath) and len(error.context or ()) < 12:
                inner = "; ".join(sorted({one.message[:80] for one in error.context or ()}))
                message = f"{message[:80]}: {inner}"[:300]
            yield Violation(self._document.followed(start, path), at, message, beneath)

    def _beneath(self, start: Pointer, error: ValidationError) -> Iterator[Pointer]:
        for inner in error.context or ():
            path = tuple(map(str, inner.absolute_schema_path))
            pointer = self._document.followed(start, path)
            yield (*pointer, inner.message.split("'")[1]) if path[-1] == "required" else pointer
            yield from self._beneath(start, inner)


def _check(holds: Callable[[str], bool], also: Optional[re.Pattern[str]]) -> Callable[[object], bool]:
    return lambda value: not isinstance(value, str) or holds(value) or bool(also and also.fullmatch(value))


def _extras(schema: Mapping[str, Any], instance: Mapping[str, Any]) -> list[str]:
    return [name for name in instance if name not in schema.get("properties", {})]
