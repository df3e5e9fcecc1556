"""The number under which each server's own log knows a request, as its answers tell it.

A page of a proxy before the server bears none: the server did not answer.
"""

from __future__ import annotations

import re
import time
import uuid
from typing import Any, Callable, List, Mapping, MutableMapping, Tuple

Headers = List[Tuple[bytes, bytes]]
Identify = Callable[[Mapping[str, Any]], Headers]
Send = Callable[[MutableMapping[str, Any]], Any]

# What Rails takes over from a client.
_FOREIGN = re.compile(rb"[^\w\-@]")
_LONGEST = 255


def rails_id(scope: Mapping[str, Any]) -> Headers:
    """``X-Request-Id``: the client's own where it sent one, else a new UUID."""
    for name, value in scope["headers"]:
        if name.lower() == b"x-request-id" and value:
            return [(b"x-request-id", _FOREIGN.sub(b"", value)[:_LONGEST])]
    return [(b"x-request-id", str(uuid.uuid4()).encode())]


def cloud_id(scope: Mapping[str, Any]) -> Headers:
    """``Atl-Traceid`` of the platform's edge, and ``X-Arequestid`` of Jira behind it."""
    return [(b"atl-traceid", uuid.uuid4().hex.encode()), (b"x-arequestid", uuid.uuid4().hex.encode())]


class ServerIds:
    """``X-AREQUESTID`` of Jira on one's own machine: minute of the day, number of the request, how many at once."""

    def __init__(self) -> None:
        self._arrived = 0

    def __call__(self, scope: Mapping[str, Any]) -> Headers:
        """The header of the next request."""
        self._arrived += 1
        now = time.gmtime()
        return [(b"x-arequestid", f"{60 * now.tm_hour + now.tm_min}x{self._arrived}x1".encode())]


def no_id(scope: Mapping[str, Any]) -> Headers:
    """A server that tells none."""
    return []


def identified(send: Send, headers: Headers) -> Send:
    """The way back of a request whose answer bears these headers."""

    async def tell(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", ()), *headers]}
        await send(message)

    return tell
