"""What was seen on many servers, put together as if it came from one: nothing is left out for a number taken."""

from __future__ import annotations

import copy
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable, Iterator, Mapping, Optional

Json = dict[str, Any]

#: where issues stand that hold one thing of a file that has none
CARRIER = "SHAPE"
_KEY = re.compile(r"[A-Z][A-Z0-9_]*-\d+")
_DAY = "2020-01-02T03:04:05.000+0000"
_FIRST = 8_000_000


@dataclass
class Put:
    """One Jira. ``files`` are those of which something is in it; ``lists`` are answers by path, for ``recorded``."""

    issues: list[Json] = field(default_factory=list)
    projects: list[Json] = field(default_factory=list)
    lists: dict[str, list[Json]] = field(default_factory=dict)
    files: set[str] = field(default_factory=set)
    _next: Iterator[int] = field(default_factory=lambda: iter(range(_FIRST, 10 * _FIRST)))
    _taken: dict[tuple[str, str], str] = field(default_factory=dict)
    _projects: dict[str, Json] = field(default_factory=dict)

    def issue(self, raw: Json) -> Json:
        """Take an issue; whatever of it has a number that something else has gets another one."""
        issue = copy.deepcopy(raw)
        fields = issue["fields"]
        issue["id"] = self.number("issue", issue.get("id"))
        project = str(issue["key"]).rpartition("-")[0]
        if not self._is_free("key", issue["key"]):
            issue["key"] = f"{project}-{next(self._next)}"
        fields["project"] = self._project_of(project, fields.get("project") or {"name": project})
        fields.setdefault("created", _DAY)
        fields.setdefault("updated", fields["created"])
        fields.setdefault("issuetype", {"id": "3", "name": "Task", "subtask": False})
        fields.setdefault("status", {"id": "1", "name": "Open"})
        for name, kind in (("comment", "comments"), ("worklog", "worklogs")):
            for entry in (fields.get(name) or {}).get(kind) or ():
                entry["id"] = self.number(name, entry.get("id"))
        for file in fields.get("attachment") or ():  # the oldest servers tell its number in the address alone
            file["id"] = self.number("attachment", file.get("id") or number_in(file["content"]))
        for link in fields.get("issuelinks") or ():
            link["id"] = self.number("link", link.get("id"))
        for name in ("fixVersions", "versions", "components"):
            for entry in fields.get(name) or ():
                number = entry.get("id") or number_in(entry["self"])
                entry["id"] = self.number(name.replace("fixV", "v"), number, f"{project} {entry['name']}")
        for entry in (issue.get("changelog") or {}).get("histories", ()) if _is_page(issue.get("changelog")) else ():
            entry["id"] = self.number("history", entry.get("id"))
        self.issues.append(issue)
        return issue

    def carrier(self, name: str, fields: Json, id: Any = None, apart: bool = False) -> Json:
        """An issue that holds one thing, and is called as its file; ``apart``: in a project of its own."""
        number = next(self._next)
        project = f"{CARRIER}{number}" if apart else CARRIER
        return self.issue({"id": id or number, "key": f"{project}-{number}", "fields": {"summary": name, **fields}})

    def project(self, raw: Json) -> Json:
        """Take a project."""
        project = {**raw, "name": raw.get("name") or f"Project {raw['key']}"}
        if not self._is_free("project key", project["key"]):
            project["key"] = f"{project['key']}{next(self._next)}"
        if not self._is_free("project name", project["name"]):
            project["name"] = f"{project['name']} ({project['key']})"
        project["id"] = self._id_of_project(project.get("id"), project["key"])
        project["issueTypes"] = [
            {**one, "id": one.get("id") or number_in(one["self"])} for one in raw.get("issueTypes") or ()
        ]
        for name in ("versions", "components"):
            project[name] = [dict(row) for row in raw.get(name) or ()]
            for row in project[name]:
                number = row.get("id") or number_in(row["self"])
                row["id"] = self.number(name, number, f"{project['key']} {row['name']}")
        self.projects.append(project)
        return project

    def listed(self, path: str, *rows: Json, by: str = "id") -> None:
        """Take rows of a list, of those with one id the fullest."""
        held = self.lists.setdefault(path, [])
        for row in rows:
            same = next((one for one in held if str(one.get(by)) == str(row.get(by))), None)
            if same is None:
                held.append(dict(row))
            else:
                same.update({name: value for name, value in row.items() if name not in same})

    def settle_fields(self) -> None:
        """Definitions of fields that no issue has: what an id means in an issue, the issue knows; names stand once."""
        used = {name for issue in self.issues for name, value in issue["fields"].items() if value not in (None, [])}
        names = {"Sprint"}
        for row in self.lists.get("field", ()):
            if row["name"] in names:
                row["name"] = f"{row['name']} ({row['id']})"
            names.add(row["name"])
        if "field" in self.lists:
            self.lists["field"] = [row for row in self.lists["field"] if row["id"] not in used]

    def find(self, id: Any) -> Optional[Json]:
        """The issue with this id."""
        return next((issue for issue in self.issues if issue["id"] == str(id)), None)

    def number(self, kind: str, id: Any, meant: str = "") -> str:
        """The id where it is free, or stands for the same thing already; else another."""
        wanted = str(id) if id and str(id).isdigit() else ""
        if wanted and (self._taken.get((kind, wanted)) == meant != "" or self._is_free(kind, wanted, meant)):
            return wanted
        found = str(next(self._next))
        self._taken[kind, found] = meant
        return found

    def _project_of(self, key: str, embedded: Json) -> Json:
        """What issues tell of their project: of two servers' projects of one key the first."""
        if key not in self._projects:
            self._taken["project key", key] = ""
            known = next((one for one in self.projects if one["key"] == key), embedded)
            told = {name: known[name] for name in ("name", "projectCategory") if name in known}
            if known is embedded and not self._is_free("project name", str(embedded.get("name") or key)):
                told["name"] = f"{embedded.get('name')} ({key})"
            self._projects[key] = {**embedded, **told, "key": key, "id": self._id_of_project(embedded.get("id"), key)}
        return self._projects[key]

    def _id_of_project(self, id: Any, key: str) -> str:
        known = self._taken.get(("id of a project", key))
        if known is None:
            known = self._taken["id of a project", key] = self.number("project", id, key)
        return known

    def _is_free(self, kind: str, name: str, meant: str = "") -> bool:
        if (kind, name) in self._taken:
            return False
        self._taken[kind, name] = meant
        return True


def read_shapes(
    root: Path, places: Mapping[str, Callable[[Put, str, Any], None]], is_left_out: Callable[[str], Optional[str]]
) -> Put:
    """The files below a folder that match patterns, each taken by the place of the first pattern it matches."""
    put = Put()
    for pattern, place in places.items():
        for path in sorted(root.glob(pattern)):
            name = path.relative_to(root).as_posix()
            if name not in put.files and not is_left_out(name):
                place(put, name, json.loads(path.read_text(encoding="utf-8")))
                put.files.add(name)
    put.settle_fields()
    return put


def whole_issues(value: Any) -> Iterator[Json]:
    """Whole issues, wherever they stand in an answer."""
    for element in value if isinstance(value, list) else [value]:
        if "issues" in element:
            yield from whole_issues(element["issues"])
        elif _KEY.fullmatch(str(element.get("key", ""))) and isinstance(element.get("fields"), dict):
            yield element


def number_in(address: Any) -> str:
    """The last number in an address."""
    found = re.findall(r"/(\d+)(?=/|$)", str(address))
    return found[-1] if found else ""


def _is_page(value: Any) -> bool:
    return isinstance(value, dict)
