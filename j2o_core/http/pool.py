"""Connections that are known to be fresh, and connect errors that are known to be that."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, Optional, Union

from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3 import PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError

#: seconds after which a pooled connection is not trusted with a request: servers close idle ones at any moment, and a
#: write that meets the closing end is lost in doubt
IDLE = 10.0
#: seconds within which nobody asks the system whether the other end has closed a connection that just gave an answer
_JUST_NOW = 0.05
#: a body of so many bytes or fewer is sent with its head
SHORT = 64 * 1024


class FreshAdapter(HTTPAdapter):
    """Never retries, and drops pooled connections that were idle for longer than ``idle`` seconds."""

    def __init__(self, connections: int, idle: float = IDLE) -> None:
        self._idle = idle
        super().__init__(pool_connections=4, pool_maxsize=connections, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Called by requests."""
        super().init_poolmanager(*args, **kwargs)  # type: ignore[no-untyped-call]
        self._freshen(self.poolmanager)

    def proxy_manager_for(self, proxy: Any, **kwargs: Any) -> Any:
        """Called by requests."""
        manager = super().proxy_manager_for(proxy, **kwargs)  # type: ignore[no-untyped-call]
        self._freshen(manager)
        return manager

    def _freshen(self, manager: PoolManager) -> None:
        idle = self._idle
        http = type("FreshHTTPPool", (_FreshHTTPPool,), {"idle": idle})
        https = type("FreshHTTPSPool", (_FreshHTTPSPool,), {"idle": idle})
        manager.pool_classes_by_scheme = {"http": http, "https": https}


def fresh_pool(origin: tuple[str, str, int], connections: int, idle: float, verify: Union[bool, str]) -> FreshPool:
    """Such a pool for one origin (scheme, host, port); ``verify``: whether, or against which authorities."""
    scheme, host, port = origin
    if scheme == "http":
        kind: Any = type("FreshHTTPPool", (_FreshHTTPPool,), {"idle": idle})
        return kind(host, port, maxsize=connections)  # type: ignore[no-any-return]
    authorities = verify if isinstance(verify, str) else DEFAULT_CA_BUNDLE_PATH
    where = {"ca_cert_dir" if Path(authorities).is_dir() else "ca_certs": authorities}
    checked = {"cert_reqs": "CERT_REQUIRED", **where} if verify else {"cert_reqs": "CERT_NONE"}
    kind = type("FreshHTTPSPool", (_FreshHTTPSPool,), {"idle": idle})
    return kind(host, port, maxsize=connections, **checked)  # type: ignore[no-any-return]


class ConnectFailed(NewConnectionError):
    """Whatever went wrong before a connection stood: TLS, the proxy's tunnel. Nothing was sent."""


class _Joined(HTTPConnection):
    """Sends head and body at once where the body is short: one packet, and one turn with the system, less.

    ``returned_at`` is when its pool got it back.
    """

    returned_at: Optional[float] = None
    _head: Optional[bytes] = None

    @property
    def is_connected(self) -> bool:
        """Asked by the pool. Each look is a turn with the system, and one more chance to wait for the other threads."""
        returned = self.returned_at
        if self.sock is not None and returned is not None and time.monotonic() - returned < _JUST_NOW:
            return True
        return bool(super().is_connected)

    def request(self, method: str, url: str, body: Any = None, *arguments: Any, **options: Any) -> None:
        """Called by urllib3."""
        self._head = b"" if isinstance(body, bytes) and 0 < len(body) <= SHORT else None
        super().request(method, url, body, *arguments, **options)

    def send(self, data: Any) -> None:
        """Called by http.client, first with the head, then with the body."""
        if self._head == b"":
            self._head = data
            return
        if self._head is not None:
            data, self._head = self._head + data, None
        super().send(data)


class _HTTPConnection(_Joined):
    def connect(self) -> None:
        try:
            super().connect()
        except (NewConnectionError, ConnectTimeoutError):
            raise
        except (OSError, HTTPError) as error:
            raise ConnectFailed(self, str(error)) from error


class _HTTPSConnection(_Joined, HTTPSConnection):
    def connect(self) -> None:
        try:
            super().connect()
        except (NewConnectionError, ConnectTimeoutError):
            raise
        except (OSError, HTTPError) as error:
            raise ConnectFailed(self, str(error)) from error


class FreshPool(HTTPConnectionPool):
    """Gives no connection that was idle for longer than ``idle`` seconds."""

    idle: float = IDLE

    def take_standing(self) -> Optional[Any]:
        """A connection that can be spoken over at once, to be given back; ``None`` where the next has to be made."""
        connection = self._get_conn()
        if connection.sock is not None:
            return connection
        self._put_conn(connection)
        return None

    def give_back(self, connection: Any, stays: bool) -> None:
        """A connection that was taken; ``stays``: it can be used again."""
        if not stays:
            connection.close()
        self._put_conn(connection)

    def _get_conn(self, timeout: Optional[float] = None) -> Any:
        connection: Any = super()._get_conn(timeout)
        returned = connection.returned_at
        if returned is not None and time.monotonic() - returned > self.idle:
            connection.close()  # it connects anew when it is used
        return connection

    def _put_conn(self, conn: Any) -> None:
        if conn is not None:
            conn.returned_at = time.monotonic()
        super()._put_conn(conn)


class _FreshHTTPPool(FreshPool):
    ConnectionCls = _HTTPConnection


class _FreshHTTPSPool(FreshPool, HTTPSConnectionPool):
    ConnectionCls = _HTTPSConnection
