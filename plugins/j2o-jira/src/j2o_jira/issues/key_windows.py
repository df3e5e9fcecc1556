"""Issues of a project on Server and Data Center: windows that begin after the last key received.

``key > K`` needs an issue K that exists and is visible: K is never invented, and where it has vanished meanwhile the
window begins at an earlier one. Offsets are not used at all: they shift when data change, and end at 10,000.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterator, Mapping, Optional, Sequence

from j2o_core.api import Fatal, Refused, Retriable

from ..client import Jira
from ..jql import project_query

#: how many keys to fall back to are kept in the cursor
_KEPT = 20


@dataclass(frozen=True)
class Window:
    """Issues as Jira gave them, the cursor after them, and how many the project holds by Jira's count."""

    issues: Sequence[dict[str, Any]]
    cursor: Mapping[str, Any]
    expected: int


class KeyWindows:
    """Reads one project, resumable after every window.

    A cursor holds ``recent`` (id, key) pairs, and how many issues were ``received`` of how many ``expected``.
    """

    def __init__(self, client: Jira, jql: str, size: int, history: bool) -> None:
        self._client = client
        self._jql = jql
        self._size = size
        self._expand = ["changelog"] if history else []

    def read(self, project: str, cursor: Optional[Mapping[str, Any]]) -> Iterator[Window]:
        """All windows from the cursor on.

        Raises ``Fatal`` for a wrong query, ``Retriable`` where Jira repeats itself.
        """
        recent = [(str(entry[0]), str(entry[1])) for entry in (cursor or {}).get("recent", ())]
        received = int((cursor or {}).get("received", 0))
        expected: Optional[int] = (cursor or {}).get("expected")
        while True:
            left = None if expected is None else expected - received
            answer, anew = self._window(project, recent, left)
            if anew:
                recent, received = [], 0
            known = {identifier for identifier, _ in recent}
            listed = answer.get("issues") or []
            new = [issue for issue in listed if str(issue["id"]) not in known]
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
            recent = [*recent, *((str(issue["id"]), str(issue["key"])) for issue in new)][-max(_KEPT, len(listed)) :]
            kept = {"recent": [list(pair) for pair in recent[-_KEPT:]], "received": received, "expected": expected}
            yield Window(new, kept, expected)
            if len(listed) >= total:
                return

    def count(self, project: str) -> int:
        """How many issues Jira counts now."""
        return int(self._search(project_query(project, self._jql), 0).get("total") or 0)

    def _window(
        self, project: str, recent: list[tuple[str, str]], left: Optional[int]
    ) -> tuple[Mapping[str, Any], bool]:
        """The next window, and whether it begins the project anew.

        Where it is empty though some are ``left``, its first key was moved or deleted: it begins at an earlier one.
        """
        for _, key in reversed(recent):
            try:
                answer = self._search(project_query(project, self._jql, key), self._size)
            except Refused as refusal:
                if refusal.status != 400:
                    raise
                continue  # newer versions refuse a key that does not exist
            if answer.get("issues") or (left is not None and left <= 0):
                return answer, False
        try:
            return self._search(project_query(project, self._jql), self._size), bool(recent)
        except Refused as refusal:
            raise Fatal(
                f"project {project}: Jira refuses the search: {refusal.message}",
                exit_code=2 if refusal.status == 400 else 3,
                code=refusal.code,
            ) from None

    def _search(self, jql: str, size: int) -> Mapping[str, Any]:
        asked = {"jql": jql, "startAt": 0, "maxResults": size, "fields": ["*all"], "expand": self._expand}
        answer: Mapping[str, Any] = self._client.post("/search", asked)
        return answer
