"""The app's assessments, read from the issues that bear them."""

from __future__ import annotations

import re
from typing import Any, Iterator, Mapping, Optional, Sequence

from j2o_core.api import (
    WARNING,
    Extractor,
    Fatal,
    Origin,
    Page,
    Problem,
    Record,
    Refused,
    Retriable,
    Selection,
)

#: p=3;i=4;note=supplier is late
_FORM = re.compile(r"\s*p=(\d+)\s*;\s*i=(\d+)\s*(?:;\s*note=(.*))?", re.DOTALL)


class Risks(Extractor):
    """One record per assessed issue, with ``probability``, ``impact``, ``note`` and the ``issue``.

    It reads Server and Data Center over the connection of the plugin ``jira``: the spec names it with ``connection:``.
    """

    name = "example.risks"

    def slices(self, selection: Selection) -> Sequence[str]:
        """Project keys: each project is read, and resumed, apart."""
        return [str(project["key"]) for project in self.client.projects(selection)]

    def pages(self, selection: Selection, slice: str, cursor: Optional[Any]) -> Iterator[Page]:
        """The cursor is how many issues were received; j2o stores each page before it asks for the next."""
        if self.client.cloud:
            raise Fatal(f"{self.name} reads Server and Data Center, and {self.client.url} is Cloud", exit_code=2)
        received = int(cursor or 0)
        seen: set[str] = set()
        while True:
            answer = self._search(slice, received)
            issues, total = _issues(answer), int(answer.get("total") or 0)
            fresh = [issue for issue in issues if str(issue.get("id")) not in seen]
            if not fresh:
                if received < total:
                    raise Retriable(f"project {slice}: Jira counts {total} issues and gives {received}")
                return
            seen.update(str(issue["id"]) for issue in fresh)
            received += len(issues)
            records, problems = self._records(fresh)
            yield Page(records, received, problems=problems)
            if received >= total:
                return

    @staticmethod
    def aliases(value: Any) -> Sequence[str]:
        """What else may refer to an assessment: its issue, by id or key."""
        issue = value.get("issue") if isinstance(value, dict) else None
        if isinstance(issue, dict):
            return tuple(str(issue[name]) for name in ("id", "key") if issue.get(name))
        return (value,) if isinstance(value, str) and value else ()

    def _search(self, project: str, start: int) -> Mapping[str, Any]:
        # The client of the plugin jira: `post` reads below its API, and asks again where that helps.
        try:
            found: Mapping[str, Any] = self.client.post(
                "/search",
                {
                    "jql": f'project = "{project}" ORDER BY key ASC',
                    "startAt": start,
                    "maxResults": int(self.options.get("page_size", 100)),
                    "fields": [self.options["field"]],
                },
            )
        except Refused as refusal:
            raise Fatal(f"project {project}: Jira refuses the search: {refusal.message}", exit_code=3) from None
        return found

    def _records(self, issues: Sequence[Mapping[str, Any]]) -> tuple[list[Record], list[Problem]]:
        records, problems = [], []
        for issue in issues:
            text = (issue.get("fields") or {}).get(self.options["field"])
            if text is None:
                continue
            match = _FORM.fullmatch(text) if isinstance(text, str) else None
            if match is None:
                message = "the risk is not in the form p=3;i=4;note=..."
                problems.append(Problem("EXAMPLE-001", message, WARNING, entity=self.entity, key=str(issue["key"])))
                continue
            identifier = str(issue["id"])
            data = {
                "id": identifier,
                "issue": {"id": identifier, "key": str(issue["key"])},
                "probability": int(match[1]),
                "impact": int(match[2]),
            }
            if match[3]:
                data["note"] = match[3].strip()
            # The origin is the immutable id: keys change when issues are moved.
            records.append(Record(Origin(self.source, self.entity, identifier), str(issue["key"]), data))
        return records, problems


def _issues(answer: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    issues = answer.get("issues")
    if not isinstance(issues, list) or not all(isinstance(issue, dict) and "id" in issue for issue in issues):
        raise Retriable("the answer to a search lists no issues")  # a proxy's, perhaps: j2o asks again later
    return issues
