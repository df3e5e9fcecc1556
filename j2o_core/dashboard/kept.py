"""Answers that are dear to find are kept for a while: the longer, the dearer they are."""

from __future__ import annotations

import threading
import time
from typing import Any, Callable, Dict, Hashable, TypeVar, cast

T = TypeVar("T")

#: seconds for which any answer is kept
LEAST = 0.5
#: the share of a thread's time that may go into finding one answer again and again: what all look at, and what few do
SHARE, OF_DETAILS = 0.03, 0.01
#: answers that are kept at the same time
MOST = 200


class _Answer:
    """What was found, how long it is good, and whose turn it is to look for it."""

    def __init__(self) -> None:
        self.turn = threading.Lock()
        self.until = float("-inf")
        self.found: Any = None


class Kept:
    """Safe for threads; whoever comes while an answer is looked for waits for that one."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._guard = threading.Lock()
        self._answers: Dict[Hashable, _Answer] = {}

    def get(self, key: Hashable, find: Callable[[], T], lasts: bool = False, detail: bool = False) -> T:
        """The answer of ``find``, or one that is new enough; with ``lasts``, it never grows old.

        A ``detail`` is found again less often than what all look at.
        """
        share = OF_DETAILS if detail else SHARE
        answer = self._answer(key)
        with answer.turn:
            began = self._clock()
            if began >= answer.until:
                answer.found = find()
                ended = self._clock()
                answer.until = float("inf") if lasts else ended + max(LEAST, (ended - began) / share)
            return cast(T, answer.found)

    def _answer(self, key: Hashable) -> _Answer:
        """That of the key, which is the newest now; what was asked for least lately makes room."""
        with self._guard:
            answer = self._answers.pop(key) if key in self._answers else _Answer()
            self._answers[key] = answer
            if len(self._answers) > MOST:
                del self._answers[next(iter(self._answers))]
            return answer
