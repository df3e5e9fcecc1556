"""A spec that wants every source field decided stops before the first write, and goes on once it is mended."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from ..exactly_once import assert_exactly_once
from ..running import Ended, Migration, Sandbox, explained, sandbox

pytestmark = [pytest.mark.newest, pytest.mark.xdist_group("frozen-spec")]

FROZEN = """\
apiVersion: j2o/v1
kind: Migration
name: demo
extends: j2o:demo
entities:
  work_packages:
    unmapped: freeze
  comments:
    unmapped: freeze
    drop: null
"""


def writes(made: Sandbox) -> dict[str, int]:
    """What was sent to the target that could change it: forms are asked, and write nothing."""
    requests = made.openproject.state("requests")["requests"]
    return {
        name: count
        for name, count in requests.items()
        if name.split()[0] not in ("GET", "HEAD") and not name.endswith("/form")
    }


def told(ended: Ended) -> dict[tuple[str, str], dict[str, Any]]:
    """The findings of the check by entity and field."""
    found = [event for event in ended.events if event["event"] == "problem" and event["stage"] == "check"]
    by_field = {(event["entity"], event["field"]): event for event in found}
    assert len(by_field) == len(found), "each field once"
    return by_field


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A frozen migration, its first run, and what that sent."""
    folder = tmp_path_factory.mktemp("frozen")
    spec = folder / "frozen.yaml"
    spec.write_text(FROZEN, encoding="utf-8")
    with sandbox(projects=1, issues=12, seed=5) as made:
        migration = Migration(made, folder / "home", str(spec))
        ended = migration.run()
        yield migration, ended, writes(made)


def test_nothing_is_written(stopped: Any):
    _, ended, sent = stopped
    assert ended.exit_code == 1, explained(ended)
    assert sent == {}


def test_errors_tells_what_stopped_the_run(stopped: Any):
    migration, ended, _ = stopped
    found = json.loads(migration.command("errors", "last", "--json").stdout)
    assert {(one["entity"], one["code"]) for one in found["findings"]} == {
        (entity, "J2O-M107") for entity, _ in told(ended)
    }
    assert len(found["findings"]) == len(told(ended))
    text = migration.command("errors", "last").stdout
    assert "stopped the run: " in text and "frozen.yaml:7:5" in text and "next step: " in text
    assert "has failed" not in text
    assert "stopped the run" not in migration.command("errors", "last", "--class", "network").stdout


def test_every_field_is_told_once_with_count_keys_line_and_what_to_do(stopped: Any):
    migration, ended, _ = stopped
    found = told(ended)
    assert {entity for entity, _ in found} == {"work_packages", "comments"}
    for (entity, field), event in found.items():
        assert event["code"] == "J2O-M107" and event["severity"] == "error"
        assert f"'{field}'" in event["message"] and "drop" in event["message"]
        assert event["place"].startswith(f"{migration.spec}:{7 if entity == 'work_packages' else 9}:")
        assert event["count"] >= len(event["keys"]) >= 1
    assert "stopped by the check" in ended.errors


def test_the_last_event_says_that_everything_is_left(stopped: Any):
    _, ended, _ = stopped
    last = ended.events[-1]
    assert (last["event"], last["exit_code"]) == ("run_finished", 1)
    assert last["entities"]["work_packages"]["source"] == 12
    for counts in last["entities"].values():
        assert counts["left"] == counts["source"]
        assert sum(counts.values()) == 2 * counts["source"]


def test_a_mended_spec_goes_on_from_what_was_read(stopped: Any):
    migration, ended, _ = stopped
    spec = yaml.safe_load(FROZEN)
    for entity, field in told(ended):
        identifier = re.search(r"\((customfield_\d+)\)", field)  # of a name that several fields bear
        path = f"fields.{identifier[1]}" if identifier else f'field("{field}")' if "work" in entity else field
        spec["entities"][entity]["drop"] = {**(spec["entities"][entity].get("drop") or {}), path: "not wanted"}
    Path(migration.spec).write_text(yaml.safe_dump(spec), encoding="utf-8")
    made = migration.sandbox
    made.jira.reset_counters()
    mended = migration.run()
    assert mended.exit_code == 0, explained(mended)
    assert not [name for name in made.jira.state("requests")["requests"] if "search" in name]
    assert_exactly_once(made, mended)
