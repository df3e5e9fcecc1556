"""``jira.issues``: every issue once, whole, for all the entities that are made from it."""

from __future__ import annotations

from typing import Any, Iterator, Mapping, Optional, Sequence, Union

from j2o_core.api import WARNING, Extractor, Origin, Page, Problem, Record, Selection

from ..mentions import mentioned
from ..people import embedded_people, person_data
from ..plain import iso_time, plain, server_path
from .bulk_reads import Batch, BulkReads
from .key_windows import KeyWindows, Window
from .sublists import Sublists

_PAGE = 100


class Issues(Extractor):
    """Records hold Jira's ``id``, ``key``, ``fields`` and ``changelog``, free of addresses of the host.

    ``fields.watches.watchers`` lists the watchers, and ``mentioned`` people whom only the texts name. Options:
    ``history`` and ``watchers`` (default true) cost requests or size; ``page_size`` is issues per request.
    """

    name = "jira.issues"

    def slices(self, selection: Selection) -> Sequence[str]:
        """Project keys."""
        return [str(project["key"]) for project in self.client.projects(selection)]

    def pages(self, selection: Selection, slice: str, cursor: Optional[Any]) -> Iterator[Page]:
        """A page per window (Server) or bulk read (Cloud); see there for the cursor."""
        history, size = bool(self.options.get("history", True)), int(self.options.get("page_size", _PAGE))
        kind = BulkReads if self.client.cloud else KeyWindows
        reader: Union[BulkReads, KeyWindows] = kind(self.client, selection.jql, size, history)
        sublists = Sublists(self.client, history, bool(self.options.get("watchers", True)))
        part: Union[Window, Batch]
        received, expected = _progress(cursor)
        last = cursor
        for part in reader.read(slice, cursor):
            self.client.http.together(sublists.complete, part.issues)
            records = [self._record(issue) for issue in part.issues]
            problems = [self._kept_back(slice, identifier) for identifier in getattr(part, "kept_back", ())]
            expected, last = part.expected, part.cursor
            received, _ = _progress(last)
            yield Page(records, last, expected, problems)
        yield from self._verification(reader, slice, received, expected, last)
        if not received and self.client.project(slice).get("archived"):
            message = (
                f"project {slice} is archived, and Jira finds no issues of archived projects: restore it to read them"
            )
            yield Page([], last, 0, [Problem("J2O-X008", message, WARNING, entity=self.entity, key=slice)])

    @staticmethod
    def aliases(value: Any) -> Sequence[str]:
        """An issue's id and key; of a text (an epic link): itself."""
        if isinstance(value, dict):
            return tuple(str(value[name]) for name in ("id", "key") if value.get(name))
        return (str(value),) if isinstance(value, (str, int)) and value != "" else ()

    @staticmethod
    def label(value: Any) -> str:
        """The issue's key."""
        return str(value.get("key") or value.get("id") or "") if isinstance(value, dict) else str(value or "")

    def field_names(self) -> Mapping[str, str]:
        """See ``Extractor.field_names``."""
        names: Mapping[str, str] = self.client.field_names()
        return names

    def _record(self, issue: dict[str, Any]) -> Record:
        data = plain({name: issue[name] for name in ("id", "key", "fields", "changelog") if name in issue})
        data["id"] = str(data["id"])
        for attachment in data["fields"].get("attachment") or ():
            if isinstance(attachment.get("content"), str):
                attachment["content"] = server_path(attachment["content"])
        people = list(embedded_people(data))
        self.client.know(people)
        found = self._mentioned(data["fields"], people)
        if found:
            data["mentioned"] = found
        origin = Origin(self.source, self.entity, data["id"])
        updated = iso_time(data["fields"].get("updated"))
        return Record(origin, str(data["key"]), data, former_keys(data), updated=updated)

    def _mentioned(self, fields: Mapping[str, Any], people: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        here = {str(person[name]) for person in people for name in ("accountId", "name", "key") if person.get(name)}
        found = []
        for name in mentioned(fields):
            if name not in here:
                person = self.client.person(name)
                if person is not None:
                    found.append(person_data(person))
        return found

    def _kept_back(self, project: str, identifier: str) -> Problem:
        message = f"Jira lists the issue with id {identifier} in {project} and does not give it to this user"
        return Problem("J2O-X006", message, WARNING, entity=self.entity, key=identifier)

    def _verification(
        self, reader: Union[BulkReads, KeyWindows], project: str, received: int, expected: int, cursor: Any
    ) -> Iterator[Page]:
        """A last page, without records, where Jira counts more than it gave."""
        if isinstance(reader, KeyWindows) and received == expected:
            return
        counted = reader.count(project)
        if counted is None or counted <= received:
            return
        exactly = "counts" if isinstance(reader, KeyWindows) else "estimates"
        message = (
            f"project {project}: Jira {exactly} {counted} issues and gave {received}: issues were moved or created "
            "meanwhile, or this user may not see them all"
        )
        problem = Problem("J2O-X007", message, WARNING, entity=self.entity, key=project)
        yield Page([], cursor, counted if isinstance(reader, KeyWindows) else None, [problem])


def former_keys(data: Mapping[str, Any]) -> tuple[str, ...]:
    """Keys that the issue had before it was moved, oldest first, as its history tells."""
    found: dict[str, None] = {}
    for history in (data.get("changelog") or {}).get("histories") or ():
        for item in history.get("items") or ():
            if str(item.get("field", "")).lower() == "key" and item.get("fromString"):
                found.setdefault(str(item["fromString"]))
    found.pop(str(data.get("key")), None)
    return tuple(found)


def _progress(cursor: Optional[Mapping[str, Any]]) -> tuple[int, int]:
    """Issues received and expected, as either kind of cursor tells."""
    cursor = cursor or {}
    received = int(cursor.get("received", int(cursor.get("before", 0)) + int(cursor.get("done", 0))))
    return received, int(cursor.get("expected") or 0)
