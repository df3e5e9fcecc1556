"""``jira.issues``: every issue once, whole, for all the entities that are made from it."""

from __future__ import annotations

import contextlib
import re
import threading
from dataclasses import replace
from typing import AbstractSet, Any, Callable, Iterable, Iterator, Mapping, Optional, Sequence
from urllib.parse import quote

from j2o_core.api import (
    WARNING,
    Division,
    Earlier,
    Extractor,
    Origin,
    Page,
    Problem,
    Record,
    Refused,
    Selection,
    Slice,
    digest,
)

from ..mentions import mentioned
from ..offered import values_not_offered
from ..people import embedded_people, person_data
from ..plain import iso_time, plain, server_path
from .changes import Changes, deleted_problem, left_problem
from .chosen import BULK_CLOUD, BULK_SERVER, Chosen
from .desk_comments import DeskComments
from .key_listing import KeyListing
from .listed import Name, project_of
from .listing import Listing, listing_of
from .showing import linked, shows
from .slices import cursor_of, names_in, slices_of
from .sublists import NONE, Sublists

_PAGE = 100
_KEY = re.compile(r"[a-z][a-z0-9_]*-[0-9]+")
#: minutes by which a later reading goes back behind the beginning of the earlier one
_OVERLAP = 10
#: the cursor of changes that were all found
_ALL = {"step": "all"}
#: the field that lists the keys that an issue had before
_FORMER = "formerKeys"
#: lists of the administrator whose entries issues show
_LISTED = ("/status", "/issuetype", "/priority", "/resolution", "/issueLinkType")


class Issues(Extractor):
    """Records hold Jira's ``id``, ``key``, ``fields`` and ``changelog``, free of addresses of the host.

    ``fields.watches.watchers`` lists the watchers, ``fields.votes.voters`` the voters, ``fields.remotelinks.links``
    the remote links, ``fields.formerKeys`` keys it had before, and ``mentioned`` people whom only the texts name.
    Options: ``history``, ``watchers``, ``comments`` and ``worklogs`` (default true), ``voters`` and ``remote_links``
    (default false and none) cost requests or size; ``page_size`` is issues per request, ``slice_size`` issues per
    slice, ``overlap`` minutes.
    """

    name = "jira.issues"
    incremental = True
    set_up_by = "jira.configuration"

    def __init__(self, client: Any, source: str, entity: str, options: Mapping[str, Any]) -> None:
        super().__init__(client, source, entity, options)
        self._guard = threading.Lock()
        self._logged_since: dict[float, tuple[set[str], list[str], list[Problem]]] = {}

    def slices(self, selection: Selection) -> Sequence[str]:
        """Project keys."""
        return [str(project["key"]) for project in self.client.projects(selection)]

    def divide(self, selection: Selection, slice: str, cursor: Optional[Any]) -> Iterator[Division]:
        """Ranges of keys of one project, from a listing of its issues."""
        listing = listing_of(self.client, selection.jql)
        last = cursor
        for window in listing.windows(slice, cursor):
            last = window.cursor
            yield Division(list(slices_of(slice, window.names, self._slice_size)), last, window.expected)
        problem = self._missing(listing, slice, last)
        if problem is not None:
            yield Division([], last, None, [problem])

    def basis(self) -> str:
        """The administrator's lists: an issue shows the names of its status, type, priority, resolution and links."""
        return digest(self.client.http.together(self._list, _LISTED))

    def changes(self, selection: Selection, slice: str, earlier: Earlier, cursor: Optional[Any]) -> Iterator[Division]:
        """See there. What ``updated`` does not tell of logged time its feeds do; what they do not tell: the docs."""
        if cursor == _ALL:
            return
        changes = Changes(self.client, selection.jql, int(self.options.get("overlap", _OVERLAP)), self.entity)
        for window in changes.windows(slice, earlier, cursor):
            yield Division(list(slices_of(slice, window.names, self._slice_size, ", changed")), window.cursor)
        issues, outdated, problems = self._logged(changes, earlier)
        names, gone = changes.logged_among(earlier, issues), changes.left(slice, earlier)
        problems = [*problems, *(left_problem(self.entity, name) for name in gone)]
        if earlier.look_for_deleted:
            unknown, missing = changes.compared(slice, earlier, self.slices(selection))
            missing = [name for name in missing if name not in gone]
            problems += [deleted_problem(self.entity, name) for name in missing]
            names, gone = names + unknown, gone + missing
        found = list(slices_of(slice, names, self._slice_size, ", changed"))
        yield Division(found, _ALL, None, problems, [name.id for name in gone], outdated)

    def chosen(self, slice: str, records: Sequence[tuple[str, str]]) -> Iterator[Slice]:
        """See there."""
        return slices_of(slice, [Name(*one) for one in records], self._slice_size, ", again")

    def misfits(self, set_up: Iterable[Mapping[str, Any]]) -> Callable[[Mapping[str, Any]], Iterator[Problem]]:
        """Options that Jira does not offer in the issue's project: it was moved, or a context was changed."""
        return values_not_offered(set_up)

    def mentions(self, data: Mapping[str, Any]) -> Iterator[str]:
        """Both ends of a link tell of it, parents of their sub-tasks; ``updated`` changes at one of them alone."""
        return linked(data)

    def shows(self, data: Mapping[str, Any], changed: Mapping[str, AbstractSet[str]]) -> bool:
        """Ids of different things are the same numbers in Jira: it depends on where they stand."""
        return shows(data, changed)

    def pages(self, selection: Selection, slice: str, cursor: Any) -> Iterator[Page]:
        """A page per request for issues; ``cursor`` holds those that are still to be read."""
        wanted = {
            "history": bool(self.options.get("history", True)),
            "watchers": bool(self.options.get("watchers", True)),
            "comments": bool(self.options.get("comments", True)),
            "worklogs": bool(self.options.get("worklogs", True)),
        }
        wanted["voters"] = bool(self.options.get("voters", False))
        sublists = Sublists(self.client, **wanted, remote_links=str(self.options.get("remote_links", NONE)))
        desks = DeskComments(self.client)
        chosen = Chosen(self.client, selection.jql, sublists.fields, wanted["history"])
        size = min(self._page_size, BULK_CLOUD if self.client.cloud else BULK_SERVER)
        project, left = str(cursor["project"]), names_in(cursor)
        while left:
            names, left = left[:size], left[size:]
            found = chosen.read(project, names)
            problems, gone = [], []
            for name in names:
                issue = found.get(name.id)
                if issue is None or project_of(issue) != project:
                    found.pop(name.id, None)
                    issue, problem = self._elsewhere(selection, chosen, project, name, issue)
                    if issue is not None:
                        found[name.id] = issue
                    if problem is not None:
                        problems.append(problem)
                        gone.append(name.id)
            issues = [found[name.id] for name in names if name.id in found]
            told = [one for one in self.client.http.together(sublists.complete, issues) if one is not None]
            told += [one for one in self.client.http.together(desks.mark, issues) if one is not None]
            problems += [replace(one, entity=self.entity) for one in told]
            yield Page([self._record(issue) for issue in issues], cursor_of(project, left), None, problems, gone)

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

    def page(self, key: str) -> str:
        """What a browser shows; Jira leads from former keys to the issue."""
        return f"{self.client.url}/browse/{quote(key, safe='')}"

    def former_key(self, alias: str) -> str:
        """Keys are upper case."""
        return alias.upper() if _KEY.fullmatch(alias) else ""

    def field_names(self) -> Mapping[str, str]:
        """See ``Extractor.field_names``: those of Jira, and of what is added to an issue's fields."""
        names: Mapping[str, str] = self.client.field_names()
        return {**names, _FORMER: "Former keys"}

    def _record(self, issue: dict[str, Any]) -> Record:
        data = plain({name: issue[name] for name in ("id", "key", "fields", "changelog") if name in issue})
        data["id"] = str(data["id"])
        for attachment in data["fields"].get("attachment") or ():
            if isinstance(attachment.get("content"), str):
                attachment["content"] = server_path(attachment["content"])
        here = list(embedded_people(data["fields"]))
        self.client.know(here)
        self.client.know(embedded_people(data.get("changelog")))
        found = self._mentioned(data["fields"], here)
        if found:
            data["mentioned"] = found
        origin = Origin(self.source, self.entity, data["id"])
        updated = iso_time(data["fields"].get("updated"))
        former = former_keys(data, self.client.former_project_keys)
        if former:
            data["fields"][_FORMER] = list(former)
        return Record(origin, str(data["key"]), data, former, updated=updated)

    def _mentioned(self, fields: Mapping[str, Any], people: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        here = {str(person[name]) for person in people for name in ("accountId", "name", "key") if person.get(name)}
        found = []
        for name in mentioned(fields):
            if name not in here:
                person = None
                with contextlib.suppress(Refused):  # then the name stays as it is written
                    person = self.client.person(name)
                if person is not None:
                    found.append(person_data(person))
        return found

    def _list(self, path: str) -> Any:
        try:
            return plain(self.client.get(path))
        except Refused:
            return None

    def _logged(self, changes: Changes, earlier: Earlier) -> tuple[set[str], list[str], list[Problem]]:
        """Asked once for all projects, whose worklogs have the same feeds; told once."""
        if not self.options.get("worklogs", True):
            return set(), [], []
        with self._guard:
            known = self._logged_since.get(earlier.began)
            if known is not None:
                return known[0], known[1], []
            found = self._logged_since[earlier.began] = changes.logged(earlier)
            return found

    @property
    def _page_size(self) -> int:
        return int(self.options.get("page_size", _PAGE))

    @property
    def _slice_size(self) -> int:
        return int(self.options.get("slice_size", self._page_size))

    def _elsewhere(
        self, selection: Selection, chosen: Chosen, project: str, name: Name, issue: Optional[dict[str, Any]]
    ) -> tuple[Optional[dict[str, Any]], Optional[Problem]]:
        """An issue that was listed in a project and is not given there, where it is to be read all the same; or why
        it is not."""
        issue = issue or chosen.alone(name.id)
        shown = f"issue {name.key} (id {name.id})" if name.key else f"the issue with id {name.id}"
        if issue is None:
            message = f"Jira lists {shown} in {project} and does not give it: deleted meanwhile, or kept from this user"
            return None, Problem("J2O-X006", message, WARNING, entity=self.entity, key=name.key or name.id)
        now = project_of(issue)
        if now != project and now not in self.slices(selection):
            message = f"{shown} was moved meanwhile to {issue.get('key')}, in a project that is not selected"
        elif self.client.cloud and now == project:
            return issue, None
        elif selection.jql and not chosen.meets(now, name.id):
            message = f"{shown} was changed meanwhile, and does not meet the condition of `select.jql` any more"
        else:
            return issue, None
        return None, Problem("J2O-X009", message, WARNING, entity=self.entity, key=name.key or name.id)

    def _missing(self, listing: Listing, project: str, cursor: Optional[Mapping[str, Any]]) -> Optional[Problem]:
        """What to say where Jira counts more than it lists."""
        cursor = cursor or {}
        exactly = isinstance(listing, KeyListing)
        listed = int(cursor.get("received" if exactly else "before") or 0)
        if not listed and self.client.project(project).get("archived"):
            message = (
                f"project {project} is archived, and Jira finds no issues of archived projects: restore it to read them"
            )
            return Problem("J2O-X008", message, WARNING, entity=self.entity, key=project)
        counted = None if exactly and listed == int(cursor.get("expected") or 0) else listing.count(project)
        if counted is None or counted <= listed:
            return None
        message = (
            f"project {project}: Jira {'counts' if exactly else 'estimates'} {counted} issues and gave {listed}: "
            "issues were moved or created meanwhile, or this user may not see them all"
        )
        return Problem("J2O-X007", message, WARNING, entity=self.entity, key=project)


def former_keys(data: Mapping[str, Any], called_before: Callable[[str], Sequence[str]]) -> tuple[str, ...]:
    """Keys that lead to the issue though it has another: those that it had before it was moved, oldest first, as its
    history tells, and each under what its project was ``called_before``."""
    found: dict[str, None] = {}
    for history in (data.get("changelog") or {}).get("histories") or ():
        for item in history.get("items") or ():
            if str(item.get("field", "")).lower() == "key" and item.get("fromString"):
                found.setdefault(str(item["fromString"]))
    key = str(data.get("key"))
    for one in (*found, key):
        project, _, number = one.rpartition("-")
        found.update(dict.fromkeys(f"{former}-{number}" for former in called_before(project)))
    found.pop(key, None)
    return tuple(found)
