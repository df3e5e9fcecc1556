"""Sprints: from the agile API, and from the issues that name them.

A sprint belongs to a board, its issues to any project; what it becomes on a target belongs to a project. So there is
one record for each project that a sprint has to do with: the home of its board, and those whose issues were in it.
"""

from __future__ import annotations

from typing import Any, Iterable, Iterator, Mapping, Optional, Sequence

from j2o_core.api import (
    WARNING,
    Extractor,
    Function,
    Origin,
    Page,
    Part,
    Problem,
    Record,
    Refused,
    Selection,
    Splitter,
    is_sprint_text,
    read_sprint,
)

from ..people import project_reference
from ..plain import plain
from .listing import HIDDEN, NO_SPRINTS, agile_pages, boards, migrated, projects_of

_STATES = ("active", "future", "closed")
_KANBAN = "kanban"


class Sprints(Extractor):
    """One record per sprint and project: ``name``, ``state``, dates, ``goal``, ``sprint`` (its id in Jira)."""

    name = "jira.sprints"

    def pages(self, selection: Selection, slice: str, cursor: Optional[Any]) -> Iterator[Page]:
        """A page per board. The cursor is the last board's id."""
        try:
            listed = boards(self.client, selection)
        except Refused as refusal:
            if refusal.status not in HIDDEN:
                raise
            message = f"boards cannot be read ({refusal.message}): sprints are those that issues name"
            yield Page([], cursor, 0, [Problem("J2O-X020", message, WARNING, entity=self.entity)])
            return
        known = {int(board["id"]) for board in listed}
        wanted = migrated(self.client, selection)
        given: set[str] = set()
        for board in listed:
            problems: list[Problem] = []
            records = [
                record for record in self._records(board, known, wanted, problems) if record.origin.id not in given
            ]
            given.update(record.origin.id for record in records)
            if cursor is None or int(board["id"]) > int(cursor):
                yield Page(records, int(board["id"]), None, problems)

    @staticmethod
    def aliases(value: Any) -> Sequence[str]:
        """The id of a sprint in a project: names repeat, and a sprint may be in many projects."""
        identifier = value.get("id") if isinstance(value, dict) else value
        return (str(identifier),) if isinstance(identifier, (str, int)) and identifier != "" else ()

    @staticmethod
    def label(value: Any) -> str:
        """Name and state, as people read them."""
        if not isinstance(value, dict):
            return str(value or "")
        name = str(value.get("name") or value.get("id") or "")
        return f"{name} ({value['state']})" if value.get("state") else name

    def _records(
        self, board: Mapping[str, Any], known: set[int], wanted: set[str], problems: list[Problem]
    ) -> Iterator[Record]:
        if board.get("type") == _KANBAN:
            return
        try:
            shown = list(agile_pages(self.client, f"/board/{board['id']}/sprint"))
        except Refused as refusal:
            if refusal.status in NO_SPRINTS:
                return  # a board of another kind, with sprints switched off say
            if refusal.status not in HIDDEN:
                raise
            message = f"the sprints of board '{board.get('name')}' cannot be read ({refusal.message})"
            problems.append(Problem("J2O-X023", message, WARNING, entity=self.entity, key=str(board["id"])))
            return
        # Other boards show a sprint too; it is that of the board it was made on, where that can be seen.
        own = [s for s in shown if s.get("originBoardId") in (None, board["id"]) or s["originBoardId"] not in known]
        if not own:
            return
        home = next((project for project in projects_of(self.client, board) if project["id"] in wanted), None)
        if home is None:
            return  # issues in migrated projects tell of it
        for sprint in own:
            data = sprint_data(sprint, home)
            yield Record(Origin(self.source, self.entity, data["id"]), sprint_key(data), data, (data["id"],))


class IssueSprints(Splitter):
    """The sprints that an issue names, in the issue's project, in whatever form Jira tells them."""

    name = "jira.issue_sprints"
    shared = True

    def split(self, record: Record) -> Iterable[Part]:
        """Each once."""
        fields = record.data.get("fields") or {}
        project = project_reference(fields.get("project"))
        if "id" not in project:
            return
        seen = set()
        for value in fields.values():
            for sprint in sprints_in(value):
                data = sprint_data(sprint, project)
                if data["id"] not in seen:
                    seen.add(data["id"])
                    yield Part(data["id"], sprint_key(data), data, (data["id"],))

    @staticmethod
    def aliases(value: Any) -> Sequence[str]:
        """See ``Sprints.aliases``."""
        return Sprints.aliases(value)

    @staticmethod
    def label(value: Any) -> str:
        """See ``Sprints.label``."""
        return Sprints.label(value)


def sprints_in(value: Any) -> list[Mapping[str, Any]]:
    """The sprints in the value of an issue's field, in either form; none where it is something else."""
    found: list[Mapping[str, Any]] = []
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, str) and is_sprint_text(item.strip()):
            item = dict(read_sprint(item))
        elif not (isinstance(item, dict) and str(item.get("state") or "").lower() in _STATES and item.get("name")):
            return []
        if item.get("id") in (None, ""):
            return []
        found.append(item)
    return found


def sprint_data(sprint: Mapping[str, Any], project: Mapping[str, Any]) -> dict[str, Any]:
    """A sprint in a project, the same whether the agile API tells of it or an issue, as far as that knows."""
    data = {name: value for name, value in plain(dict(sprint)).items() if value not in (None, "")}
    board = data.pop("originBoardId", None) or data.pop("boardId", None)
    data.pop("boardId", None)
    state = str(data.get("state") or "").lower()
    number = str(data["id"])
    data.update({"id": sprint_id(project, number), "sprint": number, "project": dict(project)})
    return {**data, **({"board": str(board)} if board else {}), **({"state": state} if state else {})}


def sprint_id(project: Mapping[str, Any], sprint: Any) -> str:
    """The id of a sprint's record in a project."""
    return f"{project.get('id')}:{sprint}"


def sprint_key(data: Mapping[str, Any]) -> str:
    """What reports call it."""
    return f"{data['project'].get('key', '')}: {data.get('name') or data['sprint']}"


def issue_sprints(value: Any, project: Any) -> list[dict[str, Any]]:
    """References to the sprints of an issue, the one that counts first: active, then future, then closed last."""
    place = {state: position for position, state in enumerate(_STATES)}
    found = [sprint_data(sprint, project_reference(project)) for sprint in sprints_in(value)]
    found.sort(
        key=lambda data: (str(data.get("endDate") or data.get("completeDate") or ""), _number(data)), reverse=True
    )
    found.sort(key=lambda data: place.get(data.get("state", ""), len(place)))
    return [{name: data[name] for name in ("id", "name", "state") if name in data} for data in found]


def _number(data: Mapping[str, Any]) -> int:
    return int(data["sprint"]) if str(data["sprint"]).isdigit() else 0


FUNCTION = Function(
    "issue_sprints",
    issue_sprints,
    "The sprints of an issue in its project, for `ref: sprints`: the active one first, then future ones, then closed "
    "ones from the last; `{{ issue_sprints(field('Sprint'), item.fields.project) }}`.",
)
