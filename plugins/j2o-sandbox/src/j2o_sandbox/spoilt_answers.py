"""Answers that come slowly, or not whole."""

from __future__ import annotations

import asyncio
from typing import Any, Awaitable, Callable, MutableMapping

from j2o_sandbox.connection import hang_up
from j2o_sandbox.faults import Rule

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]


def trickling(send: Send, rule: Rule) -> Send:
    """Send the answer in small pieces, with a pause after each."""

    async def slowly(message: Message) -> None:
        body = message.get("body", b"")
        if message["type"] != "http.response.body" or not body:
            await send(message)
            return
        size = max(1, rule.bytes)
        for start in range(0, len(body), size):
            await send({"type": "http.response.body", "body": body[start : start + size], "more_body": True})
            await asyncio.sleep(0.05 if rule.seconds is None else rule.seconds)
        await send({"type": "http.response.body", "body": b"", "more_body": bool(message.get("more_body"))})

    return slowly


def truncating(send: Send, scope: Scope, rule: Rule) -> Send:
    """Send the beginning of the answer alone, and hang up where more of it was announced."""
    start: Message = {}

    async def cut(message: Message) -> None:
        body = message.get("body", b"")
        if message["type"] == "http.response.start" and rule.announced:
            start.update(message)
            return
        if message["type"] != "http.response.body" or not body:
            await send(message)
            return
        kept = body[: min(len(body) - 1, int(len(body) * rule.keep))]
        if rule.announced:
            head = [(name, value) for name, value in start["headers"] if name != b"content-length"]
            await send({**start, "headers": [*head, (b"content-length", str(len(kept)).encode())]})
            await send({"type": "http.response.body", "body": kept})
            return
        await send({"type": "http.response.body", "body": kept, "more_body": True})
        await hang_up(scope)

    return cut
