"""Sprints and boards stand once on the target, whatever becomes of answers and of the ledger."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from pathlib import Path

import pytest

from ..running import Migration, Sandbox, explained, sandbox
from .test_templates import SETUP, own_spec

pytestmark = pytest.mark.newest

WRITES = ("/api/v3/versions", "/api/v3/queries", "/api/v3/grids")
#: what a perfect migration of two projects holds: eight sprints and a board of three columns each, and one board over both
HELD = {"s": 16, "bc": 9, "b": 3}


def marks(made: Sandbox) -> Counter[str]:
    """How often each mark of a sprint, a column or a board stands there."""
    state = made.openproject.state("versions", "queries", "grids")
    texts = [row["description"]["raw"] for row in state["versions"]]
    texts += [str(entry.get("values")) for row in state["queries"] for entry in row["filters"]]
    texts += [str(row["options"].get("j2o")) for row in state["grids"]]
    return Counter(mark for text in texts for mark in re.findall(r"j2o-[a-z]+-((?:s|bc|b)\d+(?:%3A\d+)?)", text))


def kinds(found: Counter[str]) -> dict[str, int]:
    return dict(Counter(re.match(r"[a-z]+", mark)[0] for mark in found))  # type: ignore[index]


def test_lost_answers_and_a_lost_ledger_double_nothing(tmp_path: Path):
    (tmp_path / "setup.yaml").write_text(SETUP, encoding="utf-8")
    # Server: issues tell sprints as text, and boards do not say where they are at home.
    options = {"projects": 2, "issues": 6, "seed": 19, "edition": "server", "attachment_bytes": 10}
    with sandbox(**options, openproject_setup=str(tmp_path / "setup.yaml")) as made:
        made.openproject.faults(
            *({"server": "openproject", "method": "POST", "path": path, "nth": [1], "do": "lose"} for path in WRITES),
            *({"server": "openproject", "method": "POST", "path": path, "nth": [3], "do": "reset"} for path in WRITES),
        )
        secrets = {
            "J2O_SECRET_JIRA": made.running.jira["token"],
            "J2O_SECRET_OPENPROJECT": made.running.openproject["api_key"],
        }
        spec = own_spec(tmp_path, "jira-datacenter", "entities: {history: null}\n")
        migration = Migration(made, tmp_path / "home", spec, environment=secrets, arguments=("--settle", "0.5"))
        ended = migration.run()
        assert ended.exit_code == 0, explained(ended)
        found = marks(made)
        assert kinds(found) == HELD and set(found.values()) == {1}
        assert made.openproject.state("queries")["queries"] and ended.entities["boards"]["created"] == 3
        shutil.rmtree(migration.home)
        made.openproject.faults()
        made.openproject.reset_counters()
        again = migration.run()
        assert again.exit_code == 0, explained(again)
        counted = made.openproject.state("requests")["requests"]
        assert [name for name in counted if name.startswith("POST ") and name[5:] in WRITES] == []
        assert marks(made) == found
        for entity in ("sprints", "board_columns", "boards"):
            counts = again.entities[entity]
            assert counts["unchanged"] + counts["skipped"] == counts["source"], (entity, counts)
