"""What this plugin provides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from j2o_core.api import Registry, hookimpl

from .agile.boards import BoardColumns, Boards
from .agile.sprints import FUNCTION as ISSUE_SPRINTS
from .agile.sprints import IssueSprints, Sprints
from .attachments import Attachments
from .configuration import Configuration
from .connector import JiraConnector
from .dashboards import Dashboards
from .filters.extractor import Filters
from .former_people import FormerPeople, PresentPeople
from .groups import Groups
from .history import History, HistoryFile
from .inspector import JiraInspector
from .issues.extractor import Issues
from .members import Members, Participants
from .option_schemas import CONNECTION, EXTRACTORS
from .people import Actors, People
from .projects import Projects, Versions
from .record_schemas import RECORDS
from .richtext import read_adf, read_history, read_remote_links, read_wiki
from .survey.surveyor import JiraSurveyor
from .users import Users
from .watchers import Watchers

if TYPE_CHECKING:
    from j2o_core.testing import Kit


@hookimpl
def j2o_register(registry: Registry) -> None:
    """The connector, extractors and splitters with their schemas, and the readers of rich text."""
    registry.connector(JiraConnector)
    registry.schema(JiraConnector.name, CONNECTION)
    for extractor in (
        Users,
        Groups,
        Projects,
        Members,
        Versions,
        Issues,
        Sprints,
        Boards,
        Configuration,
        Filters,
        Dashboards,
    ):
        registry.extractor(extractor)
    for name, schema in EXTRACTORS.items():
        registry.schema(name, schema)
    for splitter in (
        People,
        PresentPeople,
        FormerPeople,
        Actors,
        Participants,
        Attachments,
        Watchers,
        History,
        HistoryFile,
        IssueSprints,
        BoardColumns,
    ):
        registry.splitter(splitter)
    for name, record in RECORDS.items():
        registry.record_schema(name, record)
    registry.function(ISSUE_SPRINTS)
    registry.source_surveyor(JiraSurveyor)
    registry.inspector(JiraInspector)
    registry.reader("wiki", read_wiki)
    registry.reader("adf", read_adf)
    registry.reader("history", read_history)
    registry.reader("remote_links", read_remote_links)


@hookimpl
def j2o_conformance(kit: Kit) -> None:
    """The Jira of the sandbox."""
    from .conformance import add_cases  # which brings what only tests need

    add_cases(kit)
