"""Dashboards, so that they can be listed."""

from __future__ import annotations

from typing import Any, Iterator, Mapping, Optional, Sequence
from urllib.parse import quote

from j2o_core.api import WARNING, Extractor, Origin, Page, Problem, Record, Refused, Selection

from .pages import objects_in, offset_pages
from .people import person_data, person_label

_PAGE = 100


class Dashboards(Extractor):
    """Every dashboard that the account is shown.

    Cloud tells owners, and ``gadgets`` by what they are called; Server and Data Center tell names alone.
    """

    name = "jira.dashboards"
    kinds = ()

    def pages(self, selection: Selection, slice: str, cursor: Optional[Any]) -> Iterator[Page]:
        """One page; on Cloud a request more for each."""
        if cursor is not None:
            return
        listed: list[Mapping[str, Any]] = []
        problems = []
        try:
            for page in offset_pages(self._fetch, "dashboards", "dashboards"):
                listed += page
        except Refused as refusal:
            message = f"dashboards cannot be listed ({refusal.message})"
            problems.append(Problem("J2O-X031", message, WARNING, entity=self.entity))
        records = self.client.http.together(self._record, listed)
        yield Page(records, "all", len(listed), problems)

    @staticmethod
    def aliases(value: Any) -> Sequence[str]:
        """A dashboard's id; of a text: itself."""
        if isinstance(value, dict):
            return (str(value["id"]),) if value.get("id") else ()
        return (str(value),) if isinstance(value, (str, int)) and value != "" else ()

    @staticmethod
    def label(value: Any) -> str:
        """The dashboard's name."""
        return str(value.get("name") or value.get("id") or "") if isinstance(value, dict) else str(value or "")

    def _fetch(self, start: int) -> Any:
        return self.client.get("/dashboard", {"startAt": start, "maxResults": _PAGE})

    def _record(self, entry: Mapping[str, Any]) -> Record:
        identifier = str(entry["id"])
        owner = person_data(entry["owner"]) if isinstance(entry.get("owner"), dict) else None
        data = {
            "id": identifier,
            "name": str(entry.get("name") or identifier),
            "owner": owner,
            "gadgets": self._gadgets(identifier) if self.client.cloud else None,
        }
        return Record(Origin(self.source, self.entity, identifier), _called(data), data)

    def _gadgets(self, identifier: str) -> Optional[list[str]]:
        try:
            answer = self.client.object(f"/dashboard/{quote(identifier, safe='')}/gadget")
        except Refused:
            return None  # as little is known of it as Server tells
        return [_title(gadget) for gadget in objects_in(answer, "gadgets")]


def _called(data: Mapping[str, Any]) -> str:
    """What reports call it: ``Team (Jane Doe: Pie chart, Activity)``."""
    told = [person_label(data["owner"])] if data["owner"] else []
    told += [", ".join(data["gadgets"])] if data["gadgets"] else []
    return f"{data['name']} ({': '.join(told)})" if told else str(data["name"])


def _title(gadget: Mapping[str, Any]) -> str:
    return str(gadget.get("title") or gadget.get("moduleKey") or gadget.get("uri") or gadget.get("id"))
