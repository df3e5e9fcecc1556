"""SIGTERM stops a command as Ctrl-C does."""

from __future__ import annotations

import contextlib
import signal
import threading
from typing import Any, Iterator


@contextlib.contextmanager
def stoppable() -> Iterator[None]:
    """Within the block, SIGTERM raises ``KeyboardInterrupt``; the pipeline puts its own handling in its place."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_number: int, _frame: Any) -> None:
        raise KeyboardInterrupt

    previous = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, previous)
