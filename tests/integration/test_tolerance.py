"""A run that goes wrong stops early, and is carried on once the cause is mended."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..exactly_once import assert_exactly_once
from ..running import Migration, explained, finished, sandbox

pytestmark = pytest.mark.long

SIZE = {"projects": 1, "issues": 12, "seed": 19}
SPEC = """\
apiVersion: j2o/v1
kind: Migration
name: tolerant
extends: j2o:demo
runtime: {workers: 2, tolerate: {failed: 10%, after: 35}}
"""
RULE = """\
entities:
  work_packages:
    rules: {none: {on: source, assert: "{{ false }}", message: never, on_fail: fail}}
"""


def posts(migration: Migration, path: str) -> int:
    return int(migration.sandbox.openproject.state("requests")["requests"].get(f"POST /api/v3/{path}", 0))


def test_above_the_tolerated_share_the_run_stops_early_and_goes_on_when_the_cause_is_mended(tmp_path: Path):
    spec = tmp_path / "tolerant.yaml"
    spec.write_text(SPEC, encoding="utf-8")
    with sandbox(**SIZE) as made:
        migration = Migration(made, tmp_path / "home", spec=str(spec))
        rule = {"server": "openproject", "method": "POST", "regex": r"/activities$", "do": "status", "status": 422}
        made.openproject.faults(rule)
        stopped = migration.run()
        assert stopped.exit_code == 4, explained(stopped)
        assert "more than the tolerated 10.0%" in stopped.errors
        counts = stopped.entities["comments"]
        assert 0 < counts["failed"] < counts["source"] / 2
        assert counts["left"] > 0
        assert posts(migration, "work_packages/{id}/activities") < counts["source"] / 2
        assert "J2O-E040" in migration.command("errors", "last", "--json").stdout
        made.openproject.faults()
        after = finished(migration.start_command("resume", "last", "--json"))
        assert after.exit_code == 1, explained(after)
        assert after.run == stopped.run
        assert after.entities["comments"]["left"] == 0
        again = migration.run("--retry-failed")
        assert again.exit_code == 0, explained(again)
        assert again.entities["comments"]["created"] == counts["failed"]
        assert_exactly_once(made, again)


def test_what_fails_already_while_planning_counts_and_nothing_is_written(tmp_path: Path):
    spec = tmp_path / "tolerant.yaml"
    spec.write_text(SPEC + RULE, encoding="utf-8")
    with sandbox(**SIZE) as made:
        migration = Migration(made, tmp_path / "home", spec=str(spec))
        stopped = migration.run()
        assert stopped.exit_code == 4, explained(stopped)
        assert "nothing was written" in stopped.errors
        counted = made.openproject.state("requests")["requests"]
        assert not [name for name in counted if not name.startswith("GET ") and not name.endswith("/form")]
        assert "never" in migration.command("errors", "last").stdout
        spec.write_text(SPEC, encoding="utf-8")
        ended = migration.run()
        assert ended.exit_code == 0, explained(ended)
        assert_exactly_once(made, ended)
