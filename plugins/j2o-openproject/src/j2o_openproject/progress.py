"""Work, remaining work and progress: three values of which OpenProject takes two, under conditions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Mapping, Optional

from j2o_core.api import Note

from .durations import duration_of, seconds_of, stored_work
from .work_package_schema import WorkPackageSchema

#: the payload fields that are one thing to the server and are written together
PROGRESS_FIELDS = ("estimatedTime", "remainingTime", "percentageDone")
_LABELS = {"estimatedTime": "Estimated time", "remainingTime": "Remaining time", "percentageDone": "Progress"}


@dataclass
class Progress:
    """What is sent, what should be stored, and what is told in words because the server would refuse it."""

    properties: dict[str, Any] = field(default_factory=dict)
    image: dict[str, Any] = field(default_factory=dict)
    notes: dict[str, Note] = field(default_factory=dict)


def progress_of(payload: Mapping[str, Any], schema: WorkPackageSchema) -> Progress:
    """Work and remaining work are sent, the percentage follows from them; alone it is sent as it is.

    Remaining work above the work is cut to it, remaining work without work is refused: both are noted. Where progress
    comes from the status, neither remaining work nor percentage can be written. Before 14.0 nothing follows from
    anything, so that each value is sent as it is.

    Raises:
        ValueError: a duration or percentage is none.
    """
    made = Progress()
    given = {name: payload[name] for name in PROGRESS_FIELDS if name in payload}
    work = _seconds(given.get("estimatedTime"))
    remaining = _seconds(given.get("remainingTime"))
    percent = percent_of(given.get("percentageDone"))
    if "estimatedTime" in given:
        _put(made, "estimatedTime", None if work is None else duration_of(work))
    if not schema.is_writable("remainingTime"):
        _note(made, remaining, percent)
        return made
    if not schema.derives_progress:
        if "remainingTime" in given:
            _put(made, "remainingTime", None if remaining is None else duration_of(remaining))
        if "percentageDone" in given:
            _put(made, "percentageDone", percent or 0)
        return made
    if work is None:
        _note(made, remaining, None)
        if "remainingTime" in given:
            _put(made, "remainingTime", None)
        if "percentageDone" in given:
            _put(made, "percentageDone", percent)
        return made
    if remaining is None and percent is not None and work:
        made.properties["remainingTime"] = duration_of(round(work * (100 - percent) / 100))
        made.image["percentageDone"] = percent
        return made
    if remaining is not None and remaining > work:
        _note(made, remaining, None)
        remaining = work
    if remaining is not None:
        _put(made, "remainingTime", duration_of(remaining))
    if percent is not None:
        if work and remaining is not None and round(100 * (work - remaining) / work) == percent:
            made.image["percentageDone"] = percent
        else:
            _note(made, None, percent)
    return made


def percent_of(value: Any) -> Optional[int]:
    """A whole number from 0 to 100, ``None`` for none. Raises ``ValueError``."""
    if value in (None, ""):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = -1.0
    if not 0 <= number <= 100:
        raise ValueError(f"'{value}' is no percentage from 0 to 100")
    return round(number)


def _seconds(value: Any) -> Optional[int]:
    return None if value in (None, "") else seconds_of(str(value))


def _put(made: Progress, name: str, value: Any) -> None:
    made.properties[name] = value
    made.image[name] = value if name == "percentageDone" else stored_work(value)


def _note(made: Progress, remaining: Optional[int], percent: Optional[int]) -> None:
    if remaining is not None:
        made.notes["remainingTime"] = Note(_LABELS["remainingTime"], duration_of(remaining))
    if percent is not None:
        made.notes["percentageDone"] = Note(_LABELS["percentageDone"], f"{percent} %")
