"""Columns of boards: a saved query each, which nothing but its board shows."""

from __future__ import annotations

from typing import Any, ClassVar, Iterable, Iterator, Mapping, Optional, Sequence
from urllib.parse import quote

from j2o_core.api import Answer, Effect, EffectClass, Found, ItemSkipped, Phase, Problem, Refused

from ..hal import API, condition, link, linked, linked_all
from ..marks import BOARD_COLUMN
from ..target_items import ids, payload_of, sorted_ids, target_id
from ..texts import one_line
from .entity import FormLoader, failed, lost_notes, only

_LONGEST = 255
_STATUS, _PROJECT, _SUBJECT = "status", "project", "subject"
_IS, _LACKS = "=", "!~"
_ADVICE = "The account must be allowed to save and to publish queries in the project"


class BoardColumns(FormLoader):
    """Found again by a filter that holds the mark and keeps nothing out: the subject does not contain it.

    Queries have no text to put a mark in, and names that repeat. A column over one project belongs to it; over many it
    belongs to none and filters by project.
    """

    name = "openproject.board_columns"
    effect_class = EffectClass.MARKED
    phase = Phase.STRUCTURE
    after = ("projects",)
    named: ClassVar[Mapping[str, str]] = {"statuses": "statuses"}
    fields: ClassVar[Mapping[str, str]] = {
        "project": "the project of the board",
        "projects": "all projects that the board looks over",
        "name": "what stands above the column",
        "statuses": "names of statuses: what stands in the column",
    }
    required = ("project", "name")

    def keys(self, effect: Effect) -> Sequence[str]:
        """None: names repeat."""
        return ()

    def problems(self, payload: Mapping[str, Any]) -> Iterable[Problem]:
        """Statuses that the target has not."""
        names = self.catalogue.statuses
        for name in _listed(payload.get("statuses")):
            if names.find(name) is None:
                yield self.problem(
                    "J2O-O010",
                    f"OpenProject has no status '{name}'",
                    "statuses",
                    expected=", ".join(names.all()),
                    suggestion=names.nearest(name),
                )

    def scan(self, scopes: Sequence[str]) -> Iterator[Found]:
        """The columns of ours among all queries that the account sees."""
        return (found for found in map(self._found, self.client.pages("queries", sort=False)) if found.mark is not None)

    def find(self, effect: Effect) -> Sequence[Found]:
        """By the mark, among the queries of its project, or of none."""
        projects = _projects(effect)
        where = condition("project", _IS, projects) if len(projects) == 1 else condition("project", "!*", [])
        rows = self.client.pages("queries", where, sort=False)
        return [found for found in map(self._found, rows) if found.mark == effect.origin.id]

    def create(self, effect: Effect) -> Answer:
        """One query that everybody sees who sees the board. Raises ``ItemSkipped`` for a column without statuses."""
        wanted = self.image(effect)
        if not wanted["statuses"]:
            raise ItemSkipped("no status stands in the column, so that nothing can be in it", code="empty_column")
        body = {**self._body(effect, wanted), "public": True, "includeSubprojects": False}
        try:
            row = self.client.post("queries", body)
        except Refused as refusal:
            raise failed(refusal, _ADVICE) from None
        return self.answer(self._found(row), wanted, differences=lost_notes(effect.notes))

    def update(self, effect: Effect, current: Found) -> Answer:
        """Changed fields; the filters go together."""
        wanted = self.image(effect)
        row = self.client.patch(f"queries/{current.id}", self._body(effect, wanted))
        return self.answer(self._found(row), only(effect, wanted))

    def read(self, identifier: str, parent: str = "") -> Found:
        """One query."""
        return self._found(self.client.get(f"queries/{identifier}"))

    def delete(self, identifier: str, parent: str = "") -> None:
        """Remove the query; with its board the server has removed it already."""
        self.client.delete(f"queries/{identifier}")

    def image(self, effect: Effect) -> Mapping[str, Any]:
        """Name, projects, and the statuses by name."""
        payload = payload_of(effect)
        statuses = self.catalogue.statuses
        found = dict.fromkeys(statuses.id(name) for name in _listed(payload.get("statuses")))
        projects = _projects(effect)
        return {
            "project": projects[0] if len(projects) == 1 else None,
            "projects": projects,
            "name": one_line(payload.get("name"))[:_LONGEST],
            "statuses": [statuses.name(identifier) for identifier in sorted_ids(found)],
        }

    def _body(self, effect: Effect, wanted: Mapping[str, Any]) -> dict[str, Any]:
        statuses = [self.catalogue.statuses.id(name) for name in wanted["statuses"]]
        filters = [_filter(_STATUS, _IS, linked_values=[f"{API}/statuses/{one}" for one in statuses])]
        if wanted["project"] is None:
            projects = [f"{API}/projects/{one}" for one in wanted["projects"]]
            filters.append(_filter(_PROJECT, _IS, linked_values=projects))
        filters.append(_filter(_SUBJECT, _LACKS, [self.marks.token(BOARD_COLUMN, effect.origin.id)]))
        return {
            "name": wanted["name"],
            "filters": filters,
            "_links": {"project": link("projects", wanted["project"])},
        }

    def _found(self, row: Mapping[str, Any]) -> Found:
        filters = {(linked(entry, "filter"), linked(entry, "operator")): entry for entry in row.get("filters") or ()}
        own = linked(row, "project")
        (token,) = (filters.get((_SUBJECT, _LACKS)) or {}).get("values") or [""]
        statuses = linked_all(filters.get((_STATUS, _IS)) or {}, "values")
        names = self.catalogue.statuses
        image = {
            "project": own,
            "projects": [own] if own else sorted_ids(linked_all(filters.get((_PROJECT, _IS)) or {}, "values")),
            "name": row.get("name"),
            "statuses": [names.name(identifier) for identifier in sorted_ids(statuses)],
        }
        return Found(
            id=str(row["id"]),
            mark=self.marks.read_value(token, BOARD_COLUMN),
            updated=row.get("updatedAt"),
            image=image,
            label=str(row.get("name") or ""),
            parent=own or "",
        )


def status_ids(row: Mapping[str, Any]) -> list[str]:
    """The statuses that a query filters by."""
    for entry in row.get("filters") or ():
        if (linked(entry, "filter"), linked(entry, "operator")) == (_STATUS, _IS):
            return linked_all(entry, "values")
    return []


def _filter(
    name: str, operator: str, values: Sequence[str] = (), linked_values: Optional[Sequence[str]] = None
) -> dict[str, Any]:
    links: dict[str, Any] = {
        "filter": {"href": f"{API}/queries/filters/{name}"},
        "operator": {"href": f"{API}/queries/operators/{quote(operator, safe='')}"},
    }
    if linked_values is None:
        return {"_links": links, "values": list(values)}
    return {"_links": {**links, "values": [{"href": href} for href in linked_values]}}


def _projects(effect: Effect) -> list[str]:
    home = target_id(effect.payload.get("project"), "project")
    return sorted_ids([home, *ids(effect.payload.get("projects"))])


def _listed(value: Any) -> list[Any]:
    listed = value if isinstance(value, (list, tuple)) else [value]
    return [one for one in listed if one not in (None, "")]
