"""What a run keeps of its memory: heaps for its threads, what is free in them, and what is never looked at again."""

from __future__ import annotations

import contextlib
import ctypes
import gc
from typing import Any, Iterator

_M_ARENA_MAX, _M_MMAP_THRESHOLD = -8, -3
_HEAPS = 2
#: objects more than before after which those are looked at that are new; Python's own numbers are 700 and 2,000
_NEW_OBJECTS = 20_000
#: bytes from which on an allocation is a mapping of its own, which the system has back as soon as it is free
_LARGE = 128 * 1024


def keep_few_heaps() -> None:
    """Let all threads share two heaps, and none keep what was large, where the C library is glibc.

    Its default is a heap for nearly every thread, and each keeps what its largest answers needed: a third of the
    memory of a run. Threads that wait for each other anyway lose nothing.
    """
    with _of_the_c_library() as library:
        library.mallopt(_M_ARENA_MAX, _HEAPS)
        library.mallopt(_M_MMAP_THRESHOLD, _LARGE)  # once stated, it does not grow with what is freed


def give_back_what_is_free() -> None:
    """Let the system have the pages that are free in the heaps: glibc keeps those that lie between others.

    Answers of all sizes come and go in the course of hours, and what is free among what stays grows with their number.
    """
    with _of_the_c_library() as library:
        library.malloc_trim(0)


def collect_seldom() -> None:
    """Leave out of every later collection what was loaded so far: code, plugins and specs live to the end.

    They are most of what there is, and each full collection would walk them again. What comes later hardly ever needs
    a collection, so there are fewer of them.
    """
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, *gc.get_threshold()[1:])


@contextlib.contextmanager
def _of_the_c_library() -> Iterator[Any]:
    """Calls that another C library, or another system, does not know."""
    with contextlib.suppress(OSError, AttributeError, TypeError):
        yield ctypes.CDLL(None)
