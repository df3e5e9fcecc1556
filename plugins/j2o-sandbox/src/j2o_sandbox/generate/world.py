"""Everything that the drawing of one issue may look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Mapping, Sequence

from j2o_sandbox.generate.clock import jira_time
from j2o_sandbox.generate.outline import Outline
from j2o_sandbox.jira.model import Project, Row, Sprint, User


@dataclass(frozen=True)
class World:
    """The drawn structure and all that issues refer to; ``moved_from`` maps keys to former keys."""

    seed: int
    cloud: bool
    offset: int
    users: Mapping[str, User]
    names: Mapping[str, str]
    projects: Sequence[Project]
    members: Sequence[Sequence[str]]
    sprints: Sequence[Sequence[Sprint]]
    outline: Outline
    rows: Sequence[Row]
    moved_from: Mapping[str, str]

    def time(self, seconds: int, milliseconds: int = 0) -> str:
        """A moment as Jira writes it, in the viewer's zone."""
        return jira_time(seconds, self.offset, milliseconds)
