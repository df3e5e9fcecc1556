"""Issues against work packages: every field that Jira sends."""

from __future__ import annotations

from typing import Any, Iterable, Mapping, Optional

from .around import names_an_issue
from .finding import Comparison
from .left_out import LeftOut
from .moments import instant, seconds
from .people import People
from .target import Held, Target
from .values import lacks
from .words import missing_words, words

Json = Mapping[str, Any]

#: what hangs on an issue and is compared by itself
_APART = {"comment", "worklog", "attachment", "issuelinks", "watches", "votes", "parent", "epic", "project", "subtasks"}
#: fields of Jira that OpenProject has as well: link or attribute, and the names under which a rest may be told
_NAMED = {
    "issuetype": ("type", ("Jira type", "Issue type", "Type")),
    "status": ("status", ("Jira status", "Status")),
    "priority": ("priority", ("Jira priority", "Priority")),
}
_TIMES = {
    "timeoriginalestimate": ("estimatedTime", "Estimated time"),
    "timeestimate": ("remainingTime", "Remaining time"),
}
#: OpenProject keeps work in hundredths of an hour: half of one, in seconds
_HUNDREDTH = 18
_KINDS = {"date": "date", "datetime": "datetime", "number": "number", "user": "user"}


class Issues:
    """Compares issues one by one; ``definitions`` are the rows of Jira's ``/field``."""

    def __init__(
        self, result: Comparison, target: Target, left_out: LeftOut, people: People, definitions: Iterable[Json]
    ) -> None:
        self.result = result
        self.target = target
        self.left_out = left_out
        self.people = people
        self.definitions = {str(one["id"]): one for one in definitions}

    def compare(self, issue: Json) -> Optional[Held]:
        """Compare an issue; its work package, if there is one."""
        held = self.target.work_packages.get(str(issue["id"]))
        if held is None:
            reason = self.left_out.item("work_packages", issue["id"])
            if reason is None:
                self.result.lacks("Issue", issue["key"], "no work package bears its origin mark, and no list names it")
            else:
                self.result.skipped("Issue", reason.split(":")[0])
            return None
        self.result.found("Issue", "work package")
        self.result.check(issue["key"] in held.text, "Issue key", "origin mark", issue["key"], issue["key"])
        project = issue["fields"].get("project") or {}
        if project:
            title = [title for _, title in held.link("project")]
            self._check([project.get("name") or project["key"]] == title, "project", "project", issue, title)
        for name, value in issue["fields"].items():
            if name not in _APART and not _empty(value):
                self._field(issue, held, name, value)
        return held

    def _field(self, issue: Json, held: Held, name: str, value: Any) -> None:
        definition = self.definitions.get(name) or {}
        shown = str(definition.get("name") or name)
        reason = self.left_out.field("work_packages", f"fields.{name}", shown)
        if reason is not None:
            self.result.skipped(self._kind(name), f"a line of the spec: {reason}")
        elif name in ("summary", "description"):
            self._text(issue, held, name, value)
        elif name in _NAMED:
            link, names = _NAMED[name]
            self._named(issue, held, name, link, names)
        elif name in _TIMES:
            self._time(issue, held, name, int(value))
        elif name == "created":
            self._created(issue, held, value)
        elif name == "duedate":
            self._attribute_day(issue, held, "duedate", "dueDate", value, "Due date")
        elif name in ("assignee", "reporter"):
            self._person(issue, held, name, value)
        elif name == "creator":
            self._creator(issue, held, value)
        elif name == "fixVersions":
            self._versions(issue, held, value)
        elif name == "components":
            self._components(issue, held, value)
        else:
            self._other(issue, held, name, shown, definition, value)

    def _text(self, issue: Json, held: Held, name: str, value: Any) -> None:
        text = held.row["subject"] if name == "summary" else held.body
        gone = missing_words(words(value), words(text)) if name == "summary" else self.people.missing_of(value, text)
        place = "subject" if name == "summary" else "description"
        self._check(not gone, name, place, issue, gone)

    def _named(self, issue: Json, held: Held, name: str, link: str, names: tuple[str, ...]) -> None:
        wanted = str(issue["fields"][name]["name"])
        titles = [title for _, title in held.link(link)]
        if titles == [wanted]:
            self.result.found(self._kind(name), link)
            return
        places = [place for place, text in held.named(*names) if not lacks(wanted, "", text)]
        self._check(bool(places), name, f"{link} by table, its name in {_first(places)}", issue, (wanted, titles))

    def _time(self, issue: Json, held: Held, name: str, value: int) -> None:
        attribute, label = _TIMES[name]
        place = attribute
        if value == 0:  # nothing is left, which the server also says by not saying it
            self._check(not seconds(held.row.get(attribute)), name, place, issue, held.row.get(attribute))
        elif abs((seconds(held.row.get(attribute)) or 0) - value) <= _HUNDREDTH:
            self.result.found(self._kind(name), place)
        else:
            told = [text for _, text in held.named(label, attribute) if _told_seconds(text) == value]
            self._check(bool(told), name, "text of the description", issue, (value, held.row.get(attribute)))

    def _created(self, issue: Json, held: Held, value: str) -> None:
        if instant(held.row["createdAt"]) == instant(value):
            self.result.found(self._kind("created"), "createdAt")
        else:
            places = [place for place, text in held.named("Created") if not lacks(value, "datetime", text)]
            self._check(bool(places), "created", _first(places), issue, value)

    def _attribute_day(self, issue: Json, held: Held, name: str, attribute: str, value: str, label: str) -> None:
        if held.row.get(attribute) == value[:10] or held.row.get("date") == value[:10]:
            self.result.found(self._kind(name), attribute)
        else:
            places = [place for place, text in held.named(label, attribute) if not lacks(value, "date", text)]
            self._check(bool(places), name, _first(places), issue, (value, held.row.get(attribute)))

    def _person(self, issue: Json, held: Held, name: str, value: Json) -> None:
        link, labels = ("assignee", ("Assignee",)) if name == "assignee" else ("author", ("Author", "Reporter"))
        if any(self.people.is_same(value, number) for number, _ in held.link(link)):
            self.result.found(self._kind(name), link)
            return
        places = [place for place, text in held.named(*labels) if self.people.told(value, text)]
        self._check(bool(places), name, _first(places), issue, self.people.names(value))

    def _creator(self, issue: Json, held: Held, value: Json) -> None:
        reporter = issue["fields"].get("reporter")
        if reporter is None or self.people.identity(reporter) == self.people.identity(value):
            self._person(issue, held, "creator", value)
            return
        places = [place for place, text in held.named("Creator") if self.people.told(value, text)]
        self._check(bool(places), "creator", _first(places), issue, self.people.names(value))

    def _versions(self, issue: Json, held: Held, value: list[Json]) -> None:
        numbers = {number for link in ("version", "targetVersions") for number, _ in held.link(link)}
        project = str((issue["fields"].get("project") or {}).get("name"))
        for version in value:
            row = self.target.version(project, str(version["name"]))
            if row is not None and str(row["id"]) in numbers:
                self.result.found(self._kind("fixVersions"), "version")
                continue
            told = held.named("Further versions", "Versions", "Version", "Fix versions", "Fix Version/s")
            places = [place for place, text in told if not lacks(version["name"], "", text)]
            self._check(bool(places), "fixVersions", _first(places), issue, (version["name"], numbers))

    def _components(self, issue: Json, held: Held, value: list[Json]) -> None:
        titles = {title for _, title in held.link("category")}
        for component in value:
            if component["name"] in titles:
                self.result.found(self._kind("components"), "category")
                continue
            told = held.named("Components", "Component/s", "Category")
            places = [place for place, text in told if not lacks(component["name"], "", text)]
            self._check(bool(places), "components", _first(places), issue, component["name"])

    def _other(self, issue: Json, held: Held, name: str, shown: str, definition: Json, value: Any) -> None:
        schema = definition.get("schema") or {}
        custom = str(schema.get("custom") or "").rsplit(":", 1)[-1]
        kind = custom if custom in ("gh-sprint", "textarea") else _KINDS.get(str(schema.get("type")), custom)
        if name == "environment":
            kind = "textarea"
        if kind == "date" and held.row.get("startDate") == str(value)[:10] and shown.casefold() == "start date":
            self.result.found(self._kind(name), "startDate")
            return
        if custom == "gh-epic-link" or (shown == "Parent Link" and names_an_issue(value)):
            return  # compared as a parent
        if kind == "gh-sprint" and isinstance(value, list):
            self._sprints(issue, held, name, value)
            return
        best: Optional[list[str]] = None
        told: list[str] = []
        called = self.left_out.called("work_packages", f"fields.{name}", shown)
        for place, text in held.named(shown, name, f"{shown} ({name})", *called, *_ALIASES.get(name, ())):
            gone = lacks(value, kind, text) if not self._all_told(value, text) else []
            if not gone:
                self.result.found(self._kind(name), place)
                return
            best = gone if best is None or len(gone) < len(best) else best
            told.append(text)
        if isinstance(value, list) and len(told) > 1 and not lacks(value, kind, "\n".join(told)):
            self.result.found(self._kind(name), "custom field, the rest in the text of the description")
            return
        self.result.lacks(self._kind(name), issue["key"], f"{shown}: {best if best is not None else value}")

    def _sprints(self, issue: Json, held: Held, name: str, value: list[Any]) -> None:
        versions = [title for link in ("version", "targetVersions", "sprint") for _, title in held.link(link)]
        told = list(held.named("Sprint", "Sprints", "Further sprints", "Further versions", name))
        for sprint in value:
            if any(not lacks([sprint], "gh-sprint", title) for title in versions):
                self.result.found(self._kind(name), "version or sprint")
                continue
            places = [place for place, text in told if not lacks([sprint], "gh-sprint", text)]
            self._check(bool(places), name, _first(places), issue, f"{sprint} {versions}")

    def _all_told(self, value: Any, text: str) -> bool:
        people = value if isinstance(value, list) else [value]
        return all(isinstance(one, dict) and "displayName" in one and self.people.told(one, text) for one in people)

    def _check(self, holds: bool, name: str, place: str, issue: Json, what: Any) -> None:
        self.result.check(holds, self._kind(name), place, issue["key"], f"{name}: {what}")

    def _kind(self, name: str) -> str:
        definition = self.definitions.get(name)
        custom = ((definition or {}).get("schema") or {}).get("custom")
        if custom:
            plugin, colon, key = str(custom).partition(":")
            return f"Custom field `{plugin.rsplit('.', 1)[-1]}{colon}{key}`"
        return f"Field `{name}`"


_ALIASES = {
    "updated": ("Last change", "Updated"),
    "resolutiondate": ("Resolved",),
    "resolution": ("Resolution",),
    "versions": ("Affects versions", "Affects Version/s"),
    "security": ("Security level",),
}


def _first(places: list[str]) -> str:
    return places[0] if places else ""


def _told_seconds(text: str) -> Optional[int]:
    return seconds(text.strip().split()[0]) if text.strip() else None


def _empty(value: Any) -> bool:
    return value in (None, [], {}) or (isinstance(value, str) and not value.strip())
