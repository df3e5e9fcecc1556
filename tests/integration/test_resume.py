"""``j2o resume``: a stopped run is carried on without its spec being named, and judged by what the target holds."""

from __future__ import annotations

import json
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest

from ..exactly_once import assert_exactly_once
from ..running import Ended, Going, Migration, Sandbox, explained, finished, sandbox

pytestmark = pytest.mark.newest

SIZE = {"projects": 1, "issues": 5, "seed": 23}
SPEC = """\
apiVersion: j2o/v1
kind: Migration
name: carried-on
extends: j2o:demo
connections:
  openproject: {auth: {api_key: "${file:secrets/key.txt}"}}
tables:
  priorities: {csv: {file: priorities.csv, key: theirs, value: ours}, "*": Normal}
"""


@pytest.fixture()
def place(tmp_path: Path) -> Path:
    folder = tmp_path / "specs"
    (folder / "secrets").mkdir(parents=True)
    (folder / "small.yaml").write_text(SPEC, encoding="utf-8")
    (folder / "priorities.csv").write_text("theirs,ours\nRare,High\nMinor,Low\n", encoding="utf-8")
    return folder


def migration_of(made: Sandbox, place: Path, **more: Any) -> Migration:
    (place / "secrets" / "key.txt").write_text(made.environment["OPENPROJECT_API_KEY"], encoding="utf-8")
    return Migration(made, place.parent / "home", spec=str(place / "small.yaml"), **more)


def stopped_in_the_middle(migration: Migration, *arguments: str) -> Ended:
    made = migration.sandbox
    made.openproject.faults({"server": "openproject", "method": "POST", "do": "delay", "seconds": 0.05})
    going = migration.going(*arguments)
    assert going.reach(event="stage_started", stage="apply", entity="work_packages"), explained(going.end())
    assert going.reach(event="progress", stage="apply", entity="work_packages", wanted=1)
    going.signal()
    ended = going.end()
    made.openproject.faults()
    assert ended.exit_code == 4, explained(ended)
    return ended


def resume(migration: Migration, *arguments: str) -> Ended:
    return finished(migration.start_command("resume", *arguments, "--json"))


def refused(migration: Migration, *arguments: str) -> str:
    called = migration.command("resume", *arguments)
    assert called.returncode == 5, called.stderr
    return called.stderr


def test_a_stopped_run_goes_on_from_its_own_record_with_the_same_id_and_counts_for_the_whole(place: Path):
    with sandbox(**SIZE) as made:
        migration = migration_of(made, place)
        before = stopped_in_the_middle(migration)
        written = sum(counts["created"] for counts in before.entities.values())
        assert written > 0
        after = resume(migration, "last")
        assert after.exit_code == 0, explained(after)
        assert after.run == before.run
        assert after.events[0]["resumed"] is True
        assert_exactly_once(made, after)
        assert {name: counts["source"] for name, counts in after.entities.items()} == {
            name: counts["source"] for name, counts in before.entities.items()
        }
        assert "is finished" in refused(migration, before.run)


def test_a_killed_run_goes_on_also_where_its_spec_is_gone(place: Path):
    with sandbox(**SIZE) as made:
        migration = migration_of(made, place)
        going = migration.going()
        assert going.reach(event="stage_started", stage="apply", entity="work_packages"), explained(going.end())
        going.signal(signal.SIGKILL)
        going.end()
        (place / "small.yaml").unlink()
        (place / "priorities.csv").unlink()
        after = resume(migration, "last")
        assert after.exit_code == 0, explained(after)
        assert "small.yaml is gone" in after.errors
        assert_exactly_once(made, after)


@pytest.mark.parametrize("changed", ["priorities.csv", pytest.param("small.yaml", marks=pytest.mark.long)])
def test_a_spec_that_changed_meanwhile_is_refused_unless_the_recorded_one_is_asked_for(place: Path, changed: str):
    with sandbox(**SIZE) as made:
        migration = migration_of(made, place)
        before = stopped_in_the_middle(migration)
        path = place / changed
        path.write_text(path.read_text().replace("Rare,High", "Rare,Low").replace("Normal", "Low"), encoding="utf-8")
        made.openproject.reset_counters()
        said = refused(migration, before.run)
        assert "has changed since" in said
        assert f"j2o resume {before.run} --recorded" in said
        assert not any(name.startswith("POST") for name in made.openproject.state("requests")["requests"])
        after = resume(migration, before.run, "--recorded")
        assert after.exit_code == 0, explained(after)
        assert after.run == before.run
        assert_exactly_once(made, after)


@pytest.mark.long
def test_a_spec_that_is_broken_meanwhile_counts_as_changed(place: Path):
    with sandbox(**SIZE) as made:
        migration = migration_of(made, place)
        stopped_in_the_middle(migration)
        (place / "small.yaml").write_text("entities: [", encoding="utf-8")
        assert "has changed since" in refused(migration, "last")


def test_the_options_of_the_run_go_with_it(place: Path):
    with sandbox(**SIZE) as made:
        migration = migration_of(made, place)
        stopped_in_the_middle(migration, "--finish")
        after = resume(migration, "last")
        assert after.exit_code == 0, explained(after)
        assert any(event.get("phase") == "finish" for event in after.events)


def test_a_run_that_is_going_is_left_alone_and_its_process_named(place: Path):
    with sandbox(**SIZE) as made:
        migration = migration_of(made, place)
        made.openproject.faults({"server": "openproject", "method": "POST", "do": "delay", "seconds": 0.1})
        going: Going = migration.going()
        assert going.reach(event="stage_started", stage="apply", entity="users")
        assert f"process {going.process.pid}" in refused(migration, "last")
        going.signal()
        going.end()


@pytest.mark.long
def test_a_run_that_a_changed_spec_has_superseded_is_refused(place: Path):
    with sandbox(**SIZE) as made:
        migration = migration_of(made, place)
        before = stopped_in_the_middle(migration)
        path = place / "small.yaml"
        path.write_text(path.read_text().replace("Normal", "Low"), encoding="utf-8")
        ended = migration.run()
        assert ended.exit_code == 0, explained(ended)
        assert "superseded" in refused(migration, before.run)


def test_where_nothing_ran_that_is_said(tmp_path: Path, place: Path):
    with sandbox(**SIZE) as made:
        migration = migration_of(made, place)
        shutil.rmtree(migration.home, ignore_errors=True)
        called = migration.command("resume", "last")
        assert called.returncode == 2
        assert "no run" in called.stderr
        assert json.loads(migration.command("runs", "--json").stdout) == []
