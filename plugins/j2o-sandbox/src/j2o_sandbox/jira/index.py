"""Look-ups over the issues that one viewer may see."""

from __future__ import annotations

import bisect
from typing import AbstractSet, Dict, FrozenSet, List, Optional, Sequence

from j2o_sandbox.jira.accounts import Viewer
from j2o_sandbox.jira.model import Project, Row, Tracker


class Index:
    """Visible issues by key, id and project. Built once per kind of viewer; positions are the tracker's."""

    def __init__(self, tracker: Tracker, viewer: Viewer, deleted: AbstractSet[int] = frozenset()) -> None:
        self.tracker = tracker
        self.viewer = viewer
        hidden = _hidden_levels(tracker, viewer)
        anonymous = viewer.user is None
        rows: Sequence[Row] = tracker.rows
        visible = (
            []
            if anonymous
            else [place for place, row in enumerate(rows) if row.level not in hidden and place not in deleted]
        )
        self.projects: Dict[str, Project] = {} if anonymous else _named_projects(tracker)
        self.by_key: Dict[str, int] = {rows[place].key: place for place in visible}
        self.by_id: Dict[int, int] = {rows[place].id: place for place in visible}
        self.in_project: Dict[str, List[int]] = {}
        for place in visible:
            self.in_project.setdefault(rows[place].project, []).append(place)
        for places in self.in_project.values():
            places.sort(key=lambda place: rows[place].number)
        self.numbers: Dict[str, List[int]] = {
            project: [rows[place].number for place in places] for project, places in self.in_project.items()
        }
        self.in_key_order: List[int] = [place for key in sorted(self.in_project) for place in self.in_project[key]]
        self.hidden_count = 0 if anonymous else len(rows) - len(visible) - len(deleted)

    def project(self, name: str) -> Optional[Project]:
        """A living or archived project by key, id or name."""
        return self.projects.get(name.upper()) or self.projects.get(name.lower())

    def find(self, key_or_id: str) -> Optional[int]:
        """A visible issue by key (also a former one, or with a former key of its project), or by id."""
        if is_id(key_or_id):
            return self.by_id.get(int(key_or_id))
        key = key_or_id.upper()
        found = self._present_or_moved(key)
        if found is None:
            head, _, number = key.rpartition("-")
            project = self.projects.get(head)
            if project is not None and head in project.former_keys:
                found = self._present_or_moved(f"{project.key}-{number}")
        return found

    def _present_or_moved(self, key: str) -> Optional[int]:
        found = self.by_key.get(key)
        return self.by_key.get(self.tracker.moved[key]) if found is None and key in self.tracker.moved else found

    def slice(self, project: str, operator: str, number: int) -> List[int]:
        """Positions of a project whose key number compares so with ``number``, in key order."""
        numbers, places = self.numbers.get(project, []), self.in_project.get(project, [])
        if operator == ">":
            return places[bisect.bisect_right(numbers, number) :]
        if operator == ">=":
            return places[bisect.bisect_left(numbers, number) :]
        if operator == "<":
            return places[: bisect.bisect_left(numbers, number)]
        return places[: bisect.bisect_right(numbers, number)]


def _hidden_levels(tracker: Tracker, viewer: Viewer) -> FrozenSet[str]:
    if viewer.administrator:
        return tracker.catalogue.hidden_levels
    return frozenset(str(level["id"]) for level in tracker.catalogue.security_levels)


def _named_projects(tracker: Tracker) -> Dict[str, Project]:
    named: Dict[str, Project] = {}
    for project in tracker.projects:
        named[project.id] = named[project.key.upper()] = project
        named.setdefault(project.name.lower(), project)
        for former in project.former_keys:
            named.setdefault(former.upper(), project)
    return named


def is_id(text: str) -> bool:
    """Whether a text is a number that an id may be."""
    return text.isascii() and text.isdigit() and len(text) < 19
