"""Connections that are known to be fresh, and connect errors that are known to be that."""

from __future__ import annotations

import time
from typing import Any, Optional

from requests.adapters import HTTPAdapter
from urllib3 import PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError

#: seconds after which a pooled connection is not trusted with a request: servers close idle ones at any moment, and a
#: write that meets the closing end is lost in doubt
IDLE = 10.0


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


class ConnectFailed(NewConnectionError):
    """Whatever went wrong before a connection stood: TLS, the proxy's tunnel. Nothing was sent."""


class _HTTPConnection(HTTPConnection):
    returned_at: Optional[float] = None

    def connect(self) -> None:
        try:
            super().connect()
        except (NewConnectionError, ConnectTimeoutError):
            raise
        except (OSError, HTTPError) as error:
            raise ConnectFailed(self, str(error)) from error


class _HTTPSConnection(HTTPSConnection):
    returned_at: Optional[float] = None

    def connect(self) -> None:
        try:
            super().connect()
        except (NewConnectionError, ConnectTimeoutError):
            raise
        except (OSError, HTTPError) as error:
            raise ConnectFailed(self, str(error)) from error


class _FreshPool(HTTPConnectionPool):
    idle: float = IDLE

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


class _FreshHTTPPool(_FreshPool):
    ConnectionCls = _HTTPConnection


class _FreshHTTPSPool(_FreshPool, HTTPSConnectionPool):
    ConnectionCls = _HTTPSConnection
