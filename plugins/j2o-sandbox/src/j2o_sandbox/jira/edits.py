"""People keep working while a migration runs: issues change, move and disappear under a served Jira."""

from __future__ import annotations

import copy
import time
from typing import Any, Dict, List, Mapping, Optional, Sequence, Set, Tuple

from j2o_sandbox.generate.clock import jira_time
from j2o_sandbox.jira.model import Catalogue, Group, Issue, Json, Person, Project, Row, Tracker, User
from j2o_sandbox.jira.zones import offset_minutes


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
        self.uploads: Dict[str, bytes] = {}

    def apply(self, edits: Json, author: str = "admin") -> List[str]:
        """Apply ``{"delete": [key], "move": {key: new key}, "change": {key: fields}, "comment": {key: text},
        "attach": {key: [file]}}``; of ``comment``, a list is several, and of a file ``content`` are its bytes.

        Changed issues get the present time as ``updated``. Returns the keys that were touched.

        Raises:
            ValueError: an edit names no issue, or is none of these.
        """
        unknown = set(edits) - {"delete", "move", "change", "comment", "attach"}
        if unknown:
            raise ValueError(f"unknown edit {sorted(unknown)[0]!r}; known: delete, move, change, comment, attach")
        rows = list(self.rows)
        places = {row.key: place for place, row in enumerate(rows) if place not in self.deleted}
        touched: List[str] = []
        for kind in ("change", "comment", "attach", "move", "delete"):
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
                else:
                    texts = entries[key] if isinstance(entries[key], list) else [entries[key]]
                    for text in texts:
                        self._comments.setdefault(place, []).append(self._comment(place, text, author))
                rows[place] = rows[place]._replace(updated=int(time.time()))
                touched.append(key)
        self.rows = rows
        return touched

    def frozen(self) -> EditedTracker:
        """The data as they are now, whatever is edited later."""
        still = copy.copy(self)
        still.deleted = set(self.deleted)
        still._fields = {place: dict(fields) for place, fields in self._fields.items()}
        still._files = {place: list(entries) for place, entries in self._files.items()}
        still._comments = {place: list(entries) for place, entries in self._comments.items()}
        return still

    def issue(self, position: int) -> Issue:
        issue, row = self._tracker.issue(position), self.rows[position]
        if row is self._tracker.rows[position]:
            return issue
        fields = {**issue.fields, **self._fields.get(position, {})}
        if position in self._files:
            fields["attachment"] = [*(fields.get("attachment") or ()), *self._files[position]]
        fields["updated"] = jira_time(row.updated, offset_minutes(self.time_zone))
        if row.project != issue.row.project:
            project = next(project for project in self.projects if project.key == row.project)
            fields["project"] = {"id": project.id, "key": project.key, "name": project.name}
        comments = [*issue.comments, *self._comments.get(position, ())]
        return Issue(**{**issue.__dict__, "row": row, "fields": fields, "comments": comments})

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
        return {
            "id": str(number),
            "author": person,
            "body": text if isinstance(text, dict) else str(text),
            "updateAuthor": person,
            "created": now,
            "updated": now,
        }
