"""Locks of a database: those that are polled for (advisory ones) and those that are queued for (rows, tables)."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import deque
from typing import AsyncIterator, Deque, Dict, NamedTuple, Optional, Set

# Seconds between two looks at a lock that someone else holds.
POLL = (0.05, 0.15)


class Lock(NamedTuple):
    """A lock that a write takes: polled for or queued for; held for ``seconds``, or (None) as long as the write."""

    name: str
    polled: bool
    seconds: Optional[float] = None


class Locks:
    """Who polls looks again after 50 to 150 ms and gets the lock by chance; who queues gets it in turn."""

    def __init__(self) -> None:
        self._held: Set[str] = set()
        self._waiting: Dict[str, Deque[asyncio.Future[None]]] = {}

    @contextlib.asynccontextmanager
    async def hold(self, lock: Lock) -> AsyncIterator[None]:
        """Hold a lock."""
        if lock.polled:
            while lock.name in self._held:
                await asyncio.sleep(random.uniform(*POLL))
            self._held.add(lock.name)
        elif lock.name in self._held:
            turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.setdefault(lock.name, deque()).append(turn)
            await turn  # it is handed over, never free in between
        else:
            self._held.add(lock.name)
        try:
            yield
        finally:
            self._release(lock.name)

    def _release(self, name: str) -> None:
        waiting = self._waiting.get(name)
        while waiting:
            turn = waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._waiting.pop(name, None)
        self._held.discard(name)
