"""What changes at the source is changed on the target, and nothing else; what others changed there is told."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any, Iterator

import pytest
import requests

from ..running import Migration, Sandbox, explained, sandbox

pytestmark = pytest.mark.oldest

SIZE = {"projects": 1, "issues": 10, "seed": 19}


@pytest.fixture()
def migration(tmp_path: Path) -> Iterator[Migration]:
    with sandbox(**SIZE) as made:
        migrated = Migration(made, tmp_path / "home")
        first = migrated.run()
        assert first.exit_code == 0, explained(first)
        made.openproject.reset_counters()
        yield migrated


def edit(made: Sandbox, **edits: Any) -> None:
    requests.post(f"{made.jira.url}/_sandbox/issues", json=edits, timeout=60).raise_for_status()


def on_target(made: Sandbox, method: str, path: str, body: Any = None) -> Any:
    """What somebody else does there."""
    key = made.running.openproject["api_key"]
    token = base64.b64encode(f"apikey:{key}".encode()).decode()
    headers = {"Authorization": f"Bearer {key}" if key.startswith("opapi-") else f"Basic {token}"}
    answer = requests.request(method, f"{made.openproject.url}/api/v3/{path}", json=body, headers=headers, timeout=60)
    answer.raise_for_status()
    return answer.json() if answer.content else None


def work_package(made: Sandbox, key: str) -> dict[str, Any]:
    rows = made.openproject.state("work_packages")["work_packages"]
    (row,) = [row for row in rows if f"[{key}](" in row["description"]["raw"].splitlines()[-1]]
    return dict(row)


def writes(made: Sandbox) -> dict[str, int]:
    counted = made.openproject.state("requests")["requests"]
    return {
        name: count for name, count in counted.items() if not name.startswith("GET ") and not name.endswith("/form")
    }


def test_changed_fields_and_new_comments_alone_are_written(migration: Migration):
    made = migration.sandbox
    keys = sorted(issue["key"] for issue in made.jira.state("issues")["issues"])
    before = work_package(made, keys[0])
    other = work_package(made, keys[2])
    on_target(made, "PATCH", f"work_packages/{other['id']}", {"lockVersion": other["lockVersion"], "subject": "Used"})
    made.openproject.reset_counters()
    edit(made, change={keys[0]: {"summary": "Another summary"}}, comment={keys[1]: "One more word."})
    ended = migration.run()
    assert ended.exit_code == 0, explained(ended)
    assert writes(made) == {
        "PATCH /api/v3/work_packages/{id}": 2,  # both issues were updated, and that stands in their text
        "POST /api/v3/work_packages/{id}/activities": 1,
    }
    assert ended.entities["work_packages"]["updated"] == 2
    assert ended.entities["comments"]["created"] == 1
    after = work_package(made, keys[0])
    assert after["subject"] == "Another summary"
    changed = {name for name in after if after[name] != before[name] and name != "_links"}
    assert changed <= {"subject", "description", "lockVersion", "updatedAt"}, changed
    links = {name for name in after["_links"] if after["_links"][name] != before["_links"][name]}
    assert links <= {"self", "children"}, links  # where the subjects stand as titles
    texts = [row["comment"]["raw"] for row in made.openproject.state("comments")["comments"]]
    assert sum("One more word." in text for text in texts) == 1


def test_an_issue_that_is_gone_at_the_source_is_left_alone(migration: Migration):
    made = migration.sandbox
    key = sorted(issue["key"] for issue in made.jira.state("issues")["issues"])[2]
    edit(made, delete=[key])
    ended = migration.run()
    assert ended.exit_code == 0, explained(ended)
    assert writes(made) == {}
    assert work_package(made, key)


def test_a_field_that_somebody_else_changed_is_reported_and_not_overwritten(migration: Migration):
    made = migration.sandbox
    first, second = sorted(issue["key"] for issue in made.jira.state("issues")["issues"])[:2]
    row = work_package(made, first)
    on_target(
        made, "PATCH", f"work_packages/{row['id']}", {"lockVersion": row["lockVersion"], "subject": "Ours by now"}
    )
    edit(made, change={key: {"summary": "Theirs"} for key in (first, second)})
    made.openproject.reset_counters()
    ended = migration.run()
    assert ended.exit_code == 1, explained(ended)
    assert work_package(made, first)["subject"] == "Ours by now"
    assert work_package(made, second)["subject"] == "Theirs"
    assert ended.entities["work_packages"]["failed"] == 1
    assert ended.entities["work_packages"]["updated"] == 1
    problems = [event for event in ended.events if event["event"] == "problem"]
    assert len(problems) == 1, explained(ended)
    problem = problems[0]
    assert (problem["code"], problem["key"]) == ("J2O-E021", first)
    assert "subject" in problem["message"]


def test_files_that_come_later_are_added_once_even_where_answers_are_lost(tmp_path: Path):
    with sandbox(**SIZE) as made:
        issues = made.jira.state("issues")["issues"]
        key, files = next((one["key"], one["fields"]["attachment"]) for one in issues if one["fields"]["attachment"])
        edit(made, change={key: {"attachment": []}})
        migration = Migration(made, tmp_path / "home")
        assert migration.run().exit_code == 0
        edit(made, change={key: {"attachment": files}})
        path = "/api/v3/work_packages/{id}/attachments"
        made.openproject.faults({"method": "POST", "path": path, "nth": [1], "do": "lose"})
        ended = migration.run()
        assert ended.exit_code == 0, explained(ended)
        assert ended.entities["attachments"]["created"] == len(files)
        href = f"/api/v3/work_packages/{work_package(made, key)['id']}"
        rows = made.openproject.state("attachments")["attachments"]
        held = [row["fileSize"] for row in rows if row["_links"]["container"]["href"] == href]
        assert sorted(held) == sorted(file["size"] for file in files)


def test_verify_finds_what_was_changed_removed_and_doubled_behind_our_back(migration: Migration):
    made = migration.sandbox
    keys = sorted(issue["key"] for issue in made.jira.state("issues")["issues"])
    parents = {row["_links"]["parent"]["href"] for row in made.openproject.state("work_packages")["work_packages"]}
    single = [key for key in keys if work_package(made, key)["_links"]["self"]["href"] not in parents]
    changed, removed, doubled = (work_package(made, key) for key in single[:3])
    fine = migration.command("verify", migration.spec, "--json")
    assert (fine.returncode, json.loads(fine.stdout)["findings"]) == (0, []), fine.stdout
    books = json.loads(fine.stdout)["books"]
    assert books["work_packages"]["source"] == books["work_packages"]["written"] == len(keys)
    parts = ("written", "skipped", "failed", "unaccounted")
    assert all(book["source"] == sum(book[name] for name in parts) for book in books.values()), books
    assert all(book["unaccounted"] == book["retired"] == 0 for book in books.values()), books
    assert {entity: book["written"] for entity, book in books.items() if book["written"]} == json.loads(fine.stdout)[
        "checked"
    ]
    on_target(
        made, "PATCH", f"work_packages/{changed['id']}", {"lockVersion": changed["lockVersion"], "subject": "Other"}
    )
    on_target(made, "DELETE", f"work_packages/{removed['id']}")
    links = {name: doubled["_links"][name] for name in ("project", "type")}
    body = {"subject": "A copy", "description": {"raw": doubled["description"]["raw"]}, "_links": links}
    on_target(made, "POST", "work_packages", body)
    widened = next(
        row
        for row in made.openproject.state("memberships")["memberships"]
        if "/users/" in row["_links"]["principal"]["href"] and len(row["_links"]["roles"]) == 1
    )
    roles = [*widened["_links"]["roles"], {"href": "/api/v3/roles/5"}]
    on_target(made, "PATCH", f"memberships/{widened['id']}", {"_links": {"roles": roles}})
    found = migration.command("verify", migration.spec, "--json")
    assert found.returncode == 1, found.stderr
    findings = {(one["code"], one["entity"], one["key"]) for one in json.loads(found.stdout)["findings"]}
    assert {
        ("J2O-V001", "work_packages", single[0]),
        ("J2O-V002", "work_packages", single[1]),
        ("J2O-V003", "work_packages", single[2]),
    } <= findings
    memberships = [one["message"] for one in json.loads(found.stdout)["findings"] if one["entity"] == "memberships"]
    assert memberships == [f"memberships {widened['id']} is not as it was written: roles differ"]
    # What stood below the removed one is gone with it, relations from others to it too; nothing else is said.
    gone = {one for one in findings if one[0] == "J2O-V002" and one[1] != "relations"}
    assert all(key.startswith(single[1]) for _, _, key in gone), gone
