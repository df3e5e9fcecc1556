"""``jira.filters``: saved filters, with what of their JQL can be said by lists of values."""

from __future__ import annotations

import threading
from typing import Any, Iterator, Mapping, Optional, Sequence
from urllib.parse import quote

from j2o_core.api import WARNING, Extractor, Origin, Page, Problem, Record, Refused, Selection

from ..agile.listing import boards, configuration_of, filter_of
from ..pages import offset_pages
from ..people import person_data, person_id
from ..plain import plain
from .conditions import Conditions, Known, conditions_of
from .parser import parse
from .tokens import JqlError

_EXPAND = "description,owner,jql,sharePermissions,favourite"
_PAGE = 50
#: what a Jira without boards answers
_NO_BOARDS = 404
#: characters of a query that reports show
_LONGEST = 300
#: the menu in which OpenProject shows queries, in the words of its API
_TABLE = "work_packages_table"


class Filters(Extractor):
    """Every filter that the account is shown: on Cloud all, with an administrator's account those of everybody; on
    Server and Data Center, which list no more, its favourites, those of the boards that are read, and those that the
    option ``ids`` names.

    Records hold ``jql``, ``owner``, ``shared`` (with whomever), ``own`` (the account's), what ``conditions_of`` says
    (texts in place of its lists of reasons and remarks; a single ``project`` beside ``where``), ``named`` types,
    statuses and priorities, and ``views``: one for each.
    """

    name = "jira.filters"

    def __init__(self, client: Any, source: str, entity: str, options: Mapping[str, Any]) -> None:
        super().__init__(client, source, entity, options)
        self._versions: dict[str, Mapping[str, Sequence[str]]] = {}
        self._guard = threading.Lock()

    def pages(self, selection: Selection, slice: str, cursor: Optional[Any]) -> Iterator[Page]:
        """One page: there are few of them."""
        if cursor is not None:
            return
        listed, problems = self._listed(selection)
        known = self.known() if listed else Known()
        me = person_id(self.client.object("/myself")) if listed else ""
        yield Page([self._record(entry, known, me) for entry in listed], "all", len(listed), problems)

    @staticmethod
    def aliases(value: Any) -> Sequence[str]:
        """A filter's id; of a text: itself."""
        if isinstance(value, dict):
            return (str(value["id"]),) if value.get("id") else ()
        return (str(value),) if isinstance(value, (str, int)) and value != "" else ()

    @staticmethod
    def label(value: Any) -> str:
        """The filter's name."""
        return str(value.get("name") or value.get("id") or "") if isinstance(value, dict) else str(value or "")

    def _listed(self, selection: Selection) -> tuple[list[Mapping[str, Any]], list[Problem]]:
        found: dict[str, Mapping[str, Any]] = {}
        problems: list[Problem] = []
        try:
            for entry in self._of_cloud() if self.client.cloud else self.client.objects("/filter/favourite"):
                found[str(entry["id"])] = entry
        except Refused as refusal:
            problems.append(self._problem(f"filters cannot be listed ({refusal.message})", ""))
        named = map(str, self.options.get("ids") or ())
        for identifier in dict.fromkeys((*named, *self._of_boards(selection, problems))):
            if identifier not in found:
                try:
                    found[identifier] = filter_of(self.client, identifier)
                except Refused as refusal:
                    message = f"filter {identifier} cannot be read ({refusal.message}): let its owner share it"
                    problems.append(self._problem(message, identifier))
        return [found[identifier] for identifier in sorted(found, key=lambda one: (len(one), one))], problems

    def _of_boards(self, selection: Selection, problems: list[Problem]) -> Sequence[str]:
        """The filters that boards name, by id, where they are not listed: what they show depends on them."""
        if self.client.cloud:
            return ()
        try:
            shown = boards(self.client, selection)
        except Refused as refusal:
            if refusal.status != _NO_BOARDS:
                problems.append(self._problem(f"filters of boards cannot be found ({refusal.message})", ""))
            return ()

        def named(board: Mapping[str, Any]) -> str:
            try:
                found = configuration_of(self.client, str(board["id"]))
            except Refused:
                return ""  # told with the board
            return str((found.get("filter") or {}).get("id") or "")

        return [identifier for identifier in self.client.http.together(named, shown) if identifier]

    def _of_cloud(self) -> Iterator[Mapping[str, Any]]:
        """Those of everybody, where the account is an administrator's; else those that are shared with it."""
        asked = {"expand": _EXPAND, "maxResults": _PAGE}
        try:
            everybody = {**asked, "overrideSharePermissions": "true"}
            self.client.get("/filter/search", {**everybody, "startAt": 0, "maxResults": 1})
            asked = everybody
        except Refused as refusal:
            if refusal.status not in (400, 403):
                raise
        for page in offset_pages(
            lambda start: self.client.get("/filter/search", {**asked, "startAt": start}), "filters"
        ):
            yield from page

    def _problem(self, message: str, key: str) -> Problem:
        return Problem("J2O-X030", message, WARNING, entity=self.entity, key=key)

    def known(self) -> Known:
        """What names in queries stand for, as this Jira has them now."""
        projects: dict[str, str] = {}
        listed = list(self.client.projects(Selection()))
        for name in ("name", "id", "key"):  # one's key may be another's name: Jira looks for keys first
            projects.update({str(one.get(name) or "").lower(): str(one["id"]) for one in listed})
        categories: dict[str, list[str]] = {}
        for status in self.client.objects("/status"):
            category = status.get("statusCategory") or {}
            for word in {str(category.get(name) or "").lower() for name in ("name", "key")}:
                categories.setdefault(word, []).append(str(status.get("name")))
        return Known(self.field_names(), projects, categories, self._versions_of)

    def _versions_of(self, project: str) -> Mapping[str, Sequence[str]]:
        with self._guard:
            if project not in self._versions:
                found: dict[str, list[str]] = {}
                try:
                    for version in self.client.objects(f"/project/{quote(project, safe='')}/versions"):
                        found.setdefault(str(version.get("name")).lower(), []).append(str(version["id"]))
                except Refused as refusal:
                    if refusal.status != 404:
                        raise
                self._versions[project] = found
            return self._versions[project]

    def field_names(self) -> Mapping[str, str]:
        """See ``Extractor.field_names``."""
        names: Mapping[str, str] = self.client.field_names()
        return names

    def _record(self, entry: Mapping[str, Any], known: Known, me: str) -> Record:
        identifier, jql = str(entry["id"]), str(entry.get("jql") or "")
        try:
            said = conditions_of(parse(jql), known)
        except JqlError as error:
            said = Conditions(reasons=[f"it is no JQL: {error}"])
        home = said.where.get("project", {})
        if set(home) == {"is"} and len(home["is"]) == 1:
            del said.where["project"]
        owner = person_data(entry["owner"]) if isinstance(entry.get("owner"), dict) else None
        shares = plain(entry.get("sharePermissions") or [])
        data = {
            "id": identifier,
            "name": str(entry.get("name") or identifier),
            "description": entry.get("description") or None,
            "owner": owner,
            "own": owner is not None and person_id(owner) == me,
            "favourite": bool(entry.get("favourite")),
            "shared": bool(shares),
            "sharePermissions": shares,
            "jql": jql,
            "project": home["is"][0] if "project" not in said.where and home else None,
            "named": {name: _named(said, name) for name in ("type", "status", "priority")},
            "where": said.where,
            "me": said.me,
            "empty": said.empty,
            "filled": said.filled,
            "order": said.order,
            "reasons": "; ".join(said.reasons) or None,
            "remarks": "; ".join(said.remarks) or None,
            "views": [{"id": identifier, "kind": _TABLE}],
        }
        return Record(Origin(self.source, self.entity, identifier), _called(data["name"], jql), data)


def _called(name: str, jql: str) -> str:
    """What reports call it: they tell whoever builds by hand what is left out what it was."""
    words = " ".join(jql.split())
    shown = words if len(words) <= _LONGEST else f"{words[:_LONGEST]}..."
    return f"{name} ({shown})" if shown else name


def _named(said: Conditions, field: str) -> list[str]:
    kinds = said.where.get(field, {})
    return [*kinds.get("is", ()), *kinds.get("not", ())]
