"""Everything that is said on one server's wire: each request and its answer, word for word, for who checks formats.

Controls, beside those of the frame:

* ``POST /_sandbox/exchanges`` begins anew
* ``GET /_sandbox/exchanges`` returns what was said since, in the order of arrival, one JSON object on a line:
  ``{"method", "address", "headers", "body", "status", "answer_headers", "answer"}``; headers by lower-case name,
  bodies base64, ``status`` 0 where nothing was answered

Held in memory: for some thousand requests, not for days.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from typing import Any, Awaitable, Callable, Dict, Iterable, List, MutableMapping, Tuple

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]

# Whoever reads what was said is not to learn how to log in.
_SECRET = ("authorization", "cookie")


@dataclass
class _Exchange:
    method: str
    address: str
    headers: Dict[str, str]
    body: bytes
    status: int = 0
    answer_headers: Dict[str, str] = field(default_factory=dict)
    answer: List[bytes] = field(default_factory=list)


class Exchanges:
    """Off until it is asked for."""

    def __init__(self) -> None:
        self.on = False
        self._held: List[_Exchange] = []

    def begin(self) -> None:
        """Forget what was said and listen from now on."""
        self.on, self._held = True, []

    def watch(self, scope: MutableMapping[str, Any], body: bytes, send: Send) -> Send:
        """Hold a request that has arrived; the answer is to be sent by what is returned."""
        raw = scope.get("raw_path") or scope["path"].encode("utf-8")
        path, query = raw.decode("latin-1").partition("?")[0], scope.get("query_string", b"").decode("latin-1")
        said = _Exchange(scope["method"], path + (f"?{query}" if query else ""), _headers(scope["headers"]), body)
        self._held.append(said)

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                said.status, said.answer_headers = message["status"], _headers(message.get("headers", ()))
            elif message["type"] == "http.response.body":
                said.answer.append(message.get("body", b""))
            await send(message)

        return answer

    def to_lines(self) -> bytes:
        """What ``GET /_sandbox/exchanges`` answers."""
        return b"".join(
            json.dumps(
                {
                    **said.__dict__,
                    "body": base64.b64encode(said.body).decode("ascii"),
                    "answer": base64.b64encode(b"".join(said.answer)).decode("ascii"),
                }
            ).encode()
            + b"\n"
            for said in self._held
        )


def _headers(pairs: Iterable[Tuple[bytes, bytes]]) -> Dict[str, str]:
    named = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in pairs}
    return {name: value.partition(" ")[0] if name in _SECRET else value for name, value in named.items()}
