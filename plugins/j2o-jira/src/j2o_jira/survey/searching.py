"""Searches that tell how things are, through the cache of metadata: a sample of issues, and numbers of issues."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterator, Mapping, Optional, Sequence

from j2o_core.api import Fatal, Refused, Selection

from ..client import Jira
from ..jql import condition_of, quoted
from ..pages import an_object, objects_in

_PAGE = 100
#: how many conditions one question joins, to find out that none of them holds anywhere
_GROUP = 20
#: searches for samples; where there are more projects than that, several share one
_SEARCHES = 40


@dataclass(frozen=True)
class Sample:
    """Issues as Jira gives them; ``complete``: there are no others."""

    issues: Sequence[Mapping[str, Any]]
    complete: bool


class Searching:
    """Questions about the issues of a selection."""

    def __init__(self, client: Jira, selection: Selection) -> None:
        self._client = client
        self._jql = condition_of(selection.jql)
        self._projects = [str(project["key"]) for project in client.projects(selection)] if selection.projects else []

    def sample(self, projects: Sequence[str], size: int) -> Sample:
        """At most ``size`` issues, or two of each search, whole: of each project, or of each few, half of the newest
        and half of the oldest."""
        groups = [list(projects[start::_SEARCHES]) for start in range(min(len(projects), _SEARCHES))]
        found: dict[str, Mapping[str, Any]] = {}
        complete = True
        for index, group in enumerate(groups):
            share = max(2, (size - len(found)) // (len(groups) - index))
            where = self._where(f"project in ({', '.join(map(quoted, group))})")
            newest = {str(issue.get("id")): issue for issue in self._issues(where, "DESC", share - share // 2)}
            found.update(newest)
            if len(newest) < share - share // 2:
                continue
            met = False
            # One more than is taken tells whether there are any between.
            for place, issue in enumerate(self._issues(where, "ASC", share // 2 + 1)):
                met = str(issue.get("id")) in newest
                if met:
                    break
                if place < share // 2:
                    found[str(issue.get("id"))] = issue
            complete = complete and met
        return Sample(list(found.values()), complete)

    def count(self, condition: str = "") -> int:
        """The number of issues of the selection that meet a condition: exact on Server, estimated on Cloud."""
        jql = self._where(condition)
        path = "/search/approximate-count" if self._client.cloud else "/search"
        body: dict[str, Any] = {"jql": jql} if self._client.cloud else {"jql": jql, "maxResults": 0, "fields": ["id"]}
        return int(self._ask(path, body).get("count" if self._client.cloud else "total") or 0)

    def counts(self, conditions: Mapping[str, str], expected: Sequence[str] = ()) -> dict[str, Optional[int]]:
        """The numbers by name; ``None`` where Jira takes no such condition.

        Those not ``expected`` to hold anywhere are asked for together, and only where one of them does, apart.
        """
        found: dict[str, Optional[int]] = {name: self._count_or_none(conditions[name]) for name in expected}
        waiting = [name for name in conditions if name not in found]
        groups = [waiting[start : start + _GROUP] for start in range(0, len(waiting), _GROUP)]
        while groups:
            group = groups.pop()
            together = self._count_or_none(" OR ".join(conditions[name] for name in group))
            if len(group) == 1:
                found[group[0]] = together
            elif together == 0:
                found.update(dict.fromkeys(group, 0))
            else:
                half = len(group) // 2
                groups += [group[:half], group[half:]]
        return found

    def _count_or_none(self, condition: str) -> Optional[int]:
        try:
            return self.count(condition)
        except Refused as refusal:
            if refusal.status != 400:
                raise
            return None

    def _issues(self, where: str, order: str, wanted: int) -> Iterator[Mapping[str, Any]]:
        jql = f"{where} ORDER BY created {order}, key {order}"
        start, token = 0, None
        while wanted > 0:
            body: dict[str, Any] = {"jql": jql, "fields": ["*all"], "maxResults": min(wanted, _PAGE)}
            if self._client.cloud:
                body.update({"nextPageToken": token} if token else {})
            else:
                body["startAt"] = start
            try:
                answer = self._ask("/search/jql" if self._client.cloud else "/search", body)
            except Refused as refusal:
                raise Fatal(f"Jira refuses the search {jql}: {refusal.message}", exit_code=2) from None
            issues = objects_in(answer, "issues")
            yield from issues
            start += len(issues)
            wanted -= len(issues)
            following = answer.get("nextPageToken")
            if not issues or answer.get("isLast") is True or (token is not None and following == token):
                return
            token = following
            if self._client.cloud and token is None:
                return
            if not self._client.cloud and start >= int(answer.get("total") or 0):
                return

    def _ask(self, path: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        path = self._client.path(path)
        return an_object(self._client.http.cached_json(path, method="POST", json=dict(body)), path)

    def _where(self, condition: str) -> str:
        clauses = [f"project in ({', '.join(map(quoted, self._projects))})"] if self._projects else []
        clauses += [f"({part})" for part in (self._jql, condition) if part]
        # Cloud answers no search without a condition.
        return " AND ".join(clauses) or "project is not EMPTY"
