"""Many questions side by side: plugins ask them, the threads are the connection's."""

from __future__ import annotations

import contextvars
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Callable, Iterable, Optional, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Together:
    """Does work for many items, at most ``workers`` at a time for all who ask."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._pool: Optional[ThreadPoolExecutor] = None
        self._guard = threading.Lock()

    def __call__(self, work: Callable[[T], R], items: Iterable[T]) -> list[R]:
        """The results in the order of the items; raises what the first failing item raises.

        ``work`` must not itself ask for something to be done together.
        """
        with self._guard:
            if self._pool is None:
                self._pool = ThreadPoolExecutor(self._workers, thread_name_prefix="together")
            # What the asking thread works on, they work on too: each in a copy, as none can be used twice at once.
            asked = [self._pool.submit(contextvars.copy_context().run, work, item) for item in items]
        try:
            return [one.result() for one in asked]
        finally:
            for one in asked:
                one.cancel()

    def close(self) -> None:
        """End the threads once their work is done."""
        with self._guard:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=False, cancel_futures=True)
