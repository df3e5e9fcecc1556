"""Columns of boards: a saved query each, which nothing but its board shows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar, Iterable, Mapping, Sequence

from j2o_core.api import Answer, Difference, Effect, Found, ItemSkipped, Problem, TargetItem

from ..marks import BOARD_COLUMN
from ..saved_filters import IS, listed, read_filter
from ..target_items import payload_of, target_id
from .entity import lost_notes
from .queries import Queries

_STATUS = "status"
_UNKNOWN_NAME = "J2O-O010"
#: what a column is, beside what its board asks
_OWN = ("name", "project", "projects", "public", _STATUS)
_NOT_OF_COLUMNS = ("public", "starred", "sortBy", "descending")


class BoardColumns(Queries):
    """A public query for the statuses of the column and what the board asks beside them.

    A column over one project belongs to it; over many it belongs to none and filters by project. What no filter says is
    left out and told: a board that shows more is better than none.
    """

    name = "openproject.board_columns"
    kind = BOARD_COLUMN
    fields: ClassVar[Mapping[str, str]] = {
        **{name: about for name, about in Queries.fields.items() if name not in _NOT_OF_COLUMNS},
        "project": "the project of the board",
        "projects": "all projects that the board looks over",
        "name": "what stands above the column",
        "status": "names of statuses: what stands in the column",
        "words": "what the board asks and no field says, in the words of the source: it is told",
    }
    required = ("project", "name")
    settled: ClassVar[Mapping[str, bool]] = {"empty_column": False}

    def problems(self, payload: Mapping[str, Any]) -> Iterable[Problem]:
        """Names that the target has not."""
        return [problem for problem in super().problems(payload) if problem.code == _UNKNOWN_NAME]

    def find(self, effect: Effect) -> Sequence[Found]:
        """By the mark, among the queries of its project, or of none."""
        return super().find(self._query(effect))

    def create(self, effect: Effect) -> Answer:
        """One query that everybody sees who sees the board. Raises ``ItemSkipped`` for a column without statuses."""
        if not listed(effect.payload.get(_STATUS)):
            raise ItemSkipped("no status stands in the column, so that nothing can be in it", code="empty_column")
        query = self._query(effect)
        return self._told(super().create(query), effect, query)

    def update(self, effect: Effect, current: Found) -> Answer:
        """The whole query: its filters hang together."""
        query = self._query(effect)
        return self._told(super().update(query, current), effect, query)

    def differences(self, effect: Effect, found: Found) -> Sequence[Difference]:
        """What the board asks beyond what filters say, too."""
        query = self._query(effect)
        answer = Answer(found.id, differences=tuple(super().differences(query, found)))
        return self._told(answer, effect, query).differences

    def image(self, effect: Effect) -> Mapping[str, Any]:
        """As of other queries."""
        return super().image(self._query(effect))

    def _query(self, effect: Effect) -> Effect:
        """The effect as that of a query, with what the board asks as far as filters say it all."""
        if "public" in effect.payload:
            return effect  # which columns do not have: it is that of a query already
        home = target_id(effect.payload.get("project"), "project")
        projects = {home: effect.payload["project"]}
        for item in listed(effect.payload.get("projects")):
            if isinstance(item, TargetItem):
                projects.setdefault(item.id, item)
        many = len(projects) > 1
        payload = {
            **payload_of(effect),
            "project": None if many else projects[home],
            "projects": list(projects.values()) if many else [],
            "public": True,
        }
        query = replace(effect, payload=payload, notes=())
        try:
            self._filters(query, payload)
        except ItemSkipped:
            return replace(query, payload={name: payload.get(name) for name in _OWN})
        return query

    @staticmethod
    def _told(answer: Answer, effect: Effect, query: Effect) -> Answer:
        left = [name for name, value in effect.payload.items() if name not in query.payload and listed(value)]
        differences = [*answer.differences, *lost_notes(effect.notes)]
        if left:
            differences.append(Difference("filters", ", ".join(sorted(left)), None))
        if effect.payload.get("words") and not left:
            differences.append(Difference("words", effect.payload["words"], None))
        return replace(answer, differences=tuple(differences))


def status_ids(row: Mapping[str, Any]) -> list[str]:
    """The statuses that a query filters by."""
    for one in map(read_filter, row.get("filters") or ()):
        if (one.name, one.operator) == (_STATUS, IS):
            return list(one.values)
    return []
