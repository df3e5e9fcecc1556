"""Published Jira issues as a tracker: what the file lacks is completed from the file itself, nothing is invented.

Issues stay as bytes in memory and are read again when asked for. People, projects, types, versions and so on are
collected from wherever they are embedded, definitions of custom fields from ``names`` and ``schema`` of an issue where
it was asked for with these. Comments that ``total`` counts and the file lacks stay counted and unseen. What Jira tells
of an issue elsewhere may stand with it: ``remotelinks`` beside ``fields``, ``watchers`` in ``watches``, ``voters`` in
``votes``.
"""

from __future__ import annotations

import gzip
import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Mapping, Optional, Sequence, Tuple

from j2o_sandbox.generate.lists import system_fields
from j2o_sandbox.jira.collect import Collected, person_name
from j2o_sandbox.jira.model import Issue, Json, Person, Row, Tracker
from j2o_sandbox.jira.moments import epoch_seconds
from j2o_sandbox.options import SandboxError

_EMPTY_FIELDS: Json = {
    "watches": {"watchCount": 0, "isWatching": False},
    "votes": {"votes": 0, "hasVoted": False},
    "timetracking": {},
}


def read_published(data: str, projects: Optional[str] = None) -> Tracker:
    """Read ``data`` (ndjson or ndjson.gz, one raw issue a line) and the list of projects, if there is one.

    Raises:
        SandboxError: a file is not what it should be; the message names file and line.
    """
    collected = Collected()
    if projects is not None:
        for project in _read_projects(projects):
            collected.project(project)
    lines: List[bytes] = []
    rows: List[Row] = []
    seen: Dict[str, int] = {}
    for number, line in _lines(data):
        issue = _read_issue(data, number, line)
        for name in (str(issue["id"]), str(issue["key"])):
            if name in seen:
                raise SandboxError(f"--jira-data {data}: line {number}: issue {name} is already on line {seen[name]}")
            seen[name] = number
        collected.issue(issue, len(rows))
        lines.append(line)
        rows.append(_row(data, number, issue))
    return PublishedTracker(lines, rows, collected)


class PublishedTracker:
    """Implements :class:`j2o_sandbox.jira.model.Tracker` over published issues."""

    time_zone = "Etc/UTC"
    moved: Mapping[str, str] = {}

    def __init__(self, lines: List[bytes], rows: List[Row], collected: Collected) -> None:
        self._lines = lines
        self.rows: Sequence[Row] = rows
        self.users = collected.directory()
        self.groups = collected.groups()
        self.projects = collected.projects()
        self.catalogue = collected.catalogue(system_fields())
        self._attachments = collected.attachment_positions
        self._comments = collected.comment_positions
        self._worklogs = collected.worklog_positions
        self.issue: Callable[[int], Issue] = lru_cache(maxsize=256)(self._issue)

    def head(self, position: int) -> Json:
        return self.issue(position).fields

    def attachment_position(self, attachment_id: int) -> Optional[int]:
        return self._attachments.get(attachment_id)

    def comment_position(self, comment_id: int) -> Optional[int]:
        return self._comments.get(comment_id)

    def worklog_position(self, worklog_id: int) -> Optional[int]:
        return self._worklogs.get(worklog_id)

    def manifest(self) -> Optional[Json]:
        """Nobody knows what a perfect migration of published data holds."""
        return None

    def _issue(self, position: int) -> Issue:
        raw = _plain(json.loads(self._lines[position]))
        fields: Json = {**_EMPTY_FIELDS, **raw["fields"]}
        comments, withheld = _page(fields.pop("comment", None), "comments")
        worklogs, worklogs_withheld = _page(fields.pop("worklog", None), "worklogs")
        changelog = raw.get("changelog")  # of old clients' recordings some hold a text instead
        histories = list((changelog if isinstance(changelog, dict) else {}).get("histories") or ())
        histories.sort(key=lambda entry: epoch_seconds(entry.get("created")) or 0)
        watchers, voters = _names(fields, "watches", "watchers"), _names(fields, "votes", "voters")
        return Issue(
            row=self.rows[position],
            fields=fields,
            comments=comments,
            comments_withheld=withheld,
            worklogs=worklogs,
            worklogs_withheld=worklogs_withheld,
            histories=histories,
            watchers=watchers,
            voters=voters,
            remote_links=raw.get("remotelinks") or (),
        )


def _lines(path: str) -> Iterator[Tuple[int, bytes]]:
    try:
        with gzip.open(path, "rb") if path.endswith(".gz") else Path(path).open("rb") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield number, line
    except (OSError, EOFError) as error:
        raise SandboxError(f"--jira-data {path}: cannot be read: {error}") from error


def _read_issue(path: str, number: int, line: bytes) -> Json:
    where = f"--jira-data {path}: line {number}"
    try:
        issue = json.loads(line)
    except ValueError as error:
        raise SandboxError(f"{where}: not JSON: {error}; expected one raw issue on each line") from error
    if not isinstance(issue, dict) or not isinstance(issue.get("fields"), dict):
        raise SandboxError(f"{where}: not a raw issue: expected an object with 'id', 'key' and 'fields'")
    id, key = str(issue.get("id", "")), str(issue.get("key", ""))
    if not id.isdigit() or not re.fullmatch(r"[A-Z][A-Z0-9_]*-\d+", key):
        raise SandboxError(f"{where}: 'id' is {id!r} and 'key' {key!r}; expected a number and a key like ACME-1")
    return issue


def _read_projects(path: str) -> List[Json]:
    try:
        projects = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SandboxError(f"--jira-projects {path}: cannot be read: {error}") from error
    if not isinstance(projects, list) or not all(isinstance(entry, dict) and "key" in entry for entry in projects):
        raise SandboxError(f"--jira-projects {path}: expected a JSON list of projects with 'id', 'key' and 'name'")
    return projects


def _row(path: str, number: int, issue: Json) -> Row:
    fields = issue["fields"]
    project, _, key_number = str(issue["key"]).rpartition("-")
    created = epoch_seconds(fields.get("created"))
    if created is None:
        raise SandboxError(
            f"--jira-data {path}: line {number}: 'created' is {fields.get('created')!r}; expected a time"
        )
    level = fields.get("security")
    return Row(
        id=int(issue["id"]),
        key=str(issue["key"]),
        project=project,
        number=int(key_number),
        created=created,
        updated=epoch_seconds(fields.get("updated")) or created,
        level=str(level["id"]) if isinstance(level, dict) else None,
    )


def _page(value: Any, name: str) -> Tuple[List[Json], int]:
    if not isinstance(value, dict):
        return [], 0
    entries = list(value.get(name) or ())
    return entries, max(0, int(value.get("total") or 0) - len(entries))


def _names(fields: Json, name: str, listed: str) -> List[str]:
    """Logins of a list that some publishers add to what an issue itself tells; it is taken out of the field."""
    value = fields.get(name)
    if not isinstance(value, dict) or listed not in value:
        return []
    fields[name] = {key: inner for key, inner in value.items() if key != listed}
    return [person.name for person in value[listed] or () if isinstance(person, Person)]


def _plain(value: Any) -> Any:
    """The same without addresses of the server it came from, people as references."""
    if isinstance(value, list):
        return [_plain(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    name = person_name(value)
    if name is not None:
        return Person(name)
    return {key: _plain(entry) for key, entry in value.items() if key not in ("self", "avatarUrls")}
