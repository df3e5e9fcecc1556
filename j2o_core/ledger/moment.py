"""Several questions to a ledger that is written meanwhile, answered as of one moment."""

from __future__ import annotations

import contextlib
from typing import Iterator

from sqlalchemy import Connection, Engine

from .address import POSTGRESQL


@contextlib.contextmanager
def one_moment(engine: Engine) -> Iterator[Connection]:
    """A connection that sees the ledger as it stood when it was first asked."""
    if engine.dialect.name == POSTGRESQL:
        with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
            yield connection
        return
    with engine.connect() as connection:
        connection.exec_driver_sql("BEGIN")
        yield connection
