"""A target that an administrator has prepared: custom fields, types, workflows, history; and a spec that uses them."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from ..running import Migration, Sandbox, explained, sandbox

pytestmark = [pytest.mark.newest, pytest.mark.xdist_group("prepared-target")]

SETUP = """
settings: {writable_history: true}
types:
  Bug: {default: true}
  User story: {default: true}
  Epic: {default: true}
custom_fields:
  Origin: {format: string, for_all: true, is_filter: true, types: all}
  Points: {format: float, for_all: true, types: all}
  Platforms: {format: list, multi: true, options: [Android, iOS, Web], for_all: true, types: all}
  Reviewer: {format: user, for_all: true, types: all}
  Testers: {format: user, multi: true, for_all: true, types: all}
  Customer: {format: string, for_all: true, types: all}
  Deployed: {format: date, for_all: true, types: all}
  Only elsewhere: {format: string, types: [Milestone]}
  Lead: {of: project, format: user}
  Category: {of: project, format: list, options: [Shops]}
"""

SPEC = """
apiVersion: j2o/v1
kind: Migration
name: prepared
extends: j2o:demo
tables:
  types: {Bug: Bug, Story: User story, Epic: Epic, "*": Task}
entities:
  projects:
    map:
      cf:Lead: {from: lead, ref: users, missing: note}
      cf:Category: projectCategory.name
  work_packages:
    map:
      cf:Points: {from: 'field("Story Points")', steps: [number]}
      cf:Reviewer: {from: 'field("Reviewer")', ref: users, missing: note}
      cf:Testers: {from: 'field("Testers")', ref: users, missing: note}
      cf:Platforms: {from: 'field("Platforms")', steps: [option]}
      cf:Customer: {from: 'field("Customer")'}
      cf:Deployed: {from: 'field("Deployed at")', steps: [date]}
      cf:Only elsewhere: {from: fields.status.name}
    load: {plugin: openproject.work_packages, origin_field: Origin}
"""


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("prepared")
    (folder / "setup.yaml").write_text(SETUP, encoding="utf-8")
    (folder / "spec.yaml").write_text(SPEC, encoding="utf-8")
    with sandbox(seed=5, projects=1, issues=40, openproject_setup=str(folder / "setup.yaml")) as made:
        migration = Migration(made, folder / "home", str(folder / "spec.yaml"))
        ended = migration.run()
        assert ended.exit_code == 0, explained(ended)
        yield Compared(made, migration)


class Compared:
    """Source issues and target work packages by the issue's id."""

    def __init__(self, made: Sandbox, migration: Migration) -> None:
        self.made, self.migration = made, migration
        source = made.jira.state("issues", "fields")
        held = made.openproject.state("work_packages", "users", "custom_options", "requests")
        self.names = {field["id"]: field["name"] for field in source["fields"]}
        self.requests = held["requests"]
        self.users = {user["id"]: user["login"] for user in held["users"]}
        names = [line.strip().split(":")[0] for line in SETUP.split("custom_fields:\n")[1].splitlines()]
        self.fields = {name: f"customField{number}" for number, name in enumerate(names, 1)}
        origin = self.fields["Origin"]
        self.by_id = {row[origin].rsplit("-", 1)[1]: row for row in held["work_packages"]}
        self.issues = [issue for issue in source["issues"] if not issue["fields"].get("security")]

    def value(self, issue: dict[str, Any], name: str) -> Any:
        """A Jira custom field by display name."""
        return next(value for key, value in issue["fields"].items() if self.names.get(key) == name)

    def stored(self, issue: dict[str, Any], name: str) -> Any:
        """The same on the target: a plain value, or titles of links."""
        row, key = self.by_id[issue["id"]], self.fields[name]
        if key in row["_links"]:
            links = row["_links"][key]
            return [link["title"] for link in links] if isinstance(links, list) else links.get("title")
        return row.get(key)


def test_every_work_package_bears_the_origin_in_the_custom_field_too(prepared: Compared):
    assert set(prepared.by_id) == {issue["id"] for issue in prepared.issues}


def test_numbers_texts_and_dates_arrive_in_custom_fields(prepared: Compared):
    for issue in prepared.issues:
        assert prepared.stored(issue, "Points") == prepared.value(issue, "Story Points")
        assert prepared.stored(issue, "Customer") == prepared.value(issue, "Customer")
        deployed = prepared.value(issue, "Deployed at")
        assert prepared.stored(issue, "Deployed") == (deployed and deployed[:10])


def test_options_and_people_arrive_as_links(prepared: Compared):
    seen = 0
    for issue in prepared.issues:
        platforms = [option["value"] for option in prepared.value(issue, "Platforms") or []]
        offered = [platform for platform in platforms if platform != "Back office"]
        assert sorted(prepared.stored(issue, "Platforms") or []) == sorted(offered)
        testers = [person["displayName"] for person in prepared.value(issue, "Testers") or []]
        assert sorted(prepared.stored(issue, "Testers") or []) == sorted(testers)
        seen += bool(platforms) + bool(testers)
    assert seen


def test_an_option_that_the_target_does_not_offer_is_told_in_words(prepared: Compared):
    concerned = [
        issue
        for issue in prepared.issues
        if any(option["value"] == "Back office" for option in prepared.value(issue, "Platforms") or [])
    ]
    assert concerned
    for issue in concerned:
        assert "Back office" in prepared.by_id[issue["id"]]["description"]["raw"], issue["key"]


def test_a_custom_field_that_is_not_active_there_is_told_in_words(prepared: Compared):
    for issue in prepared.issues:
        row = prepared.by_id[issue["id"]]
        assert prepared.fields["Only elsewhere"] not in row
        text = row["description"]["raw"]
        assert "Only elsewhere" in text and issue["fields"]["status"]["name"] in text


def test_author_and_time_are_written_where_the_server_lets_them(prepared: Compared):
    for issue in prepared.issues:
        row = prepared.by_id[issue["id"]]
        author = int(row["_links"]["author"]["href"].rsplit("/", 1)[1])
        wanted = issue["fields"].get("reporter") or issue["fields"].get("creator")
        if wanted is not None:
            assert prepared.users[author] == wanted["name"], issue["key"]
        assert row["createdAt"][:10] in (issue["fields"]["created"][:10], _day_before(issue["fields"]["created"]))


def test_types_are_those_of_the_table(prepared: Compared):
    table = {"Bug": "Bug", "Story": "User story", "Epic": "Epic"}
    for issue in prepared.issues:
        wanted = table.get(issue["fields"]["issuetype"]["name"], "Task")
        assert prepared.by_id[issue["id"]]["_links"]["type"]["title"] == wanted


def test_attributes_of_projects_arrive_or_are_told_in_words(prepared: Compared):
    source = {row["key"].lower(): row for row in prepared.made.jira.state("projects")["projects"]}
    held = prepared.made.openproject.state("projects")["projects"]
    assert held
    for row in held:
        project = source[row["identifier"]]
        assert row["_links"][prepared.fields["Lead"]]["title"] == project["lead"]["displayName"]
        assert (row["_links"].get(prepared.fields["Category"]) or {}).get("title") is None
        assert project["projectCategory"]["name"] in row["description"]["raw"]


def test_verify_finds_all_of_it(prepared: Compared):
    ended = prepared.migration.command("verify", prepared.migration.spec, "--json")
    assert ended.returncode == 0, ended.stdout


def test_one_request_creates_a_work_package(prepared: Compared):
    assert prepared.requests["POST /api/v3/work_packages"] == len(prepared.issues)


def test_a_second_run_writes_nothing(prepared: Compared):
    before = prepared.made.openproject.state("requests")["requests"]
    ended = prepared.migration.run()
    after = prepared.made.openproject.state("requests")["requests"]
    assert ended.exit_code == 0, explained(ended)
    assert {name: number for name, number in after.items() if number != before.get(name, 0) and "GET" not in name} == {}


def _day_before(moment: str) -> str:
    return (datetime.date.fromisoformat(moment[:10]) - datetime.timedelta(days=1)).isoformat()
