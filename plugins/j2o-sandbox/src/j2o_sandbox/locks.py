"""Locks that are polled for, as database locks without a queue are."""

from __future__ import annotations

import asyncio
import contextlib
import random
from typing import AsyncIterator, Optional, Set

# Seconds between two looks at a lock that someone else holds.
POLL = (0.05, 0.15)


class Locks:
    """Who waits looks again after 50 to 150 ms; whoever looks first when it is free gets it, in no order."""

    def __init__(self) -> None:
        self._held: Set[str] = set()

    @contextlib.asynccontextmanager
    async def hold(self, name: Optional[str]) -> AsyncIterator[None]:
        """Hold a lock; None is no lock."""
        if name is None:
            yield
            return
        while name in self._held:
            await asyncio.sleep(random.uniform(*POLL))
        self._held.add(name)
        try:
            yield
        finally:
            self._held.discard(name)
