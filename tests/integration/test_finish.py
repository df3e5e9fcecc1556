"""The cut-over: what closes items to later runs happens at the finish only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ..running import Migration, Sandbox, explained, sandbox

pytestmark = pytest.mark.oldest


def _closed(made: Sandbox) -> tuple[set[str], set[str], set[str]]:
    held: dict[str, Any] = made.openproject.state("users", "versions", "projects")
    locked = {user["login"] for user in held["users"] if user["status"] == "locked"}
    closed = {version["name"] for version in held["versions"] if version["status"] == "closed"}
    return locked, closed, {project["identifier"] for project in held["projects"] if not project["active"]}


def test_users_are_locked_and_versions_closed_when_the_finish_is_asked_for_and_once(tmp_path: Path):
    with sandbox(seed=3, projects=1, issues=12) as made:
        migration = Migration(made, tmp_path / "home")
        first = migration.run()
        assert first.exit_code == 0, explained(first)
        assert _closed(made) == (set(), set(), set())

        finished = migration.run("--finish")
        assert finished.exit_code == 0, explained(finished)
        source = made.jira.state("users", "versions")
        inactive = {user["name"] for user in source["users"] if not user["active"]}
        names = {version["name"] for version in source["versions"] if version["released"] or version["archived"]}
        locked, closed, archived = _closed(made)
        assert locked and locked <= inactive
        assert closed == names
        assert archived == set()

        before = made.openproject.state("requests")["requests"]
        again = migration.run("--finish")
        assert again.exit_code == 0, explained(again)
        after = made.openproject.state("requests")["requests"]
        written = {name for name, number in after.items() if number != before.get(name) and not name.startswith("GET")}
        assert written == set()
