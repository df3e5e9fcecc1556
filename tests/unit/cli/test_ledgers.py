"""The ledgers of a home folder are found however the folder is called."""

from __future__ import annotations

from pathlib import Path

import pytest

from j2o_core.cli.ledgers import ledger_urls
from j2o_core.ledger.address import parse
from j2o_core.ledger.store import open_ledger


@pytest.mark.parametrize("name", ["plain", "what? of #5, 100 %41"])
def test_a_ledger_is_found_in_a_home_of_any_name(tmp_path: Path, name: str) -> None:
    home = tmp_path / name
    open_ledger("sqlite:///ledger.db", home).close()
    assert [parse(url, home).path for url in ledger_urls(home, None)] == [home / "ledger.db"]
