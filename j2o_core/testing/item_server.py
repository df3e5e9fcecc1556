"""A small server with items, as a stand-in for any system: for the tests of plugins whose own system has none."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Iterable, Mapping, Optional
from urllib.parse import parse_qs, urlsplit


class ItemServer:
    """``GET /items?after=&limit=`` or ``?origin=``, ``GET|PATCH|DELETE /items/ID``, ``POST /items``, all as JSON.

    Items are objects with ``id``, ``version`` and whatever was sent. A PATCH that names another ``version`` than the
    item's gets 409. Every request needs an ``Authorization``. As a context manager it stops at the end.
    """

    def __init__(self, items: Iterable[Mapping[str, Any]] = ()) -> None:
        self._items: dict[int, dict[str, Any]] = {}
        self._lock = threading.Lock()
        for item in items:
            self._add(item)
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1

            def handle_any(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                authorized = bool(self.headers.get("Authorization"))
                with server._lock:
                    status, answer = server._answer(self.command, self.path, body) if authorized else (401, {})
                text = b"" if answer is None else json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_POST = do_PATCH = do_DELETE = handle_any

            def log_message(self, *arguments: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def __enter__(self) -> ItemServer:
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def state(self) -> list[dict[str, Any]]:
        """All items as they are now."""
        with self._lock:
            return [dict(item) for item in self._items.values()]

    def _answer(self, method: str, address: str, body: bytes) -> tuple[int, Optional[Any]]:
        parts = urlsplit(address)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        _, kind, *rest = parts.path.split("/")
        if kind != "items" or len(rest) > 1:
            return 404, {"error": "no such path"}
        sent: dict[str, Any] = json.loads(body) if body else {}
        if not rest:
            return (201, self._add(sent)) if method == "POST" else (200, {"items": self._listed(asked)})
        item = self._items.get(int(rest[0]) if rest[0].isdigit() else 0)
        if item is None:
            return 404, {"error": "no such item"}
        if method == "DELETE":
            del self._items[int(item["id"])]
            return 204, None
        if method == "PATCH":
            if sent.pop("version", item["version"]) != item["version"]:
                return 409, {"error": "somebody changed it"}
            item.update(sent, version=item["version"] + 1)
        return 200, item

    def _listed(self, asked: Mapping[str, str]) -> list[dict[str, Any]]:
        items = sorted(self._items.values(), key=lambda item: int(item["id"]))
        if "origin" in asked:
            return [item for item in items if item.get("origin") == asked["origin"]]
        after = int(asked.get("after") or 0)
        return [item for item in items if int(item["id"]) > after][: int(asked.get("limit") or 100)]

    def _add(self, item: Mapping[str, Any]) -> dict[str, Any]:
        number = max(self._items, default=0) + 1
        self._items[number] = {**item, "id": str(number), "version": 1}
        return self._items[number]
