"""Answers that are dear to find are kept for a while: the longer, the dearer they are."""

from __future__ import annotations

import threading
import time
from typing import Any, Callable, Dict, Hashable, Tuple, TypeVar, cast

T = TypeVar("T")

#: seconds for which any answer is kept
LEAST = 0.5
#: the share of a thread's time that may go into finding one answer again and again
SHARE = 0.05
#: answers that are kept at the same time
MOST = 200


class Kept:
    """Safe for threads; whoever comes while an answer is looked for waits for that one."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._guard = threading.Lock()
        self._locks: Dict[Hashable, threading.Lock] = {}
        self._kept: Dict[Hashable, Tuple[float, Any]] = {}

    def get(self, key: Hashable, find: Callable[[], T], lasts: bool = False) -> T:
        """The answer of ``find``, or one that is new enough; with ``lasts``, it never grows old."""
        with self._guard:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            kept = self._kept.get(key)
            began = self._clock()
            if kept is not None and began < kept[0]:
                return cast(T, kept[1])
            found = find()
            ended = self._clock()
            until = float("inf") if lasts else ended + max(LEAST, (ended - began) / SHARE)
            self._kept[key] = (until, found)
        self._make_room(key)
        return found

    def _make_room(self, newest: Hashable) -> None:
        with self._guard:
            for key in list(self._kept)[: max(0, len(self._kept) - MOST)]:
                if key != newest:
                    self._kept.pop(key, None)
                    self._locks.pop(key, None)
