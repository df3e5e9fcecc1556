"""Serves the application: as a command of its own, or beside a run that goes on in the same process."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from types import TracebackType
from typing import Optional

import uvicorn
from fastapi import FastAPI

from ..model.outcome import Fatal
from .guarding import is_loopback

HOST, PORT = "127.0.0.1", 8787
#: seconds in which a server that can start has started
_STARTS = 15.0


def parse_address(given: str) -> tuple[str, int]:
    """``HOST:PORT``, ``:PORT``, ``PORT`` or ``HOST``. Raises ``Fatal`` (exit 2), for other machines' addresses too."""
    host, colon, port = given.rpartition(":")
    if not colon or given.endswith("]"):
        host, port = ("", given) if given.isdigit() else (given, "")
    host = host.strip("[]") or HOST
    if port and not (port.isdigit() and int(port) < 65_536):
        raise Fatal(f"'{given}': expected HOST:PORT, such as {HOST}:{PORT}", exit_code=2)
    if not (colon or "." in host or is_loopback(host)):
        raise Fatal(f"'{given}' is no address: expected HOST:PORT, such as {HOST}:{PORT}", exit_code=2)
    if not is_loopback(host):
        raise Fatal(
            "the dashboard serves its own machine alone, since it asks for no password: use "
            f"{HOST}:{port or PORT}, and from elsewhere a tunnel (`ssh -L`)",
            exit_code=2,
        )
    return host, int(port) if port else PORT


def bound(host: str, port: int) -> socket.socket:
    """The socket to listen on; port 0 is any. Raises ``Fatal`` (exit 3) where it is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
        made.listen()
    except OSError as error:
        made.close()
        raise Fatal(f"the dashboard cannot listen on {host}:{port}: {error.strerror or error}", exit_code=3) from None
    return made


def url_of(listening: socket.socket) -> str:
    """Where a browser finds it."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def serve(app: FastAPI, listening: socket.socket) -> None:
    """Serve until SIGINT or SIGTERM."""
    _server(app).run(sockets=[listening])


class Beside:
    """Within ``with``, serves from a thread of its own; ends ``linger`` seconds after the block, unless it broke."""

    def __init__(self, app: FastAPI, listening: socket.socket, linger: float = 5.0) -> None:
        self._server, self._listening, self._linger = _server(app), listening, linger
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [listening]}, name="dashboard", daemon=True
        )

    def __enter__(self) -> Beside:
        self._thread.start()
        until = time.monotonic() + _STARTS
        while not self._server.started and self._thread.is_alive() and time.monotonic() < until:
            time.sleep(0.01)
        return self

    def __exit__(
        self, kind: Optional[type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        if kind is None:
            with contextlib.suppress(KeyboardInterrupt):  # what it stays for is over: how it ended stands
                self._thread.join(self._linger)
        self._server.should_exit = True
        self._thread.join(5.0)
        self._listening.close()


def _server(app: FastAPI) -> uvicorn.Server:
    config = uvicorn.Config(
        app,
        ws="websockets-sansio",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=2,
    )
    return uvicorn.Server(config)
