"""A run on its way is paused, throttled, continued and stopped; it keeps to rates, hours and limits, over the wire."""

from __future__ import annotations

import signal
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Iterator

import pytest

from ..exactly_once import assert_exactly_once
from ..running import Going, Migration, Sandbox, explained, sandbox

pytestmark = pytest.mark.long

SIZE = {"projects": 1, "issues": 10, "seed": 19}
SPEC = "apiVersion: j2o/v1\nkind: Migration\nname: demo\nextends: j2o:demo\nruntime: "


@pytest.fixture()
def made(tmp_path: Path) -> Iterator[Sandbox]:
    with sandbox(state=str(tmp_path / "state"), latency_ms=20, **SIZE) as running:
        yield running


def migration(made: Sandbox, folder: Path, runtime: str) -> Migration:
    spec = folder / "limits.yaml"
    spec.write_text(SPEC + runtime + "\n", encoding="utf-8")
    return Migration(made, folder / "home", spec=str(spec))


def writes(made: Sandbox) -> int:
    counted = made.openproject.state("requests")["requests"]
    return sum(number for name, number in counted.items() if not name.startswith("GET"))


def told(events: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [event for event in events if event["event"] == kind]


def control(run: Migration, *arguments: str) -> str:
    called = run.command("control", "last", *arguments)
    assert called.returncode == 0, called.stderr
    return called.stdout


def at_work(run: Migration) -> Going:
    going = run.going()
    assert going.reach(event="progress", stage="apply", entity="comments", wanted=1)
    run.sandbox.openproject.faults({"do": "delay", "seconds": 0.5, "method": "POST"})  # there is time to step in
    return going


def test_a_run_is_paused_throttled_continued_and_stopped_from_another_terminal(made: Sandbox, tmp_path: Path) -> None:
    run = migration(made, tmp_path, "{workers: 2}")
    going = at_work(run)
    assert "pause taken" in control(run, "pause")
    time.sleep(1.0)  # what was under way
    before = writes(made)
    time.sleep(1.5)
    assert "throttle 1 taken" in control(run, "throttle", "1")
    assert writes(made) == before
    control(run, "continue")
    control(run, "stop")
    stopped = going.end()
    assert stopped.exit_code == 4, explained(stopped)
    assert [event["command"] for event in told(stopped.events, "control")] == ["pause", "throttle", "continue", "stop"]
    assert "stopped by " in stopped.errors
    assert sum(counts["left"] for counts in stopped.entities.values()) > 0
    assert writes(made) > before
    made.openproject.faults()
    ended = run.run()
    assert (ended.exit_code, ended.run) == (0, stopped.run), explained(ended)
    assert_exactly_once(made, ended)


def test_a_paused_run_that_is_killed_goes_on_paused_until_it_is_told_to_continue(made: Sandbox, tmp_path: Path) -> None:
    run = migration(made, tmp_path, "{workers: 2}")
    going = at_work(run)
    control(run, "pause")
    going.signal(signal.SIGKILL)
    going.end()
    time.sleep(1.0)
    before = writes(made)
    going = run.going()
    assert going.reach(event="control", command="pause")
    time.sleep(1.5)
    assert writes(made) == before
    made.openproject.faults()
    control(run, "continue")
    ended = going.end()
    assert ended.exit_code == 0, explained(ended)
    assert_exactly_once(made, ended)


def test_a_run_stopped_outside_of_its_hours_ends_at_once_and_resumable(made: Sandbox, tmp_path: Path) -> None:
    hour = (datetime.now(timezone.utc) + timedelta(hours=6)).hour
    run = migration(made, tmp_path, f"{{schedule: {{only: '{hour:02d}:00-{hour:02d}:59', zone: UTC}}}}")
    going = run.going()
    assert going.reach(event="schedule")
    time.sleep(0.5)
    going.signal()
    ended = going.end()
    assert ended.exit_code == 4, explained(ended)
    assert writes(made) == 0


def test_a_stated_rate_is_kept(made: Sandbox, tmp_path: Path) -> None:
    run = migration(made, tmp_path, "{rate_limit: {openproject: 60/s}}")
    began = time.monotonic()
    ended = run.run()
    took = time.monotonic() - began
    assert ended.exit_code == 0, explained(ended)
    requests = sum(made.openproject.state("requests")["requests"].values())
    assert took >= (requests - 2) / 60 * 0.98


def test_a_server_that_is_away_for_a_while_is_left_alone_and_the_run_goes_on(made: Sandbox, tmp_path: Path) -> None:
    run = migration(made, tmp_path, "{workers: 4, circuit_breaker: {failures: 4, reset_after: 0.5}}")
    going = at_work(run)
    made.openproject.faults({"do": "reset"})
    assert going.reach(event="breaker", state="open")
    made.openproject.reset_counters()
    time.sleep(2)
    tried = sum(made.openproject.state("requests")["requests"].values())
    assert tried <= 8  # a probe each half second, and what was counted here
    made.openproject.faults()
    ended = going.end()
    assert ended.exit_code == 0, explained(ended)
    assert [event["state"] for event in told(ended.events, "breaker")][-1] == "closed"
    assert_exactly_once(made, ended)


def test_a_disk_that_gets_full_stops_the_run_resumable(made: Sandbox, tmp_path: Path) -> None:
    ended = migration(made, tmp_path, "{guard: {disk_free: 900TB}}").run()
    assert ended.exit_code == 4, explained(ended)
    assert "shall stay free (runtime.guard.disk_free); make room, then run the same command again" in ended.errors
    assert [event["stopped"] for event in told(ended.events, "guard")] == [True]
