"""A JSON Schema validator whose errors are about what was meant.

Where a schema offers alternatives, the validator first picks the one that was meant, by the type of the value and
by the keys that tell the alternatives apart, and then reports that one's errors alone.
"""

from __future__ import annotations

import functools
from typing import Any, Iterator, List, Mapping, Tuple

from jsonschema import Draft202012Validator, FormatChecker, ValidationError, validators

from .suggestion import nearest

Schema = Mapping[str, Any]
#: the branches of a ``oneOf``, each as written and with its ``$ref`` followed
Alternatives = List[Tuple[Any, Schema]]

#: keywords of errors that this module adds
NEEDS_ONE_OF, EXCLUDE = "needsOneOf", "exclude"
_TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}
_COMPLETENESS = ("required", "dependentRequired", "minProperties")
_TEXT_KEYWORDS = ("pattern", "format", "enum", "const", "minLength", "maxLength")


def validator_for(root: Schema, lenient: bool = False, partial: bool = False) -> Any:
    """A validator of ``root``.

    A ``lenient`` one lets a text with a ``${...}`` reference in it pass for any text. A ``partial`` one checks what a
    document says and misses nothing in it; ``null`` stands for anything.
    """
    return _kind(lenient, partial)(root, format_checker=_Root(root))


class _Root(FormatChecker):
    """Checks no format: it is what a validator hands to its parts, and takes the root along, which they do not see."""

    def __init__(self, root: Schema) -> None:
        super().__init__(formats=())
        self.root = root
        self._alternatives: dict[int, Alternatives] = {}

    def offered(self, branches: list[Any]) -> Alternatives:
        """The branches of a ``oneOf`` of the root."""
        known = self._alternatives.get(id(branches))
        if known is None:
            known = self._alternatives[id(branches)] = [(branch, resolved(branch, self.root)) for branch in branches]
        return known


@functools.cache
def _kind(lenient: bool, partial: bool) -> Any:
    # Once for all roots: to make such a class takes longer than most checks.
    def one_of(validator: Any, branches: list[Any], instance: Any, schema: Any) -> Iterator[ValidationError]:
        for error in _one_of(validator, validator.format_checker.offered(branches), instance):
            if not (partial and (error.validator == NEEDS_ONE_OF or error.instance is None)):
                yield error

    keywords: dict[str, Any] = {"oneOf": one_of, "anyOf": one_of}
    if lenient:
        for keyword in _TEXT_KEYWORDS:
            keywords[keyword] = _unless_reference(Draft202012Validator.VALIDATORS[keyword])
    if partial:
        keywords.update(dict.fromkeys(_COMPLETENESS, _pass), type=_unless_null(Draft202012Validator.VALIDATORS["type"]))
    return validators.extend(Draft202012Validator, keywords)  # type: ignore[no-untyped-call]


def resolved(schema: Any, root: Schema) -> Schema:
    """``schema`` with a local ``$ref`` followed."""
    seen = 0
    while isinstance(schema, dict) and str(schema.get("$ref", "")).startswith("#/") and seen < 16:
        target: Any = root
        for part in schema["$ref"][2:].split("/"):
            target = target.get(part, {}) if isinstance(target, dict) else {}
        schema, seen = target, seen + 1
    return schema if isinstance(schema, dict) else {}


def has_type(instance: Any, schema: Schema) -> bool:
    """Whether the ``type`` of ``schema``, where it states one, fits the instance."""
    types = schema.get("type")
    if types is None:
        if "enum" in schema:
            return any(type(choice) is type(instance) for choice in schema["enum"])
        return "required" not in schema or isinstance(instance, dict)
    return any(_is(instance, name) for name in ([types] if isinstance(types, str) else types))


def _is(instance: Any, name: str) -> bool:
    if name in ("number", "integer"):
        kinds = (int, float) if name == "number" else int
        return isinstance(instance, kinds) and not isinstance(instance, bool)
    return isinstance(instance, _TYPES[name])


def _one_of(validator: Any, offered: Alternatives, instance: Any) -> Iterator[ValidationError]:
    fitting = [(branch, schema) for branch, schema in offered if has_type(instance, schema)]
    if not fitting:
        error = ValidationError("no alternative has this type", validator="type", validator_value=_types(offered))
        error.instance, error.schema = instance, {"anyOf": [schema for _, schema in offered]}
        yield error
        return
    if len(fitting) == 1:
        yield from _descend(validator, instance, fitting[0][0])
        return
    if not isinstance(instance, dict):
        failures = [list(_descend(validator, instance, branch)) for branch, _ in fitting]
        yield from min(failures, key=len)
        return
    keyed = [pair for pair in fitting if set(pair[1].get("required", ())) <= instance.keys()]
    telling = _telling([schema for _, schema in fitting])
    if len(keyed) == 1:
        yield from _descend(validator, instance, keyed[0][0])
    elif len(keyed) > 1:
        present = [key for key in telling if key in instance]
        yield _error(EXCLUDE, present, instance)
    else:
        meant = [pair for pair in fitting if any(nearest(key, pair[1].get("required", ())) for key in instance)]
        if len(meant) == 1 and meant[0][1].get("additionalProperties") is False:
            yield from _descend(validator, instance, meant[0][0])
        else:
            yield _error(NEEDS_ONE_OF, telling, instance)


def _descend(validator: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    yield from validator.descend(instance, schema)


def _error(keyword: str, value: Any, instance: Any) -> ValidationError:
    return ValidationError(keyword, validator=keyword, validator_value=value, instance=instance)


def _telling(schemas: list[Schema]) -> list[str]:
    """The keys that tell the alternatives apart, in order."""
    required = [list(schema.get("required", ())) for schema in schemas]
    shared = set(required[0]).intersection(*required)
    return list(dict.fromkeys(key for keys in required for key in keys if key not in shared))


def _types(offered: Alternatives) -> list[str]:
    names: list[str] = []
    for _, schema in offered:
        types = schema.get("type", "object")
        names += [types] if isinstance(types, str) else types
    return list(dict.fromkeys(names))


def _unless_reference(check: Any) -> Any:
    def checked(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
        if not (isinstance(instance, str) and "${" in instance):
            yield from check(validator, value, instance, schema) or ()

    return checked


def _unless_null(check: Any) -> Any:
    def checked(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
        if instance is not None:
            yield from check(validator, value, instance, schema) or ()

    return checked


def _pass(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    return iter(())
