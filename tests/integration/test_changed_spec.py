"""Another spec after an interrupted run: the old run ends, the new one knows what it had on its way."""

from __future__ import annotations

import contextlib
import signal
import sqlite3
import sys
import time
from pathlib import Path

import pytest
import requests

from ..exactly_once import assert_exactly_once
from ..running import Migration, explained, sandbox

pytestmark = pytest.mark.oldest

OTHER = """\
apiVersion: j2o/v1
kind: Migration
name: demo
extends: j2o:demo
entities:
  work_packages:
    map:
      subject: {from: fields.summary, steps: [trim, {truncate: 100}], default: nothing was said}
"""


def test_a_changed_spec_after_an_interrupted_run_writes_nothing_twice(tmp_path: Path):
    spec = tmp_path / "other.yaml"
    spec.write_text(OTHER, encoding="utf-8")
    with sandbox(projects=1, issues=10, seed=19, latency_ms=10) as made:
        migration = Migration(made, tmp_path / "home")
        runs = set()
        for entity, number in (("work_packages", signal.SIGKILL), ("comments", signal.SIGINT)):
            going = migration.going()
            assert going.reach(event="stage_started", stage="apply", entity=entity)
            assert going.reach(event="progress", stage="apply", entity=entity, wanted=1)
            going.signal(number)
            runs.add(next(event["run"] for event in going.end().events if event["event"] == "run_started"))
            migration.spec = str(spec) if migration.spec == "j2o:demo" else "j2o:demo"
        ended = migration.run()
        assert ended.exit_code == 0, explained(ended)
        assert ended.run not in runs and len(runs) == 2
        assert ended.events[0]["resumed"] is False
        assert_exactly_once(made, ended)


def test_what_children_have_disturbed_is_restored_by_the_run_of_another_spec(tmp_path: Path):
    spec = tmp_path / "other.yaml"
    spec.write_text(OTHER, encoding="utf-8")
    with sandbox(projects=1, issues=10, seed=19) as made:
        migration = Migration(made, tmp_path / "home")
        made.openproject.faults({"method": "PATCH", "do": "status", "status": 503, "regex": r"/work_packages/\d+$"})
        going = migration.going()
        assert going.reach(event="progress", stage="apply", entity="work_packages", wanted=10)
        going.signal(signal.SIGKILL)
        going.end()
        made.openproject.faults()
        migration.spec = str(spec)
        ended = migration.run()
        assert ended.exit_code == 0, explained(ended)
        assert_exactly_once(made, ended)
        again = migration.run()
        assert again.entities["work_packages"]["unchanged"] == 10, explained(again)


@pytest.mark.long
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere nothing tells that a clock was set")
def test_a_clock_that_was_set_forward_does_not_shorten_the_wait_for_what_the_old_run_sent(tmp_path: Path):
    spec = tmp_path / "other.yaml"
    spec.write_text(OTHER, encoding="utf-8")
    with sandbox(projects=1, issues=6, seed=19) as made:
        migration = Migration(made, tmp_path / "home", arguments=("--settle", "8"))
        late = {"server": "openproject", "method": "POST", "path": "/api/v3/work_packages", "do": "late", "seconds": 6}
        made.openproject.faults({**late, "times": 3})
        going = migration.going()
        assert going.reach(event="stage_started", stage="apply", entity="work_packages")
        while not requests.get(f"{made.openproject.url}/_sandbox/faults", timeout=60).json()["rules"][0]["fired"]:
            time.sleep(0.05)
        going.signal(signal.SIGKILL)
        going.end()
        made.openproject.faults()
        # As if the clock had been set forward by an hour since.
        with contextlib.closing(sqlite3.connect(migration.home / "ledger.db")) as ledger, ledger:
            ((clock,),) = ledger.execute("SELECT clock FROM run")
            boot, _, ahead = clock.partition("|")
            ledger.execute("UPDATE run SET clock = ?", (f"{boot}|{float(ahead) - 3600}",))
            ledger.execute("UPDATE effect SET sent = sent - 3600 WHERE sent IS NOT NULL")
        migration.spec = str(spec)
        ended = migration.run()
        assert ended.exit_code == 0, explained(ended)
        assert any("for lost requests of run" in event.get("message", "") for event in ended.events)
        assert_exactly_once(made, ended)
