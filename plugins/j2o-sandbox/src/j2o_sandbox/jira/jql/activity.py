"""Clauses about comments, worklogs and former values: what happened on an issue, as far as the index knows it.

Since 8.20.12 and 8.22.2 the index of Server and Data Center holds no more than the newest 500 comments, 100 worklogs
and 100 changes of an issue: older ones are found by no query, without a word.
"""

from __future__ import annotations

from typing import Callable, Dict, Iterable, Optional, Sequence, Set

from j2o_sandbox.jira.accounts import Viewer
from j2o_sandbox.jira.bodies import wiki_body
from j2o_sandbox.jira.jql.dates import moment
from j2o_sandbox.jira.jql.parse import Clause, Empty, Function, JqlError, Operand
from j2o_sandbox.jira.model import Json, Person, Tracker
from j2o_sandbox.jira.moments import epoch_seconds

Test = Callable[[int], bool]

COMMENTS, WORKLOGS, CHANGES = 500, 100, 100
_WITH_HISTORY = {
    "assignee": "assignee",
    "fixversion": "Fix Version",
    "priority": "priority",
    "reporter": "reporter",
    "resolution": "resolution",
    "status": "status",
}


class Activity:
    """Tests of positions by what happened there. With ``safeguarded`` the oldest things are not known."""

    def __init__(self, tracker: Tracker, viewer: Viewer, safeguarded: bool, offset_minutes: int) -> None:
        self._tracker = tracker
        self._viewer = viewer
        self._safeguarded = safeguarded
        self._offset = offset_minutes

    def test(self, clause: Clause) -> Optional[Test]:
        """The test of a clause, or None where it is about something else.

        Raises:
            JqlError: the field has no such operator.
        """
        name = clause.field.lower()
        if clause.operator in ("changed", "was", "was not", "was in", "was not in"):
            if name not in _WITH_HISTORY:
                word = clause.operator.partition(" ")[0]
                raise JqlError(f"The operator '{word}' is not supported by the '{clause.field}' field.")
            return self._history(clause, name)
        if name == "comment":
            return self._text(clause, self._comments, "body")
        if name == "worklogcomment":
            return self._text(clause, self._worklogs, "comment")
        if name == "worklogauthor":
            return self._author(clause)
        return self._date(clause) if name == "worklogdate" else None

    def _text(self, clause: Clause, entries: Callable[[int], Sequence[Json]], part: str) -> Test:
        if clause.operator not in ("~", "!~"):
            raise _unsupported(clause)
        words = [word.strip("*").lower() for word in str(clause.operands[0]).strip('"').split()]
        negative = clause.operator == "!~"

        def holds(position: int) -> bool:
            texts = (str(wiki_body(entry.get(part), {}) or "").lower() for entry in entries(position))
            return any(all(word in text for word in words) for text in texts) is not negative

        return holds

    def _author(self, clause: Clause) -> Test:
        if clause.operator not in ("=", "!=", "in", "not in"):
            raise _unsupported(clause)
        names = {self._login(operand, clause.field) for operand in clause.operands}
        negative = clause.operator in ("!=", "not in")

        def holds(position: int) -> bool:
            authors = {entry["author"].name for entry in self._worklogs(position) if _has_author(entry)}
            return bool(names & authors) is not negative

        return holds

    def _date(self, clause: Clause) -> Test:
        compare = _COMPARE.get(clause.operator)
        if compare is None:
            raise _unsupported(clause)
        # Worklogs are compared by day.
        border = _day(moment(clause.operands[0], clause.field, self._offset), self._offset)

        def holds(position: int) -> bool:
            started = (epoch_seconds(entry.get("started")) for entry in self._worklogs(position))
            return any(compare(_day(moment, self._offset), border) for moment in started if moment is not None)

        return holds

    def _history(self, clause: Clause, name: str) -> Test:
        limits = clause.predicates
        borders = {
            word: moment(operand, clause.field, self._offset) for word, operand in limits if word in ("after", "before")
        }
        wanted = {word: self._words(operand, name) for word, operand in limits if word in ("from", "to")}
        people = {self._login(operand, clause.field) for word, operand in limits if word == "by"}
        former = {word for operand in clause.operands for word in self._words(operand, name)}

        def fits(entry: Json) -> bool:
            when = epoch_seconds(entry.get("created")) or 0
            if "after" in borders and not when > borders["after"]:
                return False
            if "before" in borders and not when < borders["before"]:
                return False
            return not people or (_has_author(entry) and entry["author"].name in people)

        def changed(position: int) -> bool:
            items = self._items(position, name, fits)
            return any(all(_values(item, word) & words for word, words in wanted.items()) for item in items)

        def was(position: int) -> bool:
            present = _present(self._tracker, position, name)
            items = list(self._items(position, name, fits))
            values = {value for item in items for side in ("from", "to") for value in _values(item, side)}
            return bool(former & (values | (set() if limits else present)))

        if clause.operator == "changed":
            return changed
        if clause.operator in ("was", "was in"):
            return was
        return lambda position: not was(position)

    def _items(self, position: int, name: str, fits: Callable[[Json], bool]) -> Iterable[Json]:
        field = _WITH_HISTORY[name]
        for entry in self._newest(self._tracker.issue(position).histories, CHANGES):
            if fits(entry):
                yield from (item for item in entry["items"] if item.get("field") == field)

    def _comments(self, position: int) -> Sequence[Json]:
        return self._newest(self._seen(self._tracker.issue(position).comments), COMMENTS)

    def _worklogs(self, position: int) -> Sequence[Json]:
        return self._newest(self._seen(self._tracker.issue(position).worklogs), WORKLOGS)

    def _seen(self, entries: Sequence[Json]) -> Sequence[Json]:
        return [entry for entry in entries if self._viewer.administrator or "visibility" not in entry]

    def _newest(self, entries: Sequence[Json], count: int) -> Sequence[Json]:
        return entries[-count:] if self._safeguarded else entries

    def _login(self, operand: Operand, field: str) -> str:
        if isinstance(operand, Function) and operand.name.lower() == "currentuser":
            return self._viewer.name
        for user in self._tracker.users.values():
            if operand in (user.name, user.key, user.account_id, user.email):
                return user.name
        raise JqlError(f"The value '{operand}' does not exist for the field '{field}'.")

    def _words(self, operand: Operand, name: str) -> Set[str]:
        if isinstance(operand, Empty):
            return {""}
        if name in ("assignee", "reporter"):
            user = self._tracker.users[self._login(operand, name)]
            return {word.lower() for word in (user.name, user.key, user.account_id, user.display_name)}
        return {str(operand).lower()}


def _present(tracker: Tracker, position: int, name: str) -> Set[str]:
    value = tracker.issue(position).fields.get("fixVersions" if name == "fixversion" else name)
    found: Set[str] = set()
    for entry in value if isinstance(value, list) else [value]:
        if isinstance(entry, Person):
            found.add(entry.name.lower())
        elif isinstance(entry, dict):
            found |= {str(entry.get("name", "")).lower(), str(entry.get("id", "")).lower()}
        else:
            found.add("")
    return found


def _values(item: Json, side: str) -> Set[str]:
    found: Set[str] = set()
    for key in (side, f"{side}String"):
        value = item.get(key)
        found.add("" if value is None else str(getattr(value, "name", value)).lower())
    return found


def _has_author(entry: Json) -> bool:
    return isinstance(entry.get("author"), Person)


def _day(seconds: float, offset_minutes: int) -> int:
    return int((seconds + offset_minutes * 60) // 86400)


def _unsupported(clause: Clause) -> JqlError:
    return JqlError(f"The operator '{clause.operator}' is not supported by the '{clause.field}' field.")


_COMPARE: Dict[str, Callable[[int, int], bool]] = {
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
    "=": lambda left, right: left == right,
}
