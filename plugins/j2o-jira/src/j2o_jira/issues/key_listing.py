"""The issues of a project on Server and Data Center: windows that begin after the last key received.

``key > K`` needs an issue K that exists and is visible: K is never invented, and where it has vanished meanwhile the
window begins at an earlier one. Offsets are not used at all: they shift when data change, and end at 10,000.
"""

from __future__ import annotations

from typing import Any, Iterator, Mapping, Optional

from j2o_core.api import Refused, Retriable

from ..client import Jira
from ..jql import project_query
from .listed import Listed, Name, name_of
from .refusal import refused

#: how many keys to fall back to are kept in the cursor
_KEPT = 20
#: the most that Server gives in one page as it is installed
_MOST = 1000


class KeyListing:
    """Lists the issues of one project that meet ``jql``, resumable after every window.

    A cursor holds ``recent`` (id, key) pairs, and how many issues were ``received`` of how many ``expected``.
    """

    def __init__(self, client: Jira, jql: str) -> None:
        self._client = client
        self._jql = jql

    def windows(self, project: str, cursor: Optional[Mapping[str, Any]]) -> Iterator[Listed]:
        """All windows from the cursor on.

        Raises ``Fatal`` for a wrong query, ``Retriable`` where Jira repeats itself.
        """
        recent = [Name(str(entry[0]), str(entry[1])) for entry in (cursor or {}).get("recent", ())]
        received = int((cursor or {}).get("received", 0))
        expected: Optional[int] = (cursor or {}).get("expected")
        while True:
            left = None if expected is None else expected - received
            answer, anew = self._window(project, recent, left)
            if anew:
                recent, received = [], 0
            known = {name.id for name in recent}
            listed = [name_of(issue) for issue in answer.get("issues") or ()]
            new = [name for name in listed if name.id not in known]
            total = int(answer.get("total") or 0)
            expected = total if expected is None else expected
            if not new:
                if len(listed) < total:
                    raise Retriable(
                        f"project {project}: Jira counts {total} further issues and gives none of them",
                        code="repeated_page",
                    )
                return
            received += len(new)
            recent = [*recent, *new][-max(_KEPT, len(listed)) :]
            kept = [[name.id, name.key] for name in recent[-_KEPT:]]
            yield Listed(new, {"recent": kept, "received": received, "expected": expected}, expected)
            if len(listed) >= total:
                return

    def count(self, project: str) -> int:
        """How many issues Jira counts now."""
        return int(self._search(project_query(project, self._jql), 0).get("total") or 0)

    def _window(self, project: str, recent: list[Name], left: Optional[int]) -> tuple[Mapping[str, Any], bool]:
        """The next window, and whether it begins the project anew.

        Where it is empty though some are ``left``, its first key was moved or deleted: it begins at an earlier one.
        """
        for name in reversed(recent):
            try:
                answer = self._search(project_query(project, self._jql, name.key), _MOST)
            except Refused as refusal:
                if refusal.status != 400:
                    raise
                continue  # newer versions refuse a key that does not exist
            if answer.get("issues") or (left is not None and left <= 0):
                return answer, False
        try:
            return self._search(project_query(project, self._jql), _MOST), bool(recent)
        except Refused as refusal:
            raise refused(project, refusal) from None

    def _search(self, jql: str, size: int) -> Mapping[str, Any]:
        asked = {"jql": jql, "startAt": 0, "maxResults": size, "fields": ["key"]}
        answer: Mapping[str, Any] = self._client.post("/search", asked)
        return answer
