"""A generated Jira of any size: the outline in memory, issues drawn when they are asked for."""

from __future__ import annotations

from functools import lru_cache
from typing import Callable, Dict, List, Mapping, Optional, Sequence, Tuple

from j2o_sandbox.generate import lists
from j2o_sandbox.generate.activity import (
    ATTACHMENT_STRIDE,
    ATTACHMENTS,
    COMMENT_STRIDE,
    COMMENTS,
    WORKLOG_STRIDE,
    WORKLOGS,
)
from j2o_sandbox.generate.issues import Draw
from j2o_sandbox.generate.manifest import count_manifest
from j2o_sandbox.generate.outline import draw_outline
from j2o_sandbox.generate.people import generate_groups, generate_users
from j2o_sandbox.generate.scheme import status_of, type_of
from j2o_sandbox.generate.shared_views import generate_dashboards, generate_filters
from j2o_sandbox.generate.teams import generate_agile, generate_projects, members
from j2o_sandbox.generate.world import World
from j2o_sandbox.jira.model import Board, Catalogue, Issue, Json, Project, Row, Sprint, User
from j2o_sandbox.options import SandboxError

TIME_ZONE, OFFSET_MINUTES = "Africa/Lagos", 60


class GeneratedTracker:
    """Implements :class:`j2o_sandbox.jira.model.Tracker` from a seed."""

    time_zone = TIME_ZONE

    def __init__(
        self, seed: int = 1, projects: int = 2, issues: int = 60, cloud: bool = False, people: Optional[int] = None
    ) -> None:
        """Draw people, projects and the outline; takes about a second for 100,000 issues.

        Raises:
            SandboxError: there are issues but no project to hold them.
        """
        if issues and not projects:
            raise SandboxError(f"--issues {issues} --projects 0: issues need at least one project")
        self.users: Mapping[str, User] = generate_users(seed, issues, people)
        self.groups = generate_groups(dict(self.users))
        self.projects: Tuple[Project, ...] = generate_projects(seed, projects, self.users, cloud)
        living = [project for project in self.projects if not project.archived]
        boards, sprints = generate_agile(projects, cloud)
        outline = draw_outline(seed, [project.key for project in living], issues)
        self.rows: Sequence[Row] = _rows(
            outline.ids, outline.keys, outline.number, outline.created, outline.updated, outline.level
        )
        self.moved: Mapping[str, str] = outline.moved
        self.catalogue = _catalogue(living, boards, sprints, tuple(self.users.values()))
        world = World(
            seed=seed,
            cloud=cloud,
            offset=OFFSET_MINUTES,
            users=self.users,
            names={user.name: user.display_name for user in self.users.values()},
            projects=living,
            members=[members(number, self.users) for number in range(projects)],
            sprints=[[sprint for sprint in sprints if sprint.board_id == number + 1] for number in range(projects)],
            outline=outline,
            rows=self.rows,
            moved_from={key: former for former, key in outline.moved.items()},
        )
        self._draw = Draw(world)
        self.issue: Callable[[int], Issue] = lru_cache(maxsize=512)(self._draw.issue)
        self._manifest: Optional[Json] = None

    def head(self, position: int) -> Json:
        fields: Json = self._draw.stub(position)["fields"]
        return fields

    def attachment_position(self, attachment_id: int) -> Optional[int]:
        return self._position(attachment_id - ATTACHMENTS, ATTACHMENT_STRIDE)

    def comment_position(self, comment_id: int) -> Optional[int]:
        return self._position(comment_id - COMMENTS, COMMENT_STRIDE)

    def worklog_position(self, worklog_id: int) -> Optional[int]:
        return self._position(worklog_id - WORKLOGS, WORKLOG_STRIDE)

    def manifest(self) -> Optional[Json]:
        """Counted once, over every issue: half a minute for 100,000."""
        if self._manifest is None:
            self._manifest = count_manifest(self, self._draw.issue, self._draw.world.cloud)
        return self._manifest

    def _position(self, number: int, stride: int) -> Optional[int]:
        position = number // stride
        return position if 0 <= position < len(self.rows) else None


def _rows(
    ids: List[int],
    keys: List[str],
    numbers: List[int],
    created: List[int],
    updated: List[int],
    levels: List[Optional[str]],
) -> List[Row]:
    return [
        Row(id, key, key.rsplit("-", 1)[0], number, born, changed, level)
        for id, key, number, born, changed, level in zip(ids, keys, numbers, created, updated, levels)
    ]


def _catalogue(
    projects: List[Project], boards: Tuple[Board, ...], sprints: Tuple[Sprint, ...], users: Tuple[User, ...]
) -> Catalogue:
    types: Dict[str, Json] = {entry["id"]: entry for entry in lists.ISSUE_TYPES}
    statuses: Dict[str, Json] = {entry["id"]: entry for entry in lists.STATUSES}
    for project in projects:
        if project.team_managed:
            for entry in lists.ISSUE_TYPES:
                if entry["id"] != lists.IMPROVEMENT:
                    own = type_of(project, entry["id"])
                    types[own["id"]] = own
            for number in range(len(lists.STATUSES)):
                own = status_of(project, number)
                statuses[own["id"]] = own
    filters = generate_filters(boards, projects, users)
    return Catalogue(
        issue_types=tuple(types.values()),
        statuses=tuple(statuses.values()),
        priorities=lists.PRIORITIES,
        resolutions=lists.RESOLUTIONS,
        link_types=lists.LINK_TYPES,
        fields=(*lists.system_fields(), *lists.custom_fields()),
        roles=lists.ROLES,
        security_levels=lists.SECURITY_LEVELS,
        boards=boards,
        sprints=sprints,
        filters=filters,
        dashboards=generate_dashboards(filters),
        options=lists.OPTIONS,
        contexts=lists.contexts([project.id for project in projects]),
        hidden_levels=frozenset({lists.HIDDEN_LEVEL}),
    )
