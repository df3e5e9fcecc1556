"""Restrictions on logging time (17.8 and later): months that are closed, and the most hours that a day may have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Optional

from j2o_core.api import ItemFailed, Refused

from .refusals import attributes_of

if TYPE_CHECKING:
    from .connector import OpenProject

#: the version that brought them
SINCE = (17, 8)
_WORDS = {
    "spentOn": "time of past months may not be logged",
    "hours": "a day may not have so many hours",
}
ADVICE = "Lift it while you migrate: Administration > Time and costs"
#: longer ago than any month that a restriction leaves open
_LONG_AGO = "2000-01-03"
#: a whole day
_A_DAY = "PT24H"


def restrictions(client: OpenProject) -> list[str]:
    """What a form says of the time of a whole day, long ago; it writes nothing."""
    if client.version < SINCE:
        return []
    try:
        form = client.ask_form("time_entries", {"spentOn": _LONG_AGO, "hours": _A_DAY}) or {}
    except Refused:
        return []  # who may not log time is told that otherwise
    errors = (form.get("_embedded") or {}).get("validationErrors") or {}
    return [words for attribute, words in _WORDS.items() if attribute in errors]


def restricted(client: OpenProject, refusal: Refused) -> Optional[ItemFailed]:
    """The failure of a time entry that is refused for nothing but its day or its hours, with what to do about it."""
    attributes = set(attributes_of(refusal))
    if client.version < SINCE or refusal.status != 422 or not attributes or not attributes <= _WORDS.keys():
        return None
    words = " and ".join(_WORDS[attribute] for attribute in sorted(attributes))
    message = f"{refusal.message.rstrip('.')}: on this OpenProject {words}. {ADVICE}, then run with --retry-failed"
    return ItemFailed(message, code="time_restricted", detail=refusal.detail)
