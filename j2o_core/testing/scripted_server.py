"""A web server whose answers each test writes itself."""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Callable, Mapping, Optional


@dataclass
class Asked:
    """A request as the server saw it."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    connection: tuple[str, int]
    at: float


@dataclass
class Say:
    """An answer: ``cut`` closes after so many bytes of the body, ``reset`` resets instead of answering."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: Optional[int] = None
    reset: bool = False
    delay: float = 0.0


def say_json(value: Any, status: int = 200, **headers: str) -> Say:
    """An answer in JSON; ``Retry_After="1"`` gives the header ``Retry-After``."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Say(status, json.dumps(value).encode(), {"Content-Type": "application/json", **named})


def say_page(status: int = 200, text: str = "Log in", **headers: str) -> Say:
    """A web page."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Say(status, f"<!DOCTYPE html><html>{text}</html>".encode(), {"Content-Type": "text/html", **named})


class ScriptedServer:
    """Answers from ``answers`` in order, the last one for ever; or by ``answer`` where a test sets it."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.answers: list[Say] = []
        self.answer: Callable[[Asked], Say] = self._next
        self._lock = threading.Lock()
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # head and body in one packet

            def handle_any(self) -> None:
                if "chunked" in self.headers.get("Transfer-Encoding", ""):
                    body = b""
                    while size := int(self.rfile.readline(), 16):
                        body += self.rfile.read(size)
                        self.rfile.readline()
                    self.rfile.readline()
                else:
                    body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                asked = Asked(self.command, self.path, dict(self.headers), body, self.client_address, time.monotonic())
                with server._lock:
                    server.asked.append(asked)
                    say = server.answer(asked)
                time.sleep(say.delay)
                if say.reset:
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    self.connection.close()
                    self.close_connection = True
                    return
                self.send_response(say.status)
                for name, text in say.headers.items():
                    self.send_header(name, text)
                self.send_header("Content-Length", str(len(say.body)))
                self.end_headers()
                self.wfile.write(say.body if say.cut is None else say.body[: say.cut])
                self.close_connection = say.cut is not None

            do_GET = do_POST = do_PATCH = do_DELETE = do_PUT = handle_any

            def log_message(self, *arguments: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.handle_error = lambda *arguments: None  # type: ignore[method-assign]
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def _next(self, asked: Asked) -> Say:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def stop(self) -> None:
        """Give the port back."""
        self._server.shutdown()
        self._server.server_close()
