"""The kinds of items that specs speak of: when each is written, and after what."""

from __future__ import annotations

from j2o_core.api import Phase

from .attachments import Attachments
from .records import Records


class Users(Records):
    """People."""

    name = "archive.users"
    phase = Phase.STRUCTURE


class Groups(Records):
    """Groups with their members."""

    name = "archive.groups"
    phase = Phase.STRUCTURE
    after = ("users",)


class Projects(Records):
    """Projects."""

    name = "archive.projects"
    phase = Phase.STRUCTURE
    after = ("users",)
    parent_field = "parent"


class Memberships(Records):
    """Who takes part in a project, in which roles."""

    name = "archive.memberships"
    phase = Phase.STRUCTURE
    after = ("users", "groups", "projects")


class Versions(Records):
    """Versions of projects."""

    name = "archive.versions"
    phase = Phase.STRUCTURE
    after = ("projects",)


class WorkPackages(Records):
    """Issues."""

    name = "archive.work_packages"
    phase = Phase.WORK_PACKAGES
    after = ("users", "groups", "projects", "memberships", "versions")
    parent_field = "parent"


class Comments(Records):
    """Comments on issues."""

    name = "archive.comments"
    phase = Phase.COMMENTS
    after = ("work_packages",)


class Relations(Records):
    """Links between issues, as each of the two tells them."""

    name = "archive.relations"
    phase = Phase.SHAPE
    after = ("work_packages",)


class Watchers(Records):
    """Who watches an issue."""

    name = "archive.watchers"
    after = ("work_packages",)


class TimeEntries(Records):
    """Time spent on issues."""

    name = "archive.time_entries"
    after = ("work_packages", "users")


LOADERS = (
    Users,
    Groups,
    Projects,
    Memberships,
    Versions,
    WorkPackages,
    Attachments,
    Comments,
    Relations,
    Watchers,
    TimeEntries,
    Records,
)
