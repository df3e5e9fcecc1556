"""Sums up lines of a log in the order of time: what takes memory is bounded, whatever the number of lines."""

from __future__ import annotations

import heapq
import math
from collections import Counter, OrderedDict
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Mapping, Optional

from ..model.error_class import error_class
from .durations import Durations

#: of so many codes, operations and runs at most are kept apart; the others are counted as ``(others)``
_MOST, _OTHERS = 500, "(others)"


@dataclass
class _Cause:
    problems: int = 0
    warnings: int = 0
    retries: int = 0
    requests: int = 0
    first: str = ""
    last: str = ""
    example: str = ""
    item: str = ""


@dataclass
class _Storm:
    connection: str
    begin: str
    end: str
    minute: int
    retries: int
    classes: Counter[str]
    items: set[str]


class Stats:
    """``top`` is how many of each list are told; ``gap`` is a silence of a run, in seconds; ``storm``: retries in a
    minute of one connection."""

    def __init__(self, top: int = 10, gap: float = 120.0, storm: int = 30) -> None:
        self._top, self._gap, self._least = top, gap, storm
        self._lines = self._order = 0
        self._first = self._last = ""
        self._levels: Counter[str] = Counter()
        self._components: Counter[str] = Counter()
        self._runs: OrderedDict[str, None] = OrderedDict()
        self._causes: dict[tuple[str, str], _Cause] = {}
        self._operations: dict[str, Durations] = {}
        self._all = Durations()
        self._slowest: list[tuple[float, int, dict[str, Any]]] = []
        self._gaps: list[tuple[float, int, dict[str, Any]]] = []
        #: of each run that goes on, its last line
        self._heard: OrderedDict[str, tuple[str, str]] = OrderedDict()
        #: by connection, the minute that is counted at present
        self._minutes: dict[str, _Storm] = {}
        self._storms: list[_Storm] = []

    def add(self, entry: Mapping[str, Any]) -> None:
        """Count one line."""
        self._lines += 1
        time = str(entry.get("time", ""))
        self._first, self._last = self._first or time, time
        self._levels[str(entry.get("level", ""))] += 1
        _count(self._components, str(entry.get("component", "")))
        run = str(entry.get("run", ""))
        if run:
            self._note_run(run, time, entry)
        event = entry.get("event")
        if event == "retry":
            self._note_retry(entry, time)
        if entry.get("component") == "requests" and "operation" in entry:
            self._note_request(entry, time)
        elif event in ("retry", "problem") or (entry.get("code") and entry.get("class")):
            self._note_cause(entry, time)

    def result(self) -> dict[str, Any]:
        """What was summed up."""
        for connection in list(self._minutes):
            self._end_minute(connection)
        return {
            "lines": self._lines,
            "first": self._first,
            "last": self._last,
            "runs": list(self._runs),
            "levels": dict(self._levels.most_common()),
            "components": dict(self._components.most_common()),
            "errors": [
                {"class": kind, "code": code, **vars(cause)}
                for (kind, code), cause in sorted(self._causes.items(), key=lambda one: -_weight(one[1]))
            ],
            "requests": {
                **self._all.figures(),
                "operations": [
                    {"operation": name, **one.figures()}
                    for name, one in sorted(self._operations.items(), key=lambda one: -one[1].total)[: self._top]
                ],
            },
            "slowest": [one for _, _, one in sorted(self._slowest, reverse=True)],
            "storms": [
                {
                    "connection": one.connection,
                    "begin": one.begin,
                    "end": one.end,
                    "retries": one.retries,
                    "classes": dict(one.classes.most_common()),
                    "items": len(one.items),
                }
                for one in sorted(self._storms, key=lambda one: -one.retries)[: self._top]
            ],
            "gaps": [one for _, _, one in sorted(self._gaps, reverse=True)],
        }

    # ---------------------------------------------------------------- errors and requests

    def _note_cause(self, entry: Mapping[str, Any], time: str) -> None:
        code = str(entry.get("code") or "")
        cause = self._cause(str(entry.get("class") or error_class(code)), code)
        if entry.get("event") == "retry":
            cause.retries += 1
        elif entry.get("severity") == "warning":
            cause.warnings += 1
        else:
            cause.problems += 1
        _illustrate(cause, entry, time)

    def _note_request(self, entry: Mapping[str, Any], time: str) -> None:
        duration, status = _number(entry.get("duration")), int(_number(entry.get("status")))
        failed = status == 0 or status >= 400
        name = f"{entry.get('method', '')} {entry['operation']}"
        if name not in self._operations and len(self._operations) >= _MOST:
            name = _OTHERS
        self._all.add(duration, failed)
        self._operations.setdefault(name, Durations()).add(duration, failed)
        told = {
            field: entry[field]
            for field in (
                "time",
                "connection",
                "method",
                "operation",
                "status",
                "entity",
                "item",
                "request_id",
                "error",
            )
            if entry.get(field) not in (None, "")
        }
        _keep(self._slowest, duration, self._next(), {"duration": duration, **told}, self._top)
        if failed:
            code = f"http_{status}" if status else "no_answer"
            timed_out = "timeout" in str(entry.get("error", "")).lower()
            cause = self._cause(error_class(code, {"timeout": timed_out}), code)
            cause.requests += 1
            _illustrate(cause, entry, time)

    def _cause(self, kind: str, code: str) -> _Cause:
        place = (kind, code)
        if place not in self._causes and len(self._causes) >= _MOST:
            place = (_OTHERS, "")
        return self._causes.setdefault(place, _Cause())

    # ---------------------------------------------------------------- storms and gaps

    def _note_retry(self, entry: Mapping[str, Any], time: str) -> None:
        connection = str(entry.get("connection") or entry.get("entity") or "")
        minute = int(_seconds(time) // 60)
        counted = self._minutes.get(connection)
        if counted is None or counted.minute != minute:
            if counted is not None:
                self._end_minute(connection)
            elif len(self._minutes) >= _MOST:
                return
            counted = self._minutes[connection] = _Storm(connection, time, time, minute, 0, Counter(), set())
        counted.end = time
        counted.retries += 1
        counted.classes[str(entry.get("class") or "")] += 1
        if len(counted.items) < 10_000:
            counted.items.add(str(entry.get("item") or ""))

    def _end_minute(self, connection: str) -> None:
        """A minute with enough retries is a storm, or belongs to that of the minute before."""
        counted = self._minutes.pop(connection)
        if counted.retries < self._least:
            return
        before = next((one for one in reversed(self._storms) if one.connection == connection), None)
        if before is not None and before.minute == counted.minute - 1:
            before.end, before.minute = counted.end, counted.minute
            before.retries += counted.retries
            before.classes.update(counted.classes)
            before.items.update(counted.items)
        else:
            self._storms.append(counted)
            if len(self._storms) > _MOST:
                self._storms.remove(min(self._storms[:-1], key=lambda one: one.retries))

    def _note_run(self, run: str, time: str, entry: Mapping[str, Any]) -> None:
        if run not in self._runs and len(self._runs) < _MOST:
            self._runs[run] = None
        message = str(entry.get("message", ""))[:200]
        before = self._heard.pop(run, None)
        begins = entry.get("event") == "run_started"  # carried on: nobody was there in between
        if before is not None and not begins:
            silence = _seconds(time) - _seconds(before[0])
            if silence >= self._gap:
                told = {"run": run, "seconds": round(silence, 3), "begin": before[0], "end": time}
                _keep(self._gaps, silence, self._next(), {**told, "before": before[1], "after": message}, self._top)
        if entry.get("event") != "run_finished":
            self._heard[run] = (time, message)
            if len(self._heard) > _MOST:
                self._heard.popitem(last=False)

    def _next(self) -> int:
        self._order += 1
        return self._order


def _keep(
    heap: list[tuple[float, int, dict[str, Any]]], size: float, order: int, told: dict[str, Any], most: int
) -> None:
    """Keep the largest; of equals the earlier."""
    if len(heap) < most:
        heapq.heappush(heap, (size, -order, told))
    elif size > heap[0][0]:
        heapq.heapreplace(heap, (size, -order, told))


def _illustrate(cause: _Cause, entry: Mapping[str, Any], time: str) -> None:
    cause.first, cause.last = cause.first or time, time
    if not cause.example:
        cause.example = str(entry.get("message", ""))[:300]
        cause.item = " ".join(str(entry[name]) for name in ("entity", "item") if entry.get(name))


def _weight(cause: _Cause) -> int:
    return cause.problems * 1_000_000 + cause.requests + cause.retries + cause.warnings


def _count(counter: Counter[str], name: str) -> None:
    counter[name if name in counter or len(counter) < _MOST else _OTHERS] += 1


def _number(value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return 0.0
    return number if math.isfinite(number) else 0.0


_parsed: list[Optional[tuple[str, float]]] = [None]


def _seconds(time: str) -> float:
    """A moment as epoch seconds; lines of one second are parsed once."""
    head, rest = time[:19], time[19:]
    known = _parsed[0]
    if known is None or known[0] != head:
        try:
            known = (head, datetime.fromisoformat(f"{head}+00:00").timestamp())
        except ValueError:
            known = (head, 0.0)
        _parsed[0] = known
    return known[1] + _number("0" + rest[:4] if rest.startswith(".") else 0)
