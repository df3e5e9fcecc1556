"""When logged time changed: what a Jira looks up in its tables, where issues made anew for it would take seconds."""

from __future__ import annotations

from typing import Dict, List, NamedTuple, Sequence, Tuple

from j2o_sandbox.jira.model import Issue, Json, Tracker
from j2o_sandbox.jira.moments import epoch_milliseconds


class Logged(NamedTuple):
    """One worklog: when it changed, in milliseconds, and whether not everybody sees it."""

    changed: int
    id: int
    restricted: bool


class LoggedTimes:
    """The worklogs of a tracker, noted as its issues are made. Nothing of the tracker itself ever changes."""

    def __init__(self, tracker: Tracker) -> None:
        self._tracker = tracker
        self._of: Dict[int, Tuple[Logged, ...]] = {}

    def note(self, position: int, issue: Issue) -> None:
        """This is the tracker's issue at that position."""
        if position not in self._of:
            self._of[position] = tuple(logged(issue.worklogs))

    def at(self, position: int) -> Tuple[Logged, ...]:
        """Those of the issue there."""
        if position not in self._of:
            self.note(position, self._tracker.issue(position))
        return self._of[position]


def logged(entries: Sequence[Json]) -> List[Logged]:
    """Worklogs in Jira's form; those without a time or a number are in no feed."""
    found = []
    for entry in entries:
        moment = epoch_milliseconds(entry.get("updated"))
        if moment is not None and str(entry.get("id", "")).isdigit():
            found.append(Logged(moment, int(entry["id"]), "visibility" in entry))
    return found
