"""Requests to our own origin straight over its pool of connections.

``requests`` merges, parses and copies for each request what is the same for all of them, which takes a third of the
time that a request costs here. It stays in use where a proxy is, and for files that lie elsewhere.
"""

from __future__ import annotations

import contextlib
import re
import socket
from http.client import HTTPException
from typing import Any, Mapping, Optional, Sequence, Union
from urllib.parse import urlencode, urlsplit

from requests.models import PreparedRequest
from urllib3 import Timeout
from urllib3.exceptions import ProtocolError, ReadTimeoutError

from .environment import origin_of
from .opened import Opened
from .pool import SHORT, FreshPool, fresh_pool
from .response import Response
from .wire import Answered, read_answer, request_bytes

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
        if body is None or (isinstance(body, bytes) and len(body) <= SHORT):
            connection = self._pool.take_standing()
            if connection is not None:
                answered = self._speak(connection, method, self._target(address), sent, body, timeout)
                return Response(answered.status, answered.headers, answered.body, address)
        answer = self._urlopen(method, address, sent, body, timeout, whole=True)
        return Response(answer.status, answer.headers, answer.data, address)

    def open(self, url: str, headers: Mapping[str, str], timeout: Timeout) -> Opened:
        """A GET whose body is still to be read; it holds its connection until it is closed."""
        address = addressed(url, ())
        answer = self._urlopen("GET", address, {**_ACCEPTED, **headers}, None, timeout, whole=False)
        return Opened(answer.status, answer.headers, address, answer)

    def _speak(
        self,
        connection: Any,
        method: str,
        target: str,
        headers: Mapping[str, str],
        body: Optional[bytes],
        timeout: Timeout,
    ) -> Answered:
        """Send a short request over a connection that stands, and read the answer; errors as urllib3 would name them.

        Connecting, and what is long or streamed, is left to urllib3.
        """
        stays = False
        try:
            request = request_bytes(method, target, {"Host": self._host, **headers}, body)
            sock = connection.sock
            if sock.gettimeout() != timeout.read_timeout:
                sock.settimeout(timeout.read_timeout)
            # Who closes before all has come may have answered before that.
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                sock.sendall(request)
            answered = read_answer(sock, method)
            stays = answered.stays
            return answered
        except socket.timeout as error:
            message = f"Read timed out. (read timeout={timeout.read_timeout})"
            raise ReadTimeoutError(self._pool, target, message) from error
        except (OSError, HTTPException) as error:
            raise ProtocolError("Connection aborted.", error) from error
        finally:
            self._pool.give_back(connection, stays)

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
