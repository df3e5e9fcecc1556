"""The state folder is gone: what stands on the target is recognised, and nothing is written twice."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ..exactly_once import assert_exactly_once
from ..running import Ended, Migration, Sandbox, explained, sandbox

pytestmark = pytest.mark.oldest

SIZE = {"projects": 1, "issues": 10, "seed": 19}
#: what stands alone on the target; the rest of the state are counters and what follows from it
KINDS = (
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


def writes(made: Sandbox) -> dict[str, int]:
    counted = made.openproject.state("requests")["requests"]
    # A form asks what a create would say, and writes nothing.
    return {
        name: count for name, count in counted.items() if not name.startswith("GET ") and not name.endswith("/form")
    }


def assert_sums(ended: Ended) -> None:
    for entity, counts in ended.entities.items():
        assert counts["source"] == sum(counts[name] for name in counts if name != "source"), (entity, counts)
        assert counts["left"] == counts["failed"] == 0, (entity, counts)


def test_after_a_complete_run_everything_is_recognised_and_nothing_written(tmp_path: Path):
    with sandbox(**SIZE) as made:
        migration = Migration(made, tmp_path / "home")
        first = migration.run()
        assert first.exit_code == 0, explained(first)
        before = made.openproject.state(*KINDS)
        shutil.rmtree(migration.home)
        made.openproject.reset_counters()
        again = migration.run()
        assert again.exit_code == 0, explained(again)
        assert writes(made) == {}
        assert made.openproject.state(*KINDS) == before
        assert_sums(again)
        for entity, counts in again.entities.items():
            assert counts["unchanged"] + counts["skipped"] == counts["source"], (entity, counts)
        verified = migration.command("verify", migration.spec)
        assert verified.returncode == 0, verified.stdout + verified.stderr


def test_after_half_a_run_the_rest_is_written_and_nothing_twice(tmp_path: Path):
    with sandbox(**SIZE) as made:
        migration = Migration(made, tmp_path / "home")
        for entity in ("work_packages", "comments", "time_entries"):
            made.openproject.faults({"server": "openproject", "method": "POST", "do": "delay", "seconds": 0.03})
            going = migration.going()
            assert going.reach(event="stage_started", stage="apply", entity=entity)
            assert going.reach(event="progress", stage="apply", entity=entity, wanted=2)
            going.signal()
            stopped = going.end()
            assert stopped.exit_code == 4, explained(stopped)
            shutil.rmtree(migration.home)
        made.openproject.faults()
        ended = migration.run()
        assert ended.exit_code == 0, explained(ended)
        assert_sums(ended)
        assert_exactly_once(made, ended)
