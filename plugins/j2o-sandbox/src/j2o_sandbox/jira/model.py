"""What the Jira half serves, before any dialect: people, projects, issues and the lists around them.

Metadata (types, statuses, versions, ...) are plain dictionaries in Jira's own form without ``self``: a dialect
adds addresses and shapes people. Values that differ per edition are kept as the small classes below.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any, Dict, FrozenSet, List, Mapping, NamedTuple, Optional, Protocol, Sequence, Tuple

Json = Dict[str, Any]


@dataclass(frozen=True)
class User:
    """One account. ``listed`` is false for people who were deleted and live on in issues only."""

    name: str
    key: str
    account_id: str
    display_name: str
    email: Optional[str] = None
    active: bool = True
    time_zone: Optional[str] = "Etc/UTC"
    account_type: str = "atlassian"
    mail_visible: bool = True
    groups: Tuple[str, ...] = ()
    listed: bool = True


@dataclass(frozen=True)
class Person:
    """A reference to a user by login name; a dialect replaces it with the edition's user shape."""

    name: str


@dataclass(frozen=True)
class PersonId:
    """The bare identity of a user, as changelogs hold it: user key on Server, account id on Cloud."""

    name: str


@dataclass(frozen=True)
class SprintRef:
    """A sprint in a custom field: a Java ``toString`` on Server, an object on Cloud."""

    id: int


class Body(Protocol):
    """Rich text that can be written in the markup of either edition."""

    def wiki(self, mention: Mapping[str, str]) -> str: ...

    def adf(self, mention: Mapping[str, str]) -> Json: ...

    def html(self, base: str) -> str: ...


@dataclass(frozen=True)
class Group:
    """A named set of users."""

    name: str
    id: str
    members: Tuple[str, ...] = ()


@dataclass(frozen=True)
class RoleActor:
    """A user (by name) or a group (by name) that holds a project role."""

    id: int
    kind: str
    name: str


@dataclass(frozen=True)
class Project:
    """A project; ``roles`` maps a role id to its actors, ``former_keys`` are keys it had before."""

    id: str
    key: str
    name: str
    description: str = ""
    lead: Optional[str] = None
    url: Optional[str] = None
    category: Optional[Json] = None
    versions: Tuple[Json, ...] = ()
    components: Tuple[Json, ...] = ()
    issue_type_ids: Tuple[str, ...] = ()
    status_ids: Tuple[str, ...] = ()
    roles: Mapping[int, Tuple[RoleActor, ...]] = field(default_factory=dict)
    archived: bool = False
    team_managed: bool = False
    former_keys: Tuple[str, ...] = ()


@dataclass(frozen=True)
class Sprint:
    """A sprint of a board, times as Jira writes them or ``None``."""

    id: int
    board_id: int
    name: str
    state: str
    start: Optional[str] = None
    end: Optional[str] = None
    complete: Optional[str] = None
    goal: Optional[str] = None


@dataclass(frozen=True)
class Board:
    """A scrum or kanban board over one project, and ``further`` ones."""

    id: int
    name: str
    kind: str
    project_key: str
    filter_id: str
    further: Tuple[str, ...] = ()

    @property
    def project_keys(self) -> Tuple[str, ...]:
        """All of them."""
        return (self.project_key, *self.further)


class Row(NamedTuple):
    """What an index must know of an issue. Times are epoch seconds; ``level`` names its security level."""

    id: int
    key: str
    project: str
    number: int
    created: int
    updated: int
    level: Optional[str] = None


@dataclass(frozen=True)
class Issue:
    """One issue in full. ``fields`` holds everything but the sub-lists, which dialects cut to size.

    ``comments_withheld`` and ``worklogs_withheld`` are counted in totals and returned to nobody.
    """

    row: Row
    fields: Json
    comments: Sequence[Json] = ()
    comments_withheld: int = 0
    worklogs: Sequence[Json] = ()
    worklogs_withheld: int = 0
    histories: Sequence[Json] = ()
    watchers: Sequence[str] = ()
    voters: Sequence[str] = ()
    remote_links: Sequence[Json] = ()


@dataclass(frozen=True)
class Context:
    """Where a custom field offers which options: in the projects with these ids, or in all that no other one names."""

    id: str
    name: str
    options: Tuple[Json, ...]
    projects: Tuple[str, ...] = ()


@dataclass(frozen=True)
class Catalogue:
    """The lists that issues refer to, each entry in Jira's own form without ``self``.

    ``contexts`` of a field stand beside the one for all projects, which has its ``options``.
    Of filters and dashboards, ``shares`` says who sees them beside the owner; ``gadgets`` have a ``place``.
    Issues of a security level in ``hidden_levels`` are visible to nobody who can log in here.
    """

    issue_types: Tuple[Json, ...]
    statuses: Tuple[Json, ...]
    priorities: Tuple[Json, ...]
    resolutions: Tuple[Json, ...]
    link_types: Tuple[Json, ...]
    fields: Tuple[Json, ...]
    roles: Tuple[Json, ...] = ()
    security_levels: Tuple[Json, ...] = ()
    boards: Tuple[Board, ...] = ()
    sprints: Tuple[Sprint, ...] = ()
    filters: Tuple[Json, ...] = ()
    dashboards: Tuple[Json, ...] = ()
    options: Mapping[str, Tuple[Json, ...]] = field(default_factory=dict)
    contexts: Mapping[str, Tuple[Context, ...]] = field(default_factory=dict)
    hidden_levels: FrozenSet[str] = frozenset()


class Tracker(Protocol):
    """A whole Jira: what a dialect serves. Rows are in creation order."""

    catalogue: Catalogue
    users: Mapping[str, User]
    groups: Tuple[Group, ...]
    projects: Tuple[Project, ...]
    rows: Sequence[Row]
    time_zone: str
    moved: Mapping[str, str]

    def issue(self, position: int) -> Issue:
        """The issue at a position of ``rows``."""
        ...

    def head(self, position: int) -> Json:
        """At least summary, status, priority and issuetype of the issue there, drawn cheaply."""
        ...

    def attachment_position(self, attachment_id: int) -> Optional[int]:
        """The position of the issue that holds this attachment."""
        ...

    def comment_position(self, comment_id: int) -> Optional[int]:
        """The position of the issue that holds this comment."""
        ...

    def worklog_position(self, worklog_id: int) -> Optional[int]:
        """The position of the issue that holds this worklog."""
        ...

    def manifest(self) -> Optional[Json]:
        """What a perfect migration holds and writes; ``None`` where that is not known (real data)."""
        ...


def account_id_of(name: str) -> str:
    """A Cloud account id for a login name: 24 hexadecimal digits, always the same."""
    return "5" + hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:23]


def group_id_of(name: str) -> str:
    """A Cloud group id for a group name: a UUID, always the same."""
    digest = hashlib.sha256(b"group:" + name.encode("utf-8", "surrogatepass")).hexdigest()
    return "-".join((digest[:8], digest[8:12], digest[12:16], digest[16:20], digest[20:32]))


def rows_by_project(rows: Sequence[Row]) -> Dict[str, List[int]]:
    """Positions per project key, in key order."""
    found: Dict[str, List[int]] = {}
    for position, row in enumerate(rows):
        found.setdefault(row.project, []).append(position)
    for positions in found.values():
        positions.sort(key=lambda position: rows[position].number)
    return found
