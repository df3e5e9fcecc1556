"""The ledgers of a home folder are found however the folder is called."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable

import pytest

from j2o_core.cli.ledgers import ledger_urls
from j2o_core.ledger.address import parse
from j2o_core.ledger.store import open_ledger


@pytest.mark.parametrize("name", ["plain", "what? of #5, 100 %41"])
def test_a_ledger_is_found_in_a_home_of_any_name(tmp_path: Path, name: str) -> None:
    home = tmp_path / name
    open_ledger("sqlite:///ledger.db", home).close()
    assert [parse(url, home).path for url in ledger_urls(home, None)] == [home / "ledger.db"]


def test_to_ask_a_ledger_that_is_not_there_leaves_nothing_behind(tmp_path: Path, j2o: Callable[..., Any]) -> None:
    missing = tmp_path / "mistyped" / "ledger.db"
    url = f"sqlite:///{missing}"
    for command in (("status",), ("runs",), ("errors", "last"), ("report", "last"), ("control", "last", "pause")):
        called = j2o(*command, "--ledger", url)
        assert called.code in (0, 2), command
        assert not missing.parent.exists(), command
    assert f"no run yet in {url}" in j2o("status", "--ledger", url).out
    assert f"no run yet in {url}" in j2o("errors", "last", "--ledger", url).err
