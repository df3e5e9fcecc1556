"""How much of what was read survives a spec, counted value by value."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ..running import Migration, sandbox

pytestmark = [pytest.mark.newest, pytest.mark.xdist_group("coverage")]

#: a spec that forgets: a user has no text on the target that could keep what is not mapped
FORGETFUL = """\
apiVersion: j2o/v1
kind: Migration
name: demo
extends: j2o:demo
entities:
  users:
    drop: {timeZone: null}
  work_packages:
    map: {dueDate: null}
    drop: {fields.labels: nobody used them}
"""


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Migration:
    """A source that was read; its sandbox is gone."""
    with sandbox(projects=1, issues=20, seed=8) as made:
        migration = Migration(made, tmp_path_factory.mktemp("coverage") / "home")
        assert migration.command("extract", "j2o:demo").returncode == 0
        migration.issues = made.jira.state("issues")["issues"]  # type: ignore[attr-defined]
    return migration


def test_each_value_is_mapped_preserved_dropped_or_lost(read: Migration):
    counted = json.loads(read.command("coverage", "j2o:demo", "--json").stdout)
    rows = {(row["entity"], row["field"]): row for row in counted["fields"]}
    assert all(row["items"] == row["mapped"] + row["preserved"] + row["dropped"] + row["lost"] for row in rows.values())
    assert sum(row["items"] for row in rows.values()) == counted["values"]
    issues = read.issues  # type: ignore[attr-defined]
    assert rows["work_packages", "Summary"]["items"] == len([i for i in issues if i["fields"]["summary"].strip()])
    labelled = [issue for issue in issues if issue["fields"]["labels"]]
    assert rows["work_packages", "Labels"]["items"] == len(labelled)
    kept = [issue for issue in labelled if not issue["fields"].get("security")]
    assert rows["work_packages", "Labels"]["preserved"] == len(kept)
    assert rows["work_packages", "Rank"]["dropped"] == rows["work_packages", "Rank"]["items"]


def test_a_forgetful_spec_is_found_out_with_sample_keys_and_the_exit_code_says_so(read: Migration, tmp_path: Path):
    spec = tmp_path / "forgetful.yaml"
    spec.write_text(FORGETFUL, encoding="utf-8")
    called = read.command("coverage", str(spec), "--fail-under", "99.99", "--json")
    assert called.returncode == 1
    assert "less than 99.99 %" in called.stderr
    rows = {(row["entity"], row["field"]): row for row in json.loads(called.stdout)["fields"]}
    zone = rows["users", "timeZone"]
    assert zone["lost"] == zone["items"] > 0 and zone["samples"]
    due = rows["work_packages", "Due Date"]
    assert due["preserved"] > 0 and due["mapped"] == 0, "a work package has a text that keeps what is not mapped"
    assert rows["work_packages", "Labels"]["dropped"] == rows["work_packages", "Labels"]["items"]
    assert read.command("coverage", str(spec), "--fail-under", "50").returncode == 0
