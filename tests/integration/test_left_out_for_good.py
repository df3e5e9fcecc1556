"""What OpenProject would not take is not asked again by itself; once it would take it, two commands ask."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ..running import Migration, Sandbox, explained, sandbox
from .test_changed_source import on_target

pytestmark = pytest.mark.long

SIZE = {"projects": 1, "issues": 150, "seed": 1, "attachment_bytes": 10}


def seconds(migration: Migration, run: str) -> list[str]:
    """Ids of the links that a run listed as the second of their pair."""
    with closing(sqlite3.connect(migration.home / "ledger.db")) as connection:
        asked = "SELECT origin FROM listed WHERE run = ? AND code = 'second_of_pair' ORDER BY origin"
        return [origin for (origin,) in connection.execute(asked, (run,))]


def pairs(made: Sandbox) -> dict[str, frozenset[str]]:
    """By id of a link, the two issues."""
    return {
        link["id"]: frozenset((issue["key"], (link.get("outwardIssue") or link["inwardIssue"])["key"]))
        for issue in made.jira.state("issues")["issues"]
        for link in issue["fields"].get("issuelinks") or ()
    }


def written(made: Sandbox) -> dict[str, int]:
    """Relations of the target, by id of the link that they were made of."""
    rows = made.openproject.state("relations")["relations"]
    return {re.findall(r"j2o-demo-l(\d+);", row["description"])[-1]: row["id"] for row in rows}


def test_a_second_relation_is_written_by_a_retry_or_after_adopting_once_the_first_is_removed(tmp_path: Path):
    with sandbox(**SIZE) as made:
        migration = Migration(made, tmp_path / "home")
        first = migration.run()
        assert first.exit_code == 0, explained(first)
        pair_of, left_out = pairs(made), seconds(migration, first.run)
        one, other = left_out[0], next(id for id in left_out if pair_of[id] != pair_of[left_out[0]])

        def remove_what_is_in_the_way_of(second: str) -> None:
            (there,) = [item for id, item in written(made).items() if pair_of[id] == pair_of[second]]
            on_target(made, "DELETE", f"relations/{there}")

        remove_what_is_in_the_way_of(one)
        again = migration.run()
        assert again.exit_code == 0 and seconds(migration, again.run) == left_out
        retried = migration.run("--retry-skipped")
        assert retried.exit_code == 0, explained(retried)
        assert one in written(made) and retried.entities["relations"]["created"] == 1

        remove_what_is_in_the_way_of(other)
        adopted = migration.command("adopt", migration.spec, "--json")
        assert adopted.returncode == 0, adopted.stderr
        assert other not in written(made)
        last = migration.run()
        assert last.exit_code == 0, explained(last)
        assert other in written(made) and last.entities["relations"]["created"] == 1


def test_a_fresh_run_asks_for_all_of_it_again(tmp_path: Path):
    with sandbox(**SIZE) as made:
        migration = Migration(made, tmp_path / "home")
        first = migration.run()
        assert first.exit_code == 0, explained(first)
        pair_of, left_out = pairs(made), seconds(migration, first.run)
        (there,) = [item for id, item in written(made).items() if pair_of[id] == pair_of[left_out[0]]]
        on_target(made, "DELETE", f"relations/{there}")
        fresh = migration.run("--fresh")
        assert fresh.exit_code == 0, explained(fresh)
        assert left_out[0] in written(made) and fresh.entities["relations"]["created"] == 1
        assert seconds(migration, fresh.run) == left_out[1:]
