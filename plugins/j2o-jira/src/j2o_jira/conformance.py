"""Against what this plugin is proved: the Jira of the sandbox, in both editions."""

from __future__ import annotations

import json
from typing import Any, Callable
from urllib.request import urlopen

from j2o_core.api import ConnectionOptions, Needs
from j2o_core.testing import Kit, World, Worlds, records_of

from .agile.boards import BoardColumns, Boards
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
from .people import Actors, People
from .projects import Projects, Versions
from .survey.surveyor import JiraSurveyor
from .users import Users
from .watchers import Watchers

_SMALL = {"page_size": 6}


def add_cases(kit: Kit) -> None:
    """A case for each extractor and splitter in each edition."""
    for edition, world in _EDITIONS.items():
        kit.extractor(Issues, world, entity="work_packages", options=_SMALL, label=edition)
        for extractor in (Users, Groups, Projects, Members, Versions, Sprints, Boards, Filters, Dashboards):
            kit.extractor(extractor, world, one_page=True, label=edition)
        kit.extractor(Configuration, world, one_page=True, label=edition)
        kit.splitter(Actors, records_of(Members, world, entity="memberships"), label=edition)
        issues = records_of(Issues, world, entity="work_packages")
        for splitter in (People, PresentPeople, FormerPeople, Participants):
            kit.splitter(splitter, issues, label=edition)
        for splitter in (Attachments, Watchers, History, HistoryFile, IssueSprints):
            kit.splitter(splitter, issues, label=edition)
        kit.splitter(BoardColumns, records_of(Boards, world, entity="boards"), label=edition)
        kit.surveyor(JiraSurveyor, world, sample=12, label=edition)
        kit.inspector(JiraInspector, world, needs=Needs(fields={"attachments": ()}), label=edition)


def _world(edition: str) -> Callable[[Worlds], World]:
    def make(worlds: Worlds) -> World:
        variables = worlds.start("sandbox", edition=edition, issues=20, attachment_bytes=100)
        auth = {"user": variables["JIRA_USER"], "token": variables["JIRA_TOKEN"]}

        def state() -> Any:
            with urlopen(f"{variables['JIRA_URL']}/_sandbox/state", timeout=30) as answer:
                return {kind: rows for kind, rows in json.load(answer).items() if kind != "requests"}

        return World(
            JiraConnector,
            ConnectionOptions(
                "jira",
                variables["JIRA_URL"],
                "check",
                {name: value for name, value in auth.items() if value},
                variables["JIRA_IDENTITY"],
            ),
            state,
        )

    return make


_EDITIONS = {edition: _world(edition) for edition in ("datacenter", "cloud")}
