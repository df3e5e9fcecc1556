"""A server with a knee, in virtual time: web threads, a queue that may be full, noise, and other people who use it."""

from __future__ import annotations

import heapq
import itertools
import math
import random
from collections import deque
from dataclasses import dataclass
from typing import Any, Callable, Mapping, Optional, Sequence

from ..http import adaptive

#: seconds that operations take where nothing waits
SECONDS = {"GET pages": 0.02, "PATCH items": 0.1, "POST items": 0.2, "POST files": 0.8}
#: how often each is called in a mixture
MIXTURE = {"GET pages": 4, "PATCH items": 2, "POST items": 4, "POST files": 1}
#: seconds after which a refusal comes back, and at most until its sender tries again
_REFUSAL, _AGAIN = 0.003, 0.5


@dataclass
class Server:
    """``threads`` at work, ``queue`` more may wait, others are refused; ``noise``: sigma of the log of each time.

    ``contention``: the share by which each request that waits slows the others down.
    """

    threads: int
    queue: float = math.inf
    noise: float = 0.0
    speed: float = 1.0
    contention: float = 0.0


class Simulation:
    """So many workers send without a break to one server, under a fixed or the adaptive limit."""

    def __init__(
        self,
        server: Server,
        *,
        fixed: Optional[int] = None,
        bounds: Optional[adaptive.Bounds] = None,
        operations: Mapping[str, int] = MIXTURE,
        workers: int = 64,
        others: int = 0,
        seed: int = 1,
    ) -> None:
        """``others`` use the server too, one request after the other."""
        self.server = server
        self.sent = self.refused = 0
        self.finished: list[tuple[float, float]] = []
        #: seconds that each request of the others took
        self.waited_by_others: list[float] = []
        self._fixed, self._bounds = fixed, bounds or adaptive.Bounds(workers)
        self._names, self._weights = list(operations), list(operations.values())
        self._workers, self._others = workers, others
        self._chance = random.Random(seed)
        self._now = 0.0
        self._order = itertools.count()
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._busy, self._under_way, self._waiting_to_retry = 0, 0, 0
        self._line: deque[tuple[float, Callable[[bool], None]]] = deque()
        self._state = adaptive.begin(self._bounds, 0.0)
        self._times: dict[str, tuple[int, float, float]] = {}
        self._samples, self._full, self._began = 0, False, 0.0

    def at(self, time: float, change: Callable[[Server], Any]) -> None:
        """Change the server at this time."""

        def event() -> None:
            change(self.server)
            self._start_waiting()

        self._later(time, event)

    def run(self, until: float) -> Simulation:
        """Go on until this time, in seconds."""
        if not self._now:
            for _ in range(self._others):
                self._later(self._chance.random(), self._send_of_another)
        self._send()
        while self._events and self._events[0][0] <= until:
            self._now, _, event = heapq.heappop(self._events)
            event()
            self._send()
        self._now = until
        return self

    def work(self, begin: float, end: float) -> float:
        """Work done between two times, in threads that were kept busy."""
        return sum(work for at, work in self.finished if begin <= at < end) / (end - begin)

    @property
    def refused_share(self) -> float:
        """The share of our requests that were refused."""
        return self.refused / max(1, self.sent)

    # ---------------------------------------------------------------- our side

    def _limit(self) -> int:
        return self._fixed if self._fixed is not None else adaptive.allowed(self._state, self._bounds)

    def _send(self) -> None:
        while self._under_way < min(self._limit(), self._workers - self._waiting_to_retry):
            self._under_way += 1
            self.sent += 1
            self._full = self._full or self._under_way >= self._limit()
            name, sent = self._chance.choices(self._names, self._weights)[0], self._now
            self._arrive(name, self._back(name, sent))

    def _back(self, name: str, sent: float) -> Callable[[bool], None]:
        def back(done: bool) -> None:
            self._under_way -= 1
            if done:
                self.finished.append((self._now, SECONDS[name]))
                self._learn(name, self._now - sent)
                return
            self.refused += 1
            self._waiting_to_retry += 1
            self._later(self._now + self._chance.uniform(0.0, _AGAIN), self._try_again)
            self._state = adaptive.refused(self._state, self._bounds, self._under_way, self._now)
            self._begin_round()

        return back

    def _try_again(self) -> None:
        self._waiting_to_retry -= 1

    def _learn(self, name: str, seconds: float) -> None:
        count, total, squares = self._times.get(name, (0, 0.0, 0.0))
        seconds = adaptive.clipped(self._state, name, seconds)
        self._times[name] = (count + 1, total + seconds, squares + seconds**2)
        self._samples += 1
        if self._samples >= adaptive.samples_wanted(self._state, self._bounds) and self._now - self._began >= 0.2:
            seen = adaptive.Round(self._times, self._full)
            self._state = adaptive.step(self._state, self._bounds, seen, self._now)
            self._begin_round()

    def _begin_round(self) -> None:
        self._times, self._samples, self._full, self._began = {}, 0, False, self._now

    # ---------------------------------------------------------------- the server's side

    def _arrive(self, name: str, back: Callable[[bool], None]) -> None:
        if self._busy < self.server.threads:
            self._start(SECONDS[name], back)
        elif len(self._line) < self.server.queue:
            self._line.append((SECONDS[name], back))
        else:
            self._later(self._now + _REFUSAL, lambda: back(False))

    def _start(self, seconds: float, back: Callable[[bool], None]) -> None:
        self._busy += 1
        noise = self.server.noise
        factor = math.exp(self._chance.gauss(-(noise**2) / 2, noise)) if noise else 1.0
        seconds *= factor * (1.0 + self.server.contention * len(self._line)) / self.server.speed

        def finish() -> None:
            self._busy -= 1
            self._start_waiting()
            back(True)

        self._later(self._now + seconds, finish)

    def _start_waiting(self) -> None:
        while self._line and self._busy < self.server.threads:
            self._start(*self._line.popleft())

    def _send_of_another(self) -> None:
        sent = self._now

        def back(done: bool) -> None:
            self.waited_by_others.append(self._now - sent)
            self._later(self._now + 0.01, self._send_of_another)

        self._arrive("POST items", back)

    def _later(self, time: float, event: Callable[[], Any]) -> None:
        heapq.heappush(self._events, (time, next(self._order), event))


def best_fixed(
    make: Callable[[int], Simulation], until: float, limits: Sequence[int], most_refused: float = 0.01
) -> float:
    """The most work that any fixed limit does, of those under which hardly anything is refused."""
    swept = [make(limit).run(until) for limit in limits]
    return max(one.work(0.0, until) for one in swept if one.refused_share < most_refused)
