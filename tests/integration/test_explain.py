"""One item from the source to the target, and a value on the target back to the line that made it."""

from __future__ import annotations

import json
import re

import pytest
import requests

from ..dashboards import served
from ..running import Migration, sandbox

pytestmark = [pytest.mark.newest, pytest.mark.xdist_group("explain")]


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Migration:
    """A small migration; its sandbox is gone by the time the questions are asked."""
    with sandbox(projects=1, issues=12, seed=8) as made:
        migration = Migration(made, tmp_path_factory.mktemp("explain") / "home")
        assert migration.run().exit_code == 0
        migration.issues = made.jira.state("issues")["issues"]  # type: ignore[attr-defined]
        migration.work_packages = made.openproject.state("work_packages")["work_packages"]  # type: ignore[attr-defined]
    return migration


def test_explain_shows_every_part_with_its_line_and_what_the_target_said(migrated: Migration):
    issue = migrated.issues[0]  # type: ignore[attr-defined]
    [told] = json.loads(migrated.command("explain", "j2o:demo", issue["key"], "--json").stdout)
    assert (told["entity"], told["key"], told["outcome"]) == ("work_packages", issue["key"], "written")
    lines = [line for line in told["lines"] if line["field"] == "subject"]
    assert [line["name"] for line in lines[:3]] == ["fields.summary", "trim", "truncate"]
    assert lines[0]["after"] == issue["fields"]["summary"]
    assert all(re.fullmatch(r"(specs/demo\.yaml|j2o:\w+):\d+:\d+", line["place"]) for line in told["lines"])
    [item] = told["target"]["items"]
    [row] = [row for row in migrated.work_packages if str(row["id"]) == item["item"]]  # type: ignore[attr-defined]
    assert told["payload"]["subject"] == row["subject"]
    effect = told["target"]["effects"][0]
    assert (effect["kind"], effect["state"], effect["item"]) == ("create", "done", item["item"])
    text = migrated.command("explain", "j2o:demo", issue["key"].lower()).stdout
    assert "trim: " in text and f"target: {item['item']} at " in text
    rows = [line for line in text.splitlines() if re.search(r" (create|update) .* done ", line)]
    assert rows and all(re.search(rf" id {item['item']}, version \d+$", line) for line in rows)


def test_the_dashboard_tells_the_same(migrated: Migration):
    issue = migrated.issues[0]  # type: ignore[attr-defined]
    [told] = json.loads(migrated.command("explain", "j2o:demo", issue["key"], "--json").stdout)
    with served(migrated.home) as url:
        address, of = f"{url}/api/v1/runs/last/explanation", {"entity": "work_packages", "origin": told["origin"]}
        assert requests.get(address, of, timeout=60).json() == told
        refused = requests.get(address, {**of, "origin": "4711"}, timeout=60)
    assert refused.status_code == 409
    assert "no record '4711' was read as one of work_packages" in refused.json()["detail"]


def test_a_part_of_an_issue_is_explained_by_its_own_key(migrated: Migration):
    issue = next(issue for issue in migrated.issues if issue["fields"]["comment"]["comments"])  # type: ignore[attr-defined]
    comment = issue["fields"]["comment"]["comments"][0]
    [told] = json.loads(migrated.command("explain", "j2o:demo", comment["id"], "--entity", "comments", "--json").stdout)
    assert told["parent"] == f"work_packages {issue['key']}"


def test_an_item_that_was_left_out_tells_the_rule_that_did_it(migrated: Migration):
    listed = json.loads(migrated.command("errors", "last", "--skipped", "--items", "--json").stdout)["items"]
    row = next(row for row in listed if row["entity"] == "comments" and row["place"])
    [told] = json.loads(migrated.command("explain", "j2o:demo", row["origin"], "--entity", "comments", "--json").stdout)
    assert told["outcome"] == f"skipped: {row['message']}"
    assert told["target"]["listed"][0]["outcome"] == "skipped"
    assert told["target"]["items"] == []


def test_blame_leads_from_a_value_on_the_target_to_its_source_and_line(migrated: Migration):
    row = migrated.work_packages[0]  # type: ignore[attr-defined]
    called = migrated.command("blame", "j2o:demo", str(row["id"]), "subject", "--entity", "work_packages", "--json")
    [told] = json.loads(called.stdout)
    assert {line["field"] for line in told["lines"]} == {"subject"}
    assert told["payload"] == {"subject": row["subject"]}
    assert f"#j2o-demo-{told['origin']})" in row["description"]["raw"]


def test_what_is_not_known_is_refused_with_a_guess(migrated: Migration):
    called = migrated.command("explain", "j2o:demo", "NONE-1")
    assert called.returncode == 2 and "no record 'NONE-1'" in called.stderr
    row = migrated.work_packages[0]  # type: ignore[attr-defined]
    called = migrated.command("blame", "j2o:demo", str(row["id"]), "subjct", "--entity", "work_packages")
    assert called.returncode == 2 and "did you mean 'subject'?" in called.stderr
    called = migrated.command("blame", "j2o:demo", "999999", "subject")
    assert called.returncode == 2 and "nothing that was migrated" in called.stderr
