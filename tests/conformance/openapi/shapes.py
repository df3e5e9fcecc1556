"""Equal shapes are judged once: a value's shape, and the smallest value that has it.

Two values of one shape keep to the same schemas: words that a document enumerates stand for themselves, other text for
its format and whether it is long, numbers for their signs, a list for the shapes of its elements.
"""

from __future__ import annotations

import datetime
import functools
import re
from typing import Any, Callable, FrozenSet, Hashable, Mapping

LONG = 255
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")
_DURATION = re.compile(r"P(?=.)(\d+W|(\d+Y)?(\d+M)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?)")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[!-~]+")
_UUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}")
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")


def _is_date(text: str) -> bool:
    if not _DATE.fullmatch(text):
        return False
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return True


#: what the formats of the documents ask of a text; others ask nothing
FORMATS: Mapping[str, Callable[[str], bool]] = {
    "date": _is_date,
    "date-time": lambda text: bool(_MOMENT.fullmatch(text)) and _is_date(text[:10]),
    "duration": lambda text: bool(_DURATION.fullmatch(text)),
    "uri": lambda text: bool(_URI.fullmatch(text)),
    "url": lambda text: bool(_URI.fullmatch(text)),
    "URL": lambda text: bool(_URI.fullmatch(text)),
    "uuid": lambda text: bool(_UUID.fullmatch(text)),
    "hex-code": lambda text: bool(_COLOUR.fullmatch(text)),
}
#: more that one erratum or another asks of a text
_MORE = (
    re.compile(r"[\w.:+-]+"),
    re.compile(r"\d+"),
    re.compile(r"/.*"),
    re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+[+-]\d{4}"),
)


def reduce(value: Any, words: FrozenSet[str]) -> tuple[Hashable, Any]:
    """The shape of a value, and the value without what repeats in lists. ``words``: those that are enumerated."""
    if isinstance(value, str):
        return _text(value, words), value
    if value is None or isinstance(value, bool):
        return value, value
    if isinstance(value, (int, float)):
        return (type(value).__name__, (value > 0) - (value < 0), abs(value) >= 2**31), value
    if isinstance(value, list):
        elements: dict[Hashable, Any] = {}
        for element in value:
            shape, kept = reduce(element, words)
            elements.setdefault(shape, kept)
        return ("list", frozenset(elements)), list(elements.values())
    shapes, kept_values = [], {}
    for name, inner in value.items():
        shape, kept_values[name] = reduce(inner, words)
        shapes.append((name, shape))
    return ("object", frozenset(shapes)), kept_values


def _text(text: str, words: FrozenSet[str]) -> Hashable:
    return text if text in words else _kind_of(text)


@functools.lru_cache(maxsize=65536)
def _kind_of(text: str) -> Hashable:
    formats = tuple(name for name, holds in FORMATS.items() if holds(text)) if len(text) < LONG else ()
    return ("text", bool(text), len(text) > LONG, formats, tuple(bool(one.fullmatch(text)) for one in _MORE))


def enumerated(root: Any) -> FrozenSet[str]:
    """Every word that a document enumerates."""
    found: set[str] = set()
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            words = node.get("enum")
            if isinstance(words, list):
                found.update(word for word in words if isinstance(word, str))
            waiting.extend(value for name, value in node.items() if name not in ("example", "examples"))
        elif isinstance(node, list):
            waiting.extend(node)
    return frozenset(found)
