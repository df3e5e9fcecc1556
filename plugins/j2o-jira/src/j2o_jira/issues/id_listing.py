"""The issues of a project on Cloud: pages of ids by token, which are sequential and without a total."""

from __future__ import annotations

from typing import Any, Iterator, Mapping, Optional

from j2o_core.api import Refused, Retriable

from ..client import Jira
from ..jql import project_query
from .listed import Listed, Name, name_of
from .refusal import refused

#: the most that Cloud gives in one page of ids and keys
_MOST = 5000


class IdListing:
    """Lists the issues of one project that meet ``jql``, resumable after every page.

    A cursor holds the ``token`` of the next page, and how many issues came ``before`` it; ``token`` is ``None`` once
    all are listed.
    """

    def __init__(self, client: Jira, jql: str) -> None:
        self._client = client
        self._jql = jql

    def windows(self, project: str, cursor: Optional[Mapping[str, Any]]) -> Iterator[Listed]:
        """All pages from the cursor on.

        Raises ``Fatal`` for a wrong query, ``Retriable`` where Jira repeats itself.
        """
        token, before = (cursor or {}).get("token"), int((cursor or {}).get("before", 0))
        if cursor is not None and token is None:
            return
        tokens: set[str] = set()
        seen: set[str] = set()
        while True:
            try:
                listed, following = self._page(project, token)
            except Refused as refusal:
                if refusal.status == 400 and token is not None and not tokens:
                    token, before = None, 0  # the cursor's token has expired: from the beginning
                    continue
                raise refused(project, refusal) from None
            new = [name for name in listed if name.id not in seen]
            if following is not None and (following in tokens or following == token or not new):
                raise Retriable(f"project {project}: Jira repeats a page of ids", code="repeated_page")
            seen.update(name.id for name in new)
            before += len(new)
            if new:
                yield Listed(new, {"token": following, "before": before}, before)
            if following is None:
                return
            tokens.add(following)
            token = following

    def count(self, project: str) -> Optional[int]:
        """Jira's estimate, which may count what this user cannot see; ``None`` where it gives none."""
        try:
            answer = self._client.post("/search/approximate-count", {"jql": project_query(project, self._jql)})
        except Refused:
            return None
        count = answer.get("count")
        return count if isinstance(count, int) else None

    def _page(self, project: str, token: Optional[str]) -> tuple[list[Name], Optional[str]]:
        asked: dict[str, Any] = {"jql": project_query(project, self._jql), "fields": ["key"], "maxResults": _MOST}
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
        return [name_of(issue) for issue in answer.get("issues") or ()], following
