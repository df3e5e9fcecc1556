"""Boards of projects."""

from __future__ import annotations

import threading
from typing import Any, ClassVar, Iterator, Mapping, Optional, Sequence
from urllib.parse import unquote, urlsplit

from j2o_core.api import Answer, Effect, EffectClass, Found, Phase, Refused

from ..hal import condition
from ..marks import BOARD
from ..target_items import alias_of, ids, payload_of, target_id
from ..texts import one_line
from .board_columns import status_ids
from .entity import FormLoader, failed, lost_notes, only, while_it_exists

_LONGEST = 255
_WIDGET = "work_package_query"
#: the key under which a board keeps its mark among its options
_MARK = "j2o"
#: as the server names the add-on with which boards change what is moved between columns
_FEATURE = "boardview"
BASIC, AUTO = "basic", "auto"
_ADVICE = (
    "The project must have the module Boards (Project settings > Modules), and the account the permission to manage "
    "boards"
)


class Boards(FormLoader):
    """Found again by the mark among their options. A board and its columns' places are one request; the columns exist.

    Where the edition offers it and each column is one status, moving a card changes its status; else boards are basic
    ones, whose columns show the same cards.
    """

    name = "openproject.boards"
    effect_class = EffectClass.MARKED
    phase = Phase.ATTENDANCE
    after = ("projects", "board_columns")
    scan_by = "projects"
    fields: ClassVar[Mapping[str, str]] = {
        "project": "the project",
        "name": "name",
        "columns": "columns, from the left",
    }
    required = ("project", "name")

    def __init__(self, client: Any, source: str, entity: str, options: Mapping[str, Any], source_url: str = "") -> None:
        super().__init__(client, source, entity, options, source_url)
        self._projects: dict[str, str] = {}
        self._lock = threading.Lock()

    def lane(self, effect_key: str, parent: str, root: str, payload: Mapping[str, Any]) -> str:
        """One at a time in a project."""
        return f"boards:{alias_of(payload.get('project'))}"

    def keys(self, effect: Effect) -> Sequence[str]:
        """None: names repeat."""
        return ()

    def scan(self, scopes: Sequence[str]) -> Iterator[Found]:
        """All boards of some projects."""
        for project in scopes:
            rows = self.client.pages("grids", condition("scope", "=", [self._scope(project)]), sort=False)
            for row in while_it_exists(rows):
                yield self._found(row, project)

    def find(self, effect: Effect) -> Sequence[Found]:
        """By the mark, in its project."""
        return [found for found in self.scan([_project(effect)]) if found.mark == effect.origin.id]

    def create(self, effect: Effect) -> Answer:
        """One board with its columns."""
        wanted = self.image(effect)
        body = {**self._body(effect, wanted, {}), "_links": {"scope": {"href": self._scope(wanted["project"])}}}
        try:
            row = self.client.post("grids", body)
        except Refused as refusal:
            raise failed(refusal, _ADVICE) from None
        return self.answer(self._found(row, wanted["project"]), wanted, differences=lost_notes(effect.notes))

    def update(self, effect: Effect, current: Found) -> Answer:
        """Changed fields; columns keep their widgets."""
        wanted = {field: value for field, value in only(effect, self.image(effect)).items() if field != "project"}
        widgets = {_query(one): one.get("id") for one in self.client.get(f"grids/{current.id}").get("widgets") or ()}
        row = self.client.patch(f"grids/{current.id}", self._body(effect, wanted, widgets))
        return self.answer(self._found(row, current.parent), wanted)

    def read(self, identifier: str, parent: str = "") -> Found:
        """One board."""
        row = self.client.get(f"grids/{identifier}")
        return self._found(row, self._project_of(row))

    def delete(self, identifier: str, parent: str = "") -> None:
        """Remove a board; the server removes the queries of its columns with it."""
        self.client.delete(f"grids/{identifier}")

    def image(self, effect: Effect) -> Mapping[str, Any]:
        """Project, name, ids of the columns' queries from the left."""
        payload = payload_of(effect)
        return {
            "project": _project(effect),
            "name": one_line(payload.get("name"))[:_LONGEST],
            "columns": ids(payload.get("columns") or []),
        }

    def _body(self, effect: Effect, wanted: Mapping[str, Any], widgets: Mapping[str, Any]) -> dict[str, Any]:
        body: dict[str, Any] = {"name": wanted["name"]} if "name" in wanted else {}
        if "columns" not in wanted:
            return body
        columns = [
            (query, status_ids(self.client.get(f"queries/{query}", {"pageSize": 0}))) for query in wanted["columns"]
        ]
        kind: dict[str, Any] = {"type": "free"}
        if columns and self._moves_change_status and all(len(statuses) == 1 for _, statuses in columns):
            kind = {"type": "action", "attribute": "status"}
        body["options"] = {**kind, _MARK: self.marks.token(BOARD, effect.origin.id)}
        body.update({"rowCount": 1, "columnCount": max(len(columns), 1)})
        body["widgets"] = [
            {
                **({"id": widgets[query]} if widgets.get(query) else {}),
                "identifier": _WIDGET,
                "startRow": 1,
                "endRow": 2,
                "startColumn": place,
                "endColumn": place + 1,
                "options": {"queryId": query, "filters": [{"status": {"operator": "=", "values": statuses}}]},
            }
            for place, (query, statuses) in enumerate(columns, start=1)
        ]
        return body

    @property
    def _moves_change_status(self) -> bool:
        return self.options.get("kind") != BASIC and _FEATURE in self.catalogue.features

    def _scope(self, project: str) -> str:
        return f"{urlsplit(self.client.url).path.rstrip('/')}/projects/{project}/boards"

    def _project_of(self, row: Mapping[str, Any]) -> str:
        scope = str(((row.get("_links") or {}).get("scope") or {}).get("href") or "")
        name = unquote(scope.rpartition("/boards")[0].rpartition("/")[2])
        with self._lock:
            known: Optional[str] = self._projects.get(name)
        if known is None:
            known = str(self.client.get(f"projects/{name}")["id"])
            with self._lock:
                self._projects[name] = known
        return known

    def _found(self, row: Mapping[str, Any], project: str) -> Found:
        widgets = sorted(row.get("widgets") or (), key=lambda one: int(one.get("startColumn") or 0))
        options = row.get("options") or {}
        image = {
            "project": project,
            "name": row.get("name"),
            "columns": [query for query in map(_query, widgets) if query],
            "kind": options.get("attribute") or options.get("type"),
        }
        return Found(
            id=str(row["id"]),
            mark=self.marks.read_value(options.get(_MARK), BOARD),
            updated=row.get("updatedAt"),
            image=image,
            label=str(row.get("name") or ""),
            parent=project,
        )


def _project(effect: Effect) -> str:
    return target_id(effect.payload.get("project"), "project")


def _query(widget: Mapping[str, Any]) -> str:
    return str((widget.get("options") or {}).get("queryId") or "")
