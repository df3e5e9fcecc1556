"""A queue of tasks in lanes: tasks of one lane run one after the other, lanes run side by side."""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from collections import deque
from typing import Callable, Deque, Generic, Optional, TypeVar

T = TypeVar("T")


class LaneQueue(Generic[T]):
    """Many workers take from it. A task that must wait keeps its lane to itself until it is back.

    Of the free lanes the one in which most tasks wait comes first, or it would be what all others end before; among
    equals the one that has been free for longest.

    ``clock`` gives seconds; times handed to ``later`` are on it.
    """

    def __init__(self, lane_of: Callable[[T], str], clock: Callable[[], float] = time.monotonic) -> None:
        self._lane_of = lane_of
        self._clock = clock
        guard = threading.RLock()
        self._changed = threading.Condition(guard)
        #: waited for by the one who feeds
        self._room = threading.Condition(guard)
        self._wanted = 0, 0
        self._idle = 0
        self._waiting: dict[str, Deque[T]] = {}
        #: free lanes as (minus how many wait there, order, lane); told anew when one grows
        self._ready: list[tuple[int, int, str]] = []
        #: the order under which each stands there at last
        self._free: dict[str, int] = {}
        self._busy: set[str] = set()
        self._delayed: list[tuple[float, int, T]] = []
        self._order = itertools.count()
        self._unfinished = 0
        self._closed = False

    def put(self, task: T) -> None:
        """Add a task behind the others of its lane."""
        with self._changed:
            lane = self._lane_of(task)
            queue = self._waiting.setdefault(lane, deque())
            queue.append(task)
            if lane not in self._busy:
                self._set_free(lane)
            self._unfinished += 1
            self._changed.notify()

    def take(self) -> Optional[T]:
        """The next task whose lane is free; blocks; ``None`` once the queue is closed."""
        with self._changed:
            while True:
                if self._closed:
                    return None
                if self._delayed and self._delayed[0][0] <= self._clock():
                    task = heapq.heappop(self._delayed)[2]
                    self._changed.notify()  # who was woken for something else may have come for this
                    return task
                if self._free:
                    lane = self._longest()
                    queue = self._waiting[lane]
                    task = queue.popleft()
                    if not queue:
                        del self._waiting[lane]
                    self._busy.add(lane)
                    if self._free or self._delayed:
                        self._changed.notify()
                    return task
                timeout = None if not self._delayed else max(0.0, self._delayed[0][0] - self._clock())
                self._idle += 1
                self._tell_room()
                self._changed.wait(timeout)
                self._idle -= 1

    def later(self, task: T, at: float) -> None:
        """Give a taken task back until the clock shows ``at``; its lane stays taken."""
        with self._changed:
            heapq.heappush(self._delayed, (at, next(self._order), task))
            self._changed.notify()

    def done(self, task: T) -> None:
        """A taken task has ended: its lane is free."""
        with self._changed:
            lane = self._lane_of(task)
            self._busy.discard(lane)
            self._unfinished -= 1
            if lane in self._waiting:
                self._set_free(lane)
                self._changed.notify()
            self._tell_room()

    def wait_below(self, limit: int, timeout: float, most: int = 0) -> bool:
        """Wait until fewer than ``limit`` tasks are unfinished, at most ``timeout`` seconds; whether it is so.

        Fewer than ``most`` will do where it ``is_starved``.
        """

        with self._changed:
            self._wanted = limit, most
            return self._room.wait_for(self._has_room, timeout)

    @property
    def is_starved(self) -> bool:
        """Whether a taker finds nothing: all that is waiting stands behind others of its lane."""
        with self._changed:
            return self._idle > 0 and not self._free

    def standing(self) -> tuple[int, int, int]:
        """How many tasks wait for a taker, are taken, and are to be tried again later."""
        with self._changed:
            waiting = sum(len(queue) for queue in self._waiting.values())
            delayed = len(self._delayed)
            return waiting, max(0, self._unfinished - waiting - delayed), delayed

    def drain(self) -> list[T]:
        """Take out, and forget, what has not been started yet."""
        with self._changed:
            tasks = [task for queue in self._waiting.values() for task in queue]
            self._waiting.clear()
            self._ready.clear()
            self._free.clear()
            self._unfinished -= len(tasks)
            self._room.notify_all()
            return tasks

    def close(self) -> list[T]:
        """End all takers; returns the tasks that wait to be tried again. Called again: those that came back since."""
        with self._changed:
            self._closed = True
            delayed = [task for _, _, task in self._delayed]
            self._delayed.clear()
            self._changed.notify_all()
            self._room.notify_all()
            return delayed

    def _has_room(self) -> bool:
        limit, most = self._wanted
        return self._unfinished < limit or (self.is_starved and self._unfinished < most) or self._closed

    def _tell_room(self) -> None:
        # Whoever is woken for nothing takes a turn of all the other threads with it.
        if self._has_room():
            self._room.notify_all()

    def _set_free(self, lane: str) -> None:
        order = self._free[lane] = next(self._order)
        heapq.heappush(self._ready, (-len(self._waiting[lane]), order, lane))

    def _longest(self) -> str:
        while True:
            _, order, lane = heapq.heappop(self._ready)
            if self._free.get(lane) == order:
                del self._free[lane]
                return lane
