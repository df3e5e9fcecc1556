"""Paths into records, ``root(.name | [n] | ["Name"])*``, compiled to closures."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Callable, Mapping, Optional, Union

from .errors import ExpressionSyntaxError
from .names import FieldNames

#: what a path or an expression may start from
ROOTS = frozenset({"source", "parent", "item", "target", "history"})
#: the part of a record that holds its fields by id, where it has one
FIELDS = "fields"

Key = Union[str, int]
Getter = Callable[[Mapping[str, Any]], Any]


@dataclass(frozen=True)
class Path:
    """A parsed path. ``name`` is the display name of ``field("...")``, whose ``root`` is ``field``.

    ``field`` is the id that the name stands for, once resolved; ``None`` where no field bears it.
    """

    root: str
    keys: tuple[Key, ...] = ()
    name: Optional[str] = None
    field: Optional[str] = None


def parse_path(text: str, names: FieldNames) -> Path:
    """Read a path; a first name that is no root is a name of ``item``.

    Raises:
        ExpressionSyntaxError: the text is no path, or a display name is ambiguous.
    """
    position, name, keys = 0, None, []
    start = _FIELD.match(text)
    if start:
        name, position = _unquote(start.group(1)), start.end()
    while position < len(text):
        token = _TOKEN.match(text, position)
        if token is None or (position == 0 and token.group("dot")) or (position and token.group("bare")):
            raise ExpressionSyntaxError(
                f"'{text}' is no path: stuck at column {position + 1}, '{text[position : position + 12]}'",
                expected='NAME.NAME, NAME[0], NAME["A name"] or field("A name")',
            )
        keys.append(_key(token))
        position = token.end()
    if name is not None:
        return Path("field", tuple(keys), name, names.one(name))
    if not keys:
        raise ExpressionSyntaxError("a path cannot be empty", expected="a path such as fields.summary")
    first = keys[0]
    if first in ROOTS and _TOKEN.match(text).group("bare"):  # type: ignore[union-attr]
        return Path(str(first), tuple(keys[1:]))
    return Path("item", tuple(keys))


def compile_path(path: Path) -> Getter:
    """A closure from scope to value; whatever is absent on the way gives ``None``, never an error."""
    keys = path.keys
    if path.root == "field":
        if path.field is None:
            return lambda scope: None
        identifier = path.field
        if not keys:
            return lambda scope: field_value(scope["source"], identifier)
        return lambda scope: follow(field_value(scope["source"], identifier), keys)
    root = path.root
    if len(keys) == 2 and isinstance(keys[0], str) and isinstance(keys[1], str):
        first, second = keys

        def two(scope: Mapping[str, Any]) -> Any:
            value = scope[root]
            value = value.get(first) if isinstance(value, dict) else None
            return value.get(second) if isinstance(value, dict) else None

        return two
    return lambda scope: follow(scope[root], keys)


def follow(value: Any, keys: tuple[Key, ...]) -> Any:
    """Go down ``keys`` from ``value``; ``None`` where the way ends early. A negative index counts from the end."""
    for key in keys:
        if isinstance(value, dict):
            value = value.get(key)
        elif isinstance(value, list) and key.__class__ is int:
            value = value[key] if -len(value) <= key < len(value) else None  # type: ignore[operator,index]
        else:
            return None
        if value is None:
            return None
    return value


def fields_of(data: Any) -> Mapping[str, Any]:
    """The fields of a record by id: what is under ``fields`` where that is an object, else the record itself."""
    if not isinstance(data, dict):
        return {}
    inner = data.get(FIELDS)
    return inner if isinstance(inner, dict) else data


def field_value(data: Any, identifier: str) -> Any:
    """The value of one field of a record, by the field's id."""
    return fields_of(data).get(identifier)


_QUOTED = r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
_FIELD = re.compile(rf"field\(\s*{_QUOTED}\s*\)")
_NAME = r"[^\s.\[\](){}\"'|,<>=!]+"
_TOKEN = re.compile(rf"(?P<dot>\.(?P<after>{_NAME}))|\[(?P<index>-?\d+)\]|\[{_QUOTED}\]|(?P<bare>{_NAME})")


def _key(token: re.Match[str]) -> Key:
    if token.group("index") is not None:
        return int(token.group("index"))
    quoted = token.group(4)
    if quoted is not None:
        return _unquote(quoted)
    return token.group("after") or token.group("bare")


def _unquote(quoted: str) -> str:
    if quoted[0] == "'":
        return re.sub(r"\\(.)", r"\1", quoted[1:-1])
    try:
        return str(json.loads(quoted))
    except ValueError:
        return re.sub(r"\\(.)", r"\1", quoted[1:-1])
