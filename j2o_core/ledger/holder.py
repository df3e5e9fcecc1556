"""One process per ledger on a server: an advisory lock, a row that tells who has it, and a fence before each commit.

The lock belongs to a connection, so that the server takes it back when the process dies. A process that lost its
connection and does not know yet could still commit something; the fence keeps it out: each transaction of the writer
changes the row that names its process, and whoever takes the ledger over changes that row first.
"""

from __future__ import annotations

import os
import secrets
import socket
import threading
import time
from typing import Any, Optional

from loguru import logger
from sqlalchemy import Connection, Engine, event, text, update

from ..model.outcome import Fatal
from . import tables
from .server import NOW, Unreachable, set_clock, wait_for_return, warn_of_weak_settings
from .workers import outlive

#: for how long (seconds) the lock of a process of this machine that is dead already may still be held
LINGER = 10.0
#: keeps the locks of j2o apart from those of others in the same database
_CLASS = 0x6A326F
#: the lock is named after the table that it guards: several ledgers may lie in schemas of one database
_KEY = "(CAST(:class AS bigint) << 32) | CAST(CAST(CAST('holder' AS regclass) AS oid) AS bigint)"
_TAKE = text(f"SELECT pg_try_advisory_lock({_KEY})").bindparams(**{"class": _CLASS})
_HELD = text(
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid = CAST(:class AS oid) "
    "AND objid = CAST('holder' AS regclass) AND database = (SELECT oid FROM pg_database "
    "WHERE datname = current_database())"
).bindparams(**{"class": _CLASS})
_ENTER = text(
    f"INSERT INTO holder (id, token, pid, host, since, sequence) VALUES (1, :token, :pid, :host, {NOW}, 0) "
    "ON CONFLICT (id) DO UPDATE SET token = excluded.token, pid = excluded.pid, host = excluded.host, "
    "since = excluded.since, sequence = 0"
)
_WHO = text(f"SELECT token, pid, host, {NOW} - since AS age, sequence FROM holder WHERE id = 1")

#: waits for a commit that is still under way
_WHO_AT_LAST = text(f"{_WHO.text} FOR UPDATE")


class ServerLock:
    """The lock of a ledger on PostgreSQL, and the fence of its holder's transactions."""

    def __init__(self, engine: Engine, shown: str) -> None:
        self._engine = engine
        self._shown = shown
        self._connection: Optional[Connection] = None
        self._token = ""
        self._sequence = 0
        self._connects = self._seen = 0
        self._guard = threading.Lock()

    def acquire(self) -> None:
        """Take it, or raise ``Fatal`` (exit 5) with the holder's process id, host and age."""
        self._token = secrets.token_hex(8)
        self._connection = self._take()
        warn_of_weak_settings(self._connection)
        self._connection.execute(_ENTER, {"token": self._token, "pid": os.getpid(), "host": socket.gethostname()})
        set_clock(self._engine)
        outlive(self._engine, self._token)
        event.listen(self._engine, "connect", self._count)
        wait_for_return(self._engine)
        self._engine.update_execution_options(fence=self)

    @property
    def token(self) -> str:
        """What names this holder among all; empty where it is not held."""
        return self._token if self._connection is not None else ""

    def release(self) -> None:
        """Give it back; harmless where it is not held, or where the server is gone."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()
            connection.close()

    @property
    def abandoned(self) -> bool:
        """Whether no process has it."""
        with self._engine.connect() as connection:
            return not connection.execute(_HELD).scalar()

    # ---------------------------------------------------------------- the fence

    def enter(self, connection: Connection) -> int:
        """Begin a transaction of the holder: its number. Raises ``Fatal`` (exit 5) where another took the ledger."""
        if self._connects != self._seen:
            self._stand()
        self._sequence += 1
        mine = (tables.holder.c.id == 1, tables.holder.c.token == self._token)
        changed = connection.execute(update(tables.holder).where(*mine).values(sequence=self._sequence))
        if changed.rowcount != 1:
            raise self._taken(connection)
        return self._sequence

    def left(self, number: int) -> None:
        """The transaction of that number is durable: the row tells."""

    def committed(self, connection: Connection, number: int) -> bool:
        """Whether the transaction of that number was committed, though nobody was told. Waits while it still may be."""
        row = connection.execute(_WHO_AT_LAST).one()
        if row.token != self._token:
            raise self._taken(connection)
        return bool(row.sequence >= number)

    def _count(self, _connection: Any, _record: Any) -> None:
        with self._guard:
            self._connects += 1

    def _stand(self) -> None:
        """Look whether the lock is still ours where connections were made anew; take it again where it was lost."""
        with self._guard:
            seen = self._connects
        if not self._is_held():
            self._connection = self._take()
            try:
                row = self._connection.execute(_WHO).one()
                if row.token != self._token:
                    raise self._taken(self._connection)
            except Unreachable:
                self.release()  # it is gone again: the next attempt takes another one
                raise
            logger.warning("the ledger's database was away; it is back, and the ledger is still ours")
        self._seen = seen

    def _is_held(self) -> bool:
        """Whether the connection of the lock lives; one that does not is let go."""
        if self._connection is None:
            return False
        try:
            self._connection.execute(text("SELECT 1"))
        except Unreachable:
            self.release()
            return False
        return True

    def _taken(self, connection: Connection) -> Fatal:
        return Fatal(
            f"the ledger {self._shown} was taken over by {_holder(connection)} while its database was away from here",
            exit_code=5,
        )

    # ---------------------------------------------------------------- the lock

    def _take(self) -> Connection:
        connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        try:
            connection.detach()
            deadline = time.monotonic() + LINGER
            while not connection.execute(_TAKE).scalar():
                if time.monotonic() > deadline or not self._lingers(connection):
                    holder = _holder(connection)
                    raise Fatal(f"the ledger {self._shown} is in use by {holder}", exit_code=5)
                time.sleep(0.1)
        except BaseException:
            connection.invalidate()
            connection.close()
            raise
        return connection

    def _lingers(self, connection: Connection) -> bool:
        """Whether the holder is known to be dead, or is ourselves before our connection was cut."""
        row = connection.execute(_WHO).one_or_none()
        if row is None or row.host != socket.gethostname():
            return False
        if row.pid == os.getpid():
            return bool(row.token == self._token)
        try:
            os.kill(row.pid, 0)
        except ProcessLookupError:
            return True
        except OSError:
            return False
        return False


def _holder(connection: Connection) -> str:
    row = connection.execute(_WHO).one_or_none()
    if row is None:
        return "another process"
    return f"process {row.pid} on {row.host}, for {max(0, int(row.age))} s"
