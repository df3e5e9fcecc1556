"""What a thread works on at the moment: whatever is logged meanwhile, by anyone, tells it."""

from __future__ import annotations

import time
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Callable, Iterator, Mapping, Optional

Told = Callable[[], Mapping[str, Any]]


class Work:
    """A piece of work. ``tell`` gives its fields (``entity``, ``item``, ...), and is asked when somebody logs."""

    __slots__ = ("began", "tell")

    def __init__(self, tell: Told) -> None:
        self.tell = tell
        self.began = time.monotonic()

    def fields(self) -> Mapping[str, Any]:
        """What is told of it."""
        return self.tell()

    def seconds(self) -> float:
        """For how long it has been going on."""
        return time.monotonic() - self.began


_at_work: ContextVar[Optional[Work]] = ContextVar("j2o_at_work", default=None)


def begin_work(tell: Told) -> None:
    """From now on this thread works on that."""
    _at_work.set(Work(tell))


def end_work() -> None:
    """This thread works on nothing in particular."""
    _at_work.set(None)


def at_work() -> Optional[Work]:
    """What this thread works on."""
    return _at_work.get()


@contextmanager
def working(tell: Told) -> Iterator[None]:
    """Within the block, this thread works on that."""
    before = _at_work.set(Work(tell))
    try:
        yield
    finally:
        _at_work.reset(before)
