"""The functions of the language that are no steps.

========================================  ==============================================================
``field("Story Points")``                 the value of the source field of this display name
``first_change(history, field, value)``   the first change of ``field`` (to ``value``, where given)
``last_change(history, field, value)``    the last one; both give ``{date, at, author, from, to}`` or nothing
``len(x)``                                characters of a text, items of a list, 0 of nothing
``min(x, y, ...)``, ``max(x, y, ...)``    of what is not empty; of the items of ``x`` where it is alone
``sum(list)``                             of the numbers in it
========================================  ==============================================================

Every step is a function too: ``date(x)`` is ``x | date`` is ``steps: [date]``.
"""

from __future__ import annotations

from typing import Any, Callable, Iterable, Mapping, Optional

from .dates import parse_timestamp
from .empty import is_empty
from .names import fold


def first_change(history: Any, field: str, value: Optional[str] = None) -> Optional[Mapping[str, Any]]:
    """The oldest change of ``field`` in changelog histories, whatever their order; ``date`` is the day in its zone."""
    return next(_changes(history, field, value, newest_first=False), None)


def last_change(history: Any, field: str, value: Optional[str] = None) -> Optional[Mapping[str, Any]]:
    """The newest change of ``field``; else as ``first_change``."""
    return next(_changes(history, field, value, newest_first=True), None)


def length(value: Any) -> int:
    """Characters, items or keys; 0 of nothing."""
    if isinstance(value, (str, list, tuple, dict)):
        return len(value)
    if is_empty(value):
        return 0
    raise ValueError("len takes a text, a list or an object")


def smallest(value: Any, *more: Any) -> Any:
    """The least of the values that are not empty."""
    return _extreme(min, value, more)


def largest(value: Any, *more: Any) -> Any:
    """The greatest of the values that are not empty."""
    return _extreme(max, value, more)


def total(values: Any) -> Any:
    """The sum of the numbers in a list."""
    return sum(item for item in _items(values) if not is_empty(item))


#: by the names they have in expressions
FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "first_change": first_change,
    "last_change": last_change,
    "len": length,
    "min": smallest,
    "max": largest,
    "sum": total,
}


def _changes(history: Any, field: str, value: Optional[str], newest_first: bool) -> Any:
    wanted, to = fold(str(field)), None if is_empty(value) else fold(str(value))
    # Jira lists histories oldest or newest first; ids grow with time, and equal times keep the order of ids.
    entries = [entry for entry in _items(history) if isinstance(entry, dict)]
    entries.sort(key=lambda entry: (_instant(entry.get("created")), _number(entry.get("id"))), reverse=newest_first)
    for entry in entries:
        for change in _items(entry.get("items")):
            if not isinstance(change, dict) or wanted not in _names(change):
                continue
            if to is None or to in (fold(str(change.get("toString") or "")), fold(str(change.get("to") or ""))):
                at = str(entry.get("created") or "")
                yield {
                    "date": at[:10] or None,
                    "at": at or None,
                    "author": entry.get("author"),
                    "from": change.get("fromString") or change.get("from"),
                    "to": change.get("toString") or change.get("to"),
                }


def _names(change: Mapping[str, Any]) -> set[str]:
    return {fold(str(change[name])) for name in ("field", "fieldId") if change.get(name)}


def _instant(text: Any) -> float:
    try:
        return parse_timestamp(str(text)).timestamp()
    except ValueError:
        return 0.0


def _number(text: Any) -> int:
    return int(text) if str(text).isdigit() else 0


def _items(value: Any) -> Iterable[Any]:
    return value if isinstance(value, (list, tuple)) else ()


def _extreme(pick: Callable[..., Any], value: Any, more: tuple[Any, ...]) -> Any:
    values = [item for item in ((value, *more) if more else _items(value)) if not is_empty(item)]
    return pick(values) if values else None
