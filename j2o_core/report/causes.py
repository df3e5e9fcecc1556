"""Why items were skipped or failed: by root cause, most frequent first."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Callable, Iterable, Mapping

from ..model.error_class import BECAUSE, error_class
from .next_steps import NEXT_STEPS
from .source import Row

#: keys that stand as examples of a cause
SAMPLES = 5
#: causes of one code that are told apart; whatever else has that code is one more
_APART = 100
_NUMBER = re.compile(r"(?<=[/=])\d+")
_ADDRESS = re.compile(r"https?://\S+")


@dataclass
class Cause:
    """Items that share a cause. ``keys`` are the first of them, ``place`` the line of the spec of the first."""

    outcome: str
    error_class: str
    code: str
    message: str
    place: str
    entities: Counter[str] = field(default_factory=Counter)
    keys: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many items."""
        return sum(self.entities.values())

    @property
    def entity(self) -> str:
        """Their entities, the most frequent first."""
        return ", ".join(name for name, _ in self.entities.most_common())

    @property
    def key(self) -> str:
        """The first of them."""
        return self.keys[0] if self.keys else ""


#: what to do about each error code, asked for where a report has any
Fixes = Callable[[], Mapping[str, str]]


def no_fixes() -> Mapping[str, str]:
    """Nothing is known of any code: what to do is said by class."""
    return {}


def next_step(code: str, error_class: str, fixes: Mapping[str, str]) -> str:
    """What to do about failures of a code, or else of a class."""
    return fixes.get(code) or NEXT_STEPS.get(error_class, "")


def as_json(cause: Cause, fixes: Mapping[str, str]) -> dict[str, Any]:
    """A cause as documents tell it, with what to do next."""
    return {
        "outcome": cause.outcome,
        "class": cause.error_class,
        "code": cause.code,
        "message": cause.message,
        "count": cause.count,
        "entities": dict(cause.entities.most_common()),
        "keys": cause.keys,
        "requests": cause.requests,
        "place": cause.place,
        "next": next_step(cause.code, cause.error_class, fixes),
    }


def rank(rows: Iterable[Row]) -> list[Cause]:
    """The causes, failures before skips, then by the number of items.

    What fails because the item it belongs to failed has the cause of that one. Memory holds a bounded number of causes.
    """
    causes: dict[tuple[str, str], Cause] = {}
    apart: Counter[tuple[str, str]] = Counter()
    for row in rows:
        outcome, code = str(row.get("outcome", "")), str(row.get("code", ""))
        message, follows = _root(str(row.get("message", "")))
        identity = (outcome, _alike(message, str(row.get("key", ""))))
        if identity not in causes:
            apart[(outcome, code)] += 1
            if apart[(outcome, code)] > _APART:
                identity, message = (outcome, f"code {code}"), f"other items with the code {code}"
        cause = causes.get(identity)
        if cause is None:
            cause = causes[identity] = Cause(outcome, _class_of(row), code, message, str(row.get("place") or ""))
        elif cause.code in _FOLLOWING and not follows and code not in _FOLLOWING:
            cause.code, cause.error_class = code, _class_of(row)
            cause.place = str(row.get("place") or "") or cause.place
        cause.entities[str(row.get("entity", ""))] += 1
        if len(cause.keys) < SAMPLES:
            cause.keys.append(str(row.get("key", "")))
        if row.get("request") and len(cause.requests) < SAMPLES:
            cause.requests.append(str(row["request"]))
    return sorted(causes.values(), key=lambda one: (one.outcome != "failed", -one.count, one.entity, one.code))


#: codes of what fails only because something else did
_FOLLOWING = ("J2O-E010",)


def _class_of(row: Row) -> str:
    return str(row.get("class") or error_class(str(row.get("code", ""))))


def _root(message: str) -> tuple[str, bool]:
    """The cause behind a chain of items that belong to each other, and whether there is such a chain."""
    follows = False
    while True:
        prefix = next((words for words in BECAUSE if message.startswith(words)), None)
        if prefix is None:
            return message, follows
        message, follows = message[len(prefix) :], True


def _alike(message: str, key: str) -> str:
    """The message without what differs from item to item: its own key, and ids in addresses."""
    if key:
        message = message.replace(key, "…")
    return _ADDRESS.sub(lambda found: _NUMBER.sub("…", found.group()), message)
