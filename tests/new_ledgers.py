"""New ledgers on SQLite without their migrations: what these make is recorded once in a process, and written at once.

Hundreds of tests begin with an empty ledger, and its migrations take longer than most of them. What is about ledgers
themselves, or ends processes while they begin one, has the migrations run (``_REAL``).
"""

from __future__ import annotations

import functools
import os
from typing import Any

from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import StaticPool

from j2o_core.ledger import store

_migrate = store.migrate
#: where these tests lie, their forks included: what they inherit names the test
_REAL = ("tests/unit/ledger/", "tests/chaos/")


def written_at_once() -> None:
    """From now on, in this process and its forks."""
    store.migrate = _or_recorded


def _or_recorded(connection: Connection, revision: str = "head") -> None:
    real = os.environ.get("PYTEST_CURRENT_TEST", "").startswith(_REAL)
    if real or revision != "head" or connection.dialect.name != "sqlite" or _holds_something(connection):
        _migrate(connection, revision)
        return
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    if not _holds_something(connection):  # another process may have begun it meanwhile
        for statement in _recorded():
            connection.exec_driver_sql(statement)


def _holds_something(connection: Connection) -> bool:
    return connection.exec_driver_sql("SELECT 1 FROM sqlite_master").first() is not None


@functools.cache
def _recorded() -> tuple[str, ...]:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    with engine.begin() as connection:
        _migrate(connection)
    driver: Any = engine.raw_connection().driver_connection
    statements = [line for line in driver.iterdump() if line not in ("BEGIN TRANSACTION;", "COMMIT;")]
    engine.dispose()
    return tuple(statements)
