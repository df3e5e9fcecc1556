"""Keeps other pages and machines out of a dashboard that asks for no password: it serves its own machine alone."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: nothing is loaded from elsewhere, nothing inline is run
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}
_READING = ("GET", "HEAD", "OPTIONS")


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine's own."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


class Guarded:
    """Answers those who name this machine, and pages that it served itself; with a strict policy on every answer.

    A name that leads here from outside (DNS rebinding) is refused by its ``Host``; a foreign page by its ``Origin``.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or connection."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        reason = _refusal(scope)
        if reason and scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": reason})
            return
        if reason:
            await PlainTextResponse(reason, 403)(scope, receive, send)
            return

        async def protected(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, protected)


def _refusal(scope: Scope) -> str:
    headers = Headers(scope=scope)
    host = headers.get("host", "")
    if not is_loopback(urlsplit(f"//{host}").hostname or ""):
        return f"this dashboard serves its own machine: open it as http://127.0.0.1, not as {host!r}"
    origin = headers.get("origin")
    asks_to_act = scope["type"] == "websocket" or scope["method"] not in _READING
    if asks_to_act and origin is not None and urlsplit(origin).netloc != host:
        return f"a page of {origin!r} may not ask this"
    form = headers.get("content-type", "").partition(";")[0].strip()
    if scope["type"] == "http" and scope["method"] not in _READING and form != "application/json":
        return "what acts has to be sent as application/json"
    return ""
