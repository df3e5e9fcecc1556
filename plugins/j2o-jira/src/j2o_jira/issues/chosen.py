"""Issues read by their ids, whole and in bulk: what was listed is compared with what came."""

from __future__ import annotations

from typing import Any, Mapping, Optional, Sequence

from j2o_core.api import Refused, Retriable

from ..client import Jira
from ..jql import chosen_query
from .listed import Name
from .refusal import refused

#: the most issues in one request: what Cloud takes in a bulk read, what Server takes in a list of a query
BULK_CLOUD, BULK_SERVER = 100, 1000


class Chosen:
    """Reads issues of a project that meet ``jql`` (on Cloud: met it when they were listed)."""

    def __init__(self, client: Jira, jql: str, fields: Sequence[str], history: bool) -> None:
        self._client = client
        self._jql = jql
        self._fields = list(fields)
        self._expand = ["changelog"] if history else []

    def read(self, project: str, names: Sequence[Name]) -> dict[str, dict[str, Any]]:
        """Those of these issues that Jira gives, by id; on Cloud also where they stand in another project now.

        Raises ``Fatal`` for a wrong query, ``Retriable`` where Jira counts more than it gives.
        """
        if self._client.cloud:
            return self._fetch(names)
        return self._search(project, names)

    def alone(self, identifier: str) -> Optional[dict[str, Any]]:
        """One issue, wherever it is now; ``None``: it was deleted, or this user may not see it."""
        asked = {"fields": ",".join(self._fields), "expand": ",".join(self._expand) or None}
        try:
            issue: dict[str, Any] = self._client.object(f"/issue/{identifier}", asked)
        except Refused:
            return None
        # Asked for by an id that was merged away, Jira answers with another issue.
        return issue if str(issue.get("id")) == identifier else None

    def meets(self, project: str, identifier: str) -> bool:
        """Whether an issue is in a project and meets the condition now."""
        asked = {"jql": chosen_query(project, self._jql, [identifier]), "maxResults": 1, "fields": ["key"]}
        try:
            answer = self._client.post("/search/jql" if self._client.cloud else "/search", asked)
        except Refused:
            return False
        return any(str(issue.get("id")) == identifier for issue in answer.get("issues") or ())

    def _fetch(self, names: Sequence[Name]) -> dict[str, dict[str, Any]]:
        asked = {"issueIdsOrKeys": [name.id for name in names], "fields": self._fields, "expand": self._expand}
        answer = self._client.post("/issue/bulkfetch", asked)
        return {str(issue["id"]): issue for issue in answer.get("issues") or ()}

    def _search(self, project: str, names: Sequence[Name]) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        left = list(names)
        while left:
            try:
                answer = self._page(project, left)
            except Refused as refusal:
                if refusal.status != 400:
                    raise refused(project, refusal) from None
                return {**found, **self._halves(project, left)}
            issues, total = answer.get("issues") or [], int(answer.get("total") or 0)
            known = len(found)
            found.update((str(issue["id"]), issue) for issue in issues)
            if len(issues) >= total:
                break
            if len(found) == known:  # a server may give less than was asked for, but never nothing
                raise Retriable(
                    f"project {project}: Jira counts {total} further issues and gives none of them",
                    code="repeated_page",
                )
            left = [name for name in left if name.id not in found]
        return found

    def _halves(self, project: str, names: Sequence[Name]) -> dict[str, dict[str, Any]]:
        """One id that does not exist any more refuses a whole list: the others are found without it."""
        if len(names) < 2:
            return {}
        middle = len(names) // 2
        return {**self._search(project, names[:middle]), **self._search(project, names[middle:])}

    def _page(self, project: str, names: Sequence[Name]) -> Mapping[str, Any]:
        asked = {
            "jql": chosen_query(project, self._jql, [name.id for name in names]),
            "startAt": 0,
            "maxResults": len(names),
            "fields": self._fields,
            "expand": self._expand,
        }
        answer: Mapping[str, Any] = self._client.post("/search", asked)
        return answer
