"""Issues in the form of an edition and API version, cut where the edition cuts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Callable, Dict, FrozenSet, List, Mapping, Optional, Sequence
from urllib.parse import quote

from j2o_sandbox.jira.bodies import adf_body, html_body, wiki_body
from j2o_sandbox.jira.model import Issue, Json, Person, PersonId, SprintRef
from j2o_sandbox.jira.shapes import Shapes

SEARCH_COMMENTS, GET_COMMENTS, WORKLOGS, HISTORIES = 20, 100, 20, 40
EXPANDABLE = "operations,versionedRepresentations,editmeta,changelog,renderedFields"


@dataclass(frozen=True)
class Selection:
    """Which fields and expansions were asked for. ``comments`` is the cap on embedded comments, if any."""

    names: FrozenSet[str] = frozenset()
    everything: bool = False
    navigable: bool = False
    excluded: FrozenSet[str] = frozenset()
    expand: FrozenSet[str] = frozenset()
    comments: Optional[int] = None

    def capped(self, comments: Optional[int]) -> Selection:
        """The same with another cap on embedded comments."""
        return replace(self, comments=comments)

    def without(self, name: str) -> Selection:
        """The same without a field."""
        return replace(self, excluded=self.excluded | {name})


def select(fields: Sequence[str], expand: Sequence[str], default: str) -> Selection:
    """Read a ``fields`` parameter; ``default`` (``*all``, ``*navigable`` or ``id``) holds where it selects nothing."""
    wanted = [name for name in fields if name and not name.startswith("-")]
    excluded = frozenset(name[1:] for name in fields if name.startswith("-"))
    names = wanted or [default]
    return Selection(
        names=frozenset(names),
        everything="*all" in names,
        navigable="*navigable" in names,
        excluded=excluded,
        expand=frozenset(expand),
    )


class IssueShapes:
    """Writes issues; one instance per API version, address and viewer."""

    def __init__(self, shapes: Shapes) -> None:
        self._shapes = shapes
        self._fields: Mapping[str, Json] = {entry["id"]: entry for entry in shapes.tracker.catalogue.fields}
        self._navigable = {name for name, entry in self._fields.items() if entry.get("navigable", True)}
        self._bodies = {"description", "environment"} | {
            name for name, entry in self._fields.items() if _custom(entry).endswith(":textarea")
        }
        self._versions = {
            name for name, entry in self._fields.items() if _custom(entry).endswith((":version", ":multiversion"))
        }
        self._sprints = {sprint.id: sprint for sprint in shapes.tracker.catalogue.sprints}
        self._writers: Dict[str, Callable[[Any], Any]] = {
            "project": shapes.embedded_project,
            "issuetype": lambda value: shapes.entry("issuetype", value),
            "status": lambda value: shapes.entry("status", value),
            "priority": lambda value: shapes.entry("priority", value),
            "resolution": lambda value: shapes.entry("resolution", value),
            "security": lambda value: shapes.entry("securitylevel", value),
            "versions": lambda value: shapes.entries("version", value),
            "fixVersions": lambda value: shapes.entries("version", value),
            "components": lambda value: shapes.entries("component", _plain_components(value)),
            "parent": self._linked,
            "subtasks": lambda value: [self._linked(entry) for entry in value],
            "issuelinks": lambda value: [self._link(entry) for entry in value],
            "attachment": lambda value: [self.attachment(entry) for entry in value],
        }

    def issue(self, issue: Issue, selection: Selection) -> Json:
        """One issue with the selected fields and expansions."""
        row = issue.row
        shape: Json = {"expand": EXPANDABLE, "id": str(row.id), "self": f"{self._shapes.rest}/issue/{row.id}"}
        shape["key"] = row.key
        shape["fields"] = self.fields(issue, selection)
        if "renderedFields" in selection.expand:
            shape["renderedFields"] = self._rendered(issue, selection)
        if "changelog" in selection.expand:
            shape["changelog"] = self.changelog(issue)
        return shape

    def fields(self, issue: Issue, selection: Selection) -> Json:
        """The selected fields."""
        wanted = self._wanted(selection)
        found: Json = {}
        for name, value in issue.fields.items():
            if wanted(name):
                found[name] = self._field(name, value, issue)
        if wanted("comment"):
            found["comment"] = self.comment_page(issue, 0, selection.comments, embedded=True)
        if wanted("worklog"):
            found["worklog"] = self._embedded_worklogs(issue)
        return found

    def names(self, selection: Selection) -> Json:
        """Display names of the selected fields, for ``expand=names``."""
        wanted = self._wanted(selection)
        return {name: entry["name"] for name, entry in self._fields.items() if wanted(name)}

    def schema(self, selection: Selection) -> Json:
        """Schemas of the selected fields, for ``expand=schema``."""
        wanted = self._wanted(selection)
        return {name: entry["schema"] for name, entry in self._fields.items() if "schema" in entry and wanted(name)}

    def visible_comments(self, issue: Issue) -> List[Json]:
        """The comments this viewer may read."""
        return [entry for entry in issue.comments if self._shapes.viewer.administrator or "visibility" not in entry]

    def visible_worklogs(self, issue: Issue) -> List[Json]:
        """The worklogs this viewer may read."""
        return [entry for entry in issue.worklogs if self._shapes.viewer.administrator or "visibility" not in entry]

    def comment_page(
        self,
        issue: Issue,
        start: int,
        limit: Optional[int],
        embedded: bool = False,
        newest_first: bool = False,
        properties: bool = False,
    ) -> Json:
        """A page of comments. ``total`` counts what nobody here may see, too."""
        comments = self.visible_comments(issue)
        if newest_first:
            comments = comments[::-1]
        total = len(issue.comments) + issue.comments_withheld
        chosen = comments[start:] if limit is None else comments[start : start + limit]
        page: Json = {"comments": [self.comment(issue, entry, properties) for entry in chosen]}
        if embedded and self._shapes.cloud:
            page["self"] = f"{self._shapes.rest}/issue/{issue.row.id}/comment"
        page.update({"maxResults": total if limit is None else limit, "total": total, "startAt": start})
        return page

    def comment(self, issue: Issue, entry: Json, properties: bool = False) -> Json:
        """One comment. Whether it is internal Cloud says, and elsewhere a property that is shown when asked for."""
        shape: Json = {"self": f"{self._shapes.rest}/issue/{issue.row.id}/comment/{entry.get('id')}"}
        internal = bool(entry.get("internal"))
        for name, value in entry.items():
            if name != "internal":
                shape[name] = self.body(value) if name == "body" else self._value(value)
        if self._shapes.cloud:
            shape["jsdPublic"] = not internal
        if properties:
            shape["properties"] = [{"key": "sd.public.comment", "value": {"internal": True}}] if internal else []
        return shape

    def worklog(self, entry: Json, issue: Issue) -> Json:
        """One worklog."""
        shape: Json = {"self": f"{self._shapes.rest}/issue/{issue.row.id}/worklog/{entry.get('id')}"}
        for name, value in entry.items():
            shape[name] = self.body(value) if name == "comment" else self._value(value)
        return shape

    def attachment(self, entry: Json) -> Json:
        """Attachment metadata with its content address."""
        shapes, id = self._shapes, entry.get("id")
        shape: Json = {"self": f"{shapes.rest}/attachment/{id}", **{k: self._value(v) for k, v in entry.items()}}
        if shapes.cloud:
            shape["content"] = f"{shapes.rest}/attachment/content/{id}"
        else:
            name = quote(str(entry.get("filename", "")), safe="")
            shape["content"] = f"{shapes.base}/secure/attachment/{id}/{name.replace('%20', '+')}"
        if str(entry.get("mimeType", "")).startswith("image/"):
            kind = (
                f"{shapes.rest}/attachment/thumbnail/{id}" if shapes.cloud else f"{shapes.base}/secure/thumbnail/{id}/"
            )
            shape["thumbnail"] = kind
        return shape

    def changelog(self, issue: Issue) -> Json:
        """The expansion: all of it on Server, oldest first; the 40 newest on Cloud, newest first."""
        total = len(issue.histories)
        if self._shapes.cloud:
            chosen = list(issue.histories)[::-1][:HISTORIES]
            page: Json = {"startAt": 0, "maxResults": min(HISTORIES, total), "total": total}
        else:
            chosen = list(issue.histories)
            page = {"startAt": 0, "maxResults": total, "total": total}
        page["histories"] = [self.history(entry) for entry in chosen]
        return page

    def history(self, entry: Json) -> Json:
        """One entry of the changelog."""
        return {name: self._value(value) for name, value in entry.items()}

    def body(self, value: Any) -> Any:
        """Rich text: a document in version 3, wiki markup in version 2."""
        if self._shapes.version == "3":
            return adf_body(value, self._shapes.accounts)
        return wiki_body(value, self._shapes.mention)

    def wants(self, selection: Selection, name: str) -> bool:
        """Whether a field is selected."""
        return self._wanted(selection)(name)

    def _wanted(self, selection: Selection) -> Callable[[str], bool]:
        names, excluded = selection.names, selection.excluded

        def wanted(name: str) -> bool:
            if name in excluded:
                return False
            if selection.everything or name in names:
                return True
            return selection.navigable and (name in self._navigable or name not in self._fields)

        return wanted

    def _field(self, name: str, value: Any, issue: Issue) -> Any:
        if name in ("watches", "votes"):
            kind = "watchers" if name == "watches" else "votes"
            return {"self": f"{self._shapes.rest}/issue/{issue.row.key}/{kind}", **value}
        if value is None:
            return None
        if name in self._bodies:
            return self.body(value)
        if name in self._versions:
            shapes = self._shapes
            return shapes.entries("version", value) if isinstance(value, list) else shapes.entry("version", value)
        writer = self._writers.get(name)
        if writer is not None:
            return writer(value)
        return self._value(value, issue.row.number)

    def _value(self, value: Any, turn: int = 0) -> Any:
        if isinstance(value, (str, int, float)) or value is None:
            return value
        if isinstance(value, Person):
            return self._shapes.person(value.name)
        if isinstance(value, PersonId):
            return self._shapes.person_id(value.name)
        if isinstance(value, list):
            return [self._value(entry, turn) for entry in value]
        if isinstance(value, SprintRef):
            return self._shapes.sprint_value(self._sprints[value.id], turn + value.id)
        if isinstance(value, dict):
            shape = {name: self._value(entry, turn) for name, entry in value.items()}
            if "value" in value and "id" in value and "self" not in value:
                shape = {"self": f"{self._shapes.rest}/customFieldOption/{value['id']}", **shape}
            return shape
        return self.body(value)

    def _linked(self, value: Json) -> Json:
        shapes = self._shapes
        shape: Json = {"id": value.get("id"), "key": value.get("key"), "self": f"{shapes.rest}/issue/{value.get('id')}"}
        fields = value.get("fields")
        if isinstance(fields, dict):
            shape["fields"] = {
                name: self._writers[name](entry) if name in self._writers and entry is not None else entry
                for name, entry in fields.items()
            }
        return shape

    def _link(self, value: Json) -> Json:
        shape: Json = {"id": value.get("id"), "self": f"{self._shapes.rest}/issueLink/{value.get('id')}"}
        shape["type"] = self._shapes.entry("issueLinkType", value.get("type"))
        for side in ("inwardIssue", "outwardIssue"):
            if side in value:
                shape[side] = self._linked(value[side])
        return shape

    def _embedded_worklogs(self, issue: Issue) -> Json:
        total = len(issue.worklogs) + issue.worklogs_withheld
        chosen = self.visible_worklogs(issue)[:WORKLOGS]
        entries = [self.worklog(entry, issue) for entry in chosen]
        return {"startAt": 0, "maxResults": WORKLOGS, "total": total, "worklogs": entries}

    def _rendered(self, issue: Issue, selection: Selection) -> Json:
        wanted = self._wanted(selection)
        found: Json = {
            name: html_body(issue.fields[name], self._shapes.base)
            for name in sorted(self._bodies)
            if name in issue.fields and wanted(name)
        }
        if wanted("comment"):
            page = self.comment_page(issue, 0, selection.comments, embedded=True)
            entries = self.visible_comments(issue)[: len(page["comments"])]
            for shape, entry in zip(page["comments"], entries):
                shape["body"] = html_body(entry.get("body"), self._shapes.base)
            found["comment"] = page
        return found


def _custom(entry: Json) -> str:
    return str((entry.get("schema") or {}).get("custom", ""))


def _plain_components(value: Any) -> List[Json]:
    return [{name: entry[name] for name in ("id", "name", "description") if name in entry} for entry in value or ()]
