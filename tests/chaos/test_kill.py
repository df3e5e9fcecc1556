"""SIGKILL at any instruction: the next run carries on, and the target holds each item exactly once."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest

from ..exactly_once import assert_exactly_once
from ..running import Migration, explained, sandbox

#: about 200 items
SIZE = {"projects": 1, "issues": 16, "seed": 11}
#: seed and kills of each part in `make test`, for two workers; `make test-long` has more
PARTS = [(0, 10), (1, 10)] if sys.version_info >= (3, 10) else [(0, 3), (1, 3)]
ENTITIES = (
    "users",
    "groups",
    "projects",
    "memberships",
    "versions",
    "work_packages",
    "attachments",
    "comments",
    "relations",
    "watchers",
    "time_entries",
)

KILLER = '''
"""Dies once for each kind of write, when the server has answered and nothing of it is recorded yet."""
import os, pathlib, signal
from j2o_core.api import hookimpl

seen = pathlib.Path(os.environ["KILLER_FOLDER"])

@hookimpl
def j2o_after_effect(run, entity, key, kind, outcome, detail):
    mark = seen / f"{entity}-{kind}"
    if outcome == "done" and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
'''


@pytest.mark.parametrize(("seed", "most"), [*PARTS, pytest.param(2, 50, marks=pytest.mark.long)])
def test_a_run_killed_at_random_moments_writes_everything_exactly_once(tmp_path: Path, seed: int, most: int):
    chance = random.Random(20261122 + seed)
    kills = rounds = 0
    while kills < most:
        rounds += 1
        with sandbox(state=str(tmp_path / f"state{rounds}"), latency_ms=8, **SIZE) as made:
            migration = Migration(made, tmp_path / f"home{rounds}")
            while kills < most and migration.interrupt(chance.uniform(0, 0.5)):
                kills += 1
            ended = migration.run()
            assert ended.exit_code == 0, explained(ended)
            assert_exactly_once(made, ended)


@pytest.mark.oldest
def test_death_between_the_servers_write_and_its_recording_repeats_nothing(tmp_path: Path):
    plugin = tmp_path / "plugin"
    (plugin / "killer-1.0.dist-info").mkdir(parents=True)
    (plugin / "killer.py").write_text(KILLER)
    (plugin / "killer-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: killer\nVersion: 1.0\n")
    (plugin / "killer-1.0.dist-info" / "entry_points.txt").write_text("[j2o]\nkiller = killer\n")
    seen = tmp_path / "seen"
    seen.mkdir()
    with sandbox(state=str(tmp_path / "state"), **{**SIZE, "issues": 40}) as made:
        migration = Migration(
            made, tmp_path / "home", environment={"PYTHONPATH": str(plugin), "KILLER_FOLDER": str(seen)}
        )
        for _ in range(2 * len(ENTITIES)):
            ended = migration.run() if len(list(seen.iterdir())) < 0 else None
            if ended is None:
                process = migration.start()
                process.communicate(timeout=120)
                if process.returncode == 0:
                    break
                assert process.returncode == -9
        kinds = {path.name for path in seen.iterdir()}
        assert {name.rsplit("-", 1)[0] for name in kinds} == set(ENTITIES), kinds
        ended = migration.run()
        assert ended.exit_code == 0, explained(ended)
        assert_exactly_once(made, ended)


@pytest.mark.oldest
@pytest.mark.parametrize("stage", ["extract", "plan"])
def test_a_run_killed_before_the_first_write_begins_again_where_it_was(tmp_path: Path, stage: str):
    with sandbox(**SIZE) as made:
        migration = Migration(made, tmp_path / "home")
        assert migration.interrupt(0.0, stage=stage)
        ended = migration.run()
        assert ended.exit_code == 0, explained(ended)
        assert ended.events[0]["resumed"] is True
        assert_exactly_once(made, ended)
