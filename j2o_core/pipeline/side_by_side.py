"""Tasks done side by side by a bounded number of threads, where a task may hand in further ones."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from types import TracebackType
from typing import Any, Callable, Optional

from .interrupt import Interrupted


class SideBySide:
    """As a context manager it waits at its end for what is under way, and begins nothing more."""

    def __init__(self, workers: int) -> None:
        self._pool = ThreadPoolExecutor(max(1, workers), thread_name_prefix="extract")
        self._guard = threading.Lock()
        self._open = 0
        self._done: SimpleQueue[Future[None]] = SimpleQueue()
        self._ended = threading.Event()

    def __enter__(self) -> SideBySide:
        return self

    def __exit__(
        self, kind: Optional[type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self._ended.set()
        self._pool.shutdown(wait=True)

    def submit(self, task: Callable[..., None], *arguments: Any) -> None:
        """Hand in a task."""
        with self._guard:
            self._open += 1
            self._pool.submit(self._do, task, *arguments).add_done_callback(self._done.put)

    def finish(self) -> None:
        """Wait until all is done, further tasks included; raises what the first failing one raises."""
        while True:
            with self._guard:
                if not self._open:
                    return
                self._open -= 1
            # Whoever hands in further tasks does so before it is done itself.
            self._done.get().result()

    @property
    def ended(self) -> bool:
        """Whether tasks should come to an end early: another one has failed."""
        return self._ended.is_set()

    def _do(self, task: Callable[..., None], *arguments: Any) -> None:
        if self.ended:
            raise Interrupted
        task(*arguments)
