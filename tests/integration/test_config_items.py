"""What becomes another item because the spec was changed, without asking either system."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ..running import Migration, sandbox

pytestmark = pytest.mark.long

OTHER = """\
apiVersion: j2o/v1
kind: Migration
name: demo
extends: j2o:demo
entities:
  watchers: null
  work_packages:
    map:
      subject: {from: fields.summary, steps: [trim, {truncate: 4}], default: none}
"""


def test_the_items_that_a_changed_spec_changes_are_told_field_by_field(tmp_path: Path):
    spec = tmp_path / "other.yaml"
    spec.write_text(OTHER, encoding="utf-8")
    with sandbox(projects=1, issues=10, seed=3) as made:
        migration = Migration(made, tmp_path / "home")
        assert migration.command("extract", "j2o:demo").returncode == 0
        issues = {issue["key"]: issue["fields"]["summary"] for issue in made.jira.state("issues")["issues"]}
        watchers = len(made.jira.state("watchers").get("watchers", []))
    called = migration.command("config", "diff", "j2o:demo", str(spec), "--items", "--json")
    assert called.returncode == 0, called.stderr
    changes = json.loads(called.stdout)
    subjects = {row["key"]: row for row in changes if row["field"] == "subject"}
    assert set(subjects) == {key for key, summary in issues.items() if len((summary or "").strip()) != 4}
    assert all(len(row["after"]) <= 4 for row in subjects.values())
    left = [row for row in changes if row["entity"] == "watchers"]
    assert {row["field"] for row in left} == {"outcome"} and {row["after"] for row in left} == {"not migrated"}
    assert len(left) >= watchers
    assert {row["entity"] for row in changes} == {"work_packages", "watchers"}

    same = migration.command("config", "diff", "j2o:demo", "j2o:demo", "--items")
    assert same.stdout == "no item becomes another\n"


def test_without_anything_read_the_command_says_what_to_do(tmp_path: Path):
    with sandbox(projects=1, issues=1) as made:
        migration = Migration(made, tmp_path / "home")
        called = migration.command("config", "diff", "j2o:demo", "j2o:demo", "--items")
    assert called.returncode == 2
    assert "j2o extract" in called.stderr
