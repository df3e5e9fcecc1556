"""The words in which events are told to a person; plain lines and the live display use the same."""

from __future__ import annotations

from collections import Counter
from typing import Any, Mapping, Optional

Event = Mapping[str, Any]
#: how many problems of one code are told while a run goes; the report holds them all
TOLD_PER_CODE = 5

_STAGES = {
    "extract": "Reading from the source",
    "check": "Checking records",
    "plan": "Planning",
    "apply": "Writing to the target",
    "verify": "Reading back",
}


def stage(event: Event) -> str:
    """The heading of a ``stage_started`` event."""
    words = _STAGES.get(event["stage"], str(event["stage"]))
    entity, phase = (str(event.get(name) or "").replace("_", " ") for name in ("entity", "phase"))
    detail = f"{entity} ({phase})" if entity and phase and phase != entity else entity or phase
    return f"{words}: {detail}" if detail else words


def counts(event: Event) -> str:
    """The counts of a ``progress`` event that are not zero: ``40 created, 2 skipped``."""
    given: Mapping[str, int] = event.get("counts") or {}
    return ", ".join(f"{number:,} {name}" for name, number in given.items() if number)


def planned(event: Event) -> str:
    """One line about a ``planned`` event."""
    source, unchanged = int(event["source"]), int(event["unchanged"])
    return f"  {event['entity']}: {source:,}" + (f", {unchanged:,} unchanged" if unchanged else "")


def problem(event: Event) -> str:
    """One line about a ``problem`` event."""
    subject = " ".join(str(event[name]) for name in ("entity", "key") if event.get(name))
    place = f"  [{event['place']}]" if event.get("place") else ""
    head = " ".join(part for part in (str(event.get("severity", "error")), str(event.get("code", "")), subject) if part)
    return f"{head}: {event.get('message', '')}{place}"


class ProblemTally:
    """Lets the first few problems of each code through, then says once that there are more."""

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()

    def line(self, event: Event) -> Optional[str]:
        """The line to print for a ``problem`` event, or ``None``."""
        if event.get("stage") == "check":
            return problem(event)  # causes, each told once already
        code = str(event.get("code", ""))
        self._seen[code] += 1
        if self._seen[code] <= TOLD_PER_CODE:
            return problem(event)
        if self._seen[code] == TOLD_PER_CODE + 1:
            return f"more problems of {code or 'this kind'} follow; the report lists them all"
        return None
