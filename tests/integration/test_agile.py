"""Sprints, boards and saved filters stand once on the target, whatever becomes of answers and of the ledger."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator

import pytest

from ..running import Migration, Sandbox, explained, sandbox
from .test_templates import SETUP, own_spec

pytestmark = pytest.mark.newest

ENTITIES = ("sprints", "board_columns", "boards", "queries", "query_views")
WRITES = ("/api/v3/versions", "/api/v3/queries", "/api/v3/grids", "/api/v3/views/work_packages_table")
#: what a perfect migration of two projects holds: eight sprints and a board of three columns each, one board over both,
#: and four filters: two that the account likes, one of them a board's, and those of the other boards
HELD = {"s": 16, "bc": 9, "b": 3, "q": 4}


def marks(made: Sandbox) -> Counter[str]:
    """How often each mark of a sprint, a column, a board or a filter stands there."""
    state = made.openproject.state("versions", "queries", "grids")
    texts = [row["description"]["raw"] for row in state["versions"]]
    texts += [str(entry.get("values")) for row in state["queries"] for entry in row["filters"]]
    texts += [str(row["options"].get("j2o")) for row in state["grids"]]
    return Counter(mark for text in texts for mark in re.findall(r"j2o-[a-z]+-((?:s|bc|b|q)\d+(?:%3A\d+)?)", text))


def kinds(found: Counter[str]) -> dict[str, int]:
    return dict(Counter(re.match(r"[a-z]+", mark)[0] for mark in found))  # type: ignore[index]


@contextmanager
def prepared(folder: Path) -> Iterator[tuple[Sandbox, Migration]]:
    """A prepared target, and a migration of little but sprints and boards.

    Server: issues tell sprints as text, and boards do not say where they are at home.
    """
    (folder / "setup.yaml").write_text(SETUP, encoding="utf-8")
    options = {"projects": 2, "issues": 4, "seed": 19, "edition": "server", "attachment_bytes": 10}
    with sandbox(**options, openproject_setup=str(folder / "setup.yaml")) as made:
        secrets = {
            "J2O_SECRET_JIRA": made.running.jira["token"],
            "J2O_SECRET_OPENPROJECT": made.running.openproject["api_key"],
        }
        spec = own_spec(folder, "jira-datacenter", "entities: {history: null, comments: null}\n")
        yield made, Migration(made, folder / "home", spec, environment=secrets, arguments=("--settle", "0.5"))


def test_lost_answers_double_no_sprint_and_no_board(tmp_path: Path):
    with prepared(tmp_path) as (made, migration):
        made.openproject.faults(
            *({"server": "openproject", "method": "POST", "path": path, "nth": [1], "do": "lose"} for path in WRITES),
            *({"server": "openproject", "method": "POST", "path": path, "nth": [3], "do": "reset"} for path in WRITES),
        )
        ended = migration.run()
        assert ended.exit_code == 0, explained(ended)
        found = marks(made)
        assert kinds(found) == HELD and set(found.values()) == {1}
        assert [ended.entities[name]["created"] for name in ENTITIES] == [16, 9, 3, 4, 4]


@pytest.mark.long
def test_writes_that_are_applied_late_double_no_sprint_board_or_view(tmp_path: Path):
    with prepared(tmp_path) as (made, migration):
        migration.arguments = ("--settle", "3")
        made.openproject.faults(
            *(
                {"server": "openproject", "method": "POST", "path": path, "nth": [1, 2], "do": "late", "seconds": 1}
                for path in WRITES
            )
        )
        ended = migration.run()
        assert ended.exit_code == 0, explained(ended)
        found = marks(made)
        assert kinds(found) == HELD and set(found.values()) == {1}
        views = Counter(row["_links"]["query"]["href"] for row in made.openproject.state("views")["views"])
        assert set(views.values()) == {1}


@pytest.mark.long
def test_a_lost_ledger_doubles_no_sprint_and_no_board(tmp_path: Path):
    with prepared(tmp_path) as (made, migration):
        first = migration.run()
        assert first.exit_code == 0, explained(first)
        found = marks(made)
        shutil.rmtree(migration.home)
        made.openproject.reset_counters()
        again = migration.run()
        assert again.exit_code == 0, explained(again)
        counted = made.openproject.state("requests")["requests"]
        kinds_written = ("versions", "queries", "grids", "views")
        assert [one for one in counted if one.startswith(tuple(f"POST /api/v3/{kind}" for kind in kinds_written))] == []
        assert marks(made) == found and kinds(found) == HELD
        for entity in ENTITIES:
            counts = again.entities[entity]
            assert counts["unchanged"] + counts["skipped"] == counts["source"], (entity, counts)
        verified = migration.command("verify", migration.spec)
        assert verified.returncode == 0, verified.stdout + verified.stderr
