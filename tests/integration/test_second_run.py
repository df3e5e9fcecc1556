"""A second run with nothing changed maps, looks up and writes next to nothing."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Any, Callable, Mapping

import pytest

from j2o_core.hooks.manager import load_plugins
from j2o_core.ledger.items import Items
from j2o_core.mapping import builtin
from j2o_core.mapping.compiled import EntityMapping
from j2o_core.pipeline.options import RunOptions, RunResult
from j2o_core.pipeline.run import run_migration
from j2o_core.spec.load import load_spec

from ..running import sandbox

pytestmark = pytest.mark.newest


def counted(patch: pytest.MonkeyPatch, owner: Any, name: str, size: Callable[..., int] = lambda *_: 1) -> list[int]:
    """From now on, one entry for each call of a method."""
    calls: list[int] = []
    method = getattr(owner, name)

    def call(*arguments: Any, **options: Any) -> Any:
        calls.append(size(*arguments))
        return method(*arguments, **options)

    patch.setattr(owner, name, call)
    return calls


def listed(home: Path, run: str) -> list[Any]:
    with sqlite3.connect(home / "ledger.db") as connection:
        columns = "entity, origin, key, outcome, code, message, place"
        return sorted(connection.execute(f"SELECT {columns} FROM listed WHERE run = ?", (run,)))


def planned(home: Path, run: str) -> list[Any]:
    with sqlite3.connect(home / "ledger.db") as connection:
        return list(connection.execute("SELECT entity, key, code FROM effect WHERE run = ?", (run,)))


def changes(result: RunResult, *kinds: str) -> int:
    numbers: Mapping[str, Mapping[str, int]] = result.entities
    return sum(one[kind] for one in numbers.values() for kind in kinds)


def test_what_is_as_it_was_is_neither_mapped_nor_read_nor_looked_up_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    plugins = load_plugins(os.environ, [(builtin.NAME, builtin)])
    with sandbox(projects=1, issues=150, seed=1, attachment_bytes=10) as made:
        for name, value in made.environment.items():
            monkeypatch.setenv(name, value)
        spec = load_spec("j2o:demo", registry=plugins.registry).spec
        assert spec is not None
        first = run_migration(spec, plugins, tmp_path, RunOptions(), lambda event: None)
        assert changes(first, "created") > 800
        left_out = listed(tmp_path, first.run)
        settled = ("J2O-M111", "J2O-E010", "J2O-P002", "second_of_pair", "same_branch")
        by_others = [one for one in left_out if one[4] not in settled]
        seconds = [one for one in left_out if one[4] == "second_of_pair"]
        assert len(left_out) - len(by_others) > 40
        assert len(seconds) > 1
        made.openproject.reset_counters()
        mapped = counted(monkeypatch, EntityMapping, "apply")
        items = counted(monkeypatch, Items, "get", lambda _, __, origins: len(list(origins)))
        second = run_migration(spec, plugins, tmp_path, RunOptions(), lambda event: None)
        requests = made.openproject.state("requests")["requests"]
    assert (second.exit_code, changes(second, "created", "updated", "failed", "left")) == (0, 0)
    assert changes(second, "unchanged") == changes(first, "created", "unchanged")
    assert listed(tmp_path, second.run) == left_out
    assert len(mapped) == len(by_others)
    assert sum(items) <= len(by_others)
    assert requests.get("GET /api/v3/relations", 0) == 0
    assert planned(tmp_path, second.run) == []
    assert sum(requests.values()) <= 8
