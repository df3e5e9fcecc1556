"""Keys: what the target calls an issue, and where the addresses of keys, former ones too, lead to."""

from __future__ import annotations

from typing import Any, Iterator, Mapping, Optional, Sequence

from .finding import Comparison
from .left_out import NOT_ASKED, LeftOut
from .target import Target
from .words import markdown_words, missing_words, words

Json = Mapping[str, Any]


class Keys:
    """Compares keys; ``redirects`` are the rows of the table that a run leaves, ``None`` where nobody gives it."""

    def __init__(
        self, result: Comparison, target: Target, left_out: LeftOut, redirects: Optional[Sequence[Json]] = None
    ) -> None:
        self.result = result
        self.target = target
        self.left_out = left_out
        self._rows: Optional[dict[tuple[str, str], list[Json]]] = None if redirects is None else {}
        for row in redirects or ():
            self._rows.setdefault((row["entity"], row["old_key"]), []).append(row)  # type: ignore[union-attr]

    def project(self, project: Json) -> None:
        """The addresses of a project that has arrived."""
        row = self.target.project(str(project.get("name") or project["key"]))
        if row is None:
            return
        self._leads("Key of a project", "projects", str(project["key"]), str(row["id"]))
        for key in _former_keys_of_project(project):
            self._leads("Former key of a project", "projects", key, str(row["id"]))

    def issue(self, issue: Json, project: Json) -> None:
        """What an issue that has arrived is called, and its addresses."""
        held = self.target.work_packages.get(str(issue["id"]))
        if held is None:
            return
        key, number = str(issue["key"]), str(held.row["id"])
        if not self.left_out.has_option("work_packages", "reproduce_keys"):
            self.result.skipped("Key of an issue: what it is called", NOT_ASKED)
        else:
            called = held.row.get("displayId")
            self.result.check(called == key, "Key of an issue: what it is called", "identifier", key, called)
        self._leads("Key of an issue", "work_packages", key, number)
        for former in dict.fromkeys(_former_keys(issue, project)):
            self._leads("Former key of an issue", "work_packages", former, number)
            gone = missing_words(words(former), markdown_words(held.text))
            self.result.check(not gone, "Former key of an issue", "text of the description", key, former)

    def _leads(self, kind: str, entity: str, key: str, number: str) -> None:
        if self._rows is None:
            return
        rows = self._rows.get((entity, key), [])
        path = "projects" if entity == "projects" else "work_packages"
        leads = [
            row
            for row in rows
            if row["new_id"] == number
            and row["new_address"].endswith(f"/{path}/{number}")
            and row["old_address"].endswith(f"/browse/{key}")
        ]
        self.result.check(rows == leads != [], f"{kind}: address", "table of redirects", key, (number, rows))


def _former_keys(issue: Json, project: Json) -> Iterator[str]:
    """Keys it had in other projects, as the history tells, and those that its project had: Jira knows them all."""
    for entry in (issue.get("changelog") or {}).get("histories") or ():
        for change in entry["items"]:
            if change["field"] == "Key" and change["fromString"] != issue["key"]:
                yield str(change["fromString"])
    for former in _former_keys_of_project(project):
        yield f"{former}-{str(issue['key']).rpartition('-')[2]}"


def _former_keys_of_project(project: Json) -> list[str]:
    return [str(key) for key in project.get("projectKeys") or () if key != project["key"]]
