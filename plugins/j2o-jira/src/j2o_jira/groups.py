"""Groups and who belongs to them."""

from __future__ import annotations

from typing import Any, Iterator, Mapping, Optional, Sequence

from j2o_core.api import WARNING, Extractor, Origin, Page, Problem, Record, Refused, Selection

from .narrowing import Found, Narrowing
from .pages import objects_in, offset_pages
from .people import person_data

_PAGE = 50
#: more than any installation has; the picker gives 20 unless asked
_MANY = 10_000


class Groups(Extractor):
    """One record per group, with ``members``: user objects, deactivated ones included."""

    name = "jira.groups"

    def pages(self, selection: Selection, slice: str, cursor: Optional[Any]) -> Iterator[Page]:
        """A page per group, so that large ones cost no memory together. The cursor is the last group's id."""
        try:
            listed, problems = self._listed()
        except Refused as refusal:
            message = f"groups cannot be read ({refusal.message})"
            yield Page([], cursor, 0, [Problem("J2O-X002", message, WARNING, entity=self.entity)])
            return
        passed = cursor is None
        for group in listed:
            identifier = group_id(group)
            if passed:
                record, trouble = self._record(group)
                yield Page([record], identifier, len(listed), [*problems, *trouble])
                problems = []
            passed = passed or identifier == cursor
        if problems:
            yield Page([], cursor, len(listed), problems)

    @staticmethod
    def aliases(value: Any) -> Sequence[str]:
        """A group's id and name; of a text: itself."""
        if isinstance(value, dict):
            return tuple(dict.fromkeys(str(value[name]) for name in ("groupId", "name") if value.get(name)))
        return (value,) if isinstance(value, str) and value else ()

    @staticmethod
    def label(value: Any) -> str:
        """The group's name."""
        return str(value.get("name") or value.get("groupId") or "") if isinstance(value, dict) else str(value or "")

    def _listed(self) -> tuple[list[Mapping[str, Any]], list[Problem]]:
        if self.client.cloud:
            pages = offset_pages(
                lambda start: self.client.get("/group/bulk", {"startAt": start, "maxResults": _PAGE}), "groups"
            )
            return sorted((group for page in pages for group in page), key=group_id), []
        answer = self.client.object("/groups/picker", {"query": "", "maxResults": _MANY})
        listed, total = objects_in(answer, "groups"), answer.get("total")
        problems = []
        if isinstance(total, int) and total > len(listed):
            listed = self._narrowed(listed, total)
        if isinstance(total, int) and total > len(listed):
            message = f"Jira counts {total} groups and lists {len(listed)}: the others are not read"
            problems.append(Problem("J2O-X003", message, WARNING, entity=self.entity))
        return sorted(listed, key=group_id), problems

    def _narrowed(self, listed: Sequence[Mapping[str, Any]], total: int) -> list[Mapping[str, Any]]:
        """More groups, all if possible, where a search gives no more than so many of those whose names hold a text."""

        def search(part: str) -> Found:
            answer = self.client.object("/groups/picker", {"query": part, "maxResults": _MANY})
            entries = objects_in(answer, "groups")
            return Found(entries, int(answer.get("total") or 0) > len(entries))

        found = {group_id(group): group for group in listed}
        for entries in Narrowing(search, self.client.http.together, listed).found():
            found.update((group_id(group), group) for group in entries)
            if len(found) >= total:
                break
        return list(found.values())

    def _record(self, group: Mapping[str, Any]) -> tuple[Record, list[Problem]]:
        name, identifier = str(group.get("name") or ""), group_id(group)
        problems = []
        members: list[dict[str, Any]] = []
        try:
            for page in offset_pages(lambda start: self._members(group, start), f"members of group {name}"):
                self.client.know(page)
                members.extend(person_data(person) for person in page)
        except Refused as refusal:
            message = f"the members of group {name} cannot be read ({refusal.message})"
            problems.append(Problem("J2O-X004", message, WARNING, entity=self.entity, key=name))
        data: dict[str, Any] = {"id": identifier, "name": name, "members": members}
        if group.get("groupId"):
            data["groupId"] = str(group["groupId"])
        aliases = tuple(self.aliases(data))
        return Record(Origin(self.source, self.entity, identifier), name or identifier, data, aliases), problems

    def _members(self, group: Mapping[str, Any], start: int) -> Any:
        selector = {"groupId": group["groupId"]} if group.get("groupId") else {"groupname": group.get("name")}
        asked = {**selector, "includeInactiveUsers": True, "startAt": start, "maxResults": _PAGE}
        return self.client.get("/group/member", asked)


def group_id(group: Mapping[str, Any]) -> str:
    """The identity of a group: its id on Cloud, its name on Server."""
    return str(group.get("groupId") or group.get("name") or "")
