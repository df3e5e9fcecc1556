"""People keep working while a migration runs: issues change, move and disappear under a served Jira."""

from __future__ import annotations

import copy
import dataclasses
import time
from typing import Any, Dict, List, Mapping, Optional, Sequence, Set, Tuple

from j2o_sandbox.generate.clock import jira_time
from j2o_sandbox.jira.embedded import embedded_as_now
from j2o_sandbox.jira.logged import Logged, LoggedTimes, logged
from j2o_sandbox.jira.model import Catalogue, Group, Issue, Json, Person, Project, Row, Tracker, User
from j2o_sandbox.jira.zones import offset_minutes

#: edits of issues, in the order in which they are applied
_KINDS = ("change", "comment", "attach", "link", "remote", "log", "move", "delete")


class EditedTracker:
    """A tracker with edits on top. Implements :class:`j2o_sandbox.jira.model.Tracker`; rows keep their positions."""

    def __init__(self, tracker: Tracker) -> None:
        self._tracker = tracker
        self.catalogue: Catalogue = tracker.catalogue
        self.users: Mapping[str, User] = tracker.users
        self.groups: Tuple[Group, ...] = tracker.groups
        self.projects: Tuple[Project, ...] = tracker.projects
        self.time_zone = tracker.time_zone
        self.rows: Sequence[Row] = tracker.rows
        self.moved: Mapping[str, str] = tracker.moved
        self.deleted: Set[int] = set()
        self._fields: Dict[int, Json] = {}
        self._comments: Dict[int, List[Json]] = {}
        self._files: Dict[int, List[Json]] = {}
        self._links: Dict[int, List[Json]] = {}
        self._worklogs: Dict[int, List[Json]] = {}
        self._logged = LoggedTimes(tracker)
        self._remote_links: Dict[int, List[Json]] = {}
        self._versions: Dict[str, Json] = {}
        self._touched: Set[int] = set()
        self._ends: Dict[str, Tuple[str, Json]] = {}
        self.uploads: Dict[str, bytes] = {}

    def apply(self, edits: Json, author: str = "admin") -> List[str]:
        """Apply ``{"delete": [key], "move": {key: new key}, "change": {key: fields}, "comment": {key: text},
        "attach": {key: [file]}, "link": {key: other key}, "remote": {key: [remote link]},
        "log": {key: seconds or {"seconds", "ago", "comment", "visibility"}}}``; of ``comment``, a list is several, an
        object with ``body`` has ``visibility`` or ``internal``, of a file ``content`` are its bytes, and ``remote``
        replaces the links there were. ``"people": {name or account id: {"display_name"}}`` and ``"versions": {id:
        fields}`` change what issues embed.

        Changed issues get the present time as ``updated``, unless ``"quietly": true``; of a link the first end alone,
        and never those that embed what changed. Returns the keys that were touched.

        Raises:
            ValueError: an edit names no issue, or is none of these.
        """
        unknown = set(edits) - {*_KINDS, "people", "versions", "quietly"}
        if unknown:
            known = ", ".join((*_KINDS, "people", "versions", "quietly"))
            raise ValueError(f"unknown edit {sorted(unknown)[0]!r}; known: {known}")
        self._rename(edits.get("people") or {})
        self._change_versions(edits.get("versions") or {})
        rows = list(self.rows)
        places = {row.key: place for place, row in enumerate(rows) if place not in self.deleted}
        touched: List[str] = []
        for kind in _KINDS:
            entries = edits.get(kind) or {}
            for key in entries:
                if key not in places:
                    raise ValueError(f"{kind}: there is no issue {key}")
                place = places[key]
                if kind == "delete":
                    self.deleted.add(place)
                elif kind == "move":
                    self._move(rows, place, str(entries[key]))
                elif kind == "change":
                    self._fields.setdefault(place, {}).update(entries[key])
                elif kind == "attach":
                    self._attach(place, entries[key], author)
                elif kind == "link":
                    if entries[key] not in places:
                        raise ValueError(f"link: there is no issue {entries[key]}")
                    self._link(place, places[entries[key]])
                elif kind == "remote":
                    self._remote_links[place] = [dict(link) for link in entries[key]]
                elif kind == "log":
                    self._log(place, entries[key], author)
                else:
                    texts = entries[key] if isinstance(entries[key], list) else [entries[key]]
                    for text in texts:
                        self._comments.setdefault(place, []).append(self._comment(place, text, author))
                if not edits.get("quietly"):
                    rows[place] = rows[place]._replace(updated=int(time.time()))
                self._touched.add(place)
                touched.append(key)
        self.rows = rows
        for place in self._touched:
            self._ends[str(rows[place].id)] = (rows[place].key, self._fields.get(place, {}))
        return touched

    def frozen(self) -> EditedTracker:
        """The data as they are now, whatever is edited later."""
        still = copy.copy(self)
        still.deleted = set(self.deleted)
        still._fields = {place: dict(fields) for place, fields in self._fields.items()}
        still._files = {place: list(entries) for place, entries in self._files.items()}
        still._comments = {place: list(entries) for place, entries in self._comments.items()}
        still._links = {place: list(entries) for place, entries in self._links.items()}
        still._worklogs = {place: list(entries) for place, entries in self._worklogs.items()}
        still._remote_links = dict(self._remote_links)
        still._versions, still._ends = dict(self._versions), dict(self._ends)
        still._touched = set(self._touched)
        return still

    def issue(self, position: int) -> Issue:
        issue, row = self._tracker.issue(position), self.rows[position]
        self._logged.note(position, issue)
        fields = issue.fields
        if position in self._touched:
            fields = {**fields, **self._fields.get(position, {})}
            fields["updated"] = jira_time(row.updated, offset_minutes(self.time_zone))
        if position in self._files:
            fields = {**fields, "attachment": [*(fields.get("attachment") or ()), *self._files[position]]}
        if position in self._links:
            fields = {**fields, "issuelinks": [*(fields.get("issuelinks") or ()), *self._links[position]]}
        if row.project != issue.row.project:
            project = next(project for project in self.projects if project.key == row.project)
            fields = {**fields, "project": {"id": project.id, "key": project.key, "name": project.name}}
        if self._ends or self._versions:
            gone = {str(self.rows[place].id) for place in self.deleted}
            fields = embedded_as_now(fields, self._ends, gone, self._versions)
        if fields is issue.fields and position not in self._touched:
            return issue
        comments = [*issue.comments, *self._comments.get(position, ())]
        worklogs = [*issue.worklogs, *self._worklogs.get(position, ())]
        lists = {"comments": comments, "worklogs": worklogs}
        lists["remote_links"] = self._remote_links.get(position, list(issue.remote_links))
        return Issue(**{**issue.__dict__, "row": row, "fields": fields, **lists})

    def logged(self, position: int) -> List[Logged]:
        """When the worklogs of the issue there changed."""
        return [*self._logged.at(position), *logged(self._worklogs.get(position, ()))]

    def head(self, position: int) -> Json:
        return {**self._tracker.head(position), **self._fields.get(position, {})}

    def attachment_position(self, attachment_id: int) -> Optional[int]:
        for position, entries in self._files.items():
            if any(entry["id"] == str(attachment_id) for entry in entries):
                return position
        return self._tracker.attachment_position(attachment_id)

    def comment_position(self, comment_id: int) -> Optional[int]:
        for position, entries in self._comments.items():
            if any(entry["id"] == str(comment_id) for entry in entries):
                return position
        return self._tracker.comment_position(comment_id)

    def worklog_position(self, worklog_id: int) -> Optional[int]:
        for position, entries in self._worklogs.items():
            if any(entry["id"] == str(worklog_id) for entry in entries):
                return position
        return self._tracker.worklog_position(worklog_id)

    def manifest(self) -> Optional[Json]:
        """Only data that nobody has touched have one."""
        untouched = not self.deleted and self.rows is self._tracker.rows
        return self._tracker.manifest() if untouched else None

    def _move(self, rows: List[Row], place: int, key: str) -> None:
        project, _, number = key.rpartition("-")
        if not number.isdigit() or all(known.key != project for known in self.projects):
            raise ValueError(f"move: {key} is no key in a known project")
        if any(row.key == key for row in rows):
            raise ValueError(f"move: {key} exists already")
        self.moved = {**self.moved, rows[place].key: key}
        rows[place] = rows[place]._replace(key=key, project=project, number=int(number))

    def _rename(self, people: Mapping[str, Json]) -> None:
        for given, changes in people.items():
            name = next((name for name, user in self.users.items() if given in (name, user.account_id)), None)
            if name is None:
                raise ValueError(f"people: there is nobody called {given}")
            self.users = {**self.users, name: dataclasses.replace(self.users[name], **changes)}

    def _change_versions(self, versions: Mapping[str, Json]) -> None:
        for id, changes in versions.items():
            self._versions[id] = {**self._versions.get(id, {}), **changes}
        self.projects = tuple(
            dataclasses.replace(
                project, versions=tuple({**one, **self._versions.get(one["id"], {})} for one in project.versions)
            )
            for project in self.projects
        )

    def _link(self, place: int, other: int) -> None:
        id = str(970_000_000 + sum(len(entries) for entries in self._links.values()))
        for one, end, side in ((place, other, "outwardIssue"), (other, place, "inwardIssue")):
            row, head = self.rows[end], self.head(end)
            fields = {name: head.get(name) for name in ("summary", "status", "priority", "issuetype")}
            kind = self.catalogue.link_types[0]
            self._links.setdefault(one, []).append(
                {"id": id, "type": kind, side: {"id": str(row.id), "key": row.key, "fields": fields}}
            )

    def _log(self, place: int, given: Any, author: str) -> None:
        worklog = given if isinstance(given, dict) else {"seconds": given}
        seconds = int(worklog["seconds"])
        now = jira_time(int(time.time()) - int(worklog.get("ago", 0)), offset_minutes(self.time_zone))
        person = Person(author)
        entry: Json = {"id": str(960_000_000 + sum(len(entries) for entries in self._worklogs.values()))}
        entry.update({"issueId": str(self.rows[place].id), "author": person, "updateAuthor": person})
        entry.update({"created": now, "updated": now, "started": now})
        entry.update({"timeSpentSeconds": seconds, "timeSpent": f"{seconds // 60}m"})
        entry.update({name: worklog[name] for name in ("comment", "visibility") if name in worklog})
        self._worklogs.setdefault(place, []).append(entry)

    def _attach(self, place: int, files: List[Json], author: str) -> None:
        for file in files:
            id = str(950_000_000 + len(self.uploads))
            content = file["content"]
            data: bytes = content if isinstance(content, bytes) else str(content).encode("utf-8", "surrogatepass")
            self.uploads[id] = data
            entry: Json = {"id": id, "filename": file["filename"], "author": Person(author)}
            entry["created"] = jira_time(int(time.time()), offset_minutes(self.time_zone))
            entry.update({"size": len(data), "mimeType": file.get("mimeType", "text/plain")})
            self._files.setdefault(place, []).append(entry)

    def _comment(self, place: int, text: Any, author: str) -> Json:
        now = jira_time(int(time.time()), offset_minutes(self.time_zone))
        number = 900_000_000 + sum(len(entries) for entries in self._comments.values())
        person = Person(author)
        more = dict(text) if isinstance(text, dict) and "body" in text else {}
        text = more.pop("body", text)
        return {
            **more,
            "id": str(number),
            "author": person,
            "body": text if isinstance(text, dict) else str(text),
            "updateAuthor": person,
            "created": now,
            "updated": now,
        }
