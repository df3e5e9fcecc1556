"""Saved queries: lists of work packages with their filters and order."""

from __future__ import annotations

from typing import Any, ClassVar, Iterable, Iterator, List, Mapping, Optional, Sequence

from j2o_core.api import Answer, Effect, EffectClass, Found, ItemSkipped, Phase, Problem, Refused

from ..catalogue import Names
from ..hal import condition, link, linked, linked_all
from ..marks import QUERY
from ..plain_text import plain_text
from ..project_filters import project_filters
from ..refusals import errors_of
from ..saved_filters import (
    IS,
    IS_NOT,
    LACKS,
    NAMED,
    NOT,
    Inexpressible,
    SavedFilter,
    listed,
    plain_filters,
    read_filter,
    referring_filters,
    single,
)
from ..target_items import optional_id, payload_of
from ..texts import one_line
from ..work_package_draft import CUSTOM
from .entity import FormLoader

_LONGEST = 255
_SORTABLE = (
    *("id", "subject", "createdAt", "updatedAt", "startDate", "dueDate", "status", "type", "priority", "project"),
    *("parent", "author", "assignee", "responsible", "category", "version", "estimatedTime", "remainingTime"),
)
#: filters that can hold the mark: texts that it never occurs in
_MARKED = ("subject", "description")


class Queries(FormLoader):
    """Found again by a filter that holds the mark and keeps nothing out: the subject does not contain it.

    Queries have no text, and names that repeat. They belong to whoever creates them. A query is written whole or not at
    all: what no filter says skips the item, and so does what the mapping left over, with the query in its own words.
    """

    name = "openproject.queries"
    effect_class = EffectClass.MARKED
    phase = Phase.ATTENDANCE
    after = ("projects", "memberships", "versions", "work_packages")
    named: ClassVar[Mapping[str, str]] = NAMED
    fields: ClassVar[Mapping[str, str]] = {
        "name": "what stands in the menu",
        "project": "the project it belongs to; without one it belongs to none and looks over all",
        "public": "whether others see it",
        "starred": "whether it is among the favourites",
        "words": "the query in the words of the source, told where OpenProject cannot say it",
        "projects": "projects that it looks over, where there are several",
        "type": "names of types",
        "status": "names of statuses",
        "state": "open or closed: statuses that are",
        "priority": "names of priorities",
        "category": "names of categories, of a query of one project",
        "assignee": "people or groups",
        "author": "people",
        "version": "versions",
        "parent": "work packages above",
        "workPackages": "work packages themselves",
        "not projects": "projects that it does not look over",
        "not type": "types that it does not show",
        "not status": "statuses that it does not show",
        "not priority": "priorities that it does not show",
        "not category": "categories that it does not show",
        "not assignee": "whose work packages it does not show, the work packages of nobody not among them",
        "not author": "whose work packages it does not show",
        "not version": "versions that it does not show",
        "not parent": "work packages above what it does not show",
        "not workPackages": "work packages that it does not show",
        "subject": "words in the subject",
        "description": "words in the description",
        "comment": "words in a comment",
        "text": "words anywhere",
        "not subject": "words that are not in the subject",
        "not description": "words that are not in the description",
        "not comment": "words that are not in any comment",
        "createdAt": "days: `2024-01-01..2024-01-31`, `-7..0` counted from today, an end may be left out",
        "updatedAt": "days, likewise",
        "startDate": "days, likewise",
        "dueDate": "days, likewise",
        "mine": "names of fields that are to be the person who looks: assignee, author, watcher",
        "empty": "names of fields that are to be empty: assignee, version, category, startDate, dueDate",
        "filled": "names of fields that are not to be empty: assignee, version, category",
        "sortBy": "names of fields to sort by, at most three",
        "descending": "those of them that begin with the greatest",
        "cf:*": "values of a custom field, of a query of one project",
    }
    required = ("name",)
    #: what stands before the id in the mark of what this loader makes
    kind: ClassVar[str] = QUERY

    def keys(self, effect: Effect) -> Sequence[str]:
        """None: names repeat."""
        return ()

    def problems(self, payload: Mapping[str, Any]) -> Iterable[Problem]:
        """What no filter says, as far as it shows without the target's items."""
        for field, kind in NAMED.items():
            names = self._names(kind)
            for name in (*listed(payload.get(field)), *listed(payload.get(f"{NOT}{field}"))):
                if names.find(name) is None:
                    yield self.problem(
                        "J2O-O010",
                        f"OpenProject has no {names.kind} '{name}'",
                        field,
                        expected=", ".join(names.all()),
                        suggestion=names.nearest(name),
                    )
        for name in (*listed(payload.get("sortBy")), *listed(payload.get("descending"))):
            if name not in _SORTABLE:
                yield self.problem("J2O-O050", f"OpenProject does not sort by '{name}'", "sortBy")
        if not payload.get("project"):
            for field, value in payload.items():
                if listed(value) and (field in ("category", f"{NOT}category") or field.startswith(CUSTOM)):
                    message = f"a query of no project cannot filter by {field.replace(CUSTOM, '')}"
                    yield self.problem("J2O-O050", message, field)
        try:
            single([*plain_filters(payload), *self._by_name(payload)] if self._known(payload) else [])
        except Inexpressible as reason:
            yield self.problem("J2O-O050", f"{reason}: {payload.get('words') or ''}".rstrip(": "), "name")

    def scan(self, scopes: Sequence[str]) -> Iterator[Found]:
        """Those of ours among all queries that the account sees."""
        return (found for found in map(self._found, self.client.pages("queries", sort=False)) if found.mark is not None)

    def find(self, effect: Effect) -> Sequence[Found]:
        """By the mark, among the queries of its project, or of none."""
        project = optional_id(effect.payload.get("project"))
        where = condition("project", IS, [project]) if project else condition("project", "!*", [])
        rows = self.client.pages("queries", where, sort=False)
        return [found for found in map(self._found, rows) if found.mark == effect.origin.id]

    def create(self, effect: Effect) -> Answer:
        """One query of the account's own. Raises ``ItemSkipped`` where it cannot be said whole."""
        wanted = self.image(effect)
        try:
            row = self.client.post("queries", self._body(effect, wanted))
        except Refused as refusal:
            raise _not_taken(refusal, effect) from None
        return self.answer(self._found(row), wanted)

    def update(self, effect: Effect, current: Found) -> Answer:
        """The whole query: its filters hang together."""
        wanted = self.image(effect)
        try:
            row = self.client.patch(f"queries/{current.id}", self._body(effect, wanted))
        except Refused as refusal:
            raise _not_taken(refusal, effect) from None
        return self.answer(self._found(row), wanted)

    def wanted(self, effect: Effect) -> Mapping[str, Any]:
        """The whole query."""
        return self.image(effect)

    def read(self, identifier: str, parent: str = "") -> Found:
        """One query; the work packages that it finds are not asked for."""
        return self._found(self.client.get(f"queries/{identifier}", {"pageSize": 0}))

    def page(self, identifier: str) -> str:
        """The list that it shows."""
        return f"{self.client.url}/work_packages?query_id={identifier}"

    def delete(self, identifier: str, parent: str = "") -> None:
        """Remove the query, with its place in the menu."""
        self.client.delete(f"queries/{identifier}")

    def image(self, effect: Effect) -> Mapping[str, Any]:
        """Name, project, who sees it, filters, order."""
        payload = payload_of(effect)
        descending = listed(payload.get("descending"))
        return {
            "name": one_line(payload.get("name"))[:_LONGEST],
            "project": optional_id(payload.get("project")),
            "public": bool(payload.get("public")),
            "starred": bool(payload.get("starred")),
            "filters": [one.image for one in self._filters(effect, payload)],
            "sortBy": [f"{name}-{'desc' if name in descending else 'asc'}" for name in listed(payload.get("sortBy"))],
        }

    # ------------------------------------------------------------------ what is sent

    def _body(self, effect: Effect, wanted: Mapping[str, Any]) -> dict[str, Any]:
        filters = self._filters(effect, payload_of(effect))
        free = [name for name in _MARKED if all(one.name != name for one in filters)]
        if not free:
            raise _skipped("it leaves no filter free for its mark", effect)
        mark = SavedFilter(free[0], LACKS, (self.marks.token(self.kind, effect.origin.id),))
        return {
            "name": wanted["name"],
            "public": wanted["public"],
            "starred": wanted["starred"],
            "includeSubprojects": False,
            "filters": [one.body() for one in (*filters, mark)],
            "_links": {
                "project": link("projects", wanted["project"]),
                "sortBy": [link("queries/sort_bys", criterion) for criterion in wanted["sortBy"]],
            },
        }

    def _filters(self, effect: Effect, payload: Mapping[str, Any]) -> List[SavedFilter]:
        if effect.notes:
            left = ", ".join(f"{one_line(note.label)} ({one_line(plain_text(note.text))})" for note in effect.notes)
            raise _skipped(f"no filter takes {left}", effect)
        try:
            return single(
                [
                    *plain_filters(payload),
                    *referring_filters(payload),
                    *self._by_name(payload),
                    *project_filters(effect, payload, self.catalogue, self.addresses),
                ]
            )
        except Inexpressible as reason:
            raise _skipped(str(reason), effect) from None

    def _by_name(self, payload: Mapping[str, Any]) -> Iterator[SavedFilter]:
        for field, kind in NAMED.items():
            for prefix, operator in (("", IS), (NOT, IS_NOT)):
                chosen = listed(payload.get(f"{prefix}{field}"))
                if chosen:
                    identifiers = dict.fromkeys(self._names(kind).id(name) for name in chosen)
                    yield SavedFilter(field, operator, tuple(identifiers), kind)

    def _known(self, payload: Mapping[str, Any]) -> bool:
        """Whether the target has all that the payload names: else that is told, and nothing more."""
        fields = [(field, kind) for name, kind in NAMED.items() for field in (name, f"{NOT}{name}")]
        return all(self._names(kind).find(one) for field, kind in fields for one in listed(payload.get(field)))

    def _names(self, kind: str) -> Names:
        return {"types": self.catalogue.types, "statuses": self.catalogue.statuses}.get(kind, self.catalogue.priorities)

    def _found(self, row: Mapping[str, Any]) -> Found:
        mark: Optional[str] = None
        filters = []
        for one in map(read_filter, row.get("filters") or ()):
            held = None
            if one.name in _MARKED and one.operator == LACKS and len(one.values) == 1:
                held = self.marks.read_value(one.values[0], self.kind)
            mark = held or mark
            if held is None:
                filters.append(one)
        project = linked(row, "project")
        image = {
            "name": row.get("name"),
            "project": project,
            "public": bool(row.get("public")),
            "starred": bool(row.get("starred")),
            "filters": [one.image for one in sorted(filters, key=lambda one: one.name)],
            "sortBy": linked_all(row, "sortBy"),
            "includeSubprojects": bool(row.get("includeSubprojects")),
        }
        return Found(
            id=str(row["id"]),
            mark=mark,
            updated=row.get("updatedAt"),
            image=image,
            label=str(row.get("name") or ""),
            parent=project or "",
        )


def _skipped(reason: str, effect: Effect) -> ItemSkipped:
    words = one_line(effect.payload.get("words") or "")
    return ItemSkipped(f"{reason}: {words}" if words else reason, code="inexpressible")


def _not_taken(refusal: Refused, effect: Effect) -> Exception:
    if refusal.status != 422:
        return refusal
    told = "; ".join(str(error.get("message") or "").rstrip(".") for error in errors_of(refusal))
    return _skipped(f"OpenProject takes no such query ({told or refusal.message})", effect)
