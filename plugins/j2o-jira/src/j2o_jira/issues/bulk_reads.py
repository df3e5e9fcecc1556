"""Issues of a project on Cloud: ids by token, then the issues by at most a hundred ids.

Tokens are sequential and without a total. What a bulk read leaves out is asked for alone, and told where it stays away.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Iterator, Mapping, Optional, Sequence

from j2o_core.api import Fatal, Refused, Retriable

from ..client import Jira
from ..jql import project_query

#: the most that Cloud takes in one bulk read, and gives in one page of ids
_BULK, _IDS = 100, 5000


@dataclass(frozen=True)
class Batch:
    """Issues as Jira gave them, the cursor after them, how many ids are known, and the ids it listed but kept back."""

    issues: Sequence[dict[str, Any]]
    cursor: Mapping[str, Any]
    expected: int
    kept_back: Sequence[str] = field(default=())


class BulkReads:
    """Reads one project, resumable after every batch.

    A cursor holds the ``token`` of the page of ids, how many of it are ``done``, and how many ids came ``before`` it.
    """

    def __init__(self, client: Jira, jql: str, size: int, history: bool) -> None:
        self._client = client
        self._jql = jql
        self._size = min(size, _BULK)
        self._expand = ["changelog"] if history else []

    def read(self, project: str, cursor: Optional[Mapping[str, Any]]) -> Iterator[Batch]:
        """All batches from the cursor on.

        Raises ``Fatal`` for a wrong query, ``Retriable`` where Jira repeats itself.
        """
        token = (cursor or {}).get("token")
        done, before = int((cursor or {}).get("done", 0)), int((cursor or {}).get("before", 0))
        tokens: set[str] = set()
        seen: set[str] = set()
        while True:
            try:
                ids, following = self._ids(project, token)
            except Refused as refusal:
                if refusal.status == 400 and token is not None and not tokens:
                    token, done, before = None, 0, 0  # the cursor's token has expired: from the beginning
                    continue
                raise self._refused(project, refusal) from None
            new = [identifier for identifier in ids if identifier not in seen]
            if following is not None and (following in tokens or following == token or not new):
                raise Retriable(f"project {project}: Jira repeats a page of ids", code="repeated_page")
            seen.update(new)
            expected = before + len(ids)
            for start in range(done, len(ids), self._size):
                wanted = ids[start : start + self._size]
                issues, kept_back = self._fetch(wanted)
                kept = {"token": token, "done": start + len(wanted), "before": before}
                yield Batch(issues, kept, expected, kept_back)
            if following is None:
                return
            tokens.add(following)
            token, done, before = following, 0, expected

    def count(self, project: str) -> Optional[int]:
        """Jira's estimate, which may count what this user cannot see; ``None`` where it gives none."""
        try:
            answer = self._client.post("/search/approximate-count", {"jql": project_query(project, self._jql)})
        except Refused:
            return None
        count = answer.get("count")
        return count if isinstance(count, int) else None

    def _ids(self, project: str, token: Optional[str]) -> tuple[list[str], Optional[str]]:
        asked: dict[str, Any] = {"jql": project_query(project, self._jql), "fields": ["id"], "maxResults": _IDS}
        if token is not None:
            asked["nextPageToken"] = token
        answer = self._client.post("/search/jql", asked)
        following = answer.get("nextPageToken")
        if following is None and answer.get("isLast") is not True:
            raise Retriable(
                f"project {project}: a page of ids says neither that it is the last nor how to go on",
                code="broken_page",
            )
        if answer.get("isLast") is True:
            following = None
        return [str(issue["id"]) for issue in answer.get("issues") or ()], following

    def _fetch(self, wanted: Sequence[str]) -> tuple[list[dict[str, Any]], list[str]]:
        asked = {"issueIdsOrKeys": list(wanted), "fields": ["*all"], "expand": self._expand}
        answer = self._client.post("/issue/bulkfetch", asked)
        by_id = {str(issue["id"]): issue for issue in answer.get("issues") or ()}
        kept_back = []
        for identifier in wanted:
            if identifier not in by_id:
                alone = self._alone(identifier)
                if alone is None:
                    kept_back.append(identifier)
                else:
                    by_id[identifier] = alone
        return [by_id[identifier] for identifier in wanted if identifier in by_id], kept_back

    def _alone(self, identifier: str) -> Optional[dict[str, Any]]:
        asked = {"fields": "*all", "expand": ",".join(self._expand) or None}
        try:
            issue: dict[str, Any] = self._client.object(f"/issue/{identifier}", asked)
        except Refused:
            return None
        # Asked for by an id that was merged away, Jira answers with another issue.
        return issue if str(issue.get("id")) == identifier else None

    def _refused(self, project: str, refusal: Refused) -> Fatal:
        return Fatal(
            f"project {project}: Jira refuses the search: {refusal.message}",
            exit_code=2 if refusal.status == 400 else 3,
            code=refusal.code,
        )
