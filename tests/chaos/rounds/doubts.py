"""How many effects are in doubt after a process has ended: read from the ledger, which judges nothing here."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Protocol

from ...postgres import Postgres

_IN_DOUBT = "SELECT count(*) FROM effect WHERE state = 'sent'"
_SENT_AGAIN = "SELECT count(*) FROM effect WHERE resent"


class Doubts(Protocol):
    """Effects of all runs of one ledger."""

    def count(self) -> tuple[int, int]:
        """How many are sent and without an outcome, and how many were ever sent again."""
        ...


class InFile:
    """A ledger on SQLite. A copy is read: the next process has to find it as the last one left it."""

    def __init__(self, home: Path) -> None:
        self._home = home

    def count(self) -> tuple[int, int]:
        """See ``Doubts``."""
        with tempfile.TemporaryDirectory() as folder:
            for path in self._home.glob("ledger.db*"):
                if path.suffix in (".db", ".db-wal"):
                    shutil.copy(path, folder)
            if not (Path(folder) / "ledger.db").exists():
                return 0, 0
            with closing(sqlite3.connect(Path(folder) / "ledger.db")) as connection:
                if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'effect'").fetchone():
                    return 0, 0
                return connection.execute(_IN_DOUBT).fetchone()[0], connection.execute(_SENT_AGAIN).fetchone()[0]


class OnServer:
    """A ledger on PostgreSQL."""

    def __init__(self, server: Postgres, database: str) -> None:
        self._server, self._database = server, database

    def count(self) -> tuple[int, int]:
        """See ``Doubts``."""
        if not self._server.execute("SELECT 1 FROM pg_tables WHERE tablename = 'effect'", self._database):
            return 0, 0
        (in_doubt,), (sent_again,) = (
            self._server.execute(statement, self._database)[0] for statement in (_IN_DOUBT, _SENT_AGAIN)
        )
        return in_doubt, sent_again
