"""A Jira that gives lists as another server was seen to give them, and all else as the sandbox does."""

from __future__ import annotations

import contextlib
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Iterator, Mapping, Optional, Sequence
from urllib.parse import parse_qs, urlsplit

import requests

from ..running import Sandbox, Server

Json = Mapping[str, Any]
_API = re.compile(r"^/rest/api/(?:2|3|latest)/")
_HOP = ("transfer-encoding", "connection", "content-encoding", "content-length", "server", "date")


@contextlib.contextmanager
def recorded(made: Sandbox, lists: Mapping[str, Sequence[Json]]) -> Iterator[Sandbox]:
    """Put recorded lists before the sandbox's Jira: ``lists`` are rows by path, with a name where the list has one.

    ``status`` is the bare list below ``/rest/api/2``, ``issueLinkType:issueLinkTypes`` one below that name,
    ``/rest/agile/1.0/board:values`` one of pages. Rows of the sandbox itself stay, where no row has their id.
    """
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(made.jira.url, lists))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    before = made.jira
    made.jira = Server(f"http://127.0.0.1:{server.server_address[1]}")
    try:
        yield made
    finally:
        made.jira = before
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(upstream: str, lists: Mapping[str, Sequence[Json]]) -> type[BaseHTTPRequestHandler]:
    by_path = {name.partition(":")[0]: (name.partition(":")[2], rows) for name, rows in lists.items()}
    session = threading.local()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def do_HEAD(self) -> None:
            self._answer()

        def log_message(self, format: str, *args: Any) -> None:
            pass

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            parts = urlsplit(self.path)
            path = _API.sub("", parts.path)
            if path.startswith("/rest/api") or self.command != "GET" or not self._is_recorded(path):
                self._forward(body)
                return
            there = self._ask(body)
            name, rows = self._rows(path)
            answer = _merged(there.json() if there.ok else None, name, rows, parse_qs(parts.query))
            self._send(200, [("content-type", "application/json")], json.dumps(answer).encode())

        def _is_recorded(self, path: str) -> bool:
            return path in by_path or self._one(path) is not None

        def _rows(self, path: str) -> tuple[str, Any]:
            return by_path[path] if path in by_path else ("", self._one(path))

        def _one(self, path: str) -> Optional[Json]:
            """A row of a list by its id."""
            above, _, id = path.rpartition("/")
            rows = by_path.get(above, ("", ()))[1]
            return next((row for row in rows if str(row.get("id")) == id), None)

        def _ask(self, body: bytes) -> requests.Response:
            if not hasattr(session, "own"):
                session.own = requests.Session()
                session.own.trust_env = False
            headers = {name: value for name, value in self.headers.items() if name.lower() != "connection"}
            headers["Accept-Encoding"] = "identity"
            asked: requests.Response = session.own.request(
                self.command,
                upstream + self.path,
                headers=headers,
                data=body or None,
                allow_redirects=False,
                timeout=120,
            )
            return asked

        def _forward(self, body: bytes) -> None:
            there = self._ask(body)
            headers = [(name, value) for name, value in there.headers.items() if name.lower() not in _HOP]
            self._send(there.status_code, headers, there.content)

        def _send(self, status: int, headers: list[tuple[str, str]], content: bytes) -> None:
            self.send_response(status)
            for name, value in headers:
                self.send_header(name, value)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

    return Handler


def _merged(there: Any, name: str, rows: Any, asked: Mapping[str, Sequence[str]]) -> Any:
    """The recorded rows and what the sandbox has beside them, as a list, a list with a name, or a page."""
    if isinstance(rows, dict):
        return rows
    own = there if isinstance(there, list) else (there or {}).get(name) or []
    known = {str(row.get("id", row.get("name"))) for row in rows}
    together = [*rows, *(row for row in own if str(row.get("id", row.get("name"))) not in known)]
    if not name:
        return together
    if name != "values":
        return {**(there or {}), name: together}
    start = int((asked.get("startAt") or ["0"])[0])
    page = {"maxResults": len(together) or 50, "startAt": start, "total": len(together), "isLast": True}
    return {**page, "values": together[start:]}
