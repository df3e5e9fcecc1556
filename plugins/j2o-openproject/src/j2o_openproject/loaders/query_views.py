"""The places of saved queries in the menus."""

from __future__ import annotations

from typing import Any, ClassVar, Iterator, Mapping, Sequence

from j2o_core.api import Answer, Effect, EffectClass, Found, Phase, Undo

from ..hal import link, linked
from ..target_items import target_id
from .entity import EntityLoader, lost_notes

_TYPES = {
    "WorkPackagesTable": "work_packages_table",
    "WorkPackagesCalendar": "work_packages_calendar",
    "TeamPlanner": "team_planner",
    "Gantt": "gantt",
}


class QueryViews(EntityLoader):
    """A query without a view stands in no menu. One that has one gets no second: it is looked at first.

    Nothing takes a view away but the end of its query.
    """

    name = "openproject.query_views"
    effect_class = EffectClass.REPEATABLE
    phase = Phase.ATTENDANCE
    undo = Undo.IMPOSSIBLE
    changeable = False
    taken_twice = True
    after = ("queries",)
    fields: ClassVar[Mapping[str, str]] = {"type": f"the menu: {', '.join(sorted(_TYPES.values()))}"}
    required = ("type",)

    def lane(self, effect_key: str, parent: str, root: str, payload: Mapping[str, Any]) -> str:
        """One after the other for a query."""
        return f"query_views:{parent}"

    def keys(self, effect: Effect) -> Sequence[str]:
        """``query:5/view:work_packages_table``."""
        return (_key(_query(effect), str(effect.payload.get("type"))),)

    def scan(self, scopes: Sequence[str]) -> Iterator[Found]:
        """All views."""
        return map(_found, self.client.pages("views"))

    def find(self, effect: Effect) -> Sequence[Found]:
        """The view of this query in this menu."""
        (key,) = self.keys(effect)
        return [found for found in self.scan(()) if key in found.keys]

    def create(self, effect: Effect) -> Answer:
        """Put the query into the menu, unless it is in one."""
        query, kind = _query(effect), str(effect.payload.get("type"))
        shown = self.client.get(f"queries/{query}", {"pageSize": 0}).get("hidden") is False
        there = self.find(effect) if shown else []
        if there:
            found = there[0]
        else:
            found = _found(self.client.post(f"views/{kind}", {"_links": {"query": link("queries", query)}}))
        return self.answer(found, self.image(effect), differences=lost_notes(effect.notes))

    def read(self, identifier: str, parent: str = "") -> Found:
        """One view."""
        return _found(self.client.get(f"views/{identifier}"))

    def image(self, effect: Effect) -> Mapping[str, Any]:
        """The query and the menu."""
        return {"query": _query(effect), "type": str(effect.payload.get("type"))}


def _query(effect: Effect) -> str:
    return target_id(effect.parent, "query")


def _found(row: Mapping[str, Any]) -> Found:
    query = linked(row, "query") or ""
    name = str(row.get("_type") or "").rpartition("::")[2]
    kind = _TYPES.get(name, name)
    return Found(
        id=str(row["id"]),
        keys=(_key(query, kind),),
        updated=row.get("updatedAt"),
        image={"query": query, "type": kind},
        label=str(row.get("name") or ""),
        parent=query,
    )


def _key(query: str, kind: str) -> str:
    return f"query:{query}/view:{kind}"
