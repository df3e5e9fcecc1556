"""Stands between an extractor and its source, and misbehaves as real servers, proxies and networks do."""

from __future__ import annotations

import http.client
import socket
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Callable, Mapping, Optional
from urllib.parse import urlsplit

_PAGE = b"<!DOCTYPE html><html><title>Log in</title><p>Please log in.</p></html>"
_HOP = ("connection", "keep-alive", "transfer-encoding", "content-length", "date", "server", "host")


@dataclass(frozen=True)
class Answered:
    """An answer on its way to the client. ``cut`` ends the connection after so many bytes of the body."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    cut: Optional[int] = None


#: changes the answer to a request: (how many came before it, its path without query, answer) → answer
Trouble = Callable[[int, str, Answered], Answered]


class HostileProxy:
    """Passes requests on to ``target``; ``trouble`` changes the answers; after ``limit`` requests none comes."""

    def __init__(self, target: str, trouble: Optional[Trouble] = None, limit: int = 5000) -> None:
        self.asked = 0
        self.limit = limit
        parts = urlsplit(target)
        host, port, path = parts.hostname or "", parts.port or 80, parts.path
        self._lock = threading.Lock()
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1

            def handle_any(self) -> None:
                with proxy._lock:
                    number = proxy.asked
                    proxy.asked += 1
                if number >= proxy.limit:
                    self.close_connection = True
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                answer = proxy._pass(self.command, host, port, self.path, dict(self.headers), body)
                if trouble is not None:
                    answer = trouble(number, self.path.partition("?")[0], answer)
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body if answer.cut is None else answer.body[: answer.cut])
                self.close_connection = answer.cut is not None

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any

            def log_message(self, *arguments: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.handle_error = lambda *arguments: None  # type: ignore[method-assign]
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}{path}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def __enter__(self) -> HostileProxy:
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @staticmethod
    def _pass(method: str, host: str, port: int, path: str, headers: Mapping[str, str], body: bytes) -> Answered:
        connection = http.client.HTTPConnection(host, port, timeout=30)
        try:
            wanted = {name: value for name, value in headers.items() if name.lower() not in _HOP}
            connection.request(method, path, body or None, {**wanted, "Accept-Encoding": "identity"})
            answer = connection.getresponse()
            given = {name: value for name, value in answer.getheaders() if name.lower() not in _HOP}
            return Answered(answer.status, given, answer.read())
        finally:
            connection.close()


def once(change: Callable[[Answered], Answered], every: int = 2) -> Trouble:
    """Trouble that passes: every n-th request only, and never twice running for one path: asking again helps.

    Of requests side by side one could otherwise be the n-th each time it is asked again.
    """
    spoilt: set[str] = set()

    def spoil(number: int, path: str, answer: Answered) -> Answered:
        if path in spoilt or number % every != every - 1:
            spoilt.discard(path)
            return answer
        spoilt.add(path)
        return change(answer)

    return spoil


def from_on(change: Callable[[Answered], Answered], first: int) -> Trouble:
    """Trouble that stays, from the n-th request on."""
    return lambda number, path, answer: change(answer) if number >= first else answer


def replayed() -> Trouble:
    """For each path the first good answer, for ever: a server that does not turn the page."""
    held: dict[str, Answered] = {}

    def replay(number: int, path: str, answer: Answered) -> Answered:
        return held.setdefault(path, answer) if answer.status < 400 else answer

    return replay


def web_page(answer: Answered) -> Answered:
    """A login page, with status 200."""
    return Answered(200, {"Content-Type": "text/html; charset=utf-8"}, _PAGE)


def gateway_error(answer: Answered) -> Answered:
    """A proxy's page, with status 503."""
    return Answered(503, {"Content-Type": "text/html"}, _PAGE)


def too_many(answer: Answered) -> Answered:
    """429, with leave to ask again at once."""
    return Answered(429, {"Content-Type": "application/json", "Retry-After": "0"}, b'{"message": "too many requests"}')


def cut_off(answer: Answered) -> Answered:
    """The answer without its second half, and the end of the connection."""
    return Answered(answer.status, answer.headers, answer.body, cut=len(answer.body) // 2)


def half_json(answer: Answered) -> Answered:
    """The first half, announced as if it were all."""
    return Answered(answer.status, answer.headers, answer.body[: len(answer.body) // 2])


def other_json(text: bytes) -> Callable[[Answered], Answered]:
    """Well-formed JSON of another form."""
    return lambda answer: Answered(200, {"Content-Type": "application/json"}, text)
