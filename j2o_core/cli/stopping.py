"""SIGTERM stops a command as Ctrl-C does."""

from __future__ import annotations

import contextlib
import signal
import threading
from typing import Any, Iterator

#: whether the process is the program, which ends with its command
is_program = False


@contextlib.contextmanager
def stoppable(last: bool = False) -> Iterator[None]:
    """Within the block, SIGTERM raises ``KeyboardInterrupt``; the pipeline puts its own handling in its place.

    ``last``: after the block the program tells how it ended, and has nothing more that could be stopped.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_number: int, _frame: Any) -> None:
        raise KeyboardInterrupt

    previous = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN if last and is_program else previous)
