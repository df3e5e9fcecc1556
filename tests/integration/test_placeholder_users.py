"""Who is to have no account becomes a placeholder user, once, where the target has such; else is noted."""

from __future__ import annotations

import contextlib
import json
import shutil
from pathlib import Path
from typing import Any, Iterator

import pytest

from ..running import Ended, Migration, Sandbox, explained, sandbox
from .test_changed_source import writes
from .test_odd_records import comment, comments, issue, person

pytestmark = [pytest.mark.newest, pytest.mark.xdist_group("placeholder-users")]

LICENSED = "edition: enterprise\nsettings: {writable_history: true}\n"
SPEC = """
apiVersion: j2o/v1
kind: Migration
name: placeholders
extends: j2o:demo
entities:
  users:
    rules:
      stays:
        on: source
        assert: "{{ item.active != false }}"
        message: "{{ item.displayName or item.name }} has left"
        on_fail: skip
  placeholder_users:
    extract: {of: memberships, split: jira.people}
    map: {name: {value: "{{ item.displayName or item.name }} ({{ item.name }})"}}
    unmapped: preserve
    drop: {key: the origin, emailAddress: none, active: none, timeZone: none, locale: none}
    load: {plugin: openproject.placeholder_users}
  memberships: {map: {user: {missing: placeholder}}}
  work_packages: {map: {assignee: {missing: placeholder}, author: {missing: placeholder}}}
  time_entries: {map: {user: {missing: placeholder}}}
"""


BOB, OTHER_BOB = (
    {"name": name, "key": key, "displayName": "Bob Gone", "active": False}
    for name, key in (("bob", "k1"), ("rob", "k2"))
)


def worklog(number: int, author: dict[str, Any]) -> dict[str, Any]:
    time = "2020-01-02T03:04:05.000+0000"
    entry = {"id": str(number), "author": author, "started": time, "created": time, "timeSpentSeconds": 3600}
    return {"worklogs": [entry], "total": 1, "maxResults": 20, "startAt": 0}


ISSUES = [
    issue(1, assignee=BOB, reporter=BOB, description="[~bob] did it.", comment=comments(comment(1, "So I say.", BOB))),
    issue(2, assignee=BOB, worklog=worklog(5, BOB)),
    issue(3, assignee=OTHER_BOB),
    issue(4, assignee=person("ann")),
]


class Gone:
    """A migration, and what the target holds after it."""

    def __init__(self, made: Sandbox, folder: Path) -> None:
        self.made, self.folder = made, folder
        self.migration = Migration(made, folder / "home")

    def run(self, text: str = SPEC, *arguments: str) -> Ended:
        path = self.folder / f"{abs(hash(text))}.yaml"
        path.write_text(text, encoding="utf-8")
        self.migration.spec = str(path)
        self.made.openproject.reset_counters()
        return self.migration.run(*arguments)

    def rows(self, kind: str) -> list[dict[str, Any]]:
        return list(self.made.openproject.state(kind)[kind])

    def assigned(self) -> dict[str, str]:
        """Names of who is assigned, by subject."""
        return {row["subject"]: row["_links"]["assignee"].get("title") for row in self.rows("work_packages")}


@contextlib.contextmanager
def gone_people(folder: Path, setup: str = "") -> Iterator[Gone]:
    path = folder / "issues.ndjson"
    path.write_text("\n".join(map(json.dumps, ISSUES)), encoding="utf-8")
    options = {"jira_data": str(path), "edition": "server"}
    if setup:
        (folder / "setup.yaml").write_text(setup, encoding="utf-8")
        options["openproject_setup"] = str(folder / "setup.yaml")
    with sandbox(**options) as made:
        yield Gone(made, folder)


@pytest.fixture(scope="module")
def gone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gone]:
    with gone_people(tmp_path_factory.mktemp("gone"), LICENSED) as made:
        made.first = made.run()
        yield made


def test_each_person_without_an_account_becomes_one_placeholder(gone: Gone):
    assert gone.first.exit_code == 0, explained(gone.first)
    assert sorted(row["name"] for row in gone.rows("placeholder_users")) == ["Bob Gone (bob)", "Bob Gone (rob)"]
    assert gone.first.entities["placeholder_users"] == {
        **dict.fromkeys(gone.first.entities["placeholder_users"], 0),
        "source": 2,
        "created": 2,
    }


def test_they_are_members_and_work_is_assigned_to_them(gone: Gone):
    assert gone.assigned() == {
        "Issue 1": "Bob Gone (bob)",
        "Issue 2": "Bob Gone (bob)",
        "Issue 3": "Bob Gone (rob)",
        "Issue 4": "Ann Doe",
    }
    members = [row["_links"]["principal"]["title"] for row in gone.rows("memberships")]
    assert sorted(members) == ["Ann Doe", "Bob Gone (bob)", "Bob Gone (rob)", "OpenProject Admin"]


def test_where_none_can_stand_they_are_noted_and_the_spec_is_told_so(gone: Gone):
    first = next(row for row in gone.rows("work_packages") if row["subject"] == "Issue 1")
    assert first["_links"]["author"]["title"] != "Bob Gone (bob)"
    assert "author" in first["description"]["raw"] and "Bob Gone" in first["description"]["raw"]
    (entry,) = gone.rows("time_entries")
    assert "Bob Gone" in entry["comment"]["raw"]
    told = [event["message"] for event in gone.first.events if event.get("code") == "J2O-M014"]
    assert sorted({message.split(":")[0] for message in told}) == ["author", "user"]


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        pytest.param("bob", "outcome: written\n", marks=pytest.mark.long),
        ("ann", "outcome: written only where the target refuses users ann, for which it stands in\n"),
    ],
)
def test_explain_tells_whether_somebody_is_stood_in_for(gone: Gone, name: str, outcome: str):
    told = gone.migration.command("explain", gone.migration.spec, name, "--entity", "placeholder_users")
    assert outcome in told.stdout, told.stdout + told.stderr
    assert ("no run has written it yet" in told.stdout) == (name == "ann")


def test_a_second_run_writes_nothing(gone: Gone):
    again = gone.run()
    assert again.exit_code == 0, explained(again)
    assert writes(gone.made) == {}
    assert again.entities["placeholder_users"]["unchanged"] == 2


@pytest.mark.long
def test_a_lost_ledger_finds_them_by_name(tmp_path: Path):
    with gone_people(tmp_path, LICENSED) as made:
        assert made.run().exit_code == 0
        before = made.made.openproject.state("placeholder_users", "memberships", "work_packages")
        shutil.rmtree(made.migration.home)
        again = made.run()
        assert again.exit_code == 0, explained(again)
        # Whether the server makes any is asked with one that has no name.
        assert writes(made.made) == {"POST /api/v3/placeholder_users": 1}
        assert made.made.openproject.state("placeholder_users", "memberships", "work_packages") == before
        verified = made.migration.command("verify", made.migration.spec)
        assert verified.returncode == 0, verified.stdout + verified.stderr


@pytest.mark.long
def test_who_gets_an_account_later_takes_the_work_over(tmp_path: Path):
    with gone_people(tmp_path, LICENSED) as made:
        assert made.run().exit_code == 0
        later = made.run(SPEC.replace("item.active != false", "item.name != 'rob'"))
        assert later.exit_code == 0, explained(later)
        assert made.assigned()["Issue 1"] == made.assigned()["Issue 2"] == "Bob Gone"
        assert made.assigned()["Issue 3"] == "Bob Gone (rob)"
        assert len(made.rows("placeholder_users")) == 2
        again = made.run(SPEC.replace("item.active != false", "item.name != 'rob'"))
        assert (again.exit_code, writes(made.made)) == (0, {}), explained(again)


@pytest.mark.long
def test_an_edition_without_them_notes_everybody_and_says_so_once(tmp_path: Path):
    with gone_people(tmp_path) as made:
        ended = made.run()
        assert ended.exit_code == 0, explained(ended)
        assert made.assigned() == {**dict.fromkeys(("Issue 1", "Issue 2", "Issue 3")), "Issue 4": "Ann Doe"}
        texts = {row["subject"]: row["description"]["raw"] for row in made.rows("work_packages")}
        assert all("Bob Gone" in texts[subject] for subject in ("Issue 1", "Issue 2", "Issue 3"))
        counts = ended.entities["placeholder_users"]
        assert (counts["source"], counts["skipped"]) == (2, 2)
        assert made.rows("placeholder_users") == []
        again = made.run()
        assert (again.exit_code, writes(made.made)) == (0, {}), explained(again)


@pytest.mark.long
def test_placeholders_that_failed_are_made_by_a_retry_and_take_the_work(tmp_path: Path):
    with gone_people(tmp_path, LICENSED) as made:
        path = "/api/v3/placeholder_users"
        # The first request asks whether there are any.
        made.made.openproject.faults({"method": "POST", "path": path, "do": "status", "status": 400, "nth": [2, 3]})
        first = made.run()
        assert first.entities["placeholder_users"]["failed"] == 2, explained(first)
        assert made.assigned()["Issue 1"] is None
        made.made.openproject.faults()
        again = made.run(SPEC, "--retry-failed")
        assert again.exit_code == 0, explained(again)
        assert made.assigned()["Issue 1"] == made.assigned()["Issue 2"] == "Bob Gone (bob)"
        assert len(made.rows("placeholder_users")) == 2


NO_ACCOUNTS = {"method": "POST", "path": "/api/v3/users", "do": "status", "status": 400}


def test_whose_account_is_refused_while_it_is_written_gets_a_placeholder_in_the_same_run(tmp_path: Path):
    with gone_people(tmp_path, LICENSED) as made:
        made.made.openproject.faults(NO_ACCOUNTS)
        first = made.run()
        assert first.exit_code == 1, explained(first)
        assert made.assigned()["Issue 4"] == "Ann Doe (ann)"
        counts = first.entities["placeholder_users"]
        assert counts["created"] == counts["source"] == len(made.rows("placeholder_users")) == 3
        assert sum(first.entities["users"].values()) == 2 * first.entities["users"]["source"]


@pytest.mark.long
def test_an_account_refused_again_writes_nothing_twice_and_one_that_is_made_takes_the_work(tmp_path: Path):
    with gone_people(tmp_path, LICENSED) as made:
        made.made.openproject.faults(NO_ACCOUNTS)
        assert made.run(SPEC, "--until", "structure").exit_code == 1
        assert len(made.rows("placeholder_users")) == 3
        resumed = made.run()
        assert (resumed.exit_code, resumed.entities["placeholder_users"]["source"]) == (1, 3), explained(resumed)
        before = made.made.openproject.state("placeholder_users", "memberships", "work_packages")
        again = made.run()
        assert again.exit_code == 1, explained(again)
        assert made.made.openproject.state("placeholder_users", "memberships", "work_packages") == before
        # The account is tried again. A membership that was its placeholder's is found to stand.
        assert writes(made.made) == {"POST /api/v3/users": 2, "POST /api/v3/memberships": 1}
        assert again.entities["memberships"]["unchanged"] == 4
        made.made.openproject.faults()
        mended = made.run()
        assert mended.exit_code == 0, explained(mended)
        assert made.assigned()["Issue 4"] == "Ann Doe"
        assert len(made.rows("placeholder_users")) == 3
        last = made.run()
        assert (last.exit_code, writes(made.made)) == (0, {}), explained(last)


@pytest.mark.long
def test_who_insists_on_them_writes_nothing_without_them(tmp_path: Path):
    with gone_people(tmp_path) as made:
        ended = made.run(SPEC + "required: {settings: [placeholder_users]}\n")
        assert ended.exit_code == 3, explained(ended)
        assert made.rows("projects") == []
        checked = made.migration.command("preflight", made.migration.spec)
        assert "placeholder users" in checked.stdout + checked.stderr
