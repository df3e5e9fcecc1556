"""SIGKILL while keys are reproduced: the next run carries on, every key is right, and no filler is left."""

from __future__ import annotations

import random
import sys
from pathlib import Path
from typing import Any, Optional

import pytest

from ..integration.test_reproduced_keys import Keys, acme, called, rows
from ..running import Migration, Sandbox, explained, sandbox

pytestmark = pytest.mark.long

KILLS = 20 if sys.version_info >= (3, 10) else 4
#: every other number, and every third has a parent, above or below it
NUMBERS = range(1, 60, 2)


def issues() -> list[dict[str, Any]]:
    def parent(number: int) -> Optional[int]:
        return None if number % 3 else (number + 20 if number + 20 < 60 else number - 2)

    made = [acme(number, parent(number), description=f"Beside ACME-{60 - number}.") for number in NUMBERS]
    random.Random(4).shuffle(made)
    return made


def assert_as_they_were(made: Sandbox) -> None:
    keys = {issue["key"]: issue for issue in issues()}
    assert called(made) == {key: key for key in keys}
    found = rows(made)
    assert set(found) == set(keys), "no filler is left"
    by_href = {row["_links"]["self"]["href"]: name for name, row in found.items()}
    for key, issue in keys.items():
        wanted = (issue["fields"].get("parent") or {}).get("key")
        assert by_href.get(found[key]["_links"]["parent"]["href"]) == wanted, key


@pytest.mark.parametrize("faults", [False, True])
def test_a_run_killed_while_it_reproduces_keys_gives_every_issue_its_own(tmp_path: Path, faults: bool) -> None:
    chance = random.Random(20261123 + faults)
    kills = rounds = 0
    while kills < KILLS:
        rounds += 1
        keys = Keys(tmp_path / str(rounds), issues(), gaps="60%")
        options = {**keys.options, "state": str(tmp_path / f"state{rounds}")}
        with sandbox(latency_ms=8, **options) as made:
            if faults:
                path = "/api/v3/work_packages"
                made.openproject.faults(
                    {"method": "POST", "path": path, "do": "lose", "probability": 0.05},
                    {"method": "POST", "path": path, "do": "status", "status": 503, "probability": 0.05},
                    {"method": "DELETE", "do": "lose", "probability": 0.1},
                )
            migration = keys.migration(made)
            while kills < KILLS and migration.interrupt(chance.uniform(0.1, 1.0)):
                kills += 1
            ended = migration.run()
            assert ended.exit_code == 0, explained(ended)
            assert_as_they_were(made)


def test_a_run_that_is_given_up_leaves_no_filler_behind(tmp_path: Path) -> None:
    keys = Keys(tmp_path, issues(), gaps="60%")
    with sandbox(latency_ms=30, **keys.options) as made:
        assert keys.migration(made).interrupt(1.0)
        assert any("fills a gap" in row["subject"] for row in rows(made).values())
        migration = Migration(made, tmp_path / "home", keys.migration(made).spec)
        ended = migration.run("--fresh")
        assert ended.exit_code == 0, explained(ended)
        assert_as_they_were(made)
