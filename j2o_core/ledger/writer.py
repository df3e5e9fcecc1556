"""The one writer of a ledger: what many threads ask for is committed in groups, in the order it was asked."""

from __future__ import annotations

import queue
import threading
import time
from concurrent.futures import Future
from typing import Any, Callable, Optional

from sqlalchemy import Connection, Engine

from ..model.outcome import Fatal

Change = Callable[[Connection], Any]

#: how long a change may wait for company, in seconds
GROUP = 0.02
#: how many changes one transaction takes at most
LIMIT = 2000


class Writer:
    """Applies changes on a thread of its own. ``submit`` returns when they are durable; ``post`` does not wait.

    A change that fails takes the whole writer down: every later call raises ``Fatal``, since a ledger that misses a
    line must not be built upon.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._queue: queue.Queue[Optional[tuple[Change, Optional[Future[Any]]]]] = queue.Queue(maxsize=20_000)
        self._failure: Optional[BaseException] = None
        self._thread = threading.Thread(target=self._run, name="ledger-writer", daemon=True)
        self._thread.start()

    def submit(self, change: Change) -> Any:
        """Run the change and return its result once it is durable."""
        self._check()
        future: Future[Any] = Future()
        self._queue.put((change, future))
        return future.result()

    def post(self, change: Change) -> None:
        """Run the change soon."""
        self._check()
        self._queue.put((change, None))

    def flush(self) -> None:
        """Wait until all that was posted is durable."""
        self.submit(lambda connection: None)

    def close(self) -> None:
        """Write what is left and end the thread."""
        self._queue.put(None)
        self._thread.join()

    def _check(self) -> None:
        if self._failure is not None:
            raise Fatal(f"the ledger cannot be written: {self._failure}", exit_code=4) from self._failure

    def _run(self) -> None:
        closing = False
        while not closing:
            first = self._queue.get()
            if first is None:
                return
            group = [first]
            deadline = time.monotonic() + GROUP
            # Somebody who waits is served at once; others may wait for company.
            while len(group) < LIMIT and group[-1][1] is None:
                try:
                    entry = self._queue.get(timeout=max(0.0, deadline - time.monotonic()))
                except queue.Empty:
                    break
                if entry is None:
                    closing = True
                    break
                group.append(entry)
            self._commit(group)

    def _commit(self, group: list[tuple[Change, Optional[Future[Any]]]]) -> None:
        if self._failure is not None:
            for _, future in group:
                if future is not None:
                    future.set_exception(Fatal(f"the ledger cannot be written: {self._failure}", exit_code=4))
            return
        results: list[tuple[Future[Any], Any]] = []
        try:
            with self._engine.begin() as connection:
                for change, future in group:
                    result = change(connection)
                    if future is not None:
                        results.append((future, result))
        except BaseException as error:  # noqa: BLE001 - told to everybody who waits, and to every later caller
            self._failure = error
            for _, future in group:
                if future is not None:
                    fatal = Fatal(f"the ledger cannot be written: {error}", exit_code=4)
                    fatal.__cause__ = error
                    future.set_exception(fatal)
            return
        for future, result in results:
            future.set_result(result)
