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
``clean``             control characters go, line ends become one kind; ``{clean: line}``: all of it on one line
``url``               an address with http or https, its odd characters escaped; from a remote link its ``url``;
                      ``{url: {schemes: [https, ftp], assume: https}}``
``json``              any value as indented JSON text
"""

from __future__ import annotations

import json
import re
from typing import Any, Mapping
from urllib.parse import quote, urlsplit

import regex as regex_library

from ...expressions.empty import is_empty
from ...expressions.sandbox import show
from ...hooks.protocols import Step, StepError
from ..patterns import Pattern, compile_pattern
from ..scope import Scope
from .shape import choices, each, kind_of, maybe, option, text_of, whole

#: the longest text that ``regex`` searches, in characters
REGEX_LIMIT = 100_000
#: the longest text that ``replace`` and ``regex`` make, in characters
MADE_LIMIT = 1_000_000


def truncate(value: Any, argument: Any, scope: Mapping[str, Any]) -> Any:
    """Cut to a number of characters, and tell it."""
    if isinstance(value, list):
        return [truncate(item, argument, scope) for item in value if not is_empty(item)]
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
    text, old, new = text_of(value), argument["from"], argument["to"]
    _bounded(len(text) + text.count(old) * (len(new) - len(old)))
    return text.replace(old, new)


def regex(value: Any, argument: Any) -> Any:
    """Find a pattern, or replace it."""
    text = text_of(value)
    if len(text) > REGEX_LIMIT:
        raise StepError(f"regex takes texts of at most {REGEX_LIMIT} characters, this one has {len(text)}")
    pattern = compile_pattern(argument if isinstance(argument, str) else argument["pattern"])
    if isinstance(argument, dict) and "replace" in argument:
        try:
            return _substituted(pattern, argument["replace"], text)
        except (regex_library.error, IndexError) as error:
            raise StepError(f"'{argument['replace']}' is no replacement: {error}") from None
    match = pattern.search(text)
    if match is None:
        return None
    return match.group(1) if pattern.groups else match.group(0)


def _substituted(pattern: Pattern, replacement: str, text: str) -> str:
    """``pattern.sub`` for results within the limit."""
    longest = len(text) * (replacement.count("\\") + 1) + (len(text) + 1) * len(replacement)
    if longest <= MADE_LIMIT and "(?" not in pattern.pattern:
        return pattern.sub(replacement, text)
    _bounded(len(replacement) * 100)  # one expansion must stay small too
    parts, made, at = [], 0, 0
    for match in pattern.finditer(text):
        part = text[at : match.start()] + match.expand(replacement)
        made += len(part)
        _bounded(made)
        parts.append(part)
        at = match.end()
    return "".join(parts) + text[at:]


def _bounded(length: int) -> None:
    if length > MADE_LIMIT:
        raise StepError(f"the text would become longer than {MADE_LIMIT} characters")


def split(value: Any, argument: Any) -> list[str]:
    """Cut a text at every separator."""
    if isinstance(value, list):
        return [part for item in value for part in split(item, argument)]
    return [part.strip() for part in text_of(value).split(argument or ",") if part.strip()]


def clean(value: Any, argument: Any) -> str:
    """Without what no one can see or type."""
    text = _BREAKS.sub("\n", text_of(value))
    text = _CONTROL.sub("", text)
    return " ".join(text.split()) if argument == "line" else text


def url(value: Any, argument: Any) -> str:
    """An absolute address of an allowed scheme, as URL fields take it."""
    for name in ("object", "url", "href"):
        if isinstance(value, dict) and isinstance(value.get(name), (dict, str)):
            value = value[name]
    text = text_of(value).strip()
    schemes = [str(scheme).lower() for scheme in option(argument, "schemes", ("http", "https"))]
    assumed = option(argument, "assume")
    if assumed and "://" not in text and not text.lower().startswith("mailto:"):
        text = f"{assumed}://{text}"
    try:
        parts = urlsplit(text)
        known = parts.scheme.lower() in schemes and (parts.hostname or (parts.scheme == "mailto" and "@" in parts.path))
        _ = parts.port
    except ValueError:
        known = False
    known = known and not re.search(r"\s", parts.netloc)
    if not known or _CONTROL.search(text) or _BREAKS.search(text):
        raise StepError(f"expected an address with {' or '.join(schemes)}, found {kind_of(value)}")
    return quote(text, safe=_ADDRESS)


def pretty(value: Any, argument: Any) -> str:
    """JSON with sorted keys, two blanks a level, Unicode kept."""
    return json.dumps(_sortable(value), indent=2, sort_keys=True, ensure_ascii=False, default=show)


def _sortable(value: Any) -> Any:
    """The same with texts as keys: what an expression made may have others, which cannot be put in order."""
    if isinstance(value, dict):
        return {str(key): _sortable(item) for key, item in value.items()}
    return [_sortable(item) for item in value] if isinstance(value, (list, tuple)) else value


_BREAKS = re.compile("\r\n?|[\u2028\u2029\x0b\x0c\x85]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ufeff\ufffe\uffff\ud800-\udfff]")
#: what may stand in an address as it is; an escape stays one
_ADDRESS = "%/:?#[]@!$&'()*+,;=-._~"
_COUNT = {"type": "integer", "minimum": 1, "description": "Characters.", "examples": [255]}
_TEXT = {"type": "string", "description": "What stands instead.", "examples": [""]}
_PATTERN = {
    "type": "string",
    "format": "safe-regex",
    "minLength": 1,
    "description": "A regular expression.",
    "examples": ["PR-([0-9]+)"],
}

STEPS = (
    each(
        "trim",
        lambda value, _: text_of(value).strip(),
        "Takes white space off both ends.",
        examples=((None, " a b\r\n", "a b"),),
    ),
    Step(
        "truncate",
        truncate,
        "Cuts to a number of characters, ending in an ellipsis; the whole value is preserved.",
        {
            "oneOf": [
                _COUNT,
                choices(
                    ("length",),
                    length=_COUNT,
                    end={"type": "string", "description": "The end of what was cut.", "examples": ["..."]},
                ),
            ]
        },
        examples=((5, "abcdef", "abcd…"), ({"length": 6, "end": "..."}, "abcdefgh", "abc...")),
    ),
    each("lower", lambda value, _: text_of(value).lower(), "Lower case.", examples=((None, "ÀB", "àb"),)),
    each("upper", lambda value, _: text_of(value).upper(), "Upper case.", examples=((None, "ab", "AB"),)),
    each(
        "replace",
        replace,
        "Replaces every occurrence of a text by another.",
        choices(
            ("from_", "to"),
            from_={"type": "string", "minLength": 1, "description": "What is replaced.", "examples": ["_"]},
            to=_TEXT,
        ),
        examples=(({"from": "_", "to": " "}, "a_b_c", "a b c"),),
    ),
    each(
        "regex",
        regex,
        "Takes what a regular expression matches (its first group), or replaces every match.",
        {
            "oneOf": [
                _PATTERN,
                choices(
                    ("pattern",),
                    pattern=_PATTERN,
                    replace={
                        "type": "string",
                        "description": "What stands instead; \\\\1 is a group.",
                        "examples": [""],
                    },
                ),
            ]
        },
        "2",
        examples=(
            (r"PR-(\d+)", "see PR-12, PR-13", "12"),
            (r"\d+", "none", None),
            ({"pattern": r"\s+", "replace": " "}, "a \n b", "a b"),
        ),
    ),
    whole(
        "split",
        split,
        "Cuts a text into a list at a separator, a comma where nothing is said.",
        maybe({"type": "string", "minLength": 1, "description": "The separator.", "examples": [";"]}),
        examples=((None, "a, b,,c", ["a", "b", "c"]), (";", "a;b", ["a", "b"])),
    ),
    each(
        "text",
        lambda value, _: str(show(value)),
        "Makes a text of a number, a boolean, an option or a person.",
        examples=((None, 5.0, "5"), (None, {"value": "A"}, "A")),
    ),
    Step(
        "format",
        lambda value, argument, scope: argument,
        "Puts the value into a template, as in {{ value }} h.",
        {"type": "string", "description": "A template.", "examples": ["{{ value }} h"]},
        examples=(("fixed", 5, "fixed"),),
    ),
    each(
        "clean",
        clean,
        "Takes control characters out and makes all line ends alike.",
        maybe({"enum": ["line"], "description": "Put all of it on one line.", "examples": ["line"]}),
        examples=((None, "a\u0007b\r\nc", "ab\nc"), ("line", " a\t b\r\nc ", "a b c")),
    ),
    each(
        "url",
        url,
        "Reads an address, also of a remote link; refuses what is none.",
        maybe(
            choices(
                schemes={
                    "type": "array",
                    "minItems": 1,
                    "items": {"type": "string", "pattern": "^[A-Za-z][A-Za-z0-9+.-]*$"},
                    "default": ["http", "https"],
                    "description": "The schemes that are taken.",
                    "examples": [["https", "ftp"]],
                },
                assume={
                    "type": "string",
                    "pattern": "^[a-z]+$",
                    "description": "The scheme of addresses without one.",
                    "examples": ["https"],
                },
            )
        ),
        examples=(
            (None, " https://x.example/a b ", "https://x.example/a%20b"),
            (None, {"object": {"url": "https://x.example/1", "title": "One"}}, "https://x.example/1"),
            ({"assume": "https"}, "www.x.example", "https://www.x.example"),
        ),
    ),
    whole(
        "json",
        pretty,
        "Writes any value as indented JSON text.",
        examples=((None, {"b": "ü", "a": [1]}, '{\n  "a": [\n    1\n  ],\n  "b": "ü"\n}'),),
    ),
)
