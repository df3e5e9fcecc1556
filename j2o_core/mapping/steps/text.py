"""Steps for text. Lists are taken element by element; numbers and booleans as their text.

``trim``              white space at both ends goes
``truncate: N``       at most N characters (Unicode code points), the last being ``…`` where something was cut;
                      ``{length: N, end: "..."}``. What was cut is told, and the whole value preserved
``lower``, ``upper``
``replace``           ``{from: text, to: text}``: every occurrence
``regex``             ``pattern``: the first group of the first match, or all of the match; empty without a match.
                      ``{pattern, replace}``: every match replaced (``\\1`` is a group)
``split``             text → list; ``{split: ","}``, a comma where nothing is said; parts trimmed, empty ones left out
``text``              numbers, booleans, options and people as text
``format``            a template with ``{{ value }}`` in it: ``{format: "{{ value }} h"}``
``json``              any value as indented JSON text
"""

from __future__ import annotations

import json
from typing import Any, Mapping

from ...expressions.sandbox import show
from ...hooks.protocols import Step, StepError
from ..patterns import compile_pattern
from ..scope import Scope
from .shape import NOTHING, each, option, text_of, whole

#: the longest text that ``regex`` searches, in characters
REGEX_LIMIT = 100_000


def truncate(value: Any, argument: Any, scope: Mapping[str, Any]) -> Any:
    """Cut to a number of characters, and tell it."""
    if isinstance(value, list):
        return [truncate(item, argument, scope) for item in value]
    length = argument if isinstance(argument, int) else argument["length"]
    text = text_of(value)
    if len(text) <= length:
        return text
    if isinstance(scope, Scope):
        scope.cut = True
        scope.remarks.append(f"cut to {length} characters")
    end = option(argument, "end", "…")[:length]
    return text[: length - len(end)].rstrip() + end


def replace(value: Any, argument: Any) -> str:
    """Replace one text by another."""
    return text_of(value).replace(argument["from"], argument["to"])


def regex(value: Any, argument: Any) -> Any:
    """Find a pattern, or replace it."""
    text = text_of(value)
    if len(text) > REGEX_LIMIT:
        raise StepError(f"regex takes texts of at most {REGEX_LIMIT} characters, this one has {len(text)}")
    pattern = compile_pattern(argument if isinstance(argument, str) else argument["pattern"])
    if isinstance(argument, dict) and "replace" in argument:
        return pattern.sub(argument["replace"], text)
    match = pattern.search(text)
    if match is None:
        return None
    return match.group(1) if pattern.groups else match.group(0)


def split(value: Any, argument: Any) -> list[str]:
    """Cut a text at every separator."""
    if isinstance(value, list):
        return [part for item in value for part in split(item, argument)]
    return [part.strip() for part in text_of(value).split(argument or ",") if part.strip()]


def pretty(value: Any, argument: Any) -> str:
    """JSON with sorted keys, two blanks a level, Unicode kept."""
    return json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False, default=show)


_COUNT = {"type": "integer", "minimum": 1}
_TEXT = {"type": "string"}

STEPS = (
    each("trim", lambda value, _: text_of(value).strip(), "Takes white space off both ends."),
    Step(
        "truncate",
        truncate,
        "Cuts to a number of characters, ending in an ellipsis; the whole value is preserved.",
        {
            "oneOf": [
                _COUNT,
                {
                    "type": "object",
                    "properties": {"length": _COUNT, "end": _TEXT},
                    "required": ["length"],
                    "additionalProperties": False,
                },
            ]
        },
    ),
    each("lower", lambda value, _: text_of(value).lower(), "Lower case."),
    each("upper", lambda value, _: text_of(value).upper(), "Upper case."),
    each(
        "replace",
        replace,
        "Replaces every occurrence of a text by another.",
        {
            "type": "object",
            "properties": {"from": {"type": "string", "minLength": 1}, "to": _TEXT},
            "required": ["from", "to"],
            "additionalProperties": False,
        },
    ),
    each(
        "regex",
        regex,
        "Takes what a regular expression matches (its first group), or replaces every match.",
        {
            "oneOf": [
                {"type": "string", "format": "safe-regex", "minLength": 1},
                {
                    "type": "object",
                    "properties": {"pattern": {"type": "string", "format": "safe-regex"}, "replace": _TEXT},
                    "required": ["pattern"],
                    "additionalProperties": False,
                },
            ]
        },
    ),
    whole(
        "split",
        split,
        "Cuts a text into a list at a separator, a comma where nothing is said.",
        {"oneOf": [NOTHING, {"type": "string", "minLength": 1}]},
    ),
    each("text", lambda value, _: str(show(value)), "Makes a text of a number, a boolean, an option or a person."),
    Step(
        "format",
        lambda value, argument, scope: argument,
        "Puts the value into a template, as in {{ value }} h.",
        {"type": "string"},
    ),
    whole("json", pretty, "Writes any value as indented JSON text."),
)
