"""Records that are not as they should be: each is written as far as it can be, or listed with its name and cause."""

from __future__ import annotations

import json
from typing import Any, Iterator

import pytest

from ..running import Ended, Migration, Sandbox, explained, sandbox

pytestmark = pytest.mark.long

SPEC = """\
apiVersion: j2o/v1
kind: Migration
name: demo
extends: j2o:demo
runtime: {retry: {attempts: 2, wait: {initial: 0.05, max: 0.1}}}
"""
GHOST = {"name": "ghost", "key": "ghost", "displayName": "Gone Ghost", "active": False}


def person(name: str) -> dict[str, Any]:
    return {"name": name, "key": name, "displayName": name.title() + " Doe", "active": True}


def issue(number: int, **fields: Any) -> dict[str, Any]:
    """An issue as a published Jira gives it."""
    base: dict[str, Any] = {
        "summary": f"Issue {number}",
        "issuetype": {"id": "1", "name": "Task"},
        "project": {"id": "10000", "key": "ODD", "name": "Odd"},
        "status": {"id": "1", "name": "Open"},
        "priority": {"id": "3", "name": "Major"},
        "reporter": person("ann"),
        "creator": person("ann"),
        "assignee": None,
        "created": "2020-01-02T03:04:05.000+0000",
        "updated": "2020-01-03T03:04:05.000+0000",
        "description": "Some words",
        "issuelinks": [],
        "attachment": [],
        "subtasks": [],
        "labels": [],
        "comment": {"comments": [], "total": 0, "maxResults": 0, "startAt": 0},
        "worklog": {"worklogs": [], "total": 0, "maxResults": 20, "startAt": 0},
    }
    return {"id": str(10000 + number), "key": f"ODD-{number}", "fields": {**base, **fields}}


def comment(number: int, body: Any, author: Any) -> dict[str, Any]:
    time = "2020-01-02T03:04:05.000+0000"
    return {"id": str(number), "author": author, "body": body, "created": time, "updated": time}


def comments(*entries: dict[str, Any]) -> dict[str, Any]:
    return {"comments": list(entries), "total": len(entries), "maxResults": len(entries), "startAt": 0}


def file(number: int, name: str, size: int) -> dict[str, Any]:
    time = "2020-01-02T03:04:05.000+0000"
    return {
        "id": str(number),
        "filename": name,
        "author": person("ann"),
        "created": time,
        "size": size,
        "mimeType": "text/plain",
        "content": f"https://jira.example/secure/attachment/{number}/{name}",
    }


LINK = {"id": "10", "name": "Blocks", "inward": "is blocked by", "outward": "blocks"}
ISSUES = [
    issue(1, summary=None),
    issue(2, summary="  \n "),
    issue(
        3,
        comment=comments(comment(1, "", person("ann")), comment(2, None, person("ann")), comment(3, "Told", GHOST)),
        assignee=GHOST,
    ),
    issue(4, comment=comments(comment(4, "By nobody", None)), reporter=None, creator=None, description=None),
    issue(5, issuelinks=[{"id": "1", "type": LINK, "outwardIssue": {"id": "77777", "key": "GONE-1"}}]),
    issue(6, attachment=[file(1, "whole.txt", 300), file(2, "cut.txt", 300), file(3, "large.bin", 5000)]),
    issue(7, parent={"id": "88888", "key": "GONE-2"}, votes={"votes": 0, "hasVoted": False}),
    issue(8, creator=person("bob"), votes={"votes": 3, "hasVoted": False}),
]


class Migrated:
    def __init__(self, made: Sandbox, ended: Ended, listed: list[dict[str, Any]]) -> None:
        self.ended = ended
        self.state = made.openproject.state()
        self.listed = listed

    def work_package(self, number: int) -> dict[str, Any]:
        rows = self.state["work_packages"]
        (row,) = [row for row in rows if f"[ODD-{number}](" in row["description"]["raw"].splitlines()[-1]]
        return dict(row)


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Migrated]:
    folder = tmp_path_factory.mktemp("odd")
    data, spec = folder / "issues.ndjson", folder / "spec.yaml"
    data.write_text("".join(json.dumps(one) + "\n" for one in ISSUES), encoding="utf-8")
    spec.write_text(SPEC, encoding="utf-8")
    with sandbox(jira_data=str(data), attachment_limit=2) as made:
        made.jira.faults({"regex": "/2/cut.txt|/content/2$", "do": "truncate", "keep": 0.5})
        migration = Migration(made, folder / "home", spec=str(spec))
        ended = migration.run()
        errors = migration.command("report", ended.run, "--format", "json")
        yield Migrated(made, ended, json.loads(errors.stdout)["items"])


def test_issues_without_summary_are_called_so(migrated: Migrated):
    assert {migrated.work_package(number)["subject"] for number in (1, 2)} == {"(no summary)"}


def test_comments_without_body_are_skipped_with_the_reason(migrated: Migrated):
    counts = migrated.ended.entities["comments"]
    assert (counts["source"], counts["created"], counts["skipped"]) == (4, 2, 2), counts
    told = [row["comment"]["raw"] for row in migrated.state["comments"]]
    assert sum("Told" in text and "Gone Ghost" in text for text in told) == 1
    assert sum("By nobody" in text for text in told) == 1


def test_a_link_to_an_issue_that_does_not_exist_is_skipped(migrated: Migrated):
    counts = migrated.ended.entities["relations"]
    assert (counts["source"], counts["skipped"], counts["failed"]) == (1, 1, 0), counts
    assert any(one["entity"] == "relations" and "GONE-1" in one["message"] for one in migrated.listed), migrated.listed


def test_a_parent_that_does_not_exist_stays_in_the_text(migrated: Migrated):
    assert "GONE-2" in migrated.work_package(7)["description"]["raw"]


def test_who_typed_an_issue_in_for_its_reporter_stays_readable(migrated: Migrated):
    text = migrated.work_package(8)["description"]["raw"]
    assert "**Author:** Ann Doe" in text and "**Creator:** Bob Doe" in text
    assert "Creator" not in migrated.work_package(7)["description"]["raw"]


def test_votes_are_a_number(migrated: Migrated):
    text = migrated.work_package(8)["description"]["raw"]
    assert "**Votes:** 3" in text and "hasVoted" not in text, text
    assert "Votes" not in migrated.work_package(7)["description"]["raw"]


def test_an_issue_without_reporter_and_description_arrives(migrated: Migrated):
    assert migrated.work_package(4)["subject"] == "Issue 4"


def test_a_file_that_is_cut_short_is_listed_with_name_size_and_cause_and_the_others_arrive(migrated: Migrated):
    assert migrated.ended.exit_code == 1, explained(migrated.ended)
    assert [row["fileName"] for row in migrated.state["attachments"]] == ["whole.txt"]
    failed = [one for one in migrated.listed if one["outcome"] == "failed"]
    assert len(failed) == 1, failed
    assert "cut.txt" in json.dumps(failed[0]) and "300" in failed[0]["message"], failed
    everything = {entity: counts for entity, counts in migrated.ended.entities.items() if counts["failed"]}
    assert list(everything) == ["attachments"]


def test_a_file_over_the_limit_is_skipped_with_both_sizes(migrated: Migrated):
    (skipped,) = [one for one in migrated.listed if one["entity"] == "attachments" and one["outcome"] == "skipped"]
    assert "large.bin" in json.dumps(skipped)
    assert "5,000" in skipped["message"] and "2,048" in skipped["message"]
