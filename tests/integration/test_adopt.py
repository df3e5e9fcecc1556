"""A ledger that is lost or damaged: noticed, set aside, and rebuilt from what stands on the target."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sqlite3
import threading
from pathlib import Path
from typing import Any, Callable, Mapping

import pytest

from j2o_core.hooks.manager import load_plugins
from j2o_core.mapping import builtin
from j2o_core.pipeline.options import RunOptions
from j2o_core.pipeline.run import run_migration
from j2o_core.snapshot.store import Snapshot
from j2o_core.spec.load import load_spec

from ..exactly_once import assert_exactly_once
from ..running import Migration, Sandbox, explained, sandbox
from .test_lost_ledger import KINDS, assert_sums, writes

pytestmark = pytest.mark.long

SIZE = {"projects": 1, "issues": 6, "seed": 19}


def ledger_of(migration: Migration) -> Path:
    return migration.home / "ledger.db"


def lose(path: Path) -> None:
    for part in path.parent.glob(path.name + "*"):
        part.unlink()


def owners(path: Path) -> dict[str, set[str]]:
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        found: dict[str, set[str]] = {}
        for entity, owned in connection.execute("SELECT DISTINCT entity, owned FROM item"):
            found.setdefault(entity, set()).add(owned)
    return found


def test_adopt_learns_everything_and_writes_nothing_and_so_does_the_run_after_it(tmp_path: Path):
    with sandbox(**SIZE) as made:
        migration = Migration(made, tmp_path / "home")
        first = migration.run()
        assert first.exit_code == 0, explained(first)
        before = made.openproject.state(*KINDS)
        owned = owners(ledger_of(migration))
        lose(ledger_of(migration))
        made.openproject.reset_counters()
        called = migration.command("adopt", migration.spec, "--json")
        assert called.returncode == 0, called.stderr
        entities = json.loads(called.stdout)["entities"]
        for entity, counts in entities.items():
            assert counts["changed"] == counts["failed"] == counts["known"] == 0, (entity, counts)
            sums = counts["created"] + counts["matched"] + counts["skipped"] + counts["absent"]
            assert sums == counts["source"], (entity, counts)
            # What the target itself would not take the first time is not there.
            assert counts["absent"] <= first.entities[entity]["skipped"], (entity, counts)
        for entity in ("work_packages", "comments", "attachments", "time_entries"):
            assert entities[entity]["matched"] == 0
            assert entities[entity]["created"] > 0
        for entity in ("users", "groups", "projects", "memberships", "versions"):
            assert entities[entity]["created"] == 0, "what is found by its name alone is not ours"
        again = migration.run()
        assert again.exit_code == 0, explained(again)
        assert writes(made) == {}
        assert made.openproject.state(*KINDS) == before
        assert_sums(again)
        now = owners(ledger_of(migration))
        assert {name for name, kinds in now.items() if "created" in kinds} <= set(owned)
        assert json.loads(migration.command("runs", "--json").stdout)[-1]["state"] == "adopted"


def test_adopt_after_half_a_run_tells_what_is_absent_and_the_run_writes_that_alone(tmp_path: Path):
    with sandbox(**SIZE) as made:
        migration = Migration(made, tmp_path / "home")
        made.openproject.faults({"server": "openproject", "method": "POST", "do": "delay", "seconds": 0.03})
        going = migration.going()
        assert going.reach(event="progress", stage="apply", entity="comments", wanted=2), explained(going.end())
        going.signal()
        assert going.end().exit_code == 4
        made.openproject.faults()
        lose(ledger_of(migration))
        called = migration.command("adopt", migration.spec, "--json", "--settle", "1")
        assert called.returncode == 0, called.stderr
        entities = json.loads(called.stdout)["entities"]
        assert entities["work_packages"]["created"] == entities["work_packages"]["source"]
        assert entities["time_entries"]["absent"] > 0
        assert entities["time_entries"]["created"] == 0
        ended = migration.run()
        assert ended.exit_code == 0, explained(ended)
        assert_sums(ended)
        assert_exactly_once(made, ended)


def garbled(path: Path) -> None:
    path.write_bytes(b"no database any more " * 400)


def cut(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2 // 4096 * 4096 + 100])


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory):
    with sandbox(**SIZE) as made:
        migration = Migration(made, tmp_path_factory.mktemp("damaged") / "home")
        first = migration.run()
        assert first.exit_code == 0, explained(first)
        yield migration


@pytest.mark.xdist_group("damaged-ledger")
@pytest.mark.parametrize("harm", [cut, pytest.param(garbled, marks=pytest.mark.long)])
def test_a_damaged_ledger_is_set_aside_and_rebuilt_and_nothing_written_twice(
    migrated: Migration, harm: Callable[[Path], None]
):
    made: Sandbox = migrated.sandbox
    path = ledger_of(migrated)
    before = made.openproject.state(*KINDS)
    for beside in path.parent.glob(path.name + "-*"):
        beside.unlink()
    harm(path)
    torn = path.read_bytes()
    refused = migrated.command("verify", migrated.spec)
    assert refused.returncode == 4, refused.stderr
    assert "is damaged" in refused.stderr
    assert "j2o adopt" in refused.stderr
    assert path.read_bytes() == torn, "a command that cannot rebuild it left it alone"
    made.openproject.reset_counters()
    ended = migrated.run()
    assert ended.exit_code == 0, explained(ended)
    notices = [event["message"] for event in ended.events if event["event"] == "notice"]
    assert any("set aside as" in message for message in notices)
    aside = [part for part in path.parent.glob("ledger.db.damaged-*") if not part.name.endswith(("-wal", "-shm"))]
    assert torn in [part.read_bytes() for part in aside]
    assert writes(made) == {}
    assert made.openproject.state(*KINDS) == before
    assert_sums(ended)


@pytest.mark.xdist_group("damaged-ledger")
def test_a_ledger_of_a_newer_version_is_refused_and_left_alone(migrated: Migration):
    path = ledger_of(migrated)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        (known,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    try:
        before = path.read_bytes()
        for command in (("run", migrated.spec), ("adopt", migrated.spec), ("status",)):
            called = migrated.command(*command)
            assert called.returncode == 5, called.stderr
            assert "newer j2o" in called.stderr
        assert path.read_bytes() == before
    finally:
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("UPDATE alembic_version SET version_num = ?", (known,))


@pytest.mark.parametrize("entity", ["work_packages", "comments"])
def test_a_killed_run_whose_ledger_lost_its_log_writes_nothing_twice(tmp_path: Path, entity: str):
    with sandbox(projects=1, issues=40, seed=19, latency_ms=8) as made:
        migration = Migration(made, tmp_path / "home")
        # A third of the way, so that SQLite has moved a part of its log into the file.
        going = migration.going()
        assert going.reach(event="progress", stage="apply", entity=entity, wanted=20), explained(going.end())
        going.signal(signal.SIGKILL)
        going.end()
        path = ledger_of(migration)
        for ending in ("-wal", "-shm"):
            path.with_name(path.name + ending).unlink()
        ended = migration.run()
        assert ended.exit_code == 0, explained(ended)
        notices = [event["message"] for event in ended.events if event["event"] == "notice"]
        assert any("older than what was written to it last" in message for message in notices), notices
        assert_sums(ended)
        assert_exactly_once(made, ended)


def test_an_older_copy_of_the_ledger_writes_nothing_twice(tmp_path: Path):
    with sandbox(**SIZE) as made:
        migration = Migration(made, tmp_path / "home")
        going = migration.going()
        assert going.reach(event="stage_started", stage="apply"), explained(going.end())
        going.signal()
        assert going.end().exit_code == 4
        older = ledger_of(migration).read_bytes()
        first = migration.run()
        assert first.exit_code == 0, explained(first)
        before = made.openproject.state(*KINDS)
        ledger_of(migration).write_bytes(older)
        made.openproject.reset_counters()
        ended = migration.run()
        assert ended.exit_code == 0, explained(ended)
        assert writes(made) == {}
        assert made.openproject.state(*KINDS) == before
        assert_sums(ended)


def test_a_database_of_something_else_is_left_alone(migrated: Migration, tmp_path: Path):
    path = tmp_path / "other.db"
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("CREATE TABLE things (id)")
    spec = tmp_path / "other.yaml"
    spec.write_text(
        f"apiVersion: j2o/v1\nkind: Migration\nname: other\nextends: j2o:demo\nruntime: {{ledger: 'sqlite:///{path}'}}\n"
    )
    before = path.read_bytes()
    called = migrated.command("run", str(spec))
    assert called.returncode == 4
    assert "something else" in called.stderr
    assert path.read_bytes() == before


def test_what_was_adopted_only_in_part_when_the_run_was_stopped_is_not_written_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """More than a chunk of records: the ledger knows some of them already when the next run begins."""
    small = Snapshot.stubs
    with sandbox(**SIZE) as made:
        migration = Migration(made, tmp_path / "home")
        first = migration.run()
        assert first.exit_code == 0, explained(first)
        lose(ledger_of(migration))
        before = made.openproject.state(*KINDS)
        made.openproject.reset_counters()
        for name, value in made.environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(Snapshot, "stubs", lambda self, entity, size=5: small(self, entity, 5))
        plugins = load_plugins(os.environ, [(builtin.NAME, builtin)])
        spec = load_spec("j2o:demo", registry=plugins.registry).spec
        assert spec is not None
        stop = threading.Event()

        def stop_among_comments(event: Mapping[str, Any]) -> None:
            if event.get("stage") == "plan" and event.get("entity") == "comments":
                stop.set()

        options = RunOptions(settle=1.0, stop=stop)
        stopped = run_migration(spec, plugins, migration.home, options, stop_among_comments)
        assert stopped.exit_code == 4
        monkeypatch.undo()
        ended = migration.run()
        assert ended.exit_code == 0, explained(ended)
        assert ended.run == stopped.run
        assert writes(made) == {}
        assert made.openproject.state(*KINDS) == before
