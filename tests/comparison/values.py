"""Whether a text holds a value of Jira: each word in its order, each number, day, instant and person."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Iterator, Union

from .moments import days, instant, instants
from .words import adf_words, markdown_words, missing_words, wiki_words, words

_SPRINT = re.compile(
    r"[\[,]name=(.*?),(?=(?:startDate|goal|endDate|completeDate|activatedDate|sequence|id|state)=)", re.S
)
#: a text that is an instant and no more: however it is written, it is the same one
_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d{4}")
#: where a Java object lay in memory, which differs each time it is asked for
_OBJECT_HASH = re.compile(r"@[0-9a-f]{1,8}\[")
_NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?(?:[eE][+-]?\d+)?")
#: what Jira says of a thing beside its name: addresses, pictures, switches
_ADDRESSES = {
    *("self", "avatarUrls", "iconUrl", "id", "disabled", "key", "expand", "entityId", "statusColor", "_links"),
    *("isWatching", "hasVoted"),
}


def body_words(body: Any) -> list[str]:
    """The words of a rich text of either API."""
    return adf_words(body) if isinstance(body, dict) else wiki_words(str(body or ""))


def lacks(value: Any, kind: str, text: str) -> list[str]:
    """What a text lacks of a value whose field is of this kind (the end of Jira's type key); empty: it holds all."""
    return [what for leaf in _leaves(value, kind) if (what := _lacks_leaf(leaf, kind, text))]


def _lacks_leaf(leaf: Any, kind: str, text: str) -> str:
    if isinstance(leaf, bool):
        return "" if str(leaf).casefold() in words(text) else str(leaf)
    if isinstance(leaf, (int, float)):
        return "" if any(_number(found) == float(leaf) for found in _NUMBER.findall(text)) else str(leaf)
    if kind == "date":
        return "" if str(leaf)[:10] in days(text) else str(leaf)
    if kind == "datetime":
        wanted = instant(leaf)
        return "" if _same(wanted, instants(text)) else str(leaf)
    if kind not in ("textarea", "rich") and _TIMESTAMP.fullmatch(str(leaf)) and _same(instant(leaf), instants(text)):
        return ""
    wanted_words = body_words(leaf) if kind in ("textarea", "rich") else words(_OBJECT_HASH.sub("[", str(leaf)))
    gone = missing_words(wanted_words, markdown_words(text))
    return " ".join(gone)


def _leaves(value: Any, kind: str) -> Iterator[Union[str, int, float, dict[str, Any]]]:
    if value is None or value == "" or value == [] or value == {}:
        return
    if kind in ("textarea", "rich"):
        yield value
    elif isinstance(value, list):
        for element in value:
            yield from _leaves(element, kind)
    elif kind == "gh-sprint" and isinstance(value, str):
        found = _SPRINT.search(value)
        yield found[1] if found else value
    elif isinstance(value, dict):
        yield from _object(value, kind)
    else:
        yield value


def _object(value: dict[str, Any], kind: str) -> Iterator[Any]:
    if value.get("type") == "doc":
        yield " ".join(adf_words(value))
        return
    for name in ("displayName", "value", "name"):
        if isinstance(value.get(name), str) and (value[name] or name != "displayName"):
            yield value[name]
            if isinstance(value.get("child"), dict):
                yield from _object(value["child"], kind)
            return
    for name, inner in value.items():
        if name not in _ADDRESSES:
            yield from _leaves(inner, "")


def _number(text: str) -> float:
    try:
        return float(text.replace(",", ""))
    except ValueError:
        return float("nan")


def _same(wanted: Union[datetime, None], found: list[datetime]) -> bool:
    return wanted is not None and wanted in found
