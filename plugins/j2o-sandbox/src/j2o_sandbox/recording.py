"""The writes of one server as they came: what ``j2o bench`` sends again, and the times it measures by.

Controls, beside those of the frame:

* ``POST /_sandbox/recording`` ``{"bodies": true}`` begins anew
* ``GET /_sandbox/recording``: ``{"writes": [[method, address, template, began, ended, status, content type, body]]}``
  in the order of arrival; times are seconds on the machine's monotonic clock, bodies base64 or null
"""

from __future__ import annotations

import base64
import json
import time
from dataclasses import dataclass
from typing import Any, Awaitable, Callable, Dict, List, MutableMapping, Optional

from j2o_sandbox.options import SandboxError

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]

_READS = ("GET", "HEAD", "OPTIONS")


@dataclass
class _Write:
    method: str
    address: str
    template: str
    began: float
    content_type: str
    body: Optional[bytes]
    ended: float = 0.0
    status: int = 0


class Recording:
    """Off until it is asked for: then every write, with its body where that is wanted."""

    def __init__(self) -> None:
        self._on = False
        self._bodies = False
        self._writes: List[_Write] = []

    def begin(self, wish: Any) -> None:
        """Forget what was recorded and record from now on.

        Raises:
            SandboxError: the wish is no ``{"bodies": bool}``.
        """
        if not isinstance(wish, dict) or not isinstance(wish.get("bodies", False), bool):
            raise SandboxError('recording: expected {"bodies": true|false}')
        self._on, self._bodies, self._writes = True, wish.get("bodies", False), []

    def wants(self, method: str) -> bool:
        """Whether this request is recorded."""
        return self._on and method not in _READS

    def watch(self, scope: MutableMapping[str, Any], template: str, body: bytes, send: Send) -> Send:
        """Record a request that has arrived; the answer is to be sent by what is returned."""
        query = scope.get("query_string", b"").decode("latin-1")
        kinds = [value.decode("latin-1") for name, value in scope["headers"] if name == b"content-type"]
        write = _Write(
            scope["method"],
            scope["path"] + (f"?{query}" if query else ""),
            template,
            time.monotonic(),
            kinds[0] if kinds else "",
            body if self._bodies else None,
        )
        self._writes.append(write)

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                write.status = message["status"]
            await send(message)
            write.ended = time.monotonic()

        return answer

    def to_json(self) -> bytes:
        """What ``GET /_sandbox/recording`` answers."""
        rows = [
            [
                write.method,
                write.address,
                write.template,
                write.began,
                write.ended,
                write.status,
                write.content_type,
                None if write.body is None else base64.b64encode(write.body).decode("ascii"),
            ]
            for write in self._writes
        ]
        answer: Dict[str, Any] = {"writes": rows}
        return json.dumps(answer).encode()
