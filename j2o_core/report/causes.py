"""Why items were skipped or failed: by root cause, most frequent first."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Callable, Mapping, Optional, Sequence

from ..model.cause import others, root, without_others
from ..model.error_class import error_class
from .next_steps import NEXT_STEPS
from .source import Row, RunQueries

#: keys that stand as examples of a cause
SAMPLES = 5
#: causes of one code that are told apart; whatever else has that code is one more
_APART = 100
#: codes of what fails only because something else did
_FOLLOWING = ("J2O-E010",)


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


def rank(queries: RunQueries, run: str, outcome: Optional[str] = None, of_class: Optional[str] = None) -> list[Cause]:
    """The causes, failures before skips, then by the number of items; where it is named, of one outcome or class alone.

    What fails because the item it belongs to failed has the cause of that one. Memory holds a bounded number of causes.
    """
    found: dict[tuple[str, Any], _Found] = {}
    apart: Counter[tuple[str, str]] = Counter()
    for group in queries.alike(run):
        if outcome not in (None, group["outcome"]) or of_class not in (None, _class_of(group)):
            continue
        of_code = (group["outcome"], group["code"])
        identity = (group["outcome"], group["cause"])
        if identity not in found:
            apart[of_code] += 1
            if apart[of_code] > _APART:
                identity = of_code
        found.setdefault(identity, _Found(group, is_rest=identity is of_code)).add(group)
    causes = _told(queries, run, list(found.values()))
    return sorted(causes, key=lambda one: (one.outcome != "failed", -one.count, one.entity, one.code))


class _Found:
    """Groups of items that share a cause, ``lead`` the one that tells its code. ``is_rest``: they share no more."""

    def __init__(self, first: Row, is_rest: bool) -> None:
        self.lead, self.is_rest = first, is_rest
        self.entities: Counter[str] = Counter()
        #: of what shares no more than its code, the first
        self.groups: list[Row] = []

    def add(self, group: Row) -> None:
        """One more."""
        self.entities[group["entity"]] += group["count"]
        if not self.is_rest or len(self.groups) < SAMPLES:
            self.groups.append(group)
        if self.lead["code"] in _FOLLOWING and group["code"] not in _FOLLOWING:
            self.lead = group


def _told(queries: RunQueries, run: str, found: Sequence[_Found]) -> list[Cause]:
    """The causes, with what their first items say."""
    led = queries.examples(run, [[one.lead] for one in found], 1)
    groups = [one.groups for one in found]
    examples = queries.examples(run, groups, SAMPLES)
    requested = queries.examples(run, groups, SAMPLES, requested=True)
    # What was removed in between has no example any more.
    return [_cause(*parts) for parts in zip(found, led, examples, requested) if parts[2]]


def _cause(found: _Found, lead: Sequence[Row], items: Sequence[Row], requested: Sequence[Row]) -> Cause:
    code = str(found.lead["code"])
    return Cause(
        str(found.lead["outcome"]),
        _class_of(found.lead),
        code,
        f"other items with the code {code}" if found.is_rest else _message(items),
        next((str(one["place"]) for one in (*lead, *items[:1]) if one["place"]), ""),
        found.entities,
        [str(one["key"]) for one in items],
        [str(one["request"]) for one in requested],
    )


def _message(items: Sequence[Row]) -> str:
    """What the first of them says; where they name different other items, without these."""
    messages = [root(str(one["message"])) for one in items]
    named = {tuple(others(message)) for message in messages}
    return without_others(messages[0]) if len(named) > 1 else messages[0]


def _class_of(group: Row) -> str:
    return str(group["class"] or error_class(str(group["code"])))
