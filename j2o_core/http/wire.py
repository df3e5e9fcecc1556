"""HTTP/1.1 as it goes over a connection that stands: the bytes of a request, and the answer made of those that come.

``http.client`` reads headers with a parser of mails, and urllib3 wraps what it gives twice: together they take longer
than all else that a short request costs here.
"""

from __future__ import annotations

import contextlib
import re
import zlib
from http.client import BadStatusLine, HTTPException, IncompleteRead, LineTooLong, RemoteDisconnected
from typing import Any, Iterator, Mapping, Optional

from urllib3.exceptions import DecodeError
from urllib3.response import DeflateDecoder, GzipDecoder

#: how much is asked of the system at once, in bytes: most answers; and of a long one
_PIECE, _LONG_PIECE = 16 * 1024, 256 * 1024
_LONGEST_HEAD = 256 * 1024
_LONGEST_LINE = 64 * 1024
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_STATUS_LINE = re.compile(r"HTTP/(1)\.(\d+)[ \t]+([1-9]\d\d)(?:[ \t].*)?", re.DOTALL)
#: what would end a header, or begin another one
_LINE_ENDS = re.compile(r"[\0\r\n]")
#: statuses whose answers have no body, whatever they announce
_BODILESS = (204, 304)
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

    def __init__(self, sock: Any, method: str) -> None:
        """``sock`` is that over which the request was sent."""
        self._incoming = _Incoming(sock)
        self._has_body = method != "HEAD"
        self.status = 100
        while 100 <= self.status < 200:  # the final answer comes after these
            self._minor, self.status, self.headers = _read_head(self._incoming.head())

    def pieces(self) -> Iterator[bytes]:
        """The body as it is sent. Raises the same where it is cut."""
        length = _length_of(self.headers)
        if self.status in _BODILESS or not self._has_body:
            return iter(())
        if self.headers.get("transfer-encoding", "").lower() == "chunked":
            return _chunks(self._incoming)
        return self._incoming.pieces(length)

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
        """Whether the connection can be used again, now that the body has been read."""
        return _stays(self._minor, self.headers) and not self._incoming.is_spent


class _Incoming:
    """What comes over a socket, in the pieces that are asked for."""

    def __init__(self, sock: Any) -> None:
        self._sock = sock
        self._held = b""
        self._ended = False

    def head(self) -> bytes:
        """Up to the empty line."""
        while True:
            found = _HEAD_END.search(self._held)
            if found is not None:
                head, self._held = self._held[: found.start()], self._held[found.end() :]
                return head
            if len(self._held) > _LONGEST_HEAD:
                raise LineTooLong("head")
            piece = self._sock.recv(_PIECE)
            if not piece:
                raise RemoteDisconnected("Remote end closed connection without response")
            self._held += piece

    def line(self) -> bytes:
        """Up to the end of a line."""
        while True:
            line, end, rest = self._held.partition(b"\n")
            if end:
                self._held = rest
                return line.rstrip(b"\r")
            if len(line) > _LONGEST_LINE:
                raise LineTooLong("chunk size")
            piece = self._sock.recv(_PIECE)
            if not piece:
                self._ended = True
                raise IncompleteRead(line)
            self._held += piece

    def pieces(self, length: Optional[int]) -> Iterator[bytes]:
        """So many bytes; without a ``length`` all that come until the other end closes."""
        held, self._held = self._held[:length], b"" if length is None else self._held[length:]
        left = length
        while left is None or len(held) < left:
            yield held
            left = None if left is None else left - len(held)
            held = self._sock.recv(_LONG_PIECE if left is None else min(left, _LONG_PIECE))
            if not held and left is None:
                self._ended = True
                return
            if not held:
                raise HTTPException(f"the answer ended {left} bytes before its announced end")
        yield held

    @property
    def is_spent(self) -> bool:
        """Whether nothing that may still come can be the answer to another request."""
        return self._ended or bool(self._held)


def _read_head(head: bytes) -> tuple[int, int, Headers]:
    """The minor version, the status, and the headers."""
    first, *lines = head.decode("latin-1").split("\n")
    found = _STATUS_LINE.fullmatch(first.rstrip("\r"))
    if found is None:
        raise BadStatusLine(first)
    values: dict[str, str] = {}
    last = ""
    for line in lines:
        if line[:1] in (" ", "\t"):  # goes on in a line of its own
            if last:
                values[last] = f"{values[last]} {line.strip()}".strip()
            continue
        name, colon, value = line.partition(":")
        if not colon:
            continue
        last, value = name.strip().lower(), value.strip()
        values[last] = f"{values[last]}, {value}" if last in values else value
    return int(found[2]), int(found[3]), Headers(values)


def _length_of(headers: Headers) -> Optional[int]:
    announced = {part.strip() for part in headers.get("content-length", "").split(",")}
    length = announced.pop()
    if announced:
        raise BadStatusLine(f"several lengths: {headers['content-length']}")
    return int(length) if length.isascii() and length.isdigit() else None


def _stays(minor: int, headers: Headers) -> bool:
    connection = headers.get("connection", "").lower()
    return "close" not in connection if minor else "keep-alive" in connection


def _chunks(incoming: _Incoming) -> Iterator[bytes]:
    while True:
        size = incoming.line().partition(b";")[0].strip()
        try:
            length = int(size, 16)
        except ValueError:
            raise IncompleteRead(size) from None
        if length < 0:
            raise IncompleteRead(size)
        if length == 0:
            break
        yield from incoming.pieces(length)
        incoming.line()
    with contextlib.suppress(IncompleteRead):  # some end without the line that should follow the last one
        while incoming.line():
            pass


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
