"""Statuses that keep work packages from being changed, and a run that dies in the middle of a way around them."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Iterator

import pytest

from ..exactly_once import assert_exactly_once
from ..running import Migration, Sandbox, explained, sandbox

pytestmark = pytest.mark.newest

READ_ONLY = "edition: enterprise\nstatuses: {Closed: {closed: true, read_only: true}, In progress: {read_only: true}}"
PATCHES = {"server": "openproject", "method": "PATCH", "path": "/api/v3/work_packages/{id}"}
#: what the demo makes of the statuses of its source
_MAPPED = {"In Progress": "In progress", "In Review": "In progress", "Blocked": "On hold", "Done": "Closed"}


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Sandbox]:
    """A source, and a target where only what is new, on hold or rejected may be changed."""
    setup = tmp_path / "setup.yaml"
    setup.write_text(READ_ONLY)
    with sandbox(projects=1, issues=24, seed=23, state=str(tmp_path / "state"), openproject_setup=str(setup)) as made:
        yield made


@pytest.mark.parametrize("again", ["carried on", pytest.param("--fresh", marks=pytest.mark.long)])
def test_a_run_that_dies_on_the_way_through_another_status_ends_with_the_right_one(
    made: Sandbox, tmp_path: Path, again: str
):
    names = {row["key"]: row["fields"]["status"]["name"] for row in made.jira.state("issues")["issues"]}
    wanted = {key: _MAPPED.get(name, "Rejected" if name == "Won't do" else "New") for key, name in names.items()}
    migration = Migration(made, tmp_path / "home")
    made.openproject.faults({**PATCHES, "every": 2, "do": "reset"})
    run = migration.start()
    wait = time.monotonic() + 60
    while not _differing(made, wanted):
        assert run.poll() is None and time.monotonic() < wait, "nothing was on its way through another status"
        time.sleep(0.02)
    run.kill()
    run.wait(10)
    left = _differing(made, wanted)
    assert left
    made.openproject.faults({**PATCHES, "nth": [2, 5, 9], "do": "lose"})
    ended = migration.run(*([again] if again.startswith("--") else []))
    assert ended.exit_code == 0, explained(ended)
    assert_exactly_once(made, ended)
    assert _differing(made, wanted) == {}


def _differing(made: Sandbox, wanted: dict[str, str]) -> dict[str, str]:
    held = {}
    for row in made.openproject.state("work_packages")["work_packages"]:
        (key,) = re.findall(r"\[([A-Z]+-\d+)\]\([^)]*\)\s*$", row["description"]["raw"])
        held[key] = row["_links"]["status"]["title"]
    return {key: status for key, status in held.items() if status != wanted[key]}
