"""What other tests take for a new ledger is one."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from j2o_core.ledger.store import open_ledger
from tests import new_ledgers


def test_a_new_ledger_that_is_written_at_once_holds_what_the_migrations_make(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    made = _made(tmp_path / "migrated")
    assert new_ledgers._recorded()
    monkeypatch.setenv("PYTEST_CURRENT_TEST", "tests/unit/elsewhere.py::test (call)")
    monkeypatch.setattr(new_ledgers, "_migrate", None)
    assert _made(tmp_path / "written") == made


def _made(home: Path) -> list[Any]:
    open_ledger("sqlite:///ledger.db", home).close()
    connection = sqlite3.connect(home / "ledger.db")
    tables = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY 1, 2").fetchall()
    rows = [connection.execute(f"SELECT * FROM {name}").fetchall() for kind, name, _, _ in tables if kind == "table"]
    modes = [connection.execute(f"PRAGMA {name}").fetchone() for name in ("journal_mode", "user_version")]
    connection.close()
    return [tables, rows, modes]
