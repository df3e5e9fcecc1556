"""The servers go away and come back: the run survives, or ends resumable, and nothing stands twice."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from ..exactly_once import assert_exactly_once
from ..running import Migration, explained, sandbox

pytestmark = pytest.mark.oldest


@pytest.mark.parametrize("kill", [False, True], ids=["stopped", "killed"])
def test_a_sandbox_that_is_restarted_in_the_middle_costs_nothing(tmp_path: Path, kill: bool):
    with sandbox(projects=1, issues=10, seed=19, latency_ms=10, state=str(tmp_path / "state")) as made:
        migration = Migration(made, tmp_path / "home")
        going = migration.going()
        for entity in ("work_packages", "comments"):
            assert going.reach(event="progress", stage="apply", entity=entity, wanted=3)
            made.restart(kill=kill)
        ended = going.end()
        assert ended.exit_code in (0, 3, 4), explained(ended)
        if ended.exit_code:
            first, ended = ended, migration.run()
            assert ended.run == first.run
        assert ended.exit_code == 0, explained(ended)
        assert_exactly_once(made, ended)


def test_a_target_that_stays_away_ends_the_run_resumable(tmp_path: Path):
    spec = tmp_path / "impatient.yaml"
    spec.write_text(
        "apiVersion: j2o/v1\nkind: Migration\nname: demo\nextends: j2o:demo\n"
        "runtime: {retry: {attempts: 2, wait: {initial: 0.05, max: 0.1}}}\n",
        encoding="utf-8",
    )
    with sandbox(projects=1, issues=10, seed=19, latency_ms=10, state=str(tmp_path / "state")) as made:
        migration = Migration(made, tmp_path / "home", spec=str(spec))
        going = migration.going()
        assert going.reach(event="progress", stage="apply", entity="comments", wanted=2)
        made.running.kill()
        stopped = going.end()
        assert stopped.exit_code in (3, 4), explained(stopped)
        assert sum(counts["left"] for counts in stopped.entities.values()) > 0
        time.sleep(0.1)
        made.restart(kill=True)
        ended = migration.run()
        assert ended.exit_code == 0, explained(ended)
        assert ended.run == stopped.run
        assert_exactly_once(made, ended)
