"""Tells the log of requests: of those that fail, of slow ones, and of all where their level is ``debug``."""

from __future__ import annotations

from loguru import logger

from ..http import Exchange
from ..observe.levels import is_heard

#: seconds from which on an answer is slow
SLOW = 10.0
#: the log's name for requests, by which a spec states their level
COMPONENT = "requests"
#: refusals that are answers as good as any: that something is not there
_USUAL = (404, 410)


class RequestLog:
    """An observer of one connection. What it costs where nobody wants to hear of a request is a comparison."""

    def __init__(self, connection: str) -> None:
        self._connection = connection

    def __call__(self, exchange: Exchange) -> None:
        """One request has ended."""
        status = exchange.status
        if status == 0 or status >= 500:
            level = "warning"
        elif exchange.seconds >= SLOW or (status >= 400 and status not in _USUAL):
            level = "info"
        else:
            level = "debug"
        if is_heard(COMPONENT, level):
            self._tell(exchange, level)

    def _tell(self, exchange: Exchange, level: str) -> None:
        told = {
            "component": COMPONENT,
            "connection": self._connection,
            "method": exchange.method,
            "operation": exchange.operation,
            "status": exchange.status,
            "duration": round(exchange.seconds, 4),
            "sent": exchange.sent,
            "received": exchange.received,
        }
        number = exchange.request_id
        if number:
            told["request_id"] = number
        if exchange.error:
            told["error"] = exchange.error
        end = exchange.status or exchange.error or "no answer"
        logger.bind(**told).log(level.upper(), "{} {}: {}", exchange.method, exchange.operation, end)
