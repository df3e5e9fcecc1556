"""Dates in JQL: absolute with minute resolution in the viewer's zone, relative, or from functions."""

from __future__ import annotations

import calendar
import re
import time
from typing import Optional

from j2o_sandbox.jira.jql.parse import Function, JqlError, Operand

_ABSOLUTE = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?: (\d{1,2}):(\d{2}))?")
_PERIOD = re.compile(r"([+-]?)((?:\d+[wdhm]\s*)+)")
_UNITS = {"w": 604800, "d": 86400, "h": 3600, "m": 60}
_STARTS = {"startofday": 3, "startofmonth": 2, "startofyear": 1}


def moment(operand: Operand, field: str, offset_minutes: int) -> float:
    """Epoch seconds of an operand.

    Raises:
        JqlError: it is no date; seconds, time zones and ISO ``T`` are none.
    """
    if isinstance(operand, Function):
        return _function(operand, offset_minutes)
    text = str(operand).strip()
    found = _ABSOLUTE.fullmatch(text)
    if found:
        value = _absolute([int(part) for part in found.groups(default="0")], offset_minutes)
        if value is not None:
            return value
    found = _PERIOD.fullmatch(text)
    if found:
        total = sum(int(number) * _UNITS[unit] for number, unit in re.findall(r"(\d+)([wdhm])", found[2]))
        return time.time() + (-total if found[1] == "-" else total)
    if re.fullmatch(r"\d{9,}", text):
        return int(text) / 1000
    raise JqlError(
        f"Date value '{text}' for field '{field}' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm', "
        "'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'."
    )


def _absolute(parts: list[int], offset_minutes: int) -> Optional[float]:
    year, month, day, hour, minute = parts
    if not (1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1] and hour < 24 and minute < 60):
        return None
    return calendar.timegm((year, month, day, hour, minute, 0)) - offset_minutes * 60


def _function(function: Function, offset_minutes: int) -> float:
    name = function.name.lower()
    if name == "now" and not function.arguments:
        return time.time()
    if name in _STARTS and not function.arguments:
        local = time.gmtime(time.time() + offset_minutes * 60)
        parts = [*local[: _STARTS[name]], 1, 1][:3]
        return calendar.timegm((parts[0], parts[1], parts[2], 0, 0, 0)) - offset_minutes * 60
    raise JqlError(f"Unable to find JQL function '{function.name}({', '.join(function.arguments)})'.")
