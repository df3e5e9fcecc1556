"""Dates of a work package: defaults from the parent, working days, duration."""

from __future__ import annotations

import datetime as dt
from typing import Any, Optional, Set

from j2o_sandbox.openproject.calendar import as_date
from j2o_sandbox.openproject.errors import Problems
from j2o_sandbox.openproject.messages import attribute_name
from j2o_sandbox.openproject.server import Server

_FIELDS = ("duration", "due", "start")


def default_dates(server: Server, draft: Any, parent: Any, sent: Set[str]) -> None:
    """Dates that were not sent come from the parent, or are today where the setting says so."""
    if "start" not in sent and draft.start is None:
        draft.start = _default_start(server, draft, parent)
    if "due" not in sent and draft.due is None:
        draft.due = _default_due(draft, parent)


def settle_dates(server: Server, draft: Any, milestone: bool, sent: Set[str]) -> None:
    """Shift dates to working days and derive the one of start, due and duration that the others give."""
    calendar, every_day = server.calendar, draft.ignore_days
    if not every_day:
        for name in ("start", "due"):
            day = as_date(getattr(draft, name))
            if day is not None:
                setattr(draft, name, calendar.soonest(day, False).isoformat())
    if milestone:
        draft.duration = 1
    derivable = _derivable(draft, sent)
    start, due = as_date(draft.start), as_date(draft.due)
    if derivable == "duration":
        draft.duration = 1 if milestone else _duration(server, start, due, every_day)
    elif draft.duration is not None and draft.duration == int(draft.duration) and draft.duration > 0:
        if derivable == "due" and start is not None:
            draft.due = calendar.due(start, int(draft.duration), every_day).isoformat()
        elif derivable == "start" and due is not None:
            draft.start = calendar.start(due, int(draft.duration), every_day).isoformat()
    elif derivable is not None and draft.duration is None:
        setattr(draft, derivable, None if derivable == "duration" else getattr(draft, derivable))
    if draft.duration is not None and draft.duration == int(draft.duration):
        draft.duration = int(draft.duration)


def check_dates(server: Server, draft: Any, milestone: bool, sent: Set[str], problems: Problems) -> None:
    """Rules that dates and duration must keep."""
    start, due, duration = as_date(draft.start), as_date(draft.due), draft.duration
    if start is not None and due is not None:
        if milestone and start != due:
            problems.add("dueDate", "not_start_date")
        elif due < start:
            problems.add("dueDate", "greater_than_or_equal_to_start_date")
    values = {"startDate": start, "dueDate": due, "duration": duration}
    missing = [name for name, value in values.items() if value is None]
    if len(missing) == 1 and not problems.has("dueDate"):
        # Two of the three give the third, which cannot be emptied then.
        known = [attribute_name(problems.language, name).lower() for name, value in values.items() if value is not None]
        problems.add(missing[0], "cannot_be_null", others=" and ".join(known))
    if duration is None:
        return
    if duration != int(duration):
        problems.add("duration", "not_a_duration")
    elif duration <= 0:
        problems.add("duration", "greater_than", count=0)
    elif milestone and duration != 1:
        problems.add("duration", "not_available_for_milestones")
    elif start is not None and due is not None and due >= start and not milestone:
        fitting = server.calendar.duration(start, due, draft.ignore_days)
        if duration > fitting:
            problems.add("duration", "larger_than_dates")
        elif duration < fitting:
            problems.add("duration", "smaller_than_dates")


def _duration(server: Server, start: Optional[dt.date], due: Optional[dt.date], every_day: bool) -> Optional[int]:
    if start is None or due is None or due < start:
        return None
    return server.calendar.duration(start, due, every_day)


def _derivable(draft: Any, sent: Set[str]) -> Optional[str]:
    for wanted in (2, 1):
        for name in _FIELDS:
            others = [getattr(draft, other) for other in _FIELDS if other != name]
            if name not in sent and sum(other is not None for other in others) == wanted:
                return name
    return None


def _default_start(server: Server, draft: Any, parent: Any) -> Optional[str]:
    start: Optional[str] = None if parent is None else parent.start
    due = draft.due or (None if parent is None else parent.due)
    if start is not None and (due is None or start < due):
        return start
    if server.settings.start_date_is_today:
        return server.clock.today().isoformat()
    return None


def _default_due(draft: Any, parent: Any) -> Optional[str]:
    due: Optional[str] = None if parent is None else parent.due
    start = draft.start or (None if parent is None else parent.start)
    if due is not None and (start is None or due > start):
        return due
    return None
