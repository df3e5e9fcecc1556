"""A target that cannot be asked any more, whatever the run is about to ask: it stops, and the next one carries on."""

from __future__ import annotations

from pathlib import Path
from typing import Iterator

import pytest

from ..running import Migration, Sandbox, explained, sandbox

QUICK = (
    "apiVersion: j2o/v1\nkind: Migration\nname: demo\nextends: j2o:demo\n"
    "runtime: {retry: {attempts: 2, wait: {initial: 0.05, max: 0.1}}}\n"
)


@pytest.fixture(scope="module")
def made() -> Iterator[Sandbox]:
    with sandbox(projects=1, issues=5, seed=23) as running:
        yield running


def test_a_run_that_cannot_plan_for_the_targets_sake_stops_and_is_carried_on(made: Sandbox, tmp_path: Path):
    migration = Migration(made, tmp_path / "home")
    spec = tmp_path / "spec.yaml"
    spec.write_text(QUICK, encoding="utf-8")
    migration.spec = str(spec)
    made.openproject.faults(
        {"server": "openproject", "method": "GET", "path": "/api/v3/users", "do": "status", "status": 503}
    )
    ended = migration.run()
    assert ended.exit_code == 3, explained(ended)
    assert "/api/v3/users" in ended.errors
    made.openproject.faults()
    again = migration.run()
    assert again.exit_code == 0, explained(again)
    assert again.events[0]["resumed"] is True
