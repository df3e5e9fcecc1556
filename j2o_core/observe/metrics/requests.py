"""Counts the requests of one connection: how many, how long, how many bytes, by method, status and template of path."""

from __future__ import annotations

import threading
from bisect import bisect_left
from typing import Iterator, Protocol

from .families import RECEIVED, REQUEST_BOUNDS, REQUEST_SECONDS, REQUESTS, SENT
from .samples import Sample, Spread

#: templates of paths that are told apart on one connection; what comes after them is told under one name
MOST_OPERATIONS = 100
OTHERS = "other"
#: the status of a request that got no answer
NO_ANSWER = "none"


class Exchanged(Protocol):
    """One request and its end; ``status`` is 0 where no answer came, ``operation`` the template of its path."""

    @property
    def method(self) -> str:
        """GET, POST, ..."""
        ...

    @property
    def operation(self) -> str:
        """Without ids."""
        ...

    @property
    def status(self) -> int:
        """Of the answer."""
        ...

    @property
    def seconds(self) -> float:
        """Until the end of the answer."""
        ...

    @property
    def sent(self) -> int:
        """Bytes."""
        ...

    @property
    def received(self) -> int:
        """Bytes."""
        ...


class RequestTally:
    """To be called after every request, from any thread: the hottest place of all figures."""

    def __init__(self, connection: str) -> None:
        self._connection = connection
        self._guard = threading.Lock()
        #: by (method, operation): how many fell into each bucket, and their seconds
        self._operations: dict[tuple[str, str], list[int]] = {}
        self._seconds: dict[tuple[str, str], float] = {}
        self._statuses: dict[tuple[str, int], int] = {}
        self._sent = self._received = 0

    def __call__(self, exchange: Exchanged) -> None:
        """One more request has ended."""
        seconds = exchange.seconds
        bucket = bisect_left(REQUEST_BOUNDS, seconds)
        answered = exchange.method, exchange.status
        operation = exchange.method, exchange.operation
        with self._guard:
            buckets = self._operations.get(operation)
            if buckets is None:
                operation, buckets = self._begin(operation)
            buckets[bucket] += 1
            self._seconds[operation] += seconds
            self._statuses[answered] = self._statuses.get(answered, 0) + 1
            self._sent += exchange.sent
            self._received += exchange.received

    def samples(self) -> Iterator[Sample]:
        """What it has counted."""
        name = self._connection
        with self._guard:
            operations = {key: (tuple(buckets), self._seconds[key]) for key, buckets in self._operations.items()}
            statuses = dict(self._statuses)
            sent, received = self._sent, self._received
        for (method, operation), (counts, seconds) in operations.items():
            yield Sample(REQUEST_SECONDS, (name, method, operation), Spread(REQUEST_BOUNDS, counts, seconds))
        for (method, status), number in statuses.items():
            yield Sample(REQUESTS, (name, method, str(status or NO_ANSWER)), number)
        yield Sample(SENT, (name,), sent)
        yield Sample(RECEIVED, (name,), received)

    def _begin(self, operation: tuple[str, str]) -> tuple[tuple[str, str], list[int]]:
        if len(self._operations) >= MOST_OPERATIONS:
            operation = operation[0], OTHERS
        buckets = self._operations.setdefault(operation, [0] * (len(REQUEST_BOUNDS) + 1))
        self._seconds.setdefault(operation, 0.0)
        return operation, buckets
