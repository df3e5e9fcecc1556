"""How long a plugin may take to load: after a while its name is told, and for a mere help it is not waited for."""

from __future__ import annotations

import contextlib
import signal
import threading
from dataclasses import dataclass
from types import FrameType
from typing import Any, Callable, Iterator, Optional

#: seconds between two interruptions of what does not give way
_AGAIN = 0.1


class TooSlow(BaseException):
    """A plugin was not loaded in time. No ``Exception``, so that a plugin which catches those does not catch it."""


@dataclass(frozen=True)
class Patience:
    """``tell`` is called once, from another thread, for each plugin that takes longer than ``wonder`` seconds.

    Above ``limit`` seconds it is interrupted, again and again until it gives way: on the main thread of a system that
    has timers (not Windows), and where nobody else uses them; elsewhere it is waited for.
    """

    tell: Callable[[str], None] = lambda text: None
    wonder: float = 3.0
    limit: Optional[float] = None

    @contextlib.contextmanager
    def waiting(self, plugin: str, what: str) -> Iterator[None]:
        """Watches one plugin while it does ``what`` (``is being imported``). Raises ``TooSlow``."""
        text = f"plugin {plugin} {what} for more than {self.wonder:g} s; J2O_DISABLE_PLUGINS={plugin} leaves it out"
        timer = threading.Timer(self.wonder, self.tell, (text,))
        timer.daemon = True
        timer.start()
        try:
            with _interrupted(self.limit, f"it {what} for more than {self.limit} s, so it is left out"):
                yield
        finally:
            timer.cancel()


@contextlib.contextmanager
def _interrupted(limit: Optional[float], why: str) -> Iterator[None]:
    if limit is None or not _can_interrupt():
        yield
        return

    over = False

    def interrupt(number: int, frame: Optional[FrameType]) -> Any:
        if not over:
            raise TooSlow(why)

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, limit, _AGAIN)
    try:
        try:
            yield
        finally:
            over = True  # one statement, since an interruption can come before any other
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _can_interrupt() -> bool:
    return (
        hasattr(signal, "setitimer")
        and threading.current_thread() is threading.main_thread()
        and signal.getsignal(signal.SIGALRM) is signal.SIG_DFL
        and signal.getitimer(signal.ITIMER_REAL)[0] == 0
    )
