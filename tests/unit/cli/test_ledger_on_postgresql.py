"""``--ledger`` with the address of a database: asked like a file, and its password shown by nobody."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any, Callable

import pytest

from j2o_core.ledger.store import open_ledger
from tests.ledgers import begin_run


@pytest.fixture
def address(postgres_url: str) -> str:
    """As people write it."""
    return postgres_url.replace("+psycopg", "")


def test_a_ledger_without_runs_is_named_without_its_password(
    j2o: Callable[..., Any], address: str, postgres_server: Any
) -> None:
    for command in (("status",), ("runs",), ("errors", "last"), ("config", "history"), ("report", "last")):
        called = j2o(*command, "--ledger", address)
        assert postgres_server.password not in called.out + called.err, command
    assert "no run yet in postgresql://j2o:***@127.0.0.1" in j2o("status", "--ledger", address).out
    assert "no run yet in postgresql://j2o:***@127.0.0.1" in j2o("errors", "last", "--ledger", address).err


def test_a_run_is_running_as_long_as_somebody_holds_the_ledger_and_interrupted_then(
    j2o: Callable[..., Any], address: str, tmp_path: Path
) -> None:
    ledger = open_ledger(address, tmp_path)
    ledger.lock()
    with ledger.engine.begin() as connection:
        begun = begin_run(connection, "openproject:x")

    def state() -> str:
        (run,) = json.loads(j2o("runs", "--json", "--ledger", address).out)
        assert (run["run"], run["target"]) == (begun.id, "openproject:x")
        return str(run["state"])

    assert state() == "running"
    ledger.close()
    deadline = time.monotonic() + 10
    while state() != "interrupted" and time.monotonic() < deadline:
        time.sleep(0.05)  # the server notices at its leisure that the connection was closed
    assert state() == "interrupted"


def test_a_database_that_cannot_be_reached_is_a_missing_connection(j2o: Callable[..., Any]) -> None:
    called = j2o("status", "--ledger", "postgresql://j2o:s3cret-word@127.0.0.1:1/j2o")
    assert called.code == 3
    assert "postgresql+psycopg://j2o:***@127.0.0.1:1/j2o cannot be used" in called.err
    assert "s3cret-word" not in called.out + called.err
