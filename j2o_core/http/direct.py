"""Requests to our own origin straight over its pool of connections.

``requests`` merges, parses and copies for each request what is the same for all of them, which takes a third of the
time that a request costs here. It stays in use where a proxy is, and for files that lie elsewhere.
"""

from __future__ import annotations

import contextlib
import re
import socket
from http.client import HTTPException
from typing import Any, Iterator, Mapping, Optional, Sequence, Union
from urllib.parse import urlencode, urlsplit

from requests.models import PreparedRequest
from urllib3 import Timeout
from urllib3.exceptions import HTTPError, ProtocolError, ReadTimeoutError

from .environment import origin_of
from .opened import Opened
from .pool import SHORT, FreshPool, fresh_pool
from .response import Response
from .wire import Coming, request_bytes

#: addresses that are written in one way only: nothing in them is quoted, or would be
_PLAIN = re.compile(r"[A-Za-z0-9/._~?&=+:,@-]*")
_ACCEPTED = {"Accept-Encoding": "gzip, deflate"}


class Direct:
    """Sends each request once and reads the whole answer. Errors are those of urllib3, never wrapped."""

    def __init__(self, base_url: str, connections: int, idle: float, verify: Union[bool, str]) -> None:
        self._pool: FreshPool = fresh_pool(origin_of(base_url), connections, idle, verify)
        parts = urlsplit(base_url)
        self._origin = f"{parts.scheme}://{parts.netloc}"
        self._host = _host_header(origin_of(base_url))

    def send(
        self,
        method: str,
        url: str,
        pairs: Sequence[tuple[str, Any]],
        headers: Mapping[str, str],
        body: Any,
        timeout: Timeout,
    ) -> Response:
        """``url`` lies within our origin; ``pairs`` are added to its query. A body has a length, or goes in chunks."""
        address = addressed(url, pairs)
        sent = {**_ACCEPTED, **headers}
        length = _length(body)
        if length is not None:
            sent["Content-Length"] = str(length)
        elif body is None and method in ("POST", "PUT", "PATCH"):
            sent["Content-Length"] = "0"
        if method != "HEAD" and (body is None or (isinstance(body, bytes) and len(body) <= SHORT)):
            spoken = self._begin(method, address, sent, body, timeout)
            if spoken is not None:
                try:
                    return Response(spoken.coming.status, spoken.coming.headers, b"".join(spoken.stream()), address)
                finally:
                    spoken.close()
        answer = self._urlopen(method, address, sent, body, timeout, whole=True)
        return Response(answer.status, answer.headers, answer.data, address)

    def open(self, url: str, headers: Mapping[str, str], timeout: Timeout) -> Opened:
        """A GET whose body is still to be read; it holds its connection until it is closed."""
        address = addressed(url, ())
        sent = {**_ACCEPTED, **headers}
        spoken = self._begin("GET", address, sent, None, timeout)
        if spoken is not None:
            return Opened(spoken.coming.status, spoken.coming.headers, address, spoken)
        answer = self._urlopen("GET", address, sent, None, timeout, whole=False)
        return Opened(answer.status, answer.headers, address, answer)

    def _begin(
        self, method: str, address: str, headers: Mapping[str, str], body: Optional[bytes], timeout: Timeout
    ) -> Optional[_Spoken]:
        """Send a short request over a connection that stands; where there is none, urllib3 is to make one."""
        connection = self._pool.take_standing()
        if connection is None:
            return None
        target = self._target(address)
        spoken = _Spoken(self._pool, connection, target, timeout.read_timeout)
        try:
            spoken.begin(request_bytes(method, target, {"Host": self._host, **headers}, body))
        except BaseException:
            spoken.close()
            raise
        return spoken

    def _urlopen(
        self, method: str, address: str, headers: Mapping[str, str], body: Any, timeout: Timeout, *, whole: bool
    ) -> Any:
        return self._pool.urlopen(
            method,
            self._target(address),
            body=body,
            headers=headers,
            retries=False,
            redirect=False,
            assert_same_host=False,
            timeout=timeout,
            preload_content=whole,
        )

    def _target(self, address: str) -> str:
        rest = address[len(self._origin) :]
        if address.startswith(self._origin) and rest.startswith("/"):
            return rest
        parts = urlsplit(address)  # the same origin in other letters
        return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")

    def close(self) -> None:
        """Give the sockets back."""
        self._pool.close()


class _Spoken:
    """A request over a connection that stands, and its answer. Errors are named as urllib3 names them."""

    coming: Coming

    def __init__(self, pool: FreshPool, connection: Any, target: str, wait: Any) -> None:
        """``wait``: seconds for the next byte."""
        self._pool, self._connection, self._target, self._wait = pool, connection, target, wait
        self._received = 0
        self._stays = self._given_back = False

    def begin(self, request: bytes) -> None:
        """Send the request, and read the head of the answer."""
        sock = self._connection.sock
        try:
            if sock.gettimeout() != self._wait:
                sock.settimeout(self._wait)
            # Who closes before all has come may have answered before that.
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                sock.sendall(request)
            self.coming = Coming(sock)
        except (OSError, HTTPException) as error:
            raise self._named(error) from error

    def stream(self, size: int = 0, decode_content: bool = True) -> Iterator[bytes]:
        """The body in pieces, as that of urllib3 gives it."""
        try:
            yield from self.coming.unpacked(self._counted())
            self._stays = self.coming.stays
        except (OSError, HTTPException) as error:
            raise self._named(error) from error

    def tell(self) -> int:
        """How many bytes of the body have come."""
        return self._received

    def close(self) -> None:
        """Give the connection back; one whose answer was not read to its end is not used again."""
        if not self._given_back:
            self._given_back = True
            self._pool.give_back(self._connection, self._stays)

    release_conn = close

    def _counted(self) -> Iterator[bytes]:
        for piece in self.coming.pieces():
            self._received += len(piece)
            yield piece

    def _named(self, error: Exception) -> HTTPError:
        if isinstance(error, socket.timeout):
            return ReadTimeoutError(self._pool, self._target, f"Read timed out. (read timeout={self._wait})")
        return ProtocolError("Connection aborted.", error)


def addressed(url: str, pairs: Sequence[tuple[str, Any]]) -> str:
    """A URL with a query, quoted as ``requests`` quotes it."""
    if "?" not in url:
        address = f"{url}?{urlencode(pairs, doseq=True)}" if pairs else url
        if _PLAIN.fullmatch(address):
            return address
    request = PreparedRequest()
    request.prepare_url(url, list(pairs))
    return str(request.url).partition("#")[0]


def _host_header(origin: tuple[str, str, int]) -> str:
    scheme, host, port = origin
    name = f"[{host}]" if ":" in host else host if host.isascii() else host.encode("idna").decode("ascii")
    return name if port == {"http": 80, "https": 443}[scheme] else f"{name}:{port}"


def _length(body: Any) -> Optional[int]:
    return len(body) if body is not None and hasattr(body, "__len__") else None
