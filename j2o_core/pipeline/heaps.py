"""What a run keeps of its memory: how many heaps for its threads, and what is never looked at again."""

from __future__ import annotations

import contextlib
import ctypes
import gc

_M_ARENA_MAX = -8
_HEAPS = 2


def keep_few_heaps() -> None:
    """Let all threads share two heaps, where the C library is glibc.

    Its default is a heap for nearly every thread, and each keeps what its largest answers needed: a third of the
    memory of a run. Threads that wait for each other anyway lose nothing.
    """
    with contextlib.suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, _HEAPS)


def keep_what_is_loaded() -> None:
    """Leave out of every later collection what was loaded so far: code, plugins and specs live to the end.

    They are most of what there is, and each full collection would walk them again.
    """
    gc.freeze()
