"""Checks a document, or a part of it, against a JSON Schema; every finding has its place and a name to try instead."""

from __future__ import annotations

import re
from typing import Any, Iterator, Mapping, Sequence

from jsonschema import ValidationError

from ..model.problem import Place, Problem
from . import validator as kinds
from .codes import problem
from .node import Node, Path, dotted, find, key_place
from .suggestion import nearest

_NAMES = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "null",
}


def check_structure(validator: Any, part: Any, root: Node, base: Path = ()) -> list[Problem]:
    """What is wrong with ``part`` of the document, which stands at ``base`` in ``root``."""
    problems: list[Problem] = []
    for error in validator.iter_errors(part):
        path = (*base, *error.absolute_path)
        problems += _problems(error, path, root)
    return in_order(problems)


def in_order(problems: Sequence[Problem]) -> list[Problem]:
    """The problems as they are read, by file, line and column; what was found twice, once."""
    seen = {(found.code, found.place, found.path, found.message): found for found in reversed(problems)}
    return sorted(seen.values(), key=_position)


def type_name(value: Any) -> str:
    """What a value is called in messages."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return "a number"
    return _NAMES["object" if isinstance(value, dict) else "array" if isinstance(value, list) else "string"]


def unknown_key(root: Node, path: Path, key: str, known: Sequence[str]) -> Problem:
    """The problem of a key that nothing reads, at the key."""
    guess = nearest(key, known)
    return problem(
        "J2O-S010",
        f"unknown key '{key[:80]}' in {_where(path)}",
        key_place(root, (*path, key)),
        dotted((*path, key)),
        expected=_one_of(sorted(known)),
        suggestion=guess,
    )


def _position(found: Problem) -> tuple[str, int, int, str]:
    place = found.place
    return (place.file, place.line, place.column, found.code) if place is not None else ("", 0, 0, found.code)


def _problems(error: ValidationError, path: Path, root: Node) -> Iterator[Problem]:
    keyword: str = str(error.validator)
    value: Any = error.validator_value
    instance: Any = error.instance
    schema: Any = error.schema
    if "propertyNames" in error.absolute_schema_path:
        yield _bad_name(str(instance), path, root)
        return
    node = find(root, path)
    at, text = _place(root, path), dotted(path)
    if keyword == "additionalProperties":
        known = list(schema.get("properties", ()))
        for key in instance:
            if key not in known:
                yield unknown_key(root, path, key, known)
    elif keyword == "required":
        known = list(schema.get("properties", ()))
        key = error.message.split("'")[1]
        misspelt = [other for other in instance if other not in known and nearest(other, [key])]
        if not misspelt:
            yield problem("J2O-S011", f"{_where(path)} needs the key '{key}'", at, text, expected=key)
        elif schema.get("additionalProperties") is not False:  # else they are told as unknown keys already
            for other in misspelt:
                yield unknown_key(root, path, other, known)
    elif keyword == "dependentRequired":
        for key, needed in value.items():
            for other in needed:
                if key in instance and other not in instance:
                    place = key_place(root, (*path, key))
                    message = f"{_where(path)} has '{key}' and needs '{other}' too"
                    yield problem("J2O-S011", message, place, dotted((*path, key)), expected=other)
    elif keyword == kinds.NEEDS_ONE_OF:
        misspelt = [key for key in instance if nearest(key, value)]
        for key in misspelt:
            yield unknown_key(root, path, key, value)
        if not misspelt:
            yield problem("J2O-S011", f"{_where(path)} needs one of these keys", at, text, _one_of(value))
    elif keyword == kinds.EXCLUDE:
        place = key_place(root, (*path, value[-1]))
        shown = " and ".join(f"'{key}'" for key in value)
        message = f"{shown} exclude each other in {_where(path)}"
        expected = f"either {_one_of(value)}; an inherited one is removed with `{value[0]}: null`"
        yield problem("J2O-S017", message, place, dotted((*path, value[-1])), expected=expected)
    elif keyword == "type":
        types = [value] if isinstance(value, str) else list(value)
        expected = " or ".join(_NAMES[name] for name in types)
        message = f"{_where(path)} is {type_name(instance)}"
        yield problem("J2O-S012", message, node.place, text, expected, _as_type(instance, types, schema))
    elif keyword in ("enum", "const"):
        yield _not_one_of(value if keyword == "enum" else [value], instance, path, node.place)
    else:
        yield _out_of_bounds(error, path, node.place)


def _not_one_of(choices: Sequence[Any], instance: Any, path: Path, place: Place) -> Problem:
    words = list(dict.fromkeys("null" if choice is None else str(choice) for choice in choices))
    code = "J2O-S018" if path in (("apiVersion",), ("kind",)) else "J2O-S013"
    shown = f"'{instance[:80]}'" if isinstance(instance, str) else type_name(instance)
    message = f"{_where(path)} is {shown}"
    guess = nearest(str(instance), words) or (words[0] if code == "J2O-S018" else "")
    return problem(code, message, place, dotted(path), _one_of(words), guess)


def _bad_name(name: str, path: Path, root: Node) -> Problem:
    place = key_place(root, (*path, name))
    message = f"'{name[:80]}' is no name for a part of {_where(path)}"
    return problem("J2O-S016", message, place, dotted((*path, name)), "small letters, digits and _, a letter first")


def _out_of_bounds(error: ValidationError, path: Path, place: Place) -> Problem:
    value: Any = error.validator_value
    bounds = {
        "minimum": ("is too small", f"at least {value}"),
        "maximum": ("is too large", f"at most {value}"),
        "exclusiveMinimum": ("is too small", f"more than {value}"),
        "exclusiveMaximum": ("is too large", f"less than {value}"),
        "minLength": ("is empty" if value == 1 else "is too short", f"at least {value} character{_s(value)}"),
        "maxLength": ("is too long", f"at most {value} characters"),
        "minItems": ("is empty" if value == 1 else "is too short", f"at least {value} item{_s(value)}"),
        "maxItems": ("is too long", f"at most {value} items"),
        "minProperties": ("is empty" if value == 1 else "has too few keys", f"at least {value} key{_s(value)}"),
        "maxProperties": ("has too many keys", f"at most {value} key{_s(value)}"),
        "uniqueItems": ("holds an item twice", "each item once"),
    }
    what, expected = bounds.get(str(error.validator), ("is of another form", ""))
    examples = error.schema.get("examples") if isinstance(error.schema, dict) else None
    if not expected:
        expected = f"something like {examples[0]}" if examples else f"{error.validator} {value}"
    return problem("J2O-S016", f"{_where(path)} {what}", place, dotted(path), expected)


def _place(root: Node, path: Path) -> Place:
    """Where a mapping is named: at its key, so that the excerpt shows what it is."""
    return key_place(root, path)


def _where(path: Path) -> str:
    text = dotted(path)
    return text[len("entities.") :] if text.startswith("entities.") else text or "the spec"


def _one_of(names: Sequence[str]) -> str:
    shown = list(names)
    if len(shown) > 30:
        shown = [*shown[:30], "..."]
    return ", ".join(shown[:-1]) + " or " + shown[-1] if len(shown) > 1 else "".join(shown)


def _s(count: Any) -> str:
    return "" if count == 1 else "s"


_BOOLEANS: Mapping[str, str] = {
    **dict.fromkeys(("yes", "on", "y", "true"), "true"),
    **dict.fromkeys(("no", "off", "n", "false"), "false"),
}


def _as_type(instance: Any, types: Sequence[str], schema: Any) -> str:
    """How the value would be written in the type that is expected, where that is plain."""
    if "boolean" in types and isinstance(instance, str):
        return _BOOLEANS.get(instance.lower(), "")
    if "string" in types and isinstance(instance, (bool, int, float)):
        written = str(instance).lower() if isinstance(instance, bool) else str(instance)
        forms = [branch["pattern"] for branch in (schema, *schema.get("anyOf", ())) if "pattern" in branch]
        return f'"{written}"' if all(re.search(form, written) for form in forms) else ""
    if "array" in types and isinstance(instance, str) and len(instance) < 40 and "${" not in instance:
        return f"[{instance}]"
    if ("integer" in types or "number" in types) and isinstance(instance, str) and instance.strip().isdecimal():
        return instance.strip().lstrip("0") or "0"
    return ""
