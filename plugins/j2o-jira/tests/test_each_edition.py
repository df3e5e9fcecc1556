"""What Jira holds, thing by thing, and that each edition and version of it is read."""

from __future__ import annotations

from typing import Any, Callable, Iterator, Mapping, NamedTuple

import pytest

from j2o_core.api import Record, Selection, divisions
from j2o_jira.agile.boards import Boards
from j2o_jira.agile.sprints import IssueSprints, Sprints
from j2o_jira.attachments import Attachments
from j2o_jira.configuration import Configuration
from j2o_jira.dashboards import Dashboards
from j2o_jira.filters.extractor import Filters
from j2o_jira.groups import Groups
from j2o_jira.issues.extractor import Issues
from j2o_jira.members import Members
from j2o_jira.projects import Projects, Versions
from j2o_jira.users import Users

PASSWORD = {"user": "admin", "password": "j2o-sandbox-admin-password"}
OPTIONS: Mapping[type, Mapping[str, Any]] = {
    Projects: {"archived": True},
    Issues: {"voters": True, "remote_links": "all"},
}
EXTRACTORS = (Projects, Users, Groups, Members, Versions, Issues, Sprints, Boards, Configuration, Filters, Dashboards)
EVERY = [
    pytest.param("server", "8.20.4", marks=pytest.mark.newest),
    pytest.param("cloud", None, marks=pytest.mark.long),
    pytest.param("server", "9.12.4", marks=pytest.mark.long),
    pytest.param("datacenter", "9.17.5", marks=pytest.mark.long),
    pytest.param("datacenter", "10.3.2", marks=pytest.mark.long),
    pytest.param("datacenter", "11.3.6", marks=pytest.mark.long),
]


class Read(NamedTuple):
    """All that was read of one Jira: data by the name of the extractor, and what was told."""

    cloud: bool
    things: Mapping[str, list[Mapping[str, Any]]]
    issues: list[Record]
    problems: list[str]

    def kind(self, name: str) -> list[Mapping[str, Any]]:
        """Things of Jira's set-up."""
        return [one["details"] for one in self.things["configuration"] if one["kind"] == name]

    def fields(self, name: str) -> list[Any]:
        """A field of all issues that have it."""
        return [issue.data["fields"][name] for issue in self.issues if issue.data["fields"].get(name)]

    def entries(self, field: str, name: str) -> list[Mapping[str, Any]]:
        """The entries of a list in all issues."""
        return [entry for value in self.fields(field) for entry in value[name]]

    def custom(self, end: str) -> list[Any]:
        """Values of the custom fields of a type, by the end of its key."""
        fields = [one for one in self.things["configuration"] if one["kind"] == "fields"]
        ids = [one["id"].partition("/")[2] for one in fields if one["details"]["schema"]["custom"].endswith(end)]
        return [value for identifier in ids for value in self.fields(identifier)]

    def untold(self) -> set[str]:
        """Custom fields that stand in no issue, not even empty."""
        known = {one["id"].partition("/")[2] for one in self.things["configuration"] if one["kind"] == "fields"}
        return known - {name for issue in self.issues for name in issue.data["fields"]}


def parted(splitter: Any) -> Callable[[Read], list[Any]]:
    return lambda read: [part.data for issue in read.issues for part in splitter.split(issue)]


Has = Callable[[Read], Any]
THINGS: Mapping[str, Has] = {
    "projects": lambda read: len([one for one in read.things["projects"] if one["key"]]) > 1,
    "former keys of projects": lambda read: any(one.get("formerKeys") for one in read.things["projects"]),
    "leads of projects": lambda read: any(
        (one.get("lead") or {}).get("displayName") for one in read.things["projects"]
    ),
    "categories of projects": lambda read: any("projectCategory" in one for one in read.things["projects"]),
    "archived projects": lambda read: any(one.get("archived") for one in read.things["projects"]),
    "users": lambda read: len(read.things["users"]) > 10,
    "users who are not active": lambda read: any(one["active"] is False for one in read.things["users"]),
    "users whom texts alone mention": lambda read: any(one.get("mentioned") for one in data(read)),
    "groups": lambda read: any(one["members"] for one in read.things["groups"]),
    "users in roles": lambda read: any("user" in one and one["roles"] for one in read.things["members"]),
    "groups in roles": lambda read: any("group" in one and one["roles"] for one in read.things["members"]),
    "issue types": lambda read: any(one.get("subtask") for one in read.kind("issue types")),
    "statuses with categories": lambda read: len({one["statusCategory"]["key"] for one in read.kind("statuses")}) > 2,
    "priorities": lambda read: read.kind("priorities"),
    "resolutions": lambda read: read.kind("resolutions"),
    "versions that are released": lambda read: any(one["released"] for one in read.things["versions"]),
    "versions that are archived": lambda read: any(one["archived"] for one in read.things["versions"]),
    "dates of versions": lambda read: any(
        "startDate" in one and "releaseDate" in one for one in read.things["versions"]
    ),
    "leads of components": lambda read: any(one.get("lead") for one in read.kind("components")),
    "link types": lambda read: all(one["inward"] and one["outward"] for one in read.kind("link types")),
    "options of fields": lambda read: any(options(one) for one in read.kind("fields")),
    "contexts of fields": lambda read: any(len(one.get("contexts") or ()) > 1 for one in read.kind("fields")),
    "every custom field of issues": lambda read: not read.untold(),
    "values of types that nobody knows": lambda read: read.custom("unknown:matrix"),
    "sub-tasks": lambda read: any((one["fields"]["issuetype"] or {}).get("subtask") for one in data(read)),
    "epics": lambda read: read.fields("parent") if read.cloud else read.custom("gh-epic-link"),
    "links of issues": lambda read: read.fields("issuelinks"),
    "comments for few": lambda read: any("visibility" in one for one in read.entries("comment", "comments")),
    "logged time for few": lambda read: any("visibility" in one for one in read.entries("worklog", "worklogs")),
    "attachments": parted(Attachments()),
    "watchers": lambda read: [one for one in read.fields("watches") if one.get("watchers")],
    "voters": lambda read: [one for one in read.fields("votes") if one.get("voters")],
    "remote links": lambda read: any("links" in value for one in data(read) for value in objects(one["fields"])),
    "history": lambda read: max(len(one["changelog"]["histories"]) for one in data(read)) > 1,
    "security levels": lambda read: (
        read.fields("security") and any(one["levels"] for one in read.kind("security schemes"))
    ),
    "sprints": lambda read: {one["state"] for one in read.things["sprints"]} >= {"closed", "active"},
    "sprints of issues": parted(IssueSprints()),
    "boards with columns": lambda read: any(one["columns"] for one in read.things["boards"]),
    "saved filters": lambda read: all(one["jql"] for one in read.things["filters"]) and read.things["filters"],
    "dashboards": lambda read: read.things["dashboards"],
    "workflows": lambda read: read.kind("workflows"),
    "permission schemes": lambda read: all(one["permissions"] for one in read.kind("permission schemes")),
}


def data(read: Read) -> Iterator[Mapping[str, Any]]:
    return (issue.data for issue in read.issues)


def objects(fields: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [value for value in fields.values() if isinstance(value, dict)]


def options(field: Mapping[str, Any]) -> list[Any]:
    return [option for one in (field, *(field.get("contexts") or ())) for option in one.get("options") or ()]


@pytest.fixture
def read_all(sandbox: Any, connect: Any) -> Iterator[Callable[..., Read]]:
    used: list[tuple[Any, str]] = []

    def read(edition: str, version: Any) -> Read:
        server = sandbox(edition, everything=True, issues=60)
        if version is not None:
            before = "9.12.4" if edition == "server" else "10.3.2"
            used.append((server, before))
            server.control("behaviour", {"version": version})
        client = connect(server.url, PASSWORD if version == "8.20.4" else server.auth)
        things: dict[str, list[Mapping[str, Any]]] = {}
        issues, problems = [], []
        for kind in EXTRACTORS:
            extractor = kind(client, "acme", "things", dict(OPTIONS.get(kind, {})))
            for name in extractor.slices(Selection()):
                for page in pages(extractor, name):
                    things.setdefault(kind.name.partition(".")[2], []).extend(record.data for record in page.records)
                    problems += [problem.message for problem in page.problems]
                    issues += page.records if kind is Issues else ()
        return Read(edition == "cloud", things, issues, problems)

    yield read
    for server, version in used:
        server.control("behaviour", {"version": version})


def pages(extractor: Any, name: str) -> Iterator[Any]:
    for division in divisions(extractor, Selection(), name):
        for part in division.slices:
            yield from extractor.pages(Selection(), part.name, part.cursor)


@pytest.mark.parametrize(("edition", "version"), EVERY)
def test_everything_that_this_jira_holds_is_read(read_all, edition, version):
    read = read_all(edition, version)
    missing = [name for name, has in THINGS.items() if not has(read)]
    assert missing == []
    assert [told for told in read.problems if "create screens alone" not in told or version != "8.20.4"] == []
