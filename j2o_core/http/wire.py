"""HTTP/1.1 as it goes over a connection that stands: the bytes of a request, and the answer that httptools reads.

``http.client`` reads headers with a parser of mails, and urllib3 wraps what it gives twice: together they take longer
than all else that a short request costs here. httptools is the parser of Node.js, and the one of our own servers.
"""

from __future__ import annotations

import re
import zlib
from http.client import HTTPException, LineTooLong, RemoteDisconnected
from typing import Any, Iterator, Mapping, Optional

from httptools import HttpParserError, HttpResponseParser
from urllib3.exceptions import DecodeError
from urllib3.response import DeflateDecoder, GzipDecoder

#: how much is asked of the system at once, in bytes: most answers; and of a long one
_PIECE, _LONG_PIECE = 16 * 1024, 256 * 1024
_LONGEST_HEAD = 256 * 1024
#: what would end a header, or begin another one
_LINE_ENDS = re.compile(r"[\0\r\n]")
_DECODERS: Mapping[str, Any] = {"gzip": GzipDecoder, "x-gzip": GzipDecoder, "deflate": DeflateDecoder}


def request_bytes(method: str, target: str, headers: Mapping[str, str], body: Optional[bytes]) -> bytes:
    """Head and body of a request. Raises ``ValueError`` where a header cannot be sent."""
    lines = [f"{method} {target} HTTP/1.1"]
    for name, value in headers.items():
        if _LINE_ENDS.search(value):
            raise ValueError(f"the header {name} has a line's end in it")
        lines.append(f"{name}: {value}")
    lines.append("\r\n")
    return "\r\n".join(lines).encode("latin-1") + (body or b"")


class Headers(Mapping[str, str]):
    """Of an answer: found by their names in any case. What came several times is one, with commas."""

    def __init__(self, values: dict[str, str]) -> None:
        """``values`` by names in small letters."""
        self._values = values

    def __getitem__(self, name: str) -> str:
        return self._values[name.lower()]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


class Coming:
    """An answer whose head has come. Raises ``OSError`` or ``HTTPException`` of ``http.client`` where it has none."""

    status: int

    def __init__(self, sock: Any) -> None:
        """``sock`` is that over which a request was sent whose answer may have a body."""
        self._sock = sock
        self._values: dict[str, str] = {}
        self._bodies: list[bytes] = []
        self._has_head = self._is_complete = self._keeps = self._is_spent = False
        self._parser = HttpResponseParser(self)
        # What RFC 9112 has recipients put up with: a length beside chunks, headers that go on in the next line, and
        # lines that end as those of Unix do.
        self._parser.set_dangerous_leniencies(
            lenient_headers=True, lenient_chunked_length=True, lenient_optional_cr_before_lf=True
        )
        received = 0
        while not self._has_head:
            if received > _LONGEST_HEAD:
                raise LineTooLong("head")
            received += self._feed(_PIECE)
        self.headers = Headers(self._values)

    def pieces(self) -> Iterator[bytes]:
        """The body as it is sent. Raises the same where it is cut."""
        while True:
            bodies, self._bodies = self._bodies, []
            yield from bodies
            if self._is_complete:
                return
            self._feed(_LONG_PIECE)

    def unpacked(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        """Pieces of the body as they were before they were packed for the way; raises ``DecodeError``.

        What we have not asked for stays packed.
        """
        encoding = self.headers.get("content-encoding", "")
        for name in reversed(encoding.split(",") if encoding else []):
            decoder = _DECODERS.get(name.strip().lower())
            if decoder is not None:
                pieces = _unpacked(pieces, decoder(), name.strip())
        return pieces

    @property
    def stays(self) -> bool:
        """Whether the connection can be used again: the answer said its end, and nothing has come after it."""
        return self._is_complete and self._keeps and not self._is_spent

    def _feed(self, size: int) -> int:
        """Read some more; returns how many bytes."""
        piece: bytes = self._sock.recv(size)
        if not piece:
            self._end()
            return 0
        try:
            self._parser.feed_data(piece)
        except HttpParserError as error:
            self._is_spent = True  # what comes after a complete answer belongs to nobody
            if not self._is_complete:
                raise HTTPException(f"this is no answer in HTTP: {error}") from error
        if self._is_complete:
            del self._parser  # each holds the other: the body would stay in memory until a collection finds them
        return len(piece)

    def _end(self) -> None:
        """The other side has closed: that ends only an answer that has no other end."""
        if not self._has_head:
            raise RemoteDisconnected("Remote end closed connection without response")
        if "content-length" in self._values or "transfer-encoding" in self._values:
            raise HTTPException("the answer ended before its announced end")
        self._is_complete = self._is_spent = True

    # ---------------------------------------------------------------- called by the parser

    def on_message_begin(self) -> None:
        """An answer comes: an interim one, the final one, or one that nobody has asked for."""
        self._is_spent = self._has_head
        if not self._has_head:
            self._values.clear()

    def on_header(self, name: bytes, value: bytes) -> None:
        """One line of a head, or what a body in chunks has behind it."""
        if not self._has_head:
            key, text = name.decode("latin-1").lower(), value.decode("latin-1").strip()
            self._values[key] = f"{self._values[key]}, {text}" if key in self._values else text

    def on_headers_complete(self) -> None:
        """A head has come."""
        status = self._parser.get_status_code()
        if not self._has_head and not 100 <= status < 200:  # the final answer comes after these
            self.status, self._has_head = status, True

    def on_body(self, piece: bytes) -> None:
        """Some of a body."""
        if not self._is_complete:
            self._bodies.append(piece)

    def on_message_complete(self) -> None:
        """An answer has come to the end that it announced."""
        if self._has_head and not self._is_complete:
            self._is_complete, self._keeps = True, self._parser.should_keep_alive()


def _unpacked(pieces: Iterator[bytes], decoder: Any, name: str) -> Iterator[bytes]:
    empty = True
    try:
        for piece in pieces:
            empty = empty and not piece
            yield decoder.decompress(piece)
        if not empty:
            yield decoder.flush()
    except zlib.error as error:
        raise DecodeError(f"the answer says it is {name}, and cannot be unpacked: {error}") from error
