"""A ledger on PostgreSQL: its connections, what each of them is set to, and what is said when the server is gone."""

from __future__ import annotations

import functools
import importlib.util
import threading
import time
from typing import Any, Callable, Optional, TypeVar, Union, cast

from loguru import logger
from sqlalchemy import Connection, Engine, create_engine, event, text

from ..model.outcome import Fatal
from .address import POSTGRESQL, Address
from .even_clock import evenly, steady

_Result = TypeVar("_Result")
_Read = TypeVar("_Read", bound=Callable[..., Any])

#: for how long (seconds) a server that was there before may be away until a run stops
PATIENCE = 30.0
#: how often (seconds) it is looked for meanwhile
PAUSE = 0.5
#: A connection that was cut without a word is noticed within about a minute, by us and by the server.
_KEEPALIVE = {"keepalives": "1", "keepalives_idle": "30", "keepalives_interval": "10", "keepalives_count": "3"}
_DRIVER = {"connect_timeout": "10", "application_name": "j2o", "tcp_user_timeout": "60000", **_KEEPALIVE}
_SERVER = ("SET tcp_keepalives_idle = 30", "SET tcp_keepalives_interval = 10", "SET tcp_keepalives_count = 3")
#: the server's clock, in seconds since 1970
NOW = "CAST(extract(epoch FROM clock_timestamp()) AS double precision)"
#: what psycopg cannot send as text, and what stands for it
_NUL, _SIGN = "\x00", "\u2400"


class Unreachable(Fatal):
    """The database is gone, or refuses connections. What it was about to commit is lost or not: nobody knows."""


def open_server(address: Address) -> Engine:
    """The engine of a ledger on PostgreSQL. Raises ``Fatal`` (exit 2) where the driver is not installed."""
    if importlib.util.find_spec("psycopg") is None:
        raise Fatal(
            "a ledger on PostgreSQL needs the driver psycopg; install it with: pip install 'j2o[postgres]'",
            exit_code=2,
        )
    options = {name: value for name, value in _DRIVER.items() if name not in address.url.query}
    try:
        engine = create_engine(
            address.url,
            connect_args=options,
            pool_size=8,
            max_overflow=24,
            pool_timeout=60,
            pool_pre_ping=True,
            hide_parameters=True,
        )
    except ImportError as error:
        raise Fatal(f"the driver psycopg cannot be used: {error}", exit_code=2) from error
    event.listen(engine, "connect", _settings)
    event.listen(engine, "handle_error", _Told(address))
    return engine


def fence_of(engine: Engine) -> Any:
    """What keeps out a process that lost the ledger to another; ``None`` for a file, and for who only reads."""
    return engine.get_execution_options().get("fence")


def set_clock(engine: Engine, now: Optional[float] = None) -> None:
    """From now on moments are told by the server's clock, by which all who write to it agree.

    ``now`` is what it shows; without it, the server is asked. What is done to this machine's clock changes nothing.
    """
    if now is None:
        began = steady()
        with engine.connect() as connection:
            there = float(connection.execute(text(f"SELECT {NOW}")).scalar_one())
        now = there + (steady() - began) / 2
    engine.update_execution_options(clock=evenly(now))


def clock_of(connection: Union[Engine, Connection]) -> float:
    """This moment (seconds since 1970) as the ledger's rows tell it."""
    clock = connection.get_execution_options().get("clock", time.time)
    return float(clock())


def now_of(connection: Connection) -> float:
    """This moment, for who only reads, by the clock by which the ledger's rows are dated."""
    if connection.dialect.name != POSTGRESQL:
        return time.time()
    return float(connection.execute(text(f"SELECT {NOW}")).scalar_one())


def sending_clock_of(connection: Union[Engine, Connection]) -> float:
    """This moment by the clock that tells when effects were sent: one that its holder has never seen being set."""
    clock = connection.get_execution_options().get("sending_clock")
    return clock_of(connection) if clock is None else float(clock())


def persist(engine: Engine, act: Callable[[], _Result]) -> _Result:
    """Act; for the holder of a ledger again and again, while the server goes away and returns within ``PATIENCE``."""
    deadline: Optional[float] = None
    while True:
        try:
            return act()
        except Unreachable:
            if fence_of(engine) is None:
                raise
            deadline = deadline or time.monotonic() + PATIENCE
            if time.monotonic() > deadline:
                raise
            time.sleep(PAUSE / 10)


def patient(read: _Read) -> _Read:
    """A function or method that only reads, of an engine or of what has one: it persists."""

    @functools.wraps(read)
    def again(owner: Any, *arguments: Any, **options: Any) -> Any:
        engine = owner if isinstance(owner, Engine) else owner.engine
        return persist(engine, lambda: read(owner, *arguments, **options))

    return cast(_Read, again)


def wait_for_return(engine: Engine) -> None:
    """From now on a connection that is refused is asked for again, for ``PATIENCE``, before it is given up."""
    event.listen(engine, "do_connect", _Patient(PATIENCE))


def check_encoding(connection: Connection) -> None:
    """Raise ``Fatal`` (exit 2) where the database cannot hold every text."""
    encoding: str = connection.execute(text("SELECT current_setting('server_encoding')")).scalar_one()
    if encoding != "UTF8":
        raise Fatal(
            f"the database of the ledger is encoded in {encoding}, which cannot hold every text; create it with: "
            "CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0",
            exit_code=2,
        )


def warn_of_weak_settings(connection: Connection) -> None:
    """Say what would make the server forget what it committed."""
    if connection.execute(text("SELECT current_setting('fsync')")).scalar_one() != "on":
        logger.warning(
            "the ledger's server runs with fsync off: after a power cut it may have forgotten what was sent, and j2o "
            "may send it again"
        )


class _Told:
    """Turns a lost connection into one clear sentence, wherever the ledger was asked."""

    def __init__(self, address: Address) -> None:
        self._address = address

    def __call__(self, context: Any) -> None:
        if context.is_pre_ping or not (context.is_disconnect or context.connection is None or _is_away(context)):
            return
        words = " ".join(self._address.redact(str(context.original_exception)).split())
        raise Unreachable(
            f"the ledger {self._address.shown} cannot be used: {words}; when it can again, the same command goes on",
            exit_code=4,
        ) from None


class _Patient:
    """Asks again for a connection while the server starts, is restarted, or the network is away."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._guard = threading.Lock()
        self._away_since: Optional[float] = None

    def __call__(self, dialect: Any, _record: Any, arguments: Any, options: Any) -> Any:
        while True:
            try:
                connection = dialect.connect(*arguments, **options)
            except dialect.dbapi.OperationalError as error:
                if self._given_up(str(error).strip()):
                    raise
                time.sleep(PAUSE)
            else:
                self._away_since = None
                return connection

    def _given_up(self, reason: str) -> bool:
        with self._guard:
            if self._away_since is None:
                self._away_since = time.monotonic()
                logger.warning("the ledger's database is away; waiting up to {:.0f} s: {}", self._seconds, reason)
            return time.monotonic() - self._away_since > self._seconds


def _settings(connection: Any, _record: Any) -> None:
    connection.adapters.register_dumper(str, _text_dumper())
    before, connection.autocommit = connection.autocommit, True
    with connection.cursor() as cursor:
        # A stronger setting of the server (a standby has it too) stays.
        cursor.execute("SELECT current_setting('synchronous_commit')")
        if cursor.fetchone()[0] in ("off", "local"):
            cursor.execute("SET synchronous_commit = on")
        for statement in _SERVER:
            cursor.execute(statement)
    connection.autocommit = before


@functools.cache
def _text_dumper() -> Any:
    from psycopg.types.string import StrDumper

    class Dumper(StrDumper):
        """PostgreSQL keeps no NUL in a text: the sign for it stands in its place."""

        def dump(self, obj: str) -> Any:
            return super().dump(obj.replace(_NUL, _SIGN) if _NUL in obj else obj)

    return Dumper


def _is_away(context: Any) -> bool:
    """Shut down, starting up, out of connections or of disk (SQLSTATE classes 08, 53, 57P)."""
    state = str(getattr(context.original_exception, "sqlstate", None) or "")
    return state.startswith(("08", "53", "57P"))
