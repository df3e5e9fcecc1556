"""How many heaps the C library makes for the threads of a run."""

from __future__ import annotations

import contextlib
import ctypes

_M_ARENA_MAX = -8
_HEAPS = 2


def keep_few_heaps() -> None:
    """Let all threads share two heaps, where the C library is glibc.

    Its default is a heap for nearly every thread, and each keeps what its largest answers needed: a third of the
    memory of a run. Threads that wait for each other anyway lose nothing.
    """
    with contextlib.suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, _HEAPS)
