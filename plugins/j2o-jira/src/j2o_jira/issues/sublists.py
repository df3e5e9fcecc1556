"""The lists inside an issue, read to their end wherever their ``total`` says that Jira cut them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Callable, Mapping, Optional

from j2o_core.api import WARNING, Problem, Refused, Retriable

from ..client import Jira

_PAGE = 1000
#: of which issues remote links are asked for: all, those whose history tells of one, none
ALL, NOTED, NONE = "all", "noted", "none"
#: the field under which a record holds them, as Jira calls the resource
REMOTE_LINKS = "remotelinks"


class Sublists:
    """Completes the comments, worklogs, history, watchers, voters and remote links of issues as they were read.

    What is not wanted is asked for nowhere, and taken out where Jira gives it all the same. ``remote_links`` is one of
    ``ALL``, ``NOTED`` (which needs the history) and ``NONE``.
    """

    def __init__(
        self,
        client: Jira,
        history: bool = True,
        watchers: bool = True,
        comments: bool = True,
        worklogs: bool = True,
        voters: bool = False,
        remote_links: str = NONE,
    ) -> None:
        self._client = client
        self._history = history
        self._watchers = watchers
        self._voters = voters
        self._remote_links = remote_links
        self._unwanted = [name for name, wanted in (("comment", comments), ("worklog", worklogs)) if not wanted]

    @property
    def fields(self) -> list[str]:
        """What to ask for of an issue."""
        return ["*all", *(f"-{name}" for name in self._unwanted)]

    def complete(self, issue: dict[str, Any]) -> Optional[Problem]:
        """Fill the lists of ``issue`` in place. ``total`` stays what Jira counts, also of what it does not show.

        Returns what to say where a list that nothing else tells of could not be read.
        """
        fields = issue["fields"]
        for name in self._unwanted:
            fields.pop(name, None)
        comment, worklog = fields.get("comment"), fields.get("worklog")
        if isinstance(comment, dict):
            self._fill(issue, comment, "comment", "comments")
        if isinstance(worklog, dict):
            self._fill(issue, worklog, "worklog", "worklogs")
        if self._history:
            self._fill_history(issue)
        watches = fields.get("watches")
        if self._watchers and isinstance(watches, dict) and watches.get("watchCount"):
            self._fill_watchers(issue, watches)
        votes = fields.get("votes")
        if self._voters and isinstance(votes, dict) and votes.get("votes"):
            self._fill_voters(issue, votes)
        if self._remote_links == ALL or (self._remote_links == NOTED and _tells_of_remote_links(issue)):
            return self._fill_remote_links(issue)
        return None

    def _fill(self, issue: Mapping[str, Any], page: dict[str, Any], resource: str, name: str) -> None:
        embedded = page.get(name) or []
        page[name] = embedded
        total = page.get("total")
        page.pop("maxResults", None)
        page.pop("startAt", None)
        if not isinstance(total, int) or total <= len(embedded):
            page["total"] = len(embedded)
            return

        def fetch(start: int) -> Mapping[str, Any]:
            asked = {"startAt": start, "maxResults": _PAGE}
            if resource == "comment":
                asked["orderBy"] = "created"  # type: ignore[assignment]
            answer: Mapping[str, Any] = self._client.object(f"/issue/{issue['id']}/{resource}", asked)
            return answer

        # Server embeds all comments that may be seen, and its total counts the others too: one look behind the
        # embedded ones tells. Which part Cloud embeds is not documented, and Server's worklogs know no paging.
        if resource == "comment" and not self._client.cloud and not fetch(len(embedded)).get(name):
            return
        found = _all(fetch, name)
        if len(found) >= len(embedded):
            page[name] = found

    def _fill_history(self, issue: dict[str, Any]) -> None:
        changelog = issue.get("changelog")
        if not isinstance(changelog, dict):
            return
        histories = changelog.get("histories") or []
        total = changelog.get("total")
        if isinstance(total, int) and total > len(histories) and self._client.cloud:

            def fetch(start: int) -> Mapping[str, Any]:
                asked = {"startAt": start, "maxResults": 100}
                answer: Mapping[str, Any] = self._client.object(f"/issue/{issue['id']}/changelog", asked)
                return answer

            histories = _all(fetch, "values")
        # Cloud gives the newest first where it embeds them, the oldest first where it pages.
        histories = sorted(histories, key=_moment)
        issue["changelog"] = {"histories": histories, "total": max(len(histories), total or 0)}

    def _fill_watchers(self, issue: Mapping[str, Any], watches: dict[str, Any]) -> None:
        try:
            answer = self._client.object(f"/issue/{issue['id']}/watchers")
        except Refused:
            return  # the count stays, as Jira gives it to those who may not see whom it counts
        watches["watchers"] = answer.get("watchers") or []

    def _fill_voters(self, issue: Mapping[str, Any], votes: dict[str, Any]) -> None:
        try:
            answer = self._client.object(f"/issue/{issue['id']}/votes")
        except Refused:
            return  # as with watchers: the count stays
        if answer.get("voters"):
            votes["voters"] = answer["voters"]

    def _fill_remote_links(self, issue: dict[str, Any]) -> Optional[Problem]:
        try:
            found = self._client.objects(f"/issue/{issue['id']}/remotelink")
        except Refused as refusal:
            key = str(issue.get("key") or issue["id"])
            message = f"the remote links of {key} cannot be read ({refusal.message}): they stay behind"
            return Problem("J2O-X014", message, WARNING, key=key)
        if found:
            # No order is promised.
            links = sorted(found, key=lambda link: int(link["id"]) if str(link.get("id")).isdigit() else 0)
            issue["fields"][REMOTE_LINKS] = {"links": [_without_icons(link) for link in links]}
        return None


def _all(fetch: Callable[[int], Mapping[str, Any]], name: str) -> list[Any]:
    """Everything from the first entry on, each once, to an empty page, or to the end of a list that knows no pages.

    Raises ``Retriable`` where a full page of a longer list brings nothing new: it came twice.
    """
    found: dict[str, Any] = {}
    start = 0
    while True:
        answer = fetch(start)
        entries = answer.get(name) or []
        known = len(found)
        for position, entry in enumerate(entries):
            found.setdefault(str(entry.get("id", f"at {start + position}")), entry)
        start += len(entries)
        total = answer.get("total")
        limit = answer.get("maxResults")
        full = isinstance(limit, int) and len(entries) >= limit
        if entries and len(found) == known and full and isinstance(total, int) and known < total:
            raise Retriable(f"Jira repeats a page of {name} that has others behind it", code="repeated_page")
        if not entries or len(found) == known or (isinstance(total, int) and start >= total):
            return list(found.values())


def _tells_of_remote_links(issue: Mapping[str, Any]) -> bool:
    histories = (issue.get("changelog") or {}).get("histories") or ()
    return any(item.get("field") == "RemoteIssueLink" for history in histories for item in history.get("items") or ())


def _without_icons(link: Mapping[str, Any]) -> dict[str, Any]:
    """Pictures of other systems are no part of what is linked."""
    thing = {name: value for name, value in (link.get("object") or {}).items() if name != "icon"}
    status = thing.get("status")
    if isinstance(status, dict):
        thing["status"] = {name: value for name, value in status.items() if name != "icon"}
    return {**link, "object": thing}


def _moment(history: Mapping[str, Any]) -> tuple[float, int]:
    identifier = str(history.get("id", ""))
    return _seconds(history.get("created")) or 0.0, int(identifier) if identifier.isdigit() else 0


def _seconds(created: Any) -> Optional[float]:
    if isinstance(created, (int, float)):
        return float(created) / 1000  # bulk reads give epoch milliseconds
    try:
        return datetime.strptime(str(created), "%Y-%m-%dT%H:%M:%S.%f%z").timestamp()
    except ValueError:
        return None
