"""How much a server does at once: web threads that requests queue for, and the database connections behind them."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections import deque
from typing import AsyncIterator, Deque


@dataclasses.dataclass(frozen=True)
class Capacity:
    """Limits of one server, 0 for none; waits in seconds."""

    threads: int = 0
    queue_wait: float = 30.0
    connections: int = 0
    connection_wait: float = 5.0
    queue_length: int = 0

    @property
    def limited(self) -> bool:
        """Whether anything can run out."""
        return bool(self.threads or self.connections)


class Exhausted(Exception):
    """Nothing became free in time: the request ends with a 500 and was never begun."""


class Crowded(Exception):
    """More wait already than may: the request is turned away at once."""


class Slots:
    """So many at once (0: any number); the others wait in line, each for so many seconds at most.

    ``length`` is how many may wait (0: any number).
    """

    def __init__(self, count: int, wait: float, length: int = 0) -> None:
        self._count = count
        self._wait = wait
        self._length = length
        self._taken = 0
        self._line: Deque[asyncio.Future[None]] = deque()

    @contextlib.asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Hold one.

        Raises:
            Exhausted: none became free in time.
            Crowded: too many wait already.
        """
        if not self._count:
            yield
            return
        if self._taken < self._count:
            self._taken += 1
        else:
            await self._in_line()
        try:
            yield
        finally:
            self._hand_over()

    async def _in_line(self) -> None:
        if self._length and sum(not turn.done() for turn in self._line) >= self._length:
            raise Crowded
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._line.append(turn)
        await asyncio.wait([turn], timeout=self._wait)
        if not turn.done():
            turn.cancel()
            raise Exhausted

    def _hand_over(self) -> None:
        while self._line:
            turn = self._line.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._taken -= 1
