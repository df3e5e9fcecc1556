"""One call: the request, the installation it reaches, and what the viewer sees of it."""

from __future__ import annotations

import time
from functools import lru_cache
from typing import Any, Callable, Dict, List, Optional, Tuple

from j2o_sandbox.jira.accounts import ADMINISTRATOR, Gate, Viewer
from j2o_sandbox.jira.behaviour import Behaviour
from j2o_sandbox.jira.edits import EditedTracker
from j2o_sandbox.jira.index import Index
from j2o_sandbox.jira.issue_shape import IssueShapes, Selection
from j2o_sandbox.jira.jql import Search
from j2o_sandbox.jira.limits import Limiter
from j2o_sandbox.jira.model import Issue, Json, Project, Row, Tracker
from j2o_sandbox.jira.shapes import Shapes
from j2o_sandbox.jira.wire import Answer, JiraError, Request
from j2o_sandbox.jira.zones import offset_minutes


class Installation:
    """A served Jira: its data, its settings, and what is kept between requests."""

    def __init__(self, tracker: Tracker, behaviour: Behaviour, attachment_bytes: Optional[int]) -> None:
        self.tracker = EditedTracker(tracker)
        self.gate = Gate(tracker.users, behaviour)
        self.attachment_bytes = attachment_bytes
        self.offset_minutes = offset_minutes(tracker.time_zone)
        self.limiter = Limiter()
        self._indexes: Dict[str, Index] = {}
        self._searches: Dict[str, Search] = {}
        self._lagging: Optional[_Lagging] = None
        self.shapes: Callable[[str, str, Viewer], Tuple[Shapes, IssueShapes]]
        self.behave(behaviour)

    @property
    def behaviour(self) -> Behaviour:
        """The settings in force."""
        return self.gate.behaviour

    def behave(self, behaviour: Behaviour) -> None:
        """Put other settings in force."""
        self.gate.behaviour = behaviour
        self._searches.clear()
        self.shapes = lru_cache(maxsize=16)(self._shapes)

    def _shapes(self, version: str, base: str, viewer: Viewer) -> Tuple[Shapes, IssueShapes]:
        shapes = Shapes(self.tracker, self.behaviour, version, base, viewer)
        return shapes, IssueShapes(shapes)

    def edit(self, edits: Json, author: str = ADMINISTRATOR.name) -> List[str]:
        """Change the data under the clients' feet, as an author; see :meth:`EditedTracker.apply`."""
        before = self._lag() or _Lagging(self.tracker.frozen())
        touched = self.tracker.apply(edits, author)
        before.until = time.monotonic() + self.behaviour.index_lag
        self._lagging = before
        self._indexes.clear()
        self._searches.clear()
        self.shapes = lru_cache(maxsize=16)(self._shapes)
        return touched

    def index(self, viewer: Viewer) -> Index:
        """What this viewer sees."""
        found = self._indexes.get(viewer.name)
        if found is None:
            found = self._indexes[viewer.name] = Index(self.tracker, viewer, self.tracker.deleted)
        return found

    def search(self, viewer: Viewer, reconciled: bool = False) -> Search:
        """JQL as this viewer, on an index that may lag behind edits unless it is ``reconciled``."""
        lagging = None if reconciled else self._lag()
        if lagging is not None:
            index = Index(lagging.tracker, viewer, lagging.tracker.deleted)
            return Search(index, self.behaviour, self.offset_minutes)
        found = self._searches.get(viewer.name)
        if found is None:
            found = Search(self.index(viewer), self.behaviour, self.offset_minutes)
            self._searches[viewer.name] = found
        return found

    def _lag(self) -> Optional[_Lagging]:
        if self._lagging is not None and time.monotonic() >= self._lagging.until:
            self._lagging = None
        return self._lagging

    def issue(self, position: int) -> Issue:
        """An issue with attachments no larger than ``attachment_bytes``."""
        issue = self.tracker.issue(position)
        cap = self.attachment_bytes
        files = issue.fields.get("attachment")
        if cap is None or not files or all((entry.get("size") or 0) <= cap for entry in files):
            return issue
        capped = [{**entry, "size": min(entry.get("size") or 0, cap)} for entry in files]
        return Issue(**{**issue.__dict__, "fields": {**issue.fields, "attachment": capped}})


class _Lagging:
    """What searches still see of data that were edited, and until when (monotonic seconds)."""

    def __init__(self, tracker: EditedTracker) -> None:
        self.tracker = tracker
        self.until = 0.0


class Call:
    """A request on an installation, with the API version of its path."""

    def __init__(self, installation: Installation, request: Request, version: Optional[str]) -> None:
        self.installation = installation
        self.request = request
        cloud = installation.behaviour.cloud
        self.version = ("3" if cloud else "2") if version in (None, "latest") else str(version)
        self.shapes, self.issues = installation.shapes(self.version, request.base, request.viewer)

    @property
    def viewer(self) -> Viewer:
        return self.request.viewer

    @property
    def cloud(self) -> bool:
        return self.installation.behaviour.cloud

    @property
    def tracker(self) -> Tracker:
        return self.installation.tracker

    @property
    def index(self) -> Index:
        return self.installation.index(self.viewer)

    def row(self, position: int) -> Row:
        """The index row at a position."""
        return self.tracker.rows[position]

    def logged_in(self) -> None:
        """Refuse anonymous callers where the resource needs an account.

        Raises:
            Unauthenticated: nobody is logged in.
        """
        if self.viewer.user is None:
            raise Unauthenticated

    def readable(self, selection: Selection, fail_fast: bool) -> Selection:
        """What can be read of a selection: without the field that fails, unless that ends the request (Cloud).

        Raises:
            JiraError: 500, a selected field cannot be read.
        """
        name = self.installation.behaviour.failing_field
        if name is None or not self.cloud or not self.issues.wants(selection, name):
            return selection
        if fail_fast:
            raise JiraError(500, f"The field '{name}' could not be loaded.")
        return selection.without(name)

    def find_issue(self, key_or_id: str) -> Issue:
        """A visible issue.

        Raises:
            JiraError: 404, the same for missing and forbidden.
        """
        position = self.index.find(key_or_id)
        if position is None:
            gone = "Issue does not exist or you do not have permission to see it."
            raise JiraError(404, gone if self.cloud else "Issue Does Not Exist")
        return self.installation.issue(position)

    def find_project(self, key_or_id: str) -> Project:
        """A visible project.

        Raises:
            JiraError: 404.
        """
        project = self.index.project(key_or_id)
        if project is None or key_or_id.lower() == project.name.lower() != project.key.lower():
            kind = "id" if key_or_id.isdigit() else "key"
            raise JiraError(404, f"No project could be found with {kind} '{key_or_id}'.")
        return project

    def page(self, values: List[Any], address: str, default: int, cap: int) -> Json:
        """A page of the kind ``{self, maxResults, startAt, total, isLast, nextPage, values}``."""
        start = max(0, self.request.integer("startAt", 0))
        size = min(max(1, self.request.integer("maxResults", default)), cap)
        shape: Json = {"self": f"{address}startAt={start}&maxResults={size}"}
        if start + size < len(values):
            shape["nextPage"] = f"{address}startAt={start + size}&maxResults={size}"
        shape.update({"maxResults": size, "startAt": start, "total": len(values)})
        shape.update({"isLast": start + size >= len(values), "values": values[start : start + size]})
        return shape

    def answer(self, content: Any) -> Answer:
        """JSON, 200."""
        return Answer(content)


class Nowhere(Exception):
    """This installation has no such resource."""


class Unauthenticated(Exception):
    """The resource needs an account, and nobody is logged in."""
