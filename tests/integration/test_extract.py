"""Reading alone: the target is not asked, a stopped reading goes on, and a run goes on from what was read."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from ..exactly_once import assert_exactly_once
from ..running import Migration, Server, explained, sandbox

pytestmark = pytest.mark.oldest

OTHER_MAPPING = """\
apiVersion: j2o/v1
kind: Migration
name: demo
extends: j2o:demo
entities:
  work_packages:
    map:
      subject: {from: fields.summary, steps: [trim, {truncate: 20}], default: nothing was said}
"""


def requests_of(server: Server) -> int:
    return sum(server.state("requests")["requests"].values())


def searches(server: Server) -> int:
    counted = server.state("requests")["requests"]
    return sum(number for request, number in counted.items() if request.endswith(("/search", "/search/jql")))


def issue_searches(server: Server) -> int:
    return int(server.state("requests")["requests"].get("POST /rest/api/2/search", 0))


def test_a_run_goes_on_from_what_was_read_even_with_another_mapping_until_it_has_written(tmp_path: Path):
    with sandbox(projects=2, issues=20, seed=5) as made:
        migration = Migration(made, tmp_path / "home")
        read = migration.command("extract", "j2o:demo", "--json")
        assert read.returncode == 0, read.stderr
        counted = json.loads(read.stdout)
        assert counted["entities"]["work_packages"] == len(made.jira.state("issues")["issues"])
        assert Path(counted["snapshot"]).is_file()
        assert requests_of(made.openproject) == 0

        spec = tmp_path / "other.yaml"
        spec.write_text(OTHER_MAPPING, encoding="utf-8")
        migration.spec = str(spec)
        made.jira.reset_counters()
        ended = migration.run()
        assert ended.exit_code == 0, explained(ended)
        assert any("goes on from what was read" in event.get("message", "") for event in ended.events)
        assert searches(made.jira) == 0
        assert_exactly_once(made, ended)

        made.jira.reset_counters()
        again = migration.run()
        assert again.exit_code == 0, explained(again)
        assert searches(made.jira) > 0, "a run after one that wrote reads what has changed since"


def test_a_reading_that_was_stopped_goes_on_where_it_was(tmp_path: Path):
    with sandbox(projects=4, issues=200, seed=5, latency_ms=60) as made:
        migration = Migration(made, tmp_path / "home")
        going = migration.start_command("extract", "j2o:demo", "--json", "--quiet")
        while searches(made.jira) < 2:
            time.sleep(0.05)
        going.terminate()
        _, errors = going.communicate(timeout=60)
        assert going.returncode == 4, errors
        made.jira.reset_counters()
        whole = migration.command("extract", "j2o:demo", "--json", "--quiet")
        assert whole.returncode == 0, whole.stderr
        assert json.loads(whole.stdout)["entities"]["work_packages"] == len(made.jira.state("issues")["issues"])
        first = searches(made.jira)
        made.jira.reset_counters()
        migration.command("extract", "j2o:demo", "--json", "--quiet", "--fresh")
        assert first < searches(made.jira), "the second reading did not begin anew"


@pytest.mark.long
def test_a_killed_reading_goes_on_behind_the_slices_that_it_finished(tmp_path: Path):
    spec = tmp_path / "small.yaml"
    spec.write_text(SMALL_SLICES, encoding="utf-8")
    with sandbox(projects=1, issues=160, seed=5, latency_ms=60) as made:
        issues = len(made.jira.state("issues")["issues"])
        migration = Migration(made, tmp_path / "home")
        going = migration.start_command("extract", str(spec), "--json", "--quiet")
        while issue_searches(made.jira) < 12:
            time.sleep(0.02)
        going.kill()
        going.communicate(timeout=60)
        whole = migration.command("extract", str(spec), "--json", "--quiet")
        assert whole.returncode == 0, whole.stderr
        assert json.loads(whole.stdout)["entities"]["work_packages"] == issues
        # One listing, what ten issues a slice make, and again only what was under way.
        assert issue_searches(made.jira) <= 1 + issues // 10 + 1 + 4


SMALL_SLICES = """\
apiVersion: j2o/v1
kind: Migration
name: demo
extends: j2o:demo
runtime: {workers: 4}
entities:
  work_packages:
    extract: {plugin: jira.issues, page_size: 10, watchers: false}
"""
