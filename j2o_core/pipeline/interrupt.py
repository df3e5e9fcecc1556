"""Stopping in order: the first signal drains and checkpoints, the second stops at once. Both can be resumed."""

from __future__ import annotations

import os
import signal
import sys
import threading
from contextlib import contextmanager
from typing import Any, Iterator, Optional

from ..model.outcome import Held

STOPPED = 4


class Interrupted(Exception):
    """A stage was asked to stop and has left everything resumable."""


def was_held(error: BaseException) -> bool:
    """Whether an error only says that the run was held, so that what was to be sent was not, when it was stopped."""
    seen: Optional[BaseException] = error
    while seen is not None and not isinstance(seen, Held):
        seen = seen.__cause__
    return seen is not None


@contextmanager
def signals(stop: threading.Event) -> Iterator[None]:
    """Within the block, SIGINT and SIGTERM set ``stop``; a second one ends the process with exit code 4."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def handle(number: int, _frame: Any) -> None:
        if stop.is_set():
            print("stopped at once; run the same command again to go on", file=sys.stderr, flush=True)
            os._exit(STOPPED)
        stop.set()
        print(
            f"{signal.Signals(number).name}: finishing what is on its way; once more to stop at once",
            file=sys.stderr,
            flush=True,
        )

    previous = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
