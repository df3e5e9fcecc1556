"""``j2o run --retry-failed``: what failed is done again, on whichever side the cause was mended, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import requests

from ..exactly_once import assert_exactly_once
from ..running import Migration, Sandbox, explained, sandbox

pytestmark = pytest.mark.long

SIZE = {"projects": 1, "issues": 6, "seed": 19}
RULE = """\
apiVersion: j2o/v1
kind: Migration
name: ruled
extends: j2o:demo
entities:
  work_packages:
    rules:
      none-is-broken: {on: source, assert: "{{ 'Broken' not in source.fields.summary }}", message: no, on_fail: fail}
"""


def edit(made: Sandbox, **edits: Any) -> None:
    requests.post(f"{made.jira.url}/_sandbox/issues", json=edits, timeout=60).raise_for_status()


def writes(made: Sandbox) -> dict[str, int]:
    counted = made.openproject.state("requests")["requests"]
    return {
        name: count for name, count in counted.items() if not name.startswith("GET ") and not name.endswith("/form")
    }


def refusal(regex: str, *nth: int) -> dict[str, Any]:
    rule = {"server": "openproject", "method": "POST", "do": "status", "status": 422, "regex": regex}
    return {**rule, "nth": list(nth)}


def by_key(made: Sandbox, kind: str) -> dict[str, dict[str, Any]]:
    rows = made.openproject.state(kind)[kind]
    return {row["description"]["raw"].splitlines()[-1].partition("](")[0].lstrip("["): row for row in rows}


def without_assignee(made: Sandbox) -> set[str]:
    issues = {issue["key"]: issue for issue in made.jira.state("issues")["issues"]}
    return {
        key
        for key, row in by_key(made, "work_packages").items()
        if issues[key]["fields"].get("assignee") and not (row["_links"].get("assignee") or {}).get("href")
    }


def test_what_the_target_refused_is_written_by_the_retry_with_all_that_hung_on_it_and_nothing_else(tmp_path: Path):
    with sandbox(**SIZE) as made:
        migration = Migration(made, tmp_path / "home")
        made.openproject.faults(refusal(r"/users$", *range(1, 7)), refusal(r"/work_packages$", 2, 5))
        first = migration.run()
        assert first.exit_code == 1, explained(first)
        assert first.entities["work_packages"]["failed"] == 2
        assert first.entities["comments"]["failed"] > 0
        assert without_assignee(made), "the seed has no work package whose assignee failed"
        causes = json.loads(migration.command("errors", "last", "--json").stdout)["causes"]
        assert causes[0]["class"] == "validation"
        assert any(set(cause["entities"]) >= {"work_packages", "comments"} for cause in causes)
        assert all(cause["place"] for cause in causes if "work_packages" in cause["entities"])

        items = json.loads(migration.command("errors", "last", "--items", "--json").stdout)["items"]
        refused = [item for item in items if item["code"] == "http_422"]
        assert {item["entity"] for item in refused} >= {"users", "work_packages"}
        for item in items:
            assert item["key"] and item["place"], item
            assert len(item["request"]) == (36 if item in refused else 0), item
            assert (item["words"] == "An internal error has occurred.") is (item in refused), item
        logged = [json.loads(line) for log in (tmp_path / "home" / "logs").glob("*.jsonl") for line in log.open()]
        for item in refused:
            lines = [line for line in logged if line.get("request_id") == item["request"] and line.get("words")]
            assert {line["words"] for line in lines} == {item["words"]}, item
            keys = {line["item"] for line in lines if line["entity"] == item["entity"]}
            assert item["key"] in keys or (item["entity"] == "users" and "person-" in "".join(keys)), item

        held = made.openproject.state("versions", "users")
        made.openproject.faults()
        made.openproject.reset_counters()
        again = migration.run("--retry-failed")
        assert again.exit_code == 0, explained(again)
        assert again.run != first.run
        assert_exactly_once(made, again)
        assert without_assignee(made) == set()
        done = writes(made)
        assert done["POST /api/v3/users"] == first.entities["users"]["failed"]
        for entity in ("users", "work_packages", "comments", "time_entries", "attachments"):
            counts = again.entities[entity]
            assert counts["created"] == first.entities[entity]["failed"], entity
            assert counts["source"] <= first.entities[entity]["source"]
        assert again.entities["users"]["source"] == first.entities["users"]["failed"]
        now = made.openproject.state("versions", "users")
        for kind in ("versions", "users"):
            assert all(row in now[kind] for row in held[kind]), f"{kind} that had not failed were touched"

        made.openproject.reset_counters()
        after = migration.run()
        assert after.exit_code == 0, explained(after)
        assert writes(made) == {}
        nothing = migration.run("--retry-failed")
        assert nothing.exit_code == 0
        assert "there is nothing to retry" in nothing.errors
        assert nothing.events[-1]["entities"] == {}


def test_what_was_mended_at_the_source_is_read_again_and_what_else_changed_there_waits(tmp_path: Path):
    spec = tmp_path / "ruled.yaml"
    spec.write_text(RULE, encoding="utf-8")
    with sandbox(**SIZE) as made:
        keys = sorted(issue["key"] for issue in made.jira.state("issues")["issues"])
        edit(made, change={keys[1]: {"summary": "Broken"}, keys[2]: {"summary": "Broken too"}})
        migration = Migration(made, tmp_path / "home", spec=str(spec))
        first = migration.run()
        assert first.exit_code == 1, explained(first)
        assert first.entities["work_packages"]["failed"] == 2
        edit(made, change={keys[1]: {"summary": "Mended"}, keys[4]: {"summary": "Changed meanwhile"}})
        made.openproject.reset_counters()
        again = migration.run("--retry-failed")
        assert again.exit_code == 1, explained(again)
        counts = again.entities["work_packages"]
        assert (counts["source"], counts["created"], counts["failed"]) == (2, 1, 1)
        held = {row["subject"] for row in made.openproject.state("work_packages")["work_packages"]}
        assert "Mended" in held
        assert not held & {"Broken", "Broken too", "Changed meanwhile"}
        # The other is mended in the spec, and what changed meanwhile comes with the next whole run.
        spec.write_text(RULE.replace("'Broken'", "'Nothing'"), encoding="utf-8")
        third = migration.run("--retry-failed")
        assert third.exit_code == 0, explained(third)
        held = {row["subject"] for row in made.openproject.state("work_packages")["work_packages"]}
        assert "Broken too" in held
        assert "Changed meanwhile" not in held
        last = migration.run()
        assert last.exit_code == 0, explained(last)
        held = [row["subject"] for row in made.openproject.state("work_packages")["work_packages"]]
        assert len(held) == len(keys)
        assert "Changed meanwhile" in held


def test_a_run_that_is_not_finished_is_to_be_carried_on_first(tmp_path: Path):
    with sandbox(**SIZE) as made:
        migration = Migration(made, tmp_path / "home")
        assert migration.run("--retry-failed").exit_code == 5
        assert migration.interrupt(0.0, stage="apply")
        refused = migration.run("--retry-failed")
        assert refused.exit_code == 5
        assert "j2o resume" in refused.errors
