"""Saved filters become queries, dashboards are listed, and a remote link that is added later is found."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import requests

from ..running import Migration, explained, sandbox

pytestmark = pytest.mark.long

SPEC = """
apiVersion: j2o/v1
kind: Migration
name: own
extends: j2o:jira-cloud
select: {projects: [SHOP]}
"""
LINK = {
    "id": 1,
    "application": {"type": "com.atlassian.confluence", "name": "Team wiki"},
    "relationship": "mentioned in",
    "object": {"url": "https://wiki.example.com/later", "title": "Later", "status": {"resolved": False}},
}
MISSING = "{}: '10001' is not among the migrated projects"
SETUP = "types: {Bug: {default: true}, User story: {default: true}, Epic: {default: true}, Feature: {default: true}}"


def writes(made: Any) -> list[str]:
    requests = made.openproject.state("requests")["requests"]
    return [name for name in requests if not name.startswith("GET ") and not name.endswith("/form")]


def test_a_jira_cloud_is_accounted_for_with_filters_dashboards_and_links(tmp_path: Path):
    (tmp_path / "spec.yaml").write_text(SPEC, encoding="utf-8")
    (tmp_path / "setup.yaml").write_text(SETUP, encoding="utf-8")
    options = {"projects": 2, "issues": 24, "seed": 19, "edition": "cloud"}
    with sandbox(**options, openproject_setup=str(tmp_path / "setup.yaml")) as made:
        secrets = {
            "J2O_SECRET_JIRA": made.running.jira["token"],
            "J2O_SECRET_OPENPROJECT": made.running.openproject["api_key"],
        }
        migration = Migration(made, tmp_path / "home", str(tmp_path / "spec.yaml"), environment=secrets)
        first = migration.run()
        assert first.exit_code == 0, explained(first)
        report = json.loads(migration.command("report", "last", "--format", "json").stdout)
        target = made.openproject.state("queries", "views", "work_packages")
        made.openproject.reset_counters()
        second = migration.run()
        assert second.exit_code == 0, explained(second)
        assert writes(made) == []
        linked, *_ = sorted(issue["key"] for issue in made.jira.state("issues")["issues"] if issue["key"] in "SHOP-1")
        edits = {"remote": {linked: [LINK]}}
        requests.post(f"{made.jira.url}/_sandbox/issues", json=edits, timeout=60).raise_for_status()
        third = migration.run()
        assert third.exit_code == 0, explained(third)
        later = made.openproject.state("work_packages")["work_packages"]
        assert writes(made) == ["PATCH /api/v3/work_packages/{id}"]
    queries = {row["name"]: row for row in target["queries"] if not row["hidden"]}
    assert set(queries) == {"Filter for Web shop board", "Everything open", "Bugs of the team"}
    assert all(row["public"] for row in queries.values())
    assert sorted(row["name"] for row in target["views"]) == sorted(queries)
    assert [one["name"] for one in queries["Bugs of the team"]["filters"]] == ["type", "subject"]
    skipped = {row["key"]: row["message"] for row in report["items"] if row["entity"] == "queries"}
    assert skipped == {
        "Filter for Platform operations board (project = OPS ORDER BY Rank ASC)": MISSING.format("project"),
        "Filter for Everything on fire (project in (SHOP, OPS) ORDER BY Rank ASC)": MISSING.format("projects"),
        "My drafts (assignee = currentUser())": skipped["My drafts (assignee = currentUser())"],
    }
    assert first.entities["queries"] == {**second.entities["queries"], "created": 3, "unchanged": 0}
    dashboards = [row["name"] for row in report["accounts"] if row["entity"] == "dashboards"]
    assert dashboards == ["System dashboard", "Team (Admin User: Filter results, Pie chart, Activity)"]
    (text,) = [row["description"]["raw"] for row in later if f"[{linked}](" in row["description"]["raw"]]
    assert text.count("[Later](https://wiki.example.com/later) (mentioned in, Team wiki)") == 1
    assert any("https://wiki.example.com/pages/" in row["description"]["raw"] for row in target["work_packages"])
    assert any("**Voters:**" in row["description"]["raw"] for row in target["work_packages"])
