"""An answer whose body is still to be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterator, Mapping

from .response import Response


@dataclass(frozen=True)
class Opened:
    """Status, headers (by any case) and address of an answer. Errors of reading it are those of urllib3."""

    status: int
    headers: Mapping[str, str]
    url: str
    #: the response of urllib3, whose generations have no type in common
    raw: Any

    def chunks(self, size: int) -> Iterator[bytes]:
        """The decoded body in pieces of up to ``size`` bytes. Raises where it ends before the announced length."""
        chunks: Iterator[bytes] = self.raw.stream(size, decode_content=True)
        return chunks

    @property
    def received(self) -> int:
        """How many bytes of the body have come so far, as they were sent."""
        return int(self.raw.tell())

    def complete(self) -> Response:
        """The answer, read to its end."""
        return Response(self.status, self.headers, b"".join(self.chunks(64 * 1024)), self.url)

    def close(self) -> None:
        """Give the connection back, or end it where the body was not read to its end."""
        self.raw.close()
        self.raw.release_conn()
