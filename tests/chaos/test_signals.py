"""Ctrl-C and SIGTERM: the run ends in order, says what is left, and goes on where it was."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any, Iterator

import pytest

from ..exactly_once import assert_exactly_once
from ..running import Ended, Migration, Sandbox, explained, sandbox

pytestmark = pytest.mark.oldest

SIZE = {"projects": 1, "issues": 10, "seed": 19}
#: the event after which the signal is sent; what slows the run down then
STAGES = {
    "extract": (
        {"event": "progress", "stage": "extract", "wanted": 1},
        {"server": "jira", "do": "delay", "seconds": 0.2},
    ),
    "plan": ({"event": "stage_started", "stage": "plan"}, {"server": "openproject", "do": "delay", "seconds": 0.05}),
    "apply": (
        {"event": "stage_started", "stage": "apply", "entity": "comments"},
        {"server": "openproject", "do": "delay", "seconds": 0.05},
    ),
    "verify": (
        {"event": "stage_started", "stage": "verify"},
        {"server": "openproject", "do": "delay", "seconds": 0.05},
    ),
}


@pytest.fixture()
def migration(tmp_path: Path) -> Iterator[Migration]:
    with sandbox(state=str(tmp_path / "state"), **SIZE) as made:
        yield Migration(made, tmp_path / "home")


def slow(made: Sandbox, rule: dict[str, Any]) -> None:
    for server in (made.jira, made.openproject):
        server.faults(rule)


def fast(made: Sandbox) -> None:
    for server in (made.jira, made.openproject):
        server.faults()


def assert_stopped_in_order(ended: Ended, written: bool = False) -> None:
    assert ended.exit_code == 4, explained(ended)
    last = ended.events[-1]
    assert (last["event"], last["exit_code"]) == ("run_finished", 4)
    assert (sum(counts["left"] for counts in ended.entities.values()) > 0) is not written
    for entity, counts in ended.entities.items():
        assert counts["source"] == sum(counts[name] for name in counts if name != "source"), (entity, counts)
    assert "run the same command again" in ended.errors


@pytest.mark.parametrize(
    ("stage", "number"),
    [
        pytest.param("extract", signal.SIGINT, id="extract"),
        pytest.param("plan", signal.SIGINT, id="plan"),
        pytest.param("apply", signal.SIGINT, id="apply"),
        pytest.param("apply", signal.SIGTERM, id="sigterm"),
        pytest.param("extract", signal.SIGTERM, id="sigterm-extract", marks=pytest.mark.long),
        pytest.param("plan", signal.SIGTERM, id="sigterm-plan", marks=pytest.mark.long),
        pytest.param("verify", signal.SIGTERM, id="sigterm-verify", marks=pytest.mark.long),
    ],
)
def test_a_run_told_to_stop_ends_in_order_and_resumes_as_the_same_run(migration: Migration, stage: str, number: int):
    event, rule = STAGES[stage]
    slow(migration.sandbox, rule)
    going = migration.going()
    assert going.reach(**event)
    going.signal(number)
    stopped = going.end()
    assert_stopped_in_order(stopped, written=stage == "verify")
    fast(migration.sandbox)
    ended = migration.run()
    assert ended.exit_code == 0, explained(ended)
    assert ended.run == stopped.run
    assert ended.events[0]["resumed"] is True
    assert_exactly_once(migration.sandbox, ended)
    created = migration.sandbox.jira.state("manifest")["manifest"]["comments"]
    assert ended.entities["comments"]["created"] == created  # of the whole run, not of its second half


def test_a_second_ctrl_c_ends_at_once_and_the_run_resumes(migration: Migration):
    slow(migration.sandbox, {"server": "openproject", "method": "POST", "do": "delay", "seconds": 2})
    going = migration.going()
    assert going.reach(event="stage_started", stage="apply", entity="users")
    going.signal()
    going.signal()
    stopped = going.end()
    assert stopped.exit_code == 4
    fast(migration.sandbox)
    ended = migration.run()
    assert ended.exit_code == 0, explained(ended)
    assert ended.run == stopped.events[0]["run"]
    assert_exactly_once(migration.sandbox, ended)
