"""Opens a ledger: its database, brought to the newest migration, and the lock that keeps a second process out."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any, Iterator, Optional, Union

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import DatabaseError, DBAPIError, SQLAlchemyError

from ..model.outcome import Fatal
from .address import POSTGRESQL, Address, parse
from .holder import ServerLock
from .lock import Lock
from .server import Unreachable, check_encoding, open_server

_MIGRATIONS = Path(__file__).with_name("migrations")
#: the newest migration
HEAD = "0004"
#: two processes that open a new ledger on a server at the same moment create its tables one after the other
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(6959983)")


class Ledger:
    """An open ledger. ``engine`` reads; all writing goes through ``writer.Writer``. ``path`` is that of a file."""

    def __init__(self, engine: Engine, address: Address) -> None:
        self.engine = engine
        self.path: Optional[Path] = address.path
        #: its address as people may see it
        self.shown = address.shown
        self._lock: Union[Lock, ServerLock] = (
            ServerLock(engine, address.shown)
            if address.path is None
            else Lock(address.path.with_name(address.path.name + ".lock"))
        )

    def lock(self) -> None:
        """Take the ledger for this process, or raise ``Fatal`` (exit 5) that names the one which has it."""
        self._lock.acquire()

    @property
    def abandoned(self) -> bool:
        """Whether the process that last wrote to it is dead: a run that still says *running* was interrupted."""
        return self._lock.abandoned

    def close(self) -> None:
        """Give back the lock and the connections."""
        self.engine.dispose()
        self._lock.release()


def open_ledger(url: str, home: Path) -> Ledger:
    """Open (and create, and migrate) the ledger. A relative SQLite path lies in ``home``."""
    address = parse(url, home)
    try:
        engine = open_server(address) if address.path is None else _open_file(address, address.path)
        with _quietly_disposed(engine), engine.begin() as connection:
            if address.path is None:
                check_encoding(connection)
            migrate(connection)
    except Unreachable as error:
        raise Fatal(error.message, exit_code=3) from None
    except (DatabaseError, OSError) as error:
        reason = address.redact(str(getattr(error, "orig", None) or error))
        what = "is the folder writable and the file a j2o ledger?" if address.path else "may the user create tables?"
        raise Fatal(f"the ledger {address.shown} cannot be opened: {reason}; {what}", exit_code=4) from (
            None if isinstance(error, DBAPIError) and address.path is None else error
        )
    return Ledger(engine, address)


def unusable_ledger(where: object, error: SQLAlchemyError) -> str:
    """What to say of a ledger whose database refused something: disk full, folder read-only, file torn."""
    reason = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    return f"the ledger {where} cannot be used: {reason}; when it can again, the same command goes on"


@contextlib.contextmanager
def _quietly_disposed(engine: Engine) -> Iterator[None]:
    """An engine that turns out to be of no use leaves no connection open."""
    try:
        yield
    except BaseException:
        engine.dispose()
        raise


def _open_file(address: Address, path: Path) -> Engine:
    path.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(address.url, connect_args={"timeout": 60})
    event.listen(engine, "connect", _pragmas)
    return engine


def migrate(connection: Connection, revision: str = "head") -> None:
    """Bring the tables to a revision."""
    if revision == "head" and _revision(connection) == HEAD:
        return
    if connection.dialect.name == POSTGRESQL:
        connection.execute(_ONE_AT_A_TIME)
    # Alembic takes longer to import than a ledger that is up to date takes to open.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def _revision(connection: Connection) -> Any:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _pragmas(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()
