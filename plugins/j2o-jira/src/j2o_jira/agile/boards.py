"""Boards with their projects, filter and columns."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any, Iterable, Iterator, Mapping, Optional, Sequence
from urllib.parse import quote

from j2o_core.api import WARNING, Extractor, Origin, Page, Part, Problem, Record, Refused, Selection, Splitter

from ..filters.conditions import Known, conditions_of
from ..filters.extractor import Filters
from ..filters.parser import parse
from ..filters.tokens import JqlError
from ..jql import condition_of
from ..pages import a_list, an_object, objects_in
from ..plain import plain
from .listing import HIDDEN, NO_SPRINTS, boards, configuration_of, filter_of, migrated, projects_of

#: what only somebody who looks at the board sees of it
_OF_THE_READER = ("location", "canEdit", "favourite", "isFavourite", "admins", "isPrivate")


#: a condition that names projects and nothing else
_PROJECTS_ALONE = re.compile(r"""(?ix) project \s* (?: = \s* [^\s(),]+ | = \s* "[^"]*" | in \s* \( [^()]* \) )""")


class Boards(Extractor):
    """One record per board: ``project`` (its home), ``projects``, ``filter`` with its JQL, ``columns``."""

    name = "jira.boards"

    def page(self, key: str) -> str:
        """What a browser shows, in either edition."""
        return f"{self.client.url}/secure/RapidBoard.jspa?rapidView={quote(key, safe='')}"

    def pages(self, selection: Selection, slice: str, cursor: Optional[Any]) -> Iterator[Page]:
        """A page per board. The cursor is the last board's id."""
        try:
            listed = boards(self.client, selection)
        except Refused as refusal:
            if refusal.status not in HIDDEN:
                raise
            message = f"boards cannot be read ({refusal.message})"
            yield Page([], cursor, 0, [Problem("J2O-X020", message, WARNING, entity=self.entity)])
            return
        names = self._statuses() if listed else {}
        wanted = migrated(self.client, selection)
        for board in listed:
            if cursor is None or int(board["id"]) > int(cursor):
                problems: list[Problem] = []
                records = self._records(board, names, wanted, problems)
                yield Page(records, int(board["id"]), None, problems)

    @staticmethod
    def aliases(value: Any) -> Sequence[str]:
        """A board's id: names repeat."""
        identifier = value.get("id") if isinstance(value, dict) else value
        return (str(identifier),) if isinstance(identifier, (str, int)) and identifier != "" else ()

    @staticmethod
    def label(value: Any) -> str:
        """The board's name."""
        return str(value.get("name") or value.get("id") or "") if isinstance(value, dict) else str(value or "")

    # ------------------------------------------------------------------ one board

    def _records(
        self, board: Mapping[str, Any], names: Mapping[str, str], wanted: set[str], problems: list[Problem]
    ) -> list[Record]:
        projects = projects_of(self.client, board)
        own = [project for project in projects if project["id"] in wanted]
        if projects and not own:
            return []  # it looks over nothing that is migrated
        identifier = str(board["id"])
        data = {name: value for name, value in plain(board).items() if name not in _OF_THE_READER}
        data.update({"id": identifier, "projects": projects, "project": own[0] if own else None})
        data.update(self._configuration(identifier, str(board.get("name") or ""), names, problems))
        key = f"{board.get('name') or 'board'} ({identifier})"
        return [Record(Origin(self.source, self.entity, identifier), key, data, (identifier,))]

    def _configuration(
        self, board: str, name: str, names: Mapping[str, str], problems: list[Problem]
    ) -> dict[str, Any]:
        try:
            found = configuration_of(self.client, board)
        except Refused as refusal:
            if refusal.status not in (*NO_SPRINTS, *HIDDEN):
                raise
            message = f"the columns of board '{name}' cannot be read ({refusal.message})"
            problems.append(Problem("J2O-X021", message, WARNING, entity=self.entity, key=board))
            return {"columns": [], "filter": None}
        config = an_object(found.get("columnConfig") or {}, "columnConfig")
        columns = [
            {
                **{limit: column[limit] for limit in ("min", "max") if column.get(limit) is not None},
                "id": f"{board}:{position}",
                "name": str(column.get("name") or f"Column {position + 1}"),
                "statuses": [
                    {"id": str(status["id"]), "name": names.get(str(status["id"]), str(status["id"]))}
                    for status in objects_in(column, "statuses")
                ],
            }
            for position, column in enumerate(objects_in(config, "columns"))
        ]
        field = (found.get("estimation") or {}).get("field") or {}
        asked = self._filter(str((found.get("filter") or {}).get("id") or ""), name, problems)
        return {
            "columns": columns,
            "limits": config.get("constraintType") if config.get("constraintType") != "none" else None,
            "estimation": field.get("displayName"),
            "subQuery": (found.get("subQuery") or {}).get("query") or None,
            "filter": asked,
            **self._asked(asked.get("jql") or "" if asked else ""),
        }

    def _filter(self, identifier: str, board: str, problems: list[Problem]) -> Optional[dict[str, Any]]:
        if not identifier:
            return None
        try:
            found = filter_of(self.client, identifier)
        except Refused as refusal:
            message = (
                f"the filter of board '{board}' cannot be read ({refusal.message}): which issues it shows is unknown"
            )
            problems.append(Problem("J2O-X022", message, WARNING, entity=self.entity, key=identifier))
            return {"id": identifier}
        return {"id": identifier, "name": found.get("name"), "jql": str(found.get("jql") or "")}

    def _asked(self, jql: str) -> dict[str, Any]:
        """``asks``: what columns can ask for beside projects; ``condition``: in words, what they cannot."""
        condition = _beyond_projects(jql)
        if condition is None:
            return {"asks": None, "condition": None}
        try:
            said = conditions_of(parse(condition), self._names_in_queries)
        except JqlError:
            return {"asks": None, "condition": condition}
        projects, statuses = said.where.pop("project", {}), said.where.get("status", {})
        if said.reasons or set(projects) - {"is"} or set(statuses) - {"is", "not"}:
            return {"asks": None, "condition": condition}
        asks = {"where": said.where, "me": said.me, "empty": said.empty, "filled": said.filled}
        return {"asks": asks, "condition": condition if said.remarks else None}

    @cached_property
    def _names_in_queries(self) -> Known:
        return Filters(self.client, self.source, self.entity, {}).known()

    def _statuses(self) -> dict[str, str]:
        path = self.client.path("/status")
        listed = [an_object(entry, path) for entry in a_list(self.client.http.cached_json(path), path)]
        return {str(status["id"]): str(status.get("name") or status["id"]) for status in listed}


def _beyond_projects(jql: str) -> Optional[str]:
    """The condition of a filter that shows less than everything of its projects; ``None`` where it shows all."""
    condition = condition_of(jql)
    return None if not condition or _PROJECTS_ALONE.fullmatch(condition) else condition


class BoardColumns(Splitter):
    """One child per column: ``board``, ``project``, ``projects``, ``name``, ``position`` and ``statuses``; what the
    board's filter asks beside them as ``where``, ``me``, ``empty`` and ``filled``, where columns can say it.

    On the target columns come before their board, which names them: they belong to none there.
    """

    name = "jira.board_columns"
    shared = True

    def split(self, record: Record) -> Iterable[Part]:
        """In the board's order."""
        data = record.data
        board = {"id": data["id"], "name": data.get("name"), "type": data.get("type")}
        about = {"board": board, "project": data.get("project"), "projects": data.get("projects") or []}
        about["condition"] = data.get("condition")
        asks = {**(data.get("asks") or {"where": {}, "me": [], "empty": [], "filled": []})}
        asks["where"] = {name: value for name, value in asks["where"].items() if name != "status"}
        asked = ((data.get("asks") or {}).get("where") or {}).get("status") or {}
        for position, column in enumerate(data.get("columns") or ()):
            statuses = [status for status in column.get("statuses") or () if _is_asked(status, asked)]
            own = {**column, **about, **asks, "statuses": statuses, "position": position}
            yield Part(str(column["id"]), f"{record.key}: {column['name']}", own)

    @staticmethod
    def aliases(value: Any) -> Sequence[str]:
        """A column's id."""
        return Boards.aliases(value)

    @staticmethod
    def label(value: Any) -> str:
        """A column's name."""
        return Boards.label(value)


def _is_asked(status: Mapping[str, Any], asked: Mapping[str, Sequence[str]]) -> bool:
    names = {str(status.get("name") or "").lower(), str(status.get("id") or "")}
    wanted = {name.lower() for name in asked.get("is", ())}
    return (not wanted or bool(names & wanted)) and not names & {name.lower() for name in asked.get("not", ())}
