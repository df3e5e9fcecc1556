"""Everything that can be inconsistent in a source is found by the check, with the items that have it and what to do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Iterator

import pytest

from ..running import Migration, sandbox
from .test_odd_records import file, issue, person

pytestmark = [pytest.mark.newest, pytest.mark.long]

SPEC = """\
apiVersion: j2o/v1
kind: Migration
name: demo
extends: j2o:demo
tables:
  types: {New Feature: Feature}
entities:
  users:
    rules:
      employed: {on: source, assert: "{{ item.name != 'left' }}", message: "{{ item.name }} has left", on_fail: skip}
  work_packages:
    map:
      subject: {steps: [trim]}
      cf:Team: fields.customfield_1
  attachments:
    load: {plugin: openproject.attachments, oversized: fail}
"""
SETUP = """\
custom_fields:
  Team: {format: list, options: [Red, Blue], for_all: true, types: all}
projects:
  pilot: {name: Pilot}
  other: {name: Has what new ones do not get, types: [Task, Feature]}
"""
WHEN = "2024-01-02T09:30:00.000+0000"


def page(name: str, *elements: dict[str, Any]) -> dict[str, Any]:
    return {name: list(elements), "total": len(elements), "startAt": 0, "maxResults": 20}


ISSUES = [
    issue(1, parent={"id": "10002", "key": "ODD-2"}),
    issue(2, parent={"id": "10001", "key": "ODD-1"}),
    issue(3, summary="x" * 300),
    issue(4, parent={"id": "88888", "key": "GONE-2"}),
    issue(5, assignee=person("left")),
    issue(6, customfield_1="Green"),
    issue(7, customfield_1="Red", attachment=[file(1, "large.bin", 5000)]),
    issue(8, reporter=person("Twin"), creator=person("twin")),
    issue(9, comment=page("comments", {"id": "91", "author": person("ada"), "body": "When was that?"})),
    issue(11, issuetype={"id": "9", "name": "New Feature", "subtask": False}),
    issue(10, worklog=page("worklogs", {"id": "92", "author": person("ada"), "started": WHEN, "timeSpent": "2h"})),
]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    folder = tmp_path_factory.mktemp("finds")
    for name, text in (("spec.yaml", SPEC), ("setup.yaml", SETUP)):
        (folder / name).write_text(text, encoding="utf-8")
    data = folder / "issues.ndjson"
    data.write_text("".join(json.dumps(one) + "\n" for one in ISSUES), encoding="utf-8")
    with sandbox(jira_data=str(data), attachment_limit=2, openproject_setup=str(folder / "setup.yaml")) as made:
        ended = Migration(made, Path(folder / "home"), str(folder / "spec.yaml")).command(
            "check", str(folder / "spec.yaml"), "--json"
        )
    assert ended.returncode == 1, ended.stderr
    yield json.loads(ended.stdout)


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        ("are their own ancestors", {"ODD-1", "ODD-2"}),  # cyclic
        ("longer than 255", {"ODD-3"}),  # too long
        ("'GONE-2' is not among the migrated", {"ODD-4"}),  # dangling
        ("is not among the migrated users", {"ODD-5"}),  # a missing user
        ("does not offer 'Green'", {"ODD-6"}),  # a wrong option
        ("projects that are made do not get the type", {"ODD-11"}),  # a type of another project
        ("larger than the 2,048 bytes", {"ODD-7"}),  # an oversized file
        ("one-login", {"Twin", "twin"}),  # a duplicate
        ("created: required field", {"ODD-9"}),  # a comment of no time
        ("timeSpentSeconds: required field", {"ODD-10"}),  # a worklog of no duration
    ],
)
def test_each_of_them_is_told_with_who_has_it_and_what_to_do(found: dict[str, Any], words: str, keys: set[str]):
    told = [one for one in found["findings"] if words in one["message"]]
    assert told, "\n".join(one["message"] for one in found["findings"])
    named = " ".join(str(one["keys"]) + one["message"] for one in told)
    assert any(key in named for key in keys), named
    assert all(one["next"] and one["code"] for one in told)
