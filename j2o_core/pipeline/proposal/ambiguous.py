"""Takes fields by their ids where a template names one by a name that several fields of this source have."""

from __future__ import annotations

import json
import re
from typing import Any, Callable, Mapping, Sequence

from ...hooks.protocols import SourceField

_FIELD = re.compile(r"""field\(\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\s*\)""")


def chosen_of_ambiguous(fields: Sequence[SourceField]) -> dict[str, SourceField]:
    """Of each name that several fields have, the field that most items have a value of."""
    named: dict[str, list[SourceField]] = {}
    for field in fields:
        named.setdefault(field.name, []).append(field)
    return {
        name: max(several, key=lambda field: field.filled / (field.of or 1))
        for name, several in named.items()
        if len(several) > 1
    }


def without_ambiguous(form: Any, chosen: Mapping[str, SourceField]) -> Any:
    """A line of ``map``, or a rule, with each ambiguous ``field("...")`` in it replaced."""

    def path(found: re.Match[str]) -> str:
        field = chosen.get(_unquoted(found.group(1)))
        return found.group() if field is None else field.path

    def expression(found: re.Match[str]) -> str:
        field = chosen.get(_unquoted(found.group(1)))
        return found.group() if field is None else f"item.{field.path}"

    return _changed(form, path, expression)


def _changed(form: Any, path: Callable[[re.Match[str]], str], expression: Callable[[re.Match[str]], str]) -> Any:
    if isinstance(form, dict):
        return {key: _changed(value, path, expression) for key, value in form.items()}
    if isinstance(form, list):
        return [_changed(value, path, expression) for value in form]
    if isinstance(form, str):
        return _FIELD.sub(expression if "{{" in form else path, form)
    return form


def _unquoted(text: str) -> str:
    if text[0] == '"':
        try:
            return str(json.loads(text))
        except ValueError:
            pass
    return re.sub(r"\\(.)", r"\1", text[1:-1])
