"""The one writer of a ledger: what many threads ask for is committed in groups, in the order it was asked."""

from __future__ import annotations

import queue
import threading
import time
from concurrent.futures import Future
from typing import Any, Callable, Optional

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from ..model.outcome import Fatal
from .server import fence_of, persist

Change = Callable[[Connection], Any]
_Group = list[tuple[Change, Optional[Future[Any]]]]

#: how long a change may wait for company, in seconds
GROUP = 0.02
#: how many changes one transaction takes at most, where nothing is stated
LIMIT = 2000


class Writer:
    """Applies changes on a thread of its own. ``submit`` returns when they are durable; ``post`` does not wait.

    A change that fails takes the whole writer down: every later call raises ``Fatal``, since a ledger that misses a
    line must not be built upon. A server that goes away and returns in time is no failure: what was not committed is
    done again, and what was committed without our being told is known by its number. So a change may be called more
    than once, and must do the same each time. One transaction takes ``limit`` changes at most.
    """

    def __init__(self, engine: Engine, limit: int = LIMIT) -> None:
        self._engine, self._limit = engine, limit
        self._queue: queue.Queue[Optional[tuple[Change, Optional[Future[Any]]]]] = queue.Queue(maxsize=20_000)
        self._failure: Optional[BaseException] = None
        #: told of each commit, on the writer's thread: its seconds, and how many changes it took in
        self.committed: Optional[Callable[[float, int], None]] = None
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

    @property
    def failure(self) -> str:
        """Why nothing can be written any more; empty as long as it can."""
        return "" if self._failure is None else _fatal(self._failure).message

    @property
    def waiting(self) -> int:
        """About how many changes nobody has begun to write yet."""
        return self._queue.qsize()

    def close(self) -> None:
        """Write what is left and end the thread."""
        self._queue.put(None)
        self._thread.join()

    def _check(self) -> None:
        if self._failure is not None:
            raise _fatal(self._failure) from self._failure

    def _run(self) -> None:
        closing = False
        while not closing:
            first = self._queue.get()
            if first is None:
                return
            group = [first]
            deadline = time.monotonic() + GROUP
            # Somebody who waits is served at once; others may wait for company.
            while len(group) < self._limit and group[-1][1] is None:
                try:
                    entry = self._queue.get(timeout=max(0.0, deadline - time.monotonic()))
                except queue.Empty:
                    break
                if entry is None:
                    closing = True
                    break
                group.append(entry)
            self._commit(group)

    def _commit(self, group: _Group) -> None:
        if self._failure is not None:
            for _, future in group:
                if future is not None:
                    future.set_exception(_fatal(self._failure))
            return
        began = time.monotonic()
        try:
            results = self._surely(group)
        except BaseException as error:  # noqa: BLE001 - told to everybody who waits, and to every later caller
            self._failure = error
            for _, future in group:
                if future is not None:
                    fatal = _fatal(error)
                    fatal.__cause__ = error
                    future.set_exception(fatal)
            return
        if self.committed is not None:
            self.committed(time.monotonic() - began, len(group))
        for (_, future), result in zip(group, results):
            if future is not None:
                future.set_result(result)

    def _surely(self, group: _Group) -> list[Any]:
        """Commit the group once, also where the server goes away in between and returns."""
        attempts: list[_Attempt] = []

        def once() -> list[Any]:
            if attempts and self._arrived(attempts[-1]):
                return attempts[-1].results
            attempts.append(_Attempt())
            return self._transact(group, attempts[-1])

        return persist(self._engine, once)

    def _arrived(self, attempt: _Attempt) -> bool:
        """Whether it was committed although no answer came."""
        if not attempt.number:
            return False
        with self._engine.connect() as connection:
            return bool(fence_of(self._engine).committed(connection, attempt.number))

    def _transact(self, group: _Group, attempt: _Attempt) -> list[Any]:
        fence = fence_of(self._engine)
        with self._engine.begin() as connection:
            if fence is not None:
                attempt.number = fence.enter(connection)
            attempt.results = [change(connection) for change, _ in group]
        if fence is not None:
            fence.left(attempt.number)
        return attempt.results


class _Attempt:
    """One try to commit a group: its number at the fence, and what its changes returned."""

    def __init__(self) -> None:
        self.number = 0
        self.results: list[Any] = []


def _fatal(error: BaseException) -> Fatal:
    if isinstance(error, Fatal):
        return Fatal(error.message, exit_code=error.exit_code, code=error.code)
    reason = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    return Fatal(f"the ledger cannot be written: {reason}", exit_code=4)
