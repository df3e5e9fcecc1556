"""Kinds of filters, as strict as the server's: which operators, whether values are needed, which values exist."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any, Callable, List, Optional, Sequence, Tuple

from j2o_sandbox.openproject.clock import parse_stamp
from j2o_sandbox.openproject.errors import ApiError, Problems, invalid_query
from j2o_sandbox.openproject.messages import text

Filter = Tuple[str, str, List[str]]
Keep = Callable[[Any], bool]

LIST = ("=", "!")
OPTIONAL = ("=", "!", "*", "!*")
NUMBER = ("=", "!", ">=", "<=", "!*", "*")
STRING = ("=", "!", "~", "!~")
TEXT = ("~", "!~")
SEARCH = ("**",)
DATE = ("<t+", ">t+", "t+", "t", "w", ">t-", "<t-", "t-", "=d", "<>d", "!*")
MOMENT = (">t-", "<t-", "t-", "t", "w", "=d", "<>d")
_WITHOUT_VALUES = {"*", "!*", "o", "c", "l", "t", "w"}
_WHOLE = re.compile(r"\s*[+-]?[0-9]{1,18}\s*")
_DAY = dt.timedelta(days=1)


def unknown_filter(language: str, name: str) -> ApiError:
    """400: no such filter."""
    problems = Problems(language)
    problems.add("filter", "does_not_exist", name=f"{name[:1].upper()}{name[1:]} filter")
    return invalid_query(problems.errors[0].message)


def bad_operator(name: str, operator: str) -> ApiError:
    """400: the filter has no such operator."""
    return invalid_query(f"{name} filter has an invalid operator '{operator}'.")


def bad_values(name: str, key: str) -> ApiError:
    """400: values of the wrong kind, or that are not there."""
    return invalid_query(f"{name} filter Values {text('en', key)}")


def check(entry: Filter, operators: Sequence[str]) -> None:
    """The rules of all filters.

    Raises:
        ApiError: 400, another operator, or no values where they are needed.
    """
    name, operator, values = entry
    if operator not in operators:
        raise bad_operator(name, operator)
    if operator not in _WITHOUT_VALUES and not any(value.strip() for value in values):
        raise bad_values(name, "blank")


def list_filter(
    entry: Filter,
    value_of: Callable[[Any], Any],
    exists: Callable[[str], bool],
    operators: Sequence[str] = LIST,
) -> Keep:
    """A filter on things by id or name. One value that does not exist fails the whole question.

    ``value_of`` gives one value, or a list of them.

    Raises:
        ApiError: 400.
    """
    name, operator, values = entry
    check(entry, operators)
    given = [value for value in values if value.strip()]
    if not all(value == "-1" or exists(value) for value in given):
        raise bad_values(name, "inclusion")
    return _among(operator, given, value_of)


def whole_filter(entry: Filter, value_of: Callable[[Any], Any], operators: Sequence[str] = LIST) -> Keep:
    """A filter on ids of which only the form is checked.

    Raises:
        ApiError: 400.
    """
    name, operator, values = entry
    check(entry, operators)
    if operator in ("*", "!*"):
        return _among(operator, [], value_of)
    if not all(_WHOLE.fullmatch(value) for value in values):
        raise bad_values(name, "not_an_integer")
    return _compared(operator, [float(value) for value in values], [str(int(value)) for value in values], value_of)


def number_filter(entry: Filter, value_of: Callable[[Any], Any]) -> Keep:
    """A filter on numbers.

    Raises:
        ApiError: 400.
    """
    name, operator, values = entry
    check(entry, NUMBER)
    if operator in ("*", "!*"):
        return _among(operator, [], value_of)
    try:
        wanted = [float(value) for value in values]
    except ValueError as error:
        raise bad_values(name, "not_a_number") from error
    return _compared(operator, wanted, values, value_of)


def truth_filter(entry: Filter, value_of: Callable[[Any], Any], strict: bool = False) -> Keep:
    """A filter on ``t`` or ``f``; nothing counts as false unless ``strict``.

    Raises:
        ApiError: 400.
    """
    name, operator, values = entry
    check(entry, LIST)
    given = [value for value in values if value.strip()]
    if len(given) > 1 or given[0] not in ("t", "f"):
        raise bad_values(name, "inclusion")
    wanted = (given[0] == "t") is (operator == "=")
    return lambda row: bool(value_of(row)) is wanted and not (strict and value_of(row) is None)


def text_filter(
    entry: Filter,
    text_of: Callable[[Any], Optional[str]],
    operators: Sequence[str] = STRING,
    folded: bool = True,
    phrase: bool = False,
) -> Keep:
    """A filter on text: ``=`` with or without regard to case; ``~`` looks for the words of the first value.

    With ``phrase`` the first value is looked for as a whole.

    Raises:
        ApiError: 400.
    """
    _, operator, values = entry
    check(entry, operators)
    if operator in ("~", "!~", "**"):
        wanted = [values[0].lower()] if phrase else tokens(values)
        return lambda row: contains_all(text_of(row), wanted) is (operator != "!~")
    if folded:
        lowered = {value.lower() for value in values}
        return lambda row: ((text_of(row) or "").lower() in lowered) is (operator == "=")
    exact = set(values)
    return lambda row: (text_of(row) in exact) is (operator == "=")


def date_filter(entry: Filter, date_of: Callable[[Any], Optional[str]], today: dt.date) -> Keep:
    """A filter on dates like ``2020-01-31``.

    Raises:
        ApiError: 400.
    """
    name, operator, values = entry
    check(entry, DATE)
    if operator == "!*":
        return lambda row: date_of(row) is None
    if operator in ("=d", "<>d"):
        days = [_date(name, value) for value in [*values, ""][:2]]
        low, high = (days[0], days[0]) if operator == "=d" else (days[0], days[1])
    else:
        low, high = _span(entry, today)
    return lambda row: _within(date_of(row), low and low.isoformat(), high and high.isoformat())


def moment_filter(entry: Filter, stamp_of: Callable[[Any], str], now: dt.datetime) -> Keep:
    """A filter on times.

    Raises:
        ApiError: 400.
    """
    name, operator, values = entry
    check(entry, MOMENT)
    low: Optional[dt.datetime]
    high: Optional[dt.datetime]
    if operator in ("=d", "<>d"):
        low, high = (_moment(name, value) for value in [*values, ""][:2])
        if operator == "=d":
            high = None if low is None else low + _DAY
    else:
        first, last = _span(entry, now.date())
        low, high = _midnight(first), None if last is None else _midnight(last + _DAY)

    def keep(row: Any) -> bool:
        value = parse_stamp(stamp_of(row))
        return (low is None or value >= low) and (high is None or value <= high)

    return keep


def tokens(values: Sequence[str]) -> List[str]:
    """What ``~`` looks for: the first value only, split at blanks, lower case; all must occur."""
    return values[0].lower().split() if values else []


def contains_all(haystack: Optional[str], wanted: Sequence[str]) -> bool:
    """Whether all tokens occur somewhere in a text, whatever their case."""
    lowered = (haystack or "").lower()
    return all(token in lowered for token in wanted)


def _among(operator: str, values: Sequence[str], value_of: Callable[[Any], Any]) -> Keep:
    wanted, nothing = set(values), "-1" in values
    if operator == "*":
        return lambda row: value_of(row) not in (None, (), [])
    if operator == "!*":
        return lambda row: value_of(row) in (None, (), [])

    def hit(row: Any) -> bool:
        value = value_of(row)
        items = value if isinstance(value, (list, tuple)) else () if value is None else (value,)
        return any(str(item) in wanted for item in items) or (nothing and not items)

    if operator == "&=":
        return lambda row: wanted <= {str(item) for item in value_of(row) or ()}
    return lambda row: hit(row) is (operator == "=")


def _compared(operator: str, wanted: Sequence[float], texts: Sequence[str], value_of: Callable[[Any], Any]) -> Keep:
    if operator in (">=", "<="):
        sign = 1 if operator == ">=" else -1
        return lambda row: value_of(row) is not None and sign * (value_of(row) - wanted[0]) >= 0
    exact = set(wanted)

    def hit(row: Any) -> bool:
        value = value_of(row)
        items = value if isinstance(value, (list, tuple)) else () if value is None else (value,)
        return any(item in exact for item in items)

    return lambda row: hit(row) is (operator == "=")


def _span(entry: Filter, today: dt.date) -> Tuple[Optional[dt.date], Optional[dt.date]]:
    """First and last day of what an operator says about today."""
    name, operator, values = entry
    if operator == "w":
        monday = today - dt.timedelta(days=today.weekday())
        return monday, monday + 6 * _DAY
    if operator == "t":
        return today, today
    if not all(_WHOLE.fullmatch(value) for value in values):
        raise bad_values(name, "not_an_integer")
    try:
        day = today + int(values[0]) * (_DAY if operator.endswith("+") else -_DAY)
    except OverflowError as error:
        raise bad_values(name, "not_an_integer") from error
    if operator in ("t+", "t-"):
        return day, day
    if operator in ("<t+", ">t-"):
        return min(day, today), max(day, today)
    return (day, None) if operator == ">t+" else (None, day)


def _within(value: Optional[str], low: Optional[str], high: Optional[str]) -> bool:
    return value is not None and (not low or value >= low) and (not high or value <= high)


def _date(name: str, value: str) -> Optional[dt.date]:
    if not value.strip():
        return None
    try:
        return dt.date.fromisoformat(value.strip()[:10])
    except ValueError as error:
        raise bad_values(name, "not_a_date") from error


def _moment(name: str, value: str) -> Optional[dt.datetime]:
    if not value.strip():
        return None
    try:
        return parse_stamp(value.strip())
    except (ValueError, OverflowError) as error:
        raise bad_values(name, "not_a_datetime") from error


def _midnight(day: Optional[dt.date]) -> Optional[dt.datetime]:
    return None if day is None else dt.datetime(day.year, day.month, day.day, tzinfo=dt.timezone.utc)
