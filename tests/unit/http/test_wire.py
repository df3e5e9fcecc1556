"""Answers are read as ``http.client`` and urllib3 read them, whatever form they have and however they arrive."""

from __future__ import annotations

import contextlib
import gzip
import socket
import threading
import weakref
import zlib
from http.client import HTTPException, HTTPResponse
from typing import Iterator

import pytest
from urllib3.exceptions import DecodeError

from j2o_core.http.wire import Coming, Headers, request_bytes

_OK = b"HTTP/1.1 200 OK\r\n"


def _read(sock: socket.socket) -> tuple[Coming, bytes]:
    """An answer and its body."""
    coming = Coming(sock)
    return coming, b"".join(coming.unpacked(coming.pieces()))


@contextlib.contextmanager
def _coming(raw: bytes, piece: int) -> Iterator[socket.socket]:
    """A connection over which some bytes come in pieces, and which then ends."""
    ours, theirs = socket.socketpair()

    def send() -> None:
        with theirs, contextlib.suppress(OSError):
            for start in range(0, len(raw), piece):
                theirs.sendall(raw[start : start + piece])

    sender = threading.Thread(target=send)
    sender.start()
    try:
        yield ours
    finally:
        ours.close()
        sender.join()


@pytest.mark.parametrize("piece", [1, 7, 100_000])
@pytest.mark.parametrize(
    "raw",
    [
        _OK + b"Content-Length: 5\r\nContent-Type: application/json\r\n\r\nhello",
        _OK + b"content-length:5\r\nX-Folded: one\r\n two\r\nSet-Cookie: a\r\nset-cookie: b\r\n\r\nhello",
        _OK + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n02;x=y\r\nde\r\n0\r\nX-Trailer: t\r\n\r\n",
        _OK + b"Transfer-Encoding: Chunked\r\nContent-Length: 99\r\n\r\n0\r\n\r\n",
        _OK + b"Content-Length: 5\r\nConnection: Close\r\n\r\nhello",
        _OK + b"\r\nuntil the end",
        b"HTTP/1.1 100 Continue\r\n\r\n" + _OK + b"Content-Length: 2\r\n\r\nok",
        b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nok",
        b"HTTP/1.1 204 No Content\r\n\r\n",
        b"HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n",
        b"HTTP/1.1 404\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 422 Unprocessable\nContent-Length: 2\nX: \xe4\n\n{}",
    ],
)
def test_an_answer_is_what_http_client_takes_it_for(raw: bytes, piece: int) -> None:
    with _coming(raw, piece) as sock:
        plain = HTTPResponse(sock)
        plain.begin()
        expected = (plain.status, plain.read(), plain.will_close)
        headers = {name.lower(): ", ".join(plain.headers.get_all(name) or ()) for name in plain.headers}
    with _coming(raw, piece) as sock:
        answered, body = _read(sock)
    assert (answered.status, body) == expected[:2]
    assert {name: " ".join(value.split()) for name, value in headers.items()} == dict(answered.headers)
    assert not (answered.stays and expected[2]), "what ends is not used again"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"HTTP/1.1 200",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        _OK + b"Content-Length: 5\r\n\r\nhell",
        _OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
        _OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhel",
        _OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        _OK + b"Transfer-Encoding: chunked\r\n\r\nnonsense\r\n",
        _OK + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n",
        _OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n",
        _OK + b"Content-Length: nonsense\r\n\r\nuntil the end",
        _OK + b"Content-Length: -3\r\n\r\nuntil the end",
        b"<html>a page without a head</html>\r\n\r\n",
        b"HTTP/1.1 2000 Many\r\n\r\n",
        _OK + b"X: " + b"x" * 300_000,
    ],
)
def test_what_is_no_complete_answer_is_none(raw: bytes) -> None:
    with _coming(raw, 4096) as sock, pytest.raises((HTTPException, OSError)):
        _read(sock)


def test_a_connection_on_which_more_comes_than_was_announced_is_not_used_again() -> None:
    with _coming(_OK + b"Content-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n", 1000) as sock:
        answered, body = _read(sock)
    assert body == b"ok" and not answered.stays


@pytest.mark.parametrize("length", [0, 1, 16 * 1024, 300_000, 1_000_003])
def test_a_long_answer_is_whole(length: int) -> None:
    sent = bytes(number % 251 for number in range(length))
    with _coming(_OK + f"Content-Length: {length}\r\n\r\n".encode() + sent, 50_000) as sock:
        answered, body = _read(sock)
    assert body == sent and answered.stays


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", gzip.compress(b"hello", mtime=0)),
        ("GZip", gzip.compress(b"hel", mtime=0) + gzip.compress(b"lo", mtime=0)),
        ("deflate", zlib.compress(b"hello")),
        ("deflate", zlib.compress(b"hello")[2:-4]),
        ("deflate, gzip", gzip.compress(zlib.compress(b"hello"), mtime=0)),
        ("unheard-of", b"hello"),
    ],
)
def test_a_body_is_unpacked(encoding: str, packed: bytes) -> None:
    with _coming(
        _OK + f"Content-Encoding: {encoding}\r\nContent-Length: {len(packed)}\r\n\r\n".encode() + packed, 9
    ) as s:
        assert _read(s)[1] == b"hello"


def test_a_body_that_cannot_be_unpacked_is_no_complete_answer() -> None:
    raw = _OK + b"Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello"
    with _coming(raw, 99) as sock, pytest.raises(DecodeError):
        _read(sock)


def test_headers_are_found_in_any_case() -> None:
    headers = Headers({"content-type": "text/html"})
    assert headers["Content-Type"] == headers.get("CONTENT-TYPE") == "text/html"
    assert "Content-type" in headers and "X-Other" not in headers and headers.get("X-Other") is None


def test_nothing_can_be_smuggled_into_a_request() -> None:
    with pytest.raises(ValueError, match="X-Note"):
        request_bytes("POST", "/x", {"X-Note": "a\r\nX-Other: b"}, b"")
    with pytest.raises(ValueError, match="latin-1"):
        request_bytes("POST", "/x", {"X-Note": "\u20ac"}, b"")


def test_an_answer_that_was_read_is_gone_with_who_read_it() -> None:
    with _coming(_OK + b"Content-Length: 5\r\n\r\nhello", 7) as sock:
        coming, body = _read(sock)
        assert (body, coming.stays) == (b"hello", True)
        there = weakref.ref(coming)
        del coming
        assert there() is None, "there are no collections while tests run"
