"""The working calendar: which days dates may lie on."""

from __future__ import annotations

import datetime as dt
from typing import Any, Dict, List

from j2o_sandbox.openproject.collections import paged, read_filters, whole
from j2o_sandbox.openproject.errors import not_found
from j2o_sandbox.openproject.filter_kinds import bad_values, check, truth_filter, unknown_filter
from j2o_sandbox.openproject.links import link
from j2o_sandbox.openproject.requests import Answer, Request, encode, hal
from j2o_sandbox.openproject.routing import Routes
from j2o_sandbox.openproject.server import Server
from j2o_sandbox.openproject.values import parse_date

routes = Routes()

_WEEK = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MOST = 3660


@routes("GET", "/days")
def days(server: Server, request: Request) -> Answer:
    """Days of an interval, of this and the next month where none is asked for; filters ``date``, ``working``."""
    today = server.clock.today()
    first = today.replace(day=1)
    last = (first + dt.timedelta(days=62)).replace(day=1) - dt.timedelta(days=1)
    keeps = []
    for entry in read_filters(request) or []:
        name, _, values = entry
        if name == "working":
            keeps.append(truth_filter(entry, server.calendar.works))
        elif name == "date":
            check(entry, ("<>d",))
            try:
                first, last = (parse_date(value) for value in values)
            except ValueError as error:
                raise bad_values(name, "not_a_date") from error
        else:
            raise unknown_filter(request.language, name)
    # More than ten years are more than anybody pages through.
    count = max(0, min((last - first).days + 1, _MOST))
    found = [dt.date.fromordinal(number) for number in range(first.toordinal(), first.toordinal() + count)]
    found = [day for day in found if all(keep(day) for keep in keeps)]
    return paged(server, request, "/api/v3/days", found, lambda day: encode(_day(server, day)))


@routes("GET", "/days/week")
def week(server: Server, request: Request) -> Answer:
    """The seven days of the week."""
    return whole("/api/v3/days/week", [encode(_weekday(server, number)) for number in range(1, 8)])


@routes("GET", "/days/week/{id}")
def weekday(server: Server, request: Request, number: str) -> Answer:
    """One day of the week; 1 is Monday."""
    if number not in ("1", "2", "3", "4", "5", "6", "7"):
        raise not_found(request.language)
    return hal(_weekday(server, int(number)))


@routes("GET", "/days/non_working")
def non_working(server: Server, request: Request) -> Answer:
    """Holidays."""
    found = [encode(_holiday(number, day)) for number, day in enumerate(sorted(server.settings.holidays), 1)]
    return whole("/api/v3/days/non_working", found)


@routes("GET", "/days/non_working/{id}")
def holiday(server: Server, request: Request, day: str) -> Answer:
    """One holiday."""
    listed = sorted(server.settings.holidays)
    if day not in listed:
        raise not_found(request.language)
    return hal(_holiday(listed.index(day) + 1, day))


@routes("GET", "/days/{id}")
def one_day(server: Server, request: Request, text: str) -> Answer:
    """One day."""
    try:
        return hal(_day(server, parse_date(text)))
    except ValueError:
        raise not_found(request.language) from None


def _day(server: Server, day: dt.date) -> Dict[str, Any]:
    name, works = _WEEK[day.weekday()], server.calendar.works(day)
    links: Dict[str, Any] = {
        "self": link(f"/api/v3/days/{day.isoformat()}"),
        "weekday": link(f"/api/v3/days/week/{day.isoweekday()}", name),
    }
    if not works:
        reasons: List[Any] = []
        if day.isoweekday() in server.settings.non_working_days:
            reasons.append(links["weekday"])
        if day.isoformat() in server.settings.holidays:
            reasons.append(link(f"/api/v3/days/non_working/{day.isoformat()}", "Holiday"))
        links["nonWorkingReasons"] = reasons
    return {"_type": "Day", "date": day.isoformat(), "name": name, "working": works, "_links": links}


def _weekday(server: Server, number: int) -> Dict[str, Any]:
    name, works = _WEEK[number - 1], number not in server.settings.non_working_days
    links = {"self": link(f"/api/v3/days/week/{number}", name)}
    return {"_type": "WeekDay", "day": number, "name": name, "working": works, "_links": links}


def _holiday(number: int, day: str) -> Dict[str, Any]:
    links = {"self": link(f"/api/v3/days/non_working/{day}", "Holiday")}
    return {"_type": "NonWorkingDay", "id": number, "name": "Holiday", "date": day, "_links": links}
