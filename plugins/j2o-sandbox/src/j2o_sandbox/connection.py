"""The HTTP protocol of the sandbox: uvicorn's, with a handle on the connection for faults that break it."""

from __future__ import annotations

import asyncio
import contextlib
import email.utils
import socket
import struct
from typing import Any, Iterator, MutableMapping

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_TRANSPORT = "sandbox.transport"


class SandboxProtocol(HttpToolsProtocol):
    """Puts the transport of the connection into the ASGI scope."""

    def on_message_begin(self) -> None:
        """Called by the parser at the first byte of a request."""
        super().on_message_begin()
        self.scope[_TRANSPORT] = self.transport  # type: ignore[typeddict-unknown-key]


class Listener(uvicorn.Server):
    """One HTTP server; signals are left to whoever runs it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Handle no signals."""
        yield


def listener(app: Any, keep_alive: float = 75.0) -> Listener:
    """An HTTP server for an ASGI app, to be run with ``serve(sockets=[...])``; idle connections end after seconds."""
    return Listener(
        uvicorn.Config(
            app,
            http=SandboxProtocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_keep_alive=keep_alive,  # type: ignore[arg-type]
            timeout_graceful_shutdown=1,
        )
    )


async def reset(scope: MutableMapping[str, Any]) -> None:
    """Reset the connection of a request: the client sees a reset, whatever was still to be sent is lost."""
    transport = scope[_TRANSPORT]
    connection = transport.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
    await asyncio.sleep(0)  # the server learns of it, or it would complain that there was no answer


async def hang_up(scope: MutableMapping[str, Any]) -> None:
    """Close the connection of a request after what was sent so far."""
    scope[_TRANSPORT].close()
    await asyncio.sleep(0)


def tell_time(scope: MutableMapping[str, Any], moment: float) -> None:
    """Let the answer to a request bear another ``Date``, in seconds since 1970."""
    cycle = scope[_TRANSPORT].get_protocol().cycle
    date = email.utils.formatdate(moment, usegmt=True).encode()
    cycle.default_headers = [(name, date if name == b"date" else value) for name, value in cycle.default_headers]
