"""Fields that are looked up in the issue itself: slower than the indexes, but every field can be asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Dict, List, Optional, Sequence, Set

from j2o_sandbox.jira.accounts import Viewer
from j2o_sandbox.jira.bodies import wiki_body
from j2o_sandbox.jira.jql.parse import Clause, Empty, Function, JqlError
from j2o_sandbox.jira.model import Catalogue, Json, Person, PersonId, SprintRef, Tracker

_ALIASES = {
    "type": "issuetype",
    "component": "components",
    "fixversion": "fixVersions",
    "affectedversion": "versions",
    "due": "duedate",
    "resolved": "resolutiondate",
    "level": "security",
    "epic link": "Epic Link",
    "originalestimate": "timeoriginalestimate",
    "remainingestimate": "timeestimate",
}
_HEAD = {"issuetype", "status", "statusCategory", "priority", "summary"}
_PEOPLE = {"assignee", "reporter", "creator"}
_TEXT = {"summary", "description", "environment", "text"}


@dataclass(frozen=True)
class Field:
    """A field as a clause names it; ``id`` is its key in an issue's fields."""

    id: str
    name: str
    known: Optional[Callable[[Tracker], Set[str]]] = None

    def values(self, tracker: Tracker, position: int) -> List[str]:
        """Everything in this field that an operand may equal, in lower case; empty where the field is."""
        if self.id in _HEAD:
            fields = tracker.head(position)
        else:
            fields = tracker.issue(position).fields
        if self.id == "sprint":
            return _words([fields.get("sprint"), *(fields.get("closedSprints") or ())])
        if self.id == "statusCategory":
            return _words((fields.get("status") or {}).get("statusCategory"))
        if self.id == "text":
            return [wiki_body(fields.get(name), {}) or "" for name in ("summary", "description", "environment")]
        return _words(fields.get(self.id))

    def test(self, clause: Clause, tracker: Tracker, viewer: Viewer) -> Callable[[int], bool]:
        """The clause as a test of positions.

        Raises:
            JqlError: the operator or an operand is not known here.
        """
        operator = clause.operator
        if operator in ("~", "!~"):
            return self._contains(clause, tracker)
        if operator not in ("=", "!=", "in", "not in", "is", "is not"):
            return self._ordered(clause, tracker)
        wanted = self._operands(clause, tracker, viewer)
        empty = any(isinstance(operand, Empty) for operand in clause.operands) or "unresolved" in wanted
        negative = operator in ("!=", "not in", "is not")

        def holds(position: int) -> bool:
            values = self.values(tracker, position)
            if not values:
                return empty is not negative if empty else False
            return bool(wanted.intersection(values)) is not negative

        return holds

    def _operands(self, clause: Clause, tracker: Tracker, viewer: Viewer) -> Set[str]:
        wanted: Set[str] = set()
        for operand in clause.operands:
            if isinstance(operand, Function):
                if operand.name.lower() != "currentuser":
                    raise JqlError(f"Unable to find JQL function '{operand.name}({', '.join(operand.arguments)})'.")
                wanted.add(viewer.name.lower())
            elif isinstance(operand, str) and self.id in _PEOPLE:
                wanted.add(_login(tracker, operand, clause.field))
            elif isinstance(operand, str):
                if self.known is not None and operand.lower() not in self.known(tracker):
                    raise JqlError(f"The value '{operand}' does not exist for the field '{clause.field}'.")
                wanted.add(operand.lower())
        return wanted

    def _contains(self, clause: Clause, tracker: Tracker) -> Callable[[int], bool]:
        if self.id not in _TEXT and not self.id.startswith("customfield_"):
            raise JqlError(f"The operator '{clause.operator}' is not supported by the '{clause.field}' field.")
        needle = str(clause.operands[0]).lower().strip('"*')
        negative = clause.operator == "!~"

        def holds(position: int) -> bool:
            texts = " ".join(str(value).lower() for value in self.values(tracker, position))
            return (needle in texts) is not negative

        return holds

    def _ordered(self, clause: Clause, tracker: Tracker) -> Callable[[int], bool]:
        operand = str(clause.operands[0])

        def holds(position: int) -> bool:
            value = tracker.issue(position).fields.get(self.id)
            if value is None:
                return False
            left, right = _comparable(value, operand)
            if clause.operator == "<":
                return bool(left < right)
            if clause.operator == "<=":
                return bool(left <= right)
            return bool(left > right) if clause.operator == ">" else bool(left >= right)

        return holds


def find_field(catalogue: Catalogue, name: str) -> Optional[Field]:
    """The field that a clause calls by id, name, alias or ``cf[12]``."""
    wanted = _ALIASES.get(name.lower(), name)
    lower = wanted.lower()
    if lower in ("statuscategory", "text"):
        return Field("statusCategory" if lower == "statuscategory" else "text", name)
    for entry in catalogue.fields:
        names = {
            str(entry["id"]).lower(),
            str(entry["name"]).lower(),
            *(c.lower() for c in entry.get("clauseNames", ())),
        }
        if lower in names:
            return Field(entry["id"], name, _KNOWN.get(entry["id"]))
    return Field("sprint", name) if lower == "sprint" and catalogue.sprints else None


def sort_value(tracker: Tracker, position: int, field: Field) -> Any:
    """A key for sorting: numbers before text, empty values last."""
    if field.id in _HEAD:
        value = tracker.head(position).get(field.id)
    else:
        value = tracker.issue(position).fields.get(field.id)
    if isinstance(value, (int, float)):
        return (0, value, "")
    if field.id == "priority" and isinstance(value, dict):
        return (0, int(value["id"]), "")
    words = _words(value)
    return (1, 0, words[0]) if words else (2, 0, "")


def _words(value: Any) -> List[str]:
    if value is None or value == "":
        return []
    if isinstance(value, list):
        return [word for element in value for word in _words(element)]
    if isinstance(value, (Person, PersonId)):
        return [value.name.lower()]
    if isinstance(value, SprintRef):
        return [str(value.id)]
    if isinstance(value, dict):
        if value.get("type") == "doc":
            return [wiki_body(value, {})]
        words = [str(value[name]).lower() for name in ("id", "key", "name", "value") if value.get(name) is not None]
        return words + _words(value.get("child"))
    if isinstance(value, (str, int, float)):
        text = str(value).lower()
        return [text, text[:-2]] if text.endswith(".0") else [text]
    return [wiki_body(value, {})]


def _login(tracker: Tracker, operand: str, field: str) -> str:
    for user in tracker.users.values():
        if operand in (user.name, user.key, user.account_id, user.email):
            return user.name.lower()
    raise JqlError(f"The value '{operand}' does not exist for the field '{field}'.")


def _comparable(value: Any, operand: str) -> Any:
    if isinstance(value, (int, float)):
        try:
            return value, float(operand)
        except ValueError:
            return 0, 1
    return str(value)[: len(operand)].replace("/", "-"), operand.replace("/", "-")


def _names(entries: Sequence[Json]) -> Set[str]:
    return {str(entry[name]).lower() for entry in entries for name in ("id", "name")}


_KNOWN: Dict[str, Callable[[Tracker], Set[str]]] = {
    "status": lambda tracker: _names(tracker.catalogue.statuses),
    "issuetype": lambda tracker: _names(tracker.catalogue.issue_types),
    "priority": lambda tracker: _names(tracker.catalogue.priorities),
    "resolution": lambda tracker: _names(tracker.catalogue.resolutions) | {"unresolved"},
    "components": lambda tracker: {n for project in tracker.projects for n in _names(project.components)},
    "fixVersions": lambda tracker: {n for project in tracker.projects for n in _names(project.versions)},
    "versions": lambda tracker: {n for project in tracker.projects for n in _names(project.versions)},
}
