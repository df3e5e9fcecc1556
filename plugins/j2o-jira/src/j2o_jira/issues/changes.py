"""What changed in a project since it was read: by ``updated``, by the feeds of logged time, on request by a listing."""

from __future__ import annotations

import math
import time
from typing import Any, Iterator, Mapping, Optional, Sequence

from j2o_core.api import WARNING, Earlier, Problem, Refused

from ..client import Jira
from ..jql import condition_of
from ..pages import a_list
from .listed import Listed, Name, project_of
from .listing import listing_of

#: the most worklogs in one question for what they belong to
_WORKLOGS = 1000


class Changes:
    """Finds the issues of one extract that have to be read again. ``overlap`` is in minutes."""

    def __init__(self, client: Jira, jql: str, overlap: int, entity: str) -> None:
        self._client = client
        self._jql = condition_of(jql)
        self._overlap = overlap
        self._entity = entity

    def windows(self, project: str, earlier: Earlier, cursor: Optional[Mapping[str, Any]]) -> Iterator[Listed]:
        """Issues that were updated and meet the condition."""
        updated = self._updated(earlier)
        condition = f"({self._jql}) AND {updated}" if self._jql else updated
        yield from listing_of(self._client, condition).windows(project, cursor)

    def left(self, project: str, earlier: Earlier) -> list[Name]:
        """Issues that were read before, and were updated so that they do not meet the condition any more."""
        if not self._jql:
            return []
        meeting = {name.id for window in self.windows(project, earlier, None) for name in window.names}
        updated = listing_of(self._client, self._updated(earlier)).windows(project, None)
        others = {name.id: name for window in updated for name in window.names if name.id not in meeting}
        return [others[one] for chunk in earlier.known() for one, _ in chunk if one in others] if others else []

    def compared(self, project: str, earlier: Earlier, selected: Sequence[str]) -> tuple[list[Name], list[Name]]:
        """By a listing of all issues: those that nobody knew, and those that are gone."""
        known = {one: Name(one, key) for chunk in earlier.known() for one, key in chunk}
        unknown, seen = [], set()
        for window in listing_of(self._client, self._jql).windows(project, None):
            unknown += [name for name in window.names if name.id not in known]
            seen.update(name.id for name in window.names)
        missing = [name for identifier, name in known.items() if identifier not in seen]
        now = self._client.http.together(self._project_of, missing)
        # In another selected project it was updated, and is read there.
        read = {one for one in selected if one != project or not self._jql}
        return unknown, [name for name, place in zip(missing, now) if place not in read]

    def logged_among(self, earlier: Earlier, issues: set[str]) -> list[Name]:
        """Those of these issues that were read before."""
        return [Name(*one) for chunk in earlier.known() for one in chunk if one[0] in issues] if issues else []

    def logged(self, earlier: Earlier) -> tuple[set[str], list[str], list[Problem]]:
        """Ids of issues whose logged time changed, ids of worklogs that were deleted, and what could not be asked."""
        try:
            since = int((earlier.began - self._behind() - self._overlap * 60) * 1000)
            changed, deleted = self._feed("updated", since), self._feed("deleted", since)
            issues: set[str] = set()
            for start in range(0, len(changed), _WORKLOGS):
                asked = {"ids": [int(one) for one in changed[start : start + _WORKLOGS]]}
                answer = self._client.http.read("POST", self._client.path("/worklog/list"), json=asked).json()
                issues.update(str(entry["issueId"]) for entry in a_list(answer, "worklogs"))
        except Refused as refusal:
            message = f"logged time that changed cannot be asked for ({refusal.message}): only updated issues are read"
            return set(), [], [Problem("J2O-X013", message, WARNING, entity=self._entity)]
        return issues, deleted, []

    def _updated(self, earlier: Earlier) -> str:
        """Jira counts back from its own clock: neither its zone nor a difference between the clocks matters."""
        return f'updated >= "-{math.ceil((time.time() - earlier.began) / 60) + self._overlap}m"'

    def _behind(self) -> float:
        """Seconds by which the clock of Jira is behind ours: the feeds are asked by a moment of its clock."""
        there = self._client.server_time()
        return 0.0 if there is None else max(0.0, time.time() - there)

    def _project_of(self, name: Name) -> str:
        """The key of the project that an issue is in now; empty where it is nowhere."""
        try:
            issue = self._client.object(f"/issue/{name.id}", {"fields": "project"})
        except Refused:
            return ""
        return project_of(issue) if str(issue.get("id")) == name.id else ""

    def _feed(self, kind: str, since: int) -> list[str]:
        found: dict[str, None] = {}
        while True:
            page = self._client.object(f"/worklog/{kind}", {"since": since})
            found.update((str(entry["worklogId"]), None) for entry in page.get("values") or ())
            following = page.get("until")
            if page.get("lastPage") is not False or not isinstance(following, int) or following <= since:
                return list(found)
            since = following


def left_problem(entity: str, name: Name) -> Problem:
    """What to say of an issue that the selection does not hold any more."""
    message = f"issue {name.key} (id {name.id}) was changed, and does not meet the condition of `select.jql` any more"
    return Problem("J2O-X009", message, WARNING, entity=entity, key=name.key)


def deleted_problem(entity: str, name: Name) -> Problem:
    """What to say of an issue that is gone."""
    message = (
        f"issue {name.key} (id {name.id}) is gone from Jira, or out of the selection: what was written of it stays"
    )
    return Problem("J2O-X012", message, WARNING, entity=entity, key=name.key)
