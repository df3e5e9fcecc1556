"""Plain data: what records, payloads, cursors and step values are made of, and a collection to try things with."""

from __future__ import annotations

import json
from typing import Any, Mapping

from ..model.payload import Ref, RichText, to_json

_PERSON = {"name": "ann", "key": "JIRAUSER1", "displayName": "Ann Lee", "emailAddress": "ann@x.example", "active": True}

#: what a source may hold, hostile values included
VALUES: tuple[Any, ...] = (
    *(None, "", [], {}, True, False, 0, 1, -3, 2.5, 1e300, 10**30),
    *(
        "text",
        " padded \t",
        "line\r\nline",
        "ÄÖ 漢字 😀 \u202e\u0000",
        "{{ 7 * 7 }} {% for %}",
        "${env:HOME}",
        "1_000",
        "null",
    ),
    *("2024-02-29", "2024-02-30", "2019-01-02T03:04:05.678+0100", "PT1H30M", "1w 2d", "-", "a,b;c", "<b>&amp;</b>"),
    "x" * 20_000,
    *(["a", None, "b"], [1, "1", True], [[["deep"]]], [{"value": "A"}, {"value": "B"}]),
    *({"value": "A", "child": {"value": "B"}}, {"id": "1", "name": "x"}, _PERSON, [_PERSON, _PERSON]),
    {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": [{"type": "text", "text": "t"}]}]},
)


def is_plain(value: Any, symbolic: bool = False) -> bool:
    """Whether a value is JSON data; with ``symbolic`` references and rich text count too."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return True
    if symbolic and isinstance(value, (Ref, RichText)):
        return True
    if isinstance(value, (list, tuple)):
        return all(is_plain(item, symbolic) for item in value)
    if isinstance(value, Mapping):
        return all(isinstance(key, str) and is_plain(item, symbolic) for key, item in value.items())
    return False


def frozen(value: Any) -> str:
    """A text that is equal for equal values, and unlike after any change."""
    return json.dumps(to_json(value), sort_keys=True, default=repr)


def shown(value: Any, limit: int = 80) -> str:
    """A value as messages show it."""
    text = repr(value)
    return text if len(text) <= limit else f"{text[:limit]}…"
