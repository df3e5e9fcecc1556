"""HTTP/1.1 as it goes over a connection that stands: the bytes of a request, and the answer made of those that come.

``http.client`` reads headers with a parser of mails, and urllib3 wraps what it gives twice: together they take longer
than all else that a short request costs here.
"""

from __future__ import annotations

import contextlib
import re
import zlib
from dataclasses import dataclass
from http.client import BadStatusLine, IncompleteRead, LineTooLong, RemoteDisconnected
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


@dataclass(frozen=True)
class Answered:
    """A complete answer; ``stays``: its connection can be used again."""

    status: int
    headers: Headers
    body: bytes
    stays: bool


def request_bytes(method: str, target: str, headers: Mapping[str, str], body: Optional[bytes]) -> bytes:
    """Head and body of a request. Raises ``ValueError`` where a header cannot be sent."""
    lines = [f"{method} {target} HTTP/1.1"]
    for name, value in headers.items():
        if _LINE_ENDS.search(value):
            raise ValueError(f"the header {name} has a line's end in it")
        lines.append(f"{name}: {value}")
    lines.append("\r\n")
    return "\r\n".join(lines).encode("latin-1") + (body or b"")


def read_answer(sock: Any, method: str) -> Answered:
    """The answer to a request that was sent over ``sock``. Raises ``OSError`` or ``HTTPException`` of ``http.client``,
    or ``DecodeError``, where it is not complete.
    """
    incoming = _Incoming(sock)
    status = 100
    while 100 <= status < 200:  # the final answer comes after these
        minor, status, headers = _read_head(incoming.head())
    length = _length_of(headers)
    chunked = headers.get("transfer-encoding", "").lower() == "chunked"
    if status in _BODILESS or method == "HEAD":
        body = b""
    elif chunked:
        body = b"".join(_chunks(incoming))
    elif length is not None:
        body = incoming.exactly(length)
    else:
        body = incoming.rest()
    stays = _stays(minor, headers) and not incoming.is_spent
    return Answered(status, headers, _decoded(body, headers.get("content-encoding", "")), stays)


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

    def exactly(self, length: int) -> bytes:
        """So many bytes."""
        if len(self._held) >= length:
            found, self._held = self._held[:length], self._held[length:]
            return found
        pieces, left = [self._held], length - len(self._held)
        self._held = b""
        while left:
            piece = self._sock.recv(min(left, _LONG_PIECE))
            if not piece:
                raise IncompleteRead(b"".join(pieces), left)
            pieces.append(piece)
            left -= len(piece)
        return b"".join(pieces)

    def rest(self) -> bytes:
        """All that comes until the other end closes."""
        pieces = [self._held]
        while pieces[-1] or len(pieces) == 1:
            pieces.append(self._sock.recv(_LONG_PIECE))
        self._held, self._ended = b"", True
        return b"".join(pieces)

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
        yield incoming.exactly(length)
        incoming.line()
    with contextlib.suppress(IncompleteRead):  # some end without the line that should follow the last one
        while incoming.line():
            pass


def _decoded(body: bytes, encoding: str) -> bytes:
    """The body as it was before it was compressed for the way; other encodings we have not asked for."""
    for name in reversed([part.strip().lower() for part in encoding.split(",")] if encoding else []):
        if name in _DECODERS and body:
            decoder = _DECODERS[name]()
            try:
                body = decoder.decompress(body) + decoder.flush()
            except (OSError, zlib.error) as error:
                raise DecodeError(f"the answer says it is {name}, and cannot be unpacked: {error}") from error
    return body
