"""Every key of every issue, former ones too, leads to the work package that it has become."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
import requests

from ..running import Migration, Sandbox, explained, sandbox
from .test_changed_source import edit

pytestmark = pytest.mark.newest


def test_a_run_leaves_a_table_of_old_and_new_addresses_that_all_answer_by_the_origin_marks(tmp_path: Path) -> None:
    with sandbox(projects=2, issues=44, seed=3, attachment_bytes=64) as made:
        text = f"As in SHOPOLD-2 and [that|{made.jira.url}/browse/SHOPOLD-3], not in SHOPOLD-99999."
        edit(made, change={"SHOP-4": {"description": text}})
        migration = Migration(made, tmp_path / "home")
        ended = migration.run()
        assert ended.exit_code == 0, explained(ended)
        path = tmp_path / "home" / "reports" / f"{ended.run}-redirects.csv"
        assert f"redirects: {path}" in ended.errors
        rows = list(csv.DictReader(path.open(encoding="utf-8")))
        state = made.openproject.state("work_packages", "projects")
        held = {str(row["id"]): row["description"]["raw"] for row in state["work_packages"]}
        issues = [row for row in rows if row["entity"] == "work_packages"]
        assert {row["new_id"] for row in issues} == set(held)
        for row in issues:
            assert row["old_address"] == f"{made.jira.url}/browse/{row['old_key']}"
            assert row["new_address"] == f"{made.openproject.url}/work_packages/{row['new_id']}"
        now = {
            row["old_key"]: row["new_id"]
            for row in issues
            if f"[{row['old_key']}]({made.jira.url}/" in held[row["new_id"]]
        }
        assert len(now) == len(held)
        former = [row for row in issues if row["old_key"] not in now]
        assert any(not row["old_key"].startswith("SHOPOLD-") for row in former), "some generated issues were moved"
        assert any(row["old_key"].startswith("SHOPOLD-") for row in former), "a generated project was renamed"
        for row in former:
            assert row["old_key"] in held[row["new_id"]], "who looks for a key of long ago finds the work package"
            assert now[_key_now(made, row["old_key"])] == row["new_id"]
        second, third = now["SHOP-2"], now["SHOP-3"]
        led = f"As in [SHOPOLD-2](/work_packages/{second}) and [that](/work_packages/{third}), not in SHOPOLD-99999."
        assert led in held[now["SHOP-4"]], "what a text names by a former key is linked, too"
        projects = [row for row in rows if row["entity"] == "projects"]
        assert {row["new_id"] for row in projects} <= {str(row["id"]) for row in state["projects"]}
        assert {row["old_key"] for row in projects} == {"SHOP", "SHOPOLD", "OPS"}
        assert len({row["new_id"] for row in projects}) == 2, "one was renamed"


def _key_now(made: Sandbox, key: str) -> str:
    """What Jira itself leads a key to."""
    answer = requests.get(
        f"{made.jira.url}/rest/api/2/issue/{key}",
        headers={"Authorization": f"Bearer {made.running.jira['token']}"},
        timeout=30,
    )
    answer.raise_for_status()
    return str(answer.json()["key"])
