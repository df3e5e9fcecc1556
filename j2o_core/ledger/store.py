"""Opens a ledger: its database, brought to the newest migration, and the lock that keeps a second process out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, NoSuchModuleError

from ..model.outcome import Fatal
from .lock import Lock, is_abandoned

_MIGRATIONS = Path(__file__).with_name("migrations")
#: the newest migration
HEAD = "0003"


class Ledger:
    """An open ledger. ``engine`` reads; all writing goes through ``writer.Writer``."""

    def __init__(self, engine: Engine, path: Path) -> None:
        self.engine = engine
        self.path = path
        self._lock = Lock(path.with_name(path.name + ".lock"))

    def lock(self) -> None:
        """Take the ledger for this process, or raise ``Fatal`` (exit 5) that names the one which has it."""
        self._lock.acquire()

    @property
    def abandoned(self) -> bool:
        """Whether the process that last wrote to it is dead: a run that still says *running* was interrupted."""
        return is_abandoned(self._lock.path)

    def close(self) -> None:
        """Give back the lock and the connections."""
        self.engine.dispose()
        self._lock.release()


def open_ledger(url: str, home: Path) -> Ledger:
    """Open (and create, and migrate) the ledger. A relative SQLite path lies in ``home``."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise Fatal("runtime.ledger is no database URL; expected e.g. sqlite:///ledger.db", exit_code=2) from None
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        shown = parsed.render_as_string(hide_password=True)
        raise Fatal(f"runtime.ledger: '{shown}' is not supported; expected sqlite:///FILE", exit_code=2)
    path = Path(parsed.database)
    if not path.is_absolute():
        path = home / path
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(parsed.set(database=str(path)), connect_args={"timeout": 60})
        event.listen(engine, "connect", _pragmas)
        with engine.begin() as connection:
            migrate(connection)
    except (DatabaseError, NoSuchModuleError, OSError) as error:
        reason = getattr(error, "orig", None) or error
        raise Fatal(
            f"the ledger {path} cannot be opened: {reason}; is the folder writable and the file a j2o ledger?",
            exit_code=4,
        ) from error
    return Ledger(engine, path)


def migrate(connection: Connection, revision: str = "head") -> None:
    """Bring the tables to a revision."""
    if revision == "head" and _revision(connection) == HEAD:
        return
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
