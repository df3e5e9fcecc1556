"""Opens a ledger: its database, brought to the newest migration, and the lock that keeps a second process out."""

from __future__ import annotations

import contextlib
import re
import time
from pathlib import Path
from typing import Any, Iterator, Optional, Union

from sqlalchemy import Connection, Engine, create_engine, event, func, inspect, select, text
from sqlalchemy.exc import DatabaseError, DBAPIError, SQLAlchemyError

from ..model.outcome import Fatal
from . import tables
from .address import POSTGRESQL, Address, parse
from .damage import Examined, SetAside, behind, damage, set_aside
from .even_clock import evenly
from .file_fence import FileFence
from .holder import ServerLock
from .lock import Lock
from .server import Unreachable, check_encoding, open_server

#: what to do about a damaged ledger
REBUILD = (
    "`j2o run SPEC` or `j2o adopt SPEC` sets it aside under another name and rebuilds it from the marks on the target"
)
#: how many KiB of pages a connection to a file keeps (SQLite's own number is 2,000): there are as many as workers, and
#: the system keeps them too
_PAGES_KB = 512
_MIGRATIONS = Path(__file__).with_name("migrations")
#: the newest migration
HEAD = "0014"
#: what all of them look like; others that use Alembic have random ones
_REVISION = re.compile(r"(?!0000)[0-9]{4}")
#: two processes that open a new ledger on a server at the same moment create its tables one after the other
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(6959983)")


class Ledger:
    """An open ledger. ``engine`` reads; all writing goes through ``writer.Writer``. ``path`` is that of a file."""

    def __init__(self, engine: Engine, address: Address) -> None:
        self.engine = engine
        self.path: Optional[Path] = address.path
        #: its address as people may see it
        self.shown = address.shown
        #: the damaged file in whose place this one began, empty
        self.in_place_of: Optional[SetAside] = None
        self._examined: Optional[Examined] = None
        self._lock: Union[Lock, ServerLock] = (
            ServerLock(engine, address.shown) if address.path is None else _lock_of(address.path)
        )

    def lock(self) -> None:
        """Take the ledger for this process, or raise ``Fatal`` (exit 5) that names the one which has it."""
        self._lock.acquire()
        self._guard_file()

    def hold(self, lock: Lock, examined: Examined) -> None:
        """The same with a lock that was taken already, of a file that was found to be whole."""
        self._lock = lock
        self._examined = examined
        self._guard_file()

    def _guard_file(self) -> None:
        if self.path is not None and isinstance(self._lock, Lock):
            with self.engine.connect() as connection:
                sequence = connection.execute(select(func.max(tables.holder.c.sequence))).scalar() or 0
            fence = FileFence(self.path, sequence, self._lock.note)
            self.engine.update_execution_options(fence=fence, sending_clock=evenly(time.time()))

    @property
    def token(self) -> str:
        """What the workers of its holder name themselves by; empty for a file, and where it is not held."""
        return self._lock.token if isinstance(self._lock, ServerLock) else ""

    @property
    def abandoned(self) -> bool:
        """Whether the process that last wrote to it is dead: a run that still says *running* was interrupted."""
        return self._lock.abandoned

    def close(self) -> None:
        """Give back the lock and the connections."""
        self.engine.dispose()
        if isinstance(self._lock, Lock) and self._examined is not None:
            self._lock.release(self._examined.to_leave())
        else:
            self._lock.release()


def take_ledger(url: str, home: Path, rebuild: bool = False) -> Ledger:
    """Open the ledger for this process alone, its file examined before it is used.

    A damaged one is set aside where the caller is to ``rebuild`` it, and an empty one begun in its place. Raises
    ``Fatal``: 4 for a damaged one else, 5 where another process has it.
    """
    address = parse(url, home)
    if address.path is None:
        ledger = open_ledger(url, home)
        ledger.lock()
        return ledger
    path = address.path
    lock = _lock_of(path)
    used = lock.path.exists()
    aside = None
    with _no_folder(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    try:
        examined = Examined(path, lock.left)
        reason = damage(path, used, examined.still) or behind(path, lock.sequence)
        if reason is not None and not rebuild:
            raise Fatal(f"the ledger {path} is damaged ({reason}), so it is not used: {REBUILD}", exit_code=4)
        if reason is not None:
            with _no_folder(path):
                aside = set_aside(path, reason)
        ledger = open_ledger(url, home)
    except BaseException:
        lock.release()
        raise
    ledger.in_place_of = aside
    ledger.hold(lock, examined)
    return ledger


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


def _lock_of(path: Path) -> Lock:
    """The lock of a file, however it is named: a link and what it leads to are one ledger."""
    real = path.resolve()
    return Lock(real.with_name(real.name + ".lock"))


@contextlib.contextmanager
def _no_folder(path: Path) -> Iterator[None]:
    """Within the block, a folder that cannot be written is told."""
    try:
        yield
    except OSError as error:
        raise Fatal(
            f"the ledger {path} cannot be opened: {error.strerror or error}; may its folder be written?", exit_code=4
        ) from error


def migrate(connection: Connection, revision: str = "head") -> None:
    """Bring the tables to a revision. Raises ``Fatal``: 5 where they are of a later one, 4 where they are of others."""
    if revision == "head":
        there = revision_of(connection)
        if there == HEAD:
            return
        if there is not None and _REVISION.fullmatch(there) is None:
            raise Fatal(
                f"the database holds tables of another program (its alembic_version is '{there}'), and is left alone: "
                "give the ledger a database of its own",
                exit_code=4,
            )
        if there is not None and there > HEAD:
            raise Fatal(
                f"the ledger was written by a newer j2o (its tables are of version {there}, this one knows them up "
                f"to {HEAD}): use that version or a later one",
                exit_code=5,
            )
        others = set(inspect(connection).get_table_names()) - {"alembic_version"}
        if there is None and connection.dialect.name != POSTGRESQL and others:
            raise Fatal("the ledger's file is a database of something else, and left alone", exit_code=4)
    if connection.dialect.name == POSTGRESQL:
        connection.execute(_ONE_AT_A_TIME)
    elif not connection.connection.driver_connection.in_transaction:  # type: ignore[union-attr]
        # Without it each statement would be a transaction of its own, and a full disk would leave half of the tables.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    # Alembic takes longer to import than a ledger that is up to date takes to open.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def revision_of(connection: Connection) -> Optional[str]:
    """The migration to which a ledger's tables were brought; ``None`` where there are none."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


def _pragmas(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute(f"PRAGMA cache_size = -{_PAGES_KB}")
    cursor.close()
