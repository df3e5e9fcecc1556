"""Which lines of a log are meant: by level, moment, text, and conditions on any field."""

from __future__ import annotations

import json
import operator
import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from fnmatch import fnmatchcase
from typing import Any, Callable, Mapping, Optional, Sequence

from ..model.log_policy import LEVELS
from .log_line import written

_CONDITION = re.compile(r"^\s*([\w.-]+?)\s*(!=|>=|<=|=|~|>|<)\s*(.*?)\s*$", re.DOTALL)
_ORDER: Mapping[str, Callable[[Any, Any], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
_AGO = re.compile(r"^(\d+(?:\.\d+)?)\s*(s|m|min|h|d)$")
_UNITS = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400}
#: what bytes of a line look like as they are typed
_PLAIN = re.compile(r"[\w .:/@+-]+", re.ASCII)
#: as names of loguru's levels, which are the only ones that lines have
_NUMBERS = {"TRACE": 5, "DEBUG": 10, "INFO": 20, "SUCCESS": 25, "WARNING": 30, "ERROR": 40, "CRITICAL": 50}


@dataclass(frozen=True)
class Condition:
    """``field operator value``; of ``values`` one is enough. ``=`` takes ``*`` for any text, ``~`` is a pattern."""

    field: str
    operator: str
    values: tuple[str, ...]

    def holds(self, entry: Mapping[str, Any]) -> bool:
        """Whether a line fulfils it. What a line does not have is an empty text."""
        found = _value(entry, self.field)
        if self.operator in _ORDER:
            return any(_compare(self.operator, found, value) for value in self.values)
        text = found if isinstance(found, str) else "" if found is None else json.dumps(found, ensure_ascii=False)
        if self.operator == "~":
            return any(re.search(value, text, re.IGNORECASE) for value in self.values)
        equal = any(fnmatchcase(text, value) if "*" in value else text == value for value in self.values)
        return equal == (self.operator == "=")


def condition(text: str) -> Condition:
    """``status>=500``, ``operation~relations``, ``item=ACME-*``. Raises ``ValueError``."""
    found = _CONDITION.match(text)
    if found is None:
        raise ValueError(f"{text}: expected FIELD=VALUE, or !=, ~, >, >=, <, <= in place of =")
    if found[2] == "~":
        try:
            re.compile(found[3])
        except re.error as error:
            raise ValueError(f"{text}: {found[3]} is no pattern: {error}") from None
    return Condition(found[1], found[2], (found[3],))


def moment(text: str, now: Optional[datetime] = None) -> datetime:
    """``10m`` (ago; also s, h, d), a date or a moment in ISO 8601, of this machine's zone where none is given.

    Raises ``ValueError``.
    """
    now = now or datetime.now(timezone.utc)
    ago = _AGO.match(text.strip())
    try:
        if ago is not None:
            return now - timedelta(seconds=float(ago[1]) * _UNITS[ago[2]])
        return datetime.fromisoformat(text.strip().replace("Z", "+00:00")).astimezone()
    except (ValueError, OverflowError):
        raise ValueError(f"{text}: expected 10m, 2h, 3d (ago), 2026-11-23 or 2026-11-23T07:15:00+01:00") from None


class Filter:
    """All of its parts must hold."""

    def __init__(
        self,
        conditions: Sequence[Condition] = (),
        level: str = "",
        since: Optional[datetime] = None,
        until: Optional[datetime] = None,
        text: str = "",
    ) -> None:
        self._conditions = conditions
        least = LEVELS[level] if level else 0
        self._levels = frozenset(name for name, number in _NUMBERS.items() if number >= least) if least else None
        self._unheard = [f'"level": "{name}"'.encode() for name, number in _NUMBERS.items() if number < least]
        self.since = written(since) if since else ""
        self._until = written(until) if until else "~"
        self._text = text.casefold()
        self._needles = [
            [value.encode() for value in one.values]
            for one in conditions
            if one.operator == "=" and all(_PLAIN.fullmatch(value) for value in one.values)
        ]

    def may(self, raw: bytes, time: str) -> bool:
        """Whether a line may be meant, told from its bytes: most lines need not be read any closer."""
        if time < self.since or time > self._until:
            return False
        head = raw[:120]
        if any(unheard in head for unheard in self._unheard):
            return False
        return all(any(value in raw for value in values) for values in self._needles)

    def holds(self, entry: Mapping[str, Any]) -> bool:
        """Whether a line is meant."""
        if self._levels is not None and str(entry.get("level", "")) not in self._levels:
            return False
        if not all(one.holds(entry) for one in self._conditions):
            return False
        return not self._text or any(self._text in str(value).casefold() for value in entry.values())


def _value(entry: Mapping[str, Any], name: str) -> Any:
    if name in entry:
        return entry[name]
    value: Any = entry
    for part in name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _compare(sign: str, found: Any, value: str) -> bool:
    """Numbers as numbers, where both are; else texts. What is not there is in no order."""
    if found is None or found == "":
        return False
    try:
        return _ORDER[sign](float(found), float(value))
    except (TypeError, ValueError):
        return _ORDER[sign](str(found), value)
