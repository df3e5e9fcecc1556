"""The frame around either server: counts, latency, faults and the controls of a running sandbox.

Controls (loopback only, no credentials), beside what the servers themselves offer below ``/_sandbox``:

* ``POST /_sandbox/faults`` replaces the fault rules (body: a profile as in ``faults``, as JSON); ``{}`` ends all faults
* ``GET /_sandbox/faults`` tells how often each rule matched and fired
* ``POST /_sandbox/reset-counters``
* ``/_sandbox/recording``: see ``recording``; ``/_sandbox/exchanges``: see ``exchanges``

OpenProject's web server ends a request after ``request_limit`` seconds (0: never, as with a single worker): what would
take longer is answered 500, or, where the client is gone already, never applied. With a latency, writes that lock the
same thing wait for each other, and requests for a web thread and a database connection where the server's capacity is
limited: whoever waits too long is answered 500, whoever finds too many waiting 429, and nothing was applied.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import json
import math
import time
from typing import Any, Awaitable, Callable, Dict, MutableMapping, Sequence, Tuple

from j2o_sandbox.capacity import Capacity, Crowded, Exhausted, Slots
from j2o_sandbox.connection import reset, tell_time
from j2o_sandbox.counters import Counters, path_template
from j2o_sandbox.exchanges import Exchanges
from j2o_sandbox.faults import Faults, Rule
from j2o_sandbox.locks import Lock, Locks
from j2o_sandbox.options import SandboxError
from j2o_sandbox.paged_lists import PagedLists
from j2o_sandbox.recording import Recording
from j2o_sandbox.request_ids import Identify, identified, no_id
from j2o_sandbox.spoilt_answers import trickling, truncating

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

# What something before the server does: it bears no number of the server.
_OTHERS = ("proxy", "html")
_PAGES = {502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Time-out"}


class Frame:
    """One server's app with everything that can happen to a request on its way."""

    def __init__(
        self,
        app: App,
        server: str,
        faults: Faults,
        counters: Counters,
        latency_ms: float = 0.0,
        request_limit: float = 120.0,
    ) -> None:
        self._app = app
        self._server = server
        self._faults = faults
        self._counters = counters
        self._recording = Recording()
        self._exchanges = Exchanges()
        self._lists = PagedLists(server)
        self._latency = latency_ms / 1000.0
        self._locks = Locks()
        self._locks_of: Callable[[str, str, bytes], Sequence[Lock]] = getattr(app, "locks", _no_locks)
        capacity: Capacity = getattr(app, "capacity", Capacity())
        self._threads = Slots(capacity.threads, capacity.queue_wait, capacity.queue_length)
        self._connections = Slots(capacity.connections, capacity.connection_wait)
        self._waits = bool(self._latency or capacity.limited or getattr(app, "tree_lock_seconds", 0))
        self._limit = request_limit or math.inf
        self._template: Callable[[str], str] = getattr(app, "template", path_template)
        self._identify: Identify = getattr(app, "identify", no_id)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        path = scope["path"]
        body = await _read(receive)
        if path.startswith("/_sandbox/"):
            await self._control(scope, path, body, send)
            return
        method = scope["method"]
        template = self._template(path)
        self._counters.count(method, template)
        if self._recording.wants(method):
            send = self._recording.watch(scope, template, body, send)
        if self._exchanges.on:
            send = self._exchanges.watch(scope, body, send)
        rule = None
        if self._faults.rules:
            rule = self._faults.choose(self._server, method, path, template)
            if self._faults.duplicating:
                send = self._lists.watch(scope, body, send)
        if rule is None or rule.do not in _OTHERS:
            send = identified(send, self._identify(scope))
        if rule is None and not self._waits:
            self._begin(scope)
            await self._app(scope, _replay(body), send)
        elif rule is None:
            await self._work(scope, body, send, self._latency, self._locks_of(method, path, body))
        else:
            self._begin(scope)
            await self._go_wrong(rule, scope, body, send)

    async def _work(self, scope: Scope, body: bytes, send: Send, seconds: float, locks: Sequence[Lock]) -> None:
        """Work for some seconds, in a web thread, with a database connection, under the locks that the write takes."""
        async with contextlib.AsyncExitStack() as stack:
            try:
                await stack.enter_async_context(self._threads.slot())
                await stack.enter_async_context(self._connections.slot())
            except Exhausted:
                await _answer_error(send, self._server, 500)
                return
            except Crowded:
                await _answer_error(send, self._server, 429)
                return
            for lock in locks:
                if lock.seconds is None:
                    await stack.enter_async_context(self._locks.hold(lock))
            self._begin(scope)
            await asyncio.sleep(seconds)
            for lock in locks:
                if lock.seconds is not None:
                    async with self._locks.hold(lock):
                        await asyncio.sleep(lock.seconds)
            await self._app(scope, _replay(body), send)

    def _begin(self, scope: Scope) -> None:
        begin = getattr(self._app, "begin", None)
        if begin is not None:
            scope["sandbox.began"] = begin()

    async def _control(self, scope: Scope, path: str, body: bytes, send: Send) -> None:
        client = scope.get("client")
        if client is not None and not ipaddress.ip_address(client[0]).is_loopback:
            await answer_json(send, 403, {"error": "/_sandbox answers on loopback only"})
        elif path == "/_sandbox/reset-counters" and scope["method"] == "POST":
            self._counters.reset()
            await answer_json(send, 200, {"requests": {}})
        elif path == "/_sandbox/recording" and scope["method"] == "POST":
            try:
                self._recording.begin(json.loads(body or b"{}"))
            except (SandboxError, ValueError) as error:
                await answer_json(send, 422, {"error": str(error)})
            else:
                await answer_json(send, 200, {"writes": []})
        elif path == "/_sandbox/recording" and scope["method"] == "GET":
            await _answer(send, 200, "application/json", self._recording.to_json())
        elif path == "/_sandbox/exchanges" and scope["method"] == "POST":
            self._exchanges.begin()
            await answer_json(send, 200, {"exchanges": 0})
        elif path == "/_sandbox/exchanges" and scope["method"] == "GET":
            await _answer(send, 200, "application/x-ndjson", self._exchanges.to_lines())
        elif path == "/_sandbox/faults" and scope["method"] == "POST":
            try:
                self._faults.replace(json.loads(body or b"{}"))
            except (SandboxError, ValueError) as error:
                await answer_json(send, 422, {"error": str(error)})
            else:
                await answer_json(send, 200, self._rules())
        elif path == "/_sandbox/faults" and scope["method"] == "GET":
            await answer_json(send, 200, self._rules())
        else:
            await self._app(scope, _replay(body), send)

    def _rules(self) -> Dict[str, Any]:
        return {"rules": [{"do": rule.do, "matched": rule.matched, "fired": rule.fired} for rule in self._faults.rules]}

    async def _go_wrong(self, rule: Rule, scope: Scope, body: bytes, send: Send) -> None:
        seconds = rule.seconds or 0.0
        if rule.do == "reset":
            await reset(scope)
        elif rule.do == "late":
            await reset(scope)
            await self._apply_unheard(scope, body, seconds)
        elif rule.do == "delay" and seconds > self._limit and self._server == "openproject":
            await asyncio.sleep(self._limit)
            await _answer_error(send, self._server, 500)
        elif rule.do == "lose":
            await self._apply_unheard(scope, body, self._latency)
            await reset(scope)
        elif rule.do == "delay":
            await self._work(scope, body, send, seconds, ())
        elif rule.do == "trickle":
            await self._app(scope, _replay(body), trickling(send, rule))
        elif rule.do == "truncate":
            await self._app(scope, _replay(body), truncating(send, scope, rule))
        elif rule.do == "duplicate":
            await self._duplicate(rule, scope, body, send)
        elif rule.do == "skew":
            tell_time(scope, time.time() + seconds)
            scope["sandbox.skew"] = seconds
            await self._work(scope, body, send, self._latency, ())
        elif rule.do == "proxy":
            await self._proxy(rule, scope, body, send)
        elif rule.do == "html":
            page = "<!DOCTYPE html><html><head><title>Sign in</title></head><body><h1>Sign in</h1></body></html>"
            await _answer(send, rule.status or 200, "text/html; charset=utf-8", page.encode())
        else:
            headers = [] if rule.retry_after is None else [(b"retry-after", f"{rule.retry_after:g}".encode())]
            await _answer_error(send, self._server, rule.status or 500, headers)

    async def _duplicate(self, rule: Rule, scope: Scope, body: bytes, send: Send) -> None:
        page = self._lists.before(scope, body)
        if page is None:
            rule.fired -= 1
            await self._work(scope, body, send, self._latency, ())
        else:
            await _answer(send, 200, page.content_type, page.body)

    async def _proxy(self, rule: Rule, scope: Scope, body: bytes, send: Send) -> None:
        if rule.apply == "now":
            await self._apply_unheard(scope, body, 0.0)
        status = rule.status or 502
        title = f"{status} {_PAGES.get(status, 'Error')}"
        page = (
            f"<html><head><title>{title}</title></head><body><center><h1>{title}</h1></center><hr>nginx</body></html>"
        )
        await _answer(send, status, "text/html", page.encode())
        if rule.apply == "late":
            await self._apply_unheard(scope, body, rule.seconds or 0.0)

    async def _apply_unheard(self, scope: Scope, body: bytes, seconds: float) -> None:
        if seconds > self._limit and self._server == "openproject":
            # The web server has ended the request by then, and the transaction with it.
            return
        if seconds:
            await asyncio.sleep(seconds)

        async def swallow(message: Message) -> None:
            return None

        await self._app(scope, _replay(body), swallow)


def _no_locks(method: str, path: str, body: bytes) -> Sequence[Lock]:
    return ()


async def answer_json(send: Send, status: int, value: Any, headers: Sequence[Tuple[bytes, bytes]] = ()) -> None:
    """Send one JSON answer."""
    await _answer(send, status, "application/json", json.dumps(value).encode(), headers)


async def _answer_error(send: Send, server: str, status: int, headers: Sequence[Tuple[bytes, bytes]] = ()) -> None:
    kind = "application/json;charset=UTF-8" if server == "jira" else "application/hal+json; charset=utf-8"
    await _answer(send, status, kind, json.dumps(_error(server, status)).encode(), headers)


async def _answer(
    send: Send, status: int, content_type: str, body: bytes, headers: Sequence[Tuple[bytes, bytes]] = ()
) -> None:
    head = [(b"content-type", content_type.encode()), (b"content-length", str(len(body)).encode()), *headers]
    await send({"type": "http.response.start", "status": status, "headers": head})
    await send({"type": "http.response.body", "body": body})


def _error(server: str, status: int) -> Dict[str, Any]:
    if server == "jira":
        return {"errorMessages": [f"The server answered {status}."], "errors": {}}
    name = "TooManyRequests" if status == 429 else "InternalServerError"
    return {
        "_type": "Error",
        "errorIdentifier": f"urn:openproject-org:api:v3:errors:{name}",
        "message": "Too many requests. Please try again later." if status == 429 else "An internal error has occurred.",
    }


async def _read(receive: Receive) -> bytes:
    # Read before anything else: once a client is gone, what it had sent cannot be read any more, but
    # a real server has it and goes on.
    message = await receive()
    if not message.get("more_body"):
        return bytes(message.get("body", b""))
    parts = [message.get("body", b"")]
    while message.get("more_body"):
        message = await receive()
        parts.append(message.get("body", b""))
    return b"".join(parts)


def _replay(body: bytes) -> Receive:
    done = False

    async def receive() -> Message:
        nonlocal done
        if done:
            return {"type": "http.disconnect"}
        done = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive
