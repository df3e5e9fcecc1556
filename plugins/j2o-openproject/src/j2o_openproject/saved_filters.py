"""The filters of saved queries: as payloads of ``openproject.queries`` name them, as the API sends and shows them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any, Dict, Iterator, List, Mapping, Optional, Sequence, Tuple
from urllib.parse import quote

from j2o_core.api import TargetItem

from .hal import API, id_in, linked
from .target_items import ids, principal_kind, sorted_ids

IS, IS_NOT, NONE, ANY, OPEN, CLOSED, CONTAINS, LACKS, SEARCHES = "=", "!", "!*", "*", "o", "c", "~", "!~", "**"
#: before a payload field: what has none of these values
NOT = "not "
ME = "me"

#: payload fields that hold names of the administrator's making, and what they are
NAMED = {"type": "types", "status": "statuses", "priority": "priorities"}
#: payload fields that refer to items: the filter, and what its values are
REFERRING = {
    "projects": ("project", "projects"),
    "assignee": ("assignee", "users"),
    "author": ("author", "users"),
    "version": ("version", "versions"),
    "parent": ("parent", "work_packages"),
    "workPackages": ("id", "work_packages"),
}
#: payload fields that hold words
WORDS = {"subject": "subject", "description": "description", "comment": "comment", "text": "search"}
#: payload fields that hold ranges of days; of times, and of days
MOMENTS, DAYS = ("createdAt", "updatedAt"), ("startDate", "dueDate")
#: filters that can ask for the person who looks, for nothing, and for anything
FOR_ME = ("assignee", "author", "watcher")
FOR_NONE, FOR_ANY = ("assignee", "version", "category", *DAYS), ("assignee", "version", "category")

_RANGE = re.compile(r"([+-]?\d{1,6}|\d{4}-\d\d-\d\d|)\.\.([+-]?\d{1,6}|\d{4}-\d\d-\d\d|)")


class Inexpressible(ValueError):
    """No filter says this; the message says why."""


@dataclass(frozen=True)
class SavedFilter:
    """One filter. ``kind`` is what its values are, empty where they are texts."""

    name: str
    operator: str
    values: Tuple[str, ...] = ()
    kind: str = ""

    @property
    def image(self) -> List[Any]:
        """For comparing: name, operator, and the values in one order."""
        return [self.name, self.operator, sorted(self.values)]

    def body(self) -> Dict[str, Any]:
        """As it is sent."""
        links: Dict[str, Any] = {
            "filter": {"href": f"{API}/queries/filters/{self.name}"},
            "operator": {"href": f"{API}/queries/operators/{quote(self.operator, safe='')}"},
        }
        if not self.kind:
            return {"values": list(self.values), "_links": links}
        return {"_links": {**links, "values": [{"href": self._address(value)} for value in self.values]}}

    def _address(self, value: str) -> str:
        # Of people the id may be led by what they are: "groups/7".
        return f"{API}/{value}" if "/" in value else f"{API}/{self.kind}/{value}"


def read_filter(entry: Mapping[str, Any]) -> SavedFilter:
    """A filter as a query shows it."""
    shown = (entry.get("_links") or {}).get("values")
    if shown is None:
        values = [str(value) for value in entry.get("values") or ()]
    else:
        values = [_value(link) for link in shown]
    return SavedFilter(linked(entry, "filter") or "", linked(entry, "operator") or "", tuple(values))


def plain_filters(payload: Mapping[str, Any]) -> Iterator[SavedFilter]:
    """The filters that need nothing of the target. Raises ``Inexpressible``."""
    for field, name in WORDS.items():
        for prefix, operator in (("", CONTAINS), (NOT, LACKS)):
            words = payload.get(f"{prefix}{field}")
            if words:
                if name == "search" and prefix:
                    raise Inexpressible("OpenProject searches all texts for words, not for their absence")
                yield SavedFilter(name, SEARCHES if name == "search" else operator, (str(words),))
    for field in (*MOMENTS, *DAYS):
        if payload.get(field):
            yield SavedFilter(field, *_range(field, str(payload[field])))
    for names, known, operator in (("empty", FOR_NONE, NONE), ("filled", FOR_ANY, ANY)):
        for name in listed(payload.get(names)):
            if name not in known:
                raise Inexpressible(
                    f"OpenProject has no filter for {name} that {'is' if operator == NONE else 'is not'} empty"
                )
            yield SavedFilter(str(name), operator, (), "" if name in DAYS else "any")
    state = payload.get("state")
    if state not in (None, "", "open", "closed"):
        raise Inexpressible(f"a status is open or closed, not '{state}'")
    if state:
        yield SavedFilter("status", OPEN if state == "open" else CLOSED, (), "statuses")


def referring_filters(payload: Mapping[str, Any]) -> Iterator[SavedFilter]:
    """The filters whose values are items, the person who looks among them. Raises ``Inexpressible``."""
    mine = [str(name) for name in listed(payload.get("mine"))]
    for name in mine:
        if name not in FOR_ME:
            raise Inexpressible(f"OpenProject has no filter for the person who looks as {name}")
    for field, (name, kind) in REFERRING.items():
        for prefix, operator in (("", IS), (NOT, IS_NOT)):
            found = _ids(payload.get(f"{prefix}{field}"), kind)
            if operator == IS and field in mine:
                found = [ME, *found]
            if found:
                yield SavedFilter(name, operator, tuple(found), kind)
    if "watcher" in mine:
        yield SavedFilter("watcher", IS, (ME,), "users")


def single(filters: Sequence[SavedFilter]) -> List[SavedFilter]:
    """The filters by name, one for each thing. Raises ``Inexpressible`` where there are two for one."""
    found: Dict[str, SavedFilter] = {}
    for one in filters:
        if one.name in found:
            raise Inexpressible(f"it has two conditions on {one.name}, and a query has one filter for each")
        found[one.name] = one
    return [found[name] for name in sorted(found)]


def listed(value: Any) -> List[Any]:
    """A list, of a single value a list of one; empty ones left out."""
    values = value if isinstance(value, (list, tuple)) else [value]
    return [one for one in values if one not in (None, "")]


def _value(link: Mapping[str, Any]) -> str:
    identifier, href = id_in(link) or "", str(link.get("href") or "")
    kind = next((kind for kind in ("groups", "placeholder_users") if f"/{kind}/" in href), "")
    return f"{kind}/{identifier}" if kind else identifier


def _ids(value: Any, kind: str) -> List[str]:
    if kind != "users":
        return sorted_ids(ids(value))
    people = [item for item in listed(value) if isinstance(item, TargetItem)]
    kinds = [(principal_kind(item), item.id) for item in people]
    return sorted_ids(identifier if kind == "users" else f"{kind}/{identifier}" for kind, identifier in kinds)


def _range(field: str, text: str) -> Tuple[str, Tuple[str, ...]]:
    """The operator that means a range, and its values. Ends are days, or numbers of days from today."""
    found = _RANGE.fullmatch(text)
    if found is None or not (found[1] or found[2]):
        raise Inexpressible(f"'{text}' is no range of days")
    low, high = found[1], found[2]
    if "-" in low[1:] or "-" in high[1:]:
        return _calendar(field, low, high)
    first, last = _number(low), _number(high)
    # What was made was made before today's end: no end is needed there, and today's is none.
    ends_now = last == 0 or (last is None and field in MOMENTS)
    if first is not None and first == last:
        return ("t", ()) if first == 0 else (("t-", (str(-first),)) if first < 0 else ("t+", (str(first),)))
    if first is not None and first <= 0 and ends_now:
        return (">t-", (str(-first),)) if first else ("t", ())
    if first is None and last is not None and last <= 0:
        return "<t-", (str(-last),)
    if field in DAYS and first == 0 and last is not None and last > 0:
        return "<t+", (str(last),)
    if field in DAYS and first is not None and first >= 0 and last is None:
        return ">t+", (str(first),)
    raise Inexpressible(f"OpenProject has no filter for the days {text} (counted from today)")


def _calendar(field: str, low: str, high: str) -> Tuple[str, Tuple[str, ...]]:
    try:
        days = [date.fromisoformat(end).isoformat() if end else "" for end in (low, high)]
    except ValueError:
        raise Inexpressible(f"the range {low}..{high} mixes days of the calendar with days from today") from None
    if field in DAYS:
        return "<>d", tuple(days)
    return "<>d", (f"{days[0]}T00:00:00Z" if days[0] else "", f"{days[1]}T23:59:59Z" if days[1] else "")


def _number(end: str) -> Optional[int]:
    return int(end) if end else None
