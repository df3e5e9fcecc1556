"""The gate before a host: every request of every worker passes it, and whatever holds one of them holds them all."""

from __future__ import annotations

import random
import threading
import time
from dataclasses import dataclass
from typing import Any, Callable, Mapping, Optional

from ..model.error_class import error_class
from ..model.limits import BreakerBounds, Limit
from ..model.outcome import Held, NotSent, Outcome
from . import adaptive
from .adapting import Adapting
from .breaker import OPEN, Breaker
from .pace import Pace
from .retry_budget import RetryBudget
from .standing import Directions, Standing

Tell = Callable[[Mapping[str, Any]], None]
#: for how long (seconds) a write waits here before it goes back into its queue: what waits may have to be stopped
PATIENCE = 5.0
#: how often who waits looks whether the run is being stopped, in seconds
_GLANCE = 0.25
#: statuses by which a server says that it is too much
REFUSALS = (429, 503)


@dataclass(frozen=True)
class Passed:
    """A request that is under way: when it left, and whether it probes an open breaker."""

    at: float
    probe: bool


@dataclass(frozen=True)
class Figures:
    """A gate as it stands: requests ``under_way`` and ``allowed`` (``None``: any number), ``refused`` so far.

    ``pause``: seconds for which the server asked to be left alone still; ``unanswered``: requests in a row that got no
    answer.
    """

    under_way: int
    allowed: Optional[int]
    refused: int
    breaker: str
    held: tuple[str, ...]
    pause: float = 0.0
    unanswered: int = 0


class Gate:
    """Shared by all workers of a host. ``stopping`` tells whether the run is to end: then nobody waits any more."""

    def __init__(
        self,
        name: str,
        *,
        limit: Limit = Limit(),
        breaker: BreakerBounds = BreakerBounds(),
        retry_share: float = 0.25,
        workers: int = 8,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name, self.stated, self.retry_share = name, limit, retry_share
        self.stopping: Callable[[], bool] = lambda: False
        #: whether writes may leave: asked at the last moment
        self.may_write: Callable[[], bool] = lambda: True
        self._clock = clock
        self._changed = threading.Condition()
        self._closed = False
        self._under_way = 0
        self._refused = self._succeeded = 0
        self._paused_until = float("-inf")
        self._pause = 0.0
        self._holds: dict[str, str] = {}
        self._throttles: dict[str, int] = {}
        self._breaker = Breaker(breaker)
        self._budget = RetryBudget(retry_share, clock())
        self._rate = limit.rate
        self._pace = Pace(limit.rate) if limit.rate else None
        self._parallel = limit.parallel
        bounds = adaptive.Bounds(min(workers, limit.parallel or workers), limit.courtesy)
        self._adapting = Adapting(bounds, clock()) if limit.adaptive else None
        self._listeners: list[Tell] = []
        self._allowed = self._compute_allowed()

    # ---------------------------------------------------------------- passing

    def enter(self, writing: bool) -> Passed:
        """Wait until a request may leave.

        Raises ``NotSent`` where the breaker is open or the connection was closed, ``Held`` where the run is being
        stopped while something holds, and where a write has waited for long: it goes back into its queue.
        """
        with self._changed:
            now = began = self._clock()
            lag: Optional[float] = None
            while True:
                left, reason = self._hindrance(now)
                if reason == "pause":  # not all at the same moment when it ends
                    lag = random.uniform(0.0, min(1.0, 0.1 * self._pause)) if lag is None else lag
                    left += lag
                elif lag is not None and not left:
                    left, lag = max(0.0, self._paused_until + lag - now), None
                if not left and writing and not self.may_write():
                    raise Held(f"{self.name}: nothing may be sent from here at present", not_before=1.0, code="held")
                if not left:
                    return self._pass(now)
                if reason == "breaker":
                    raise NotSent(
                        f"{self.name} does not answer: left alone for {left:.0f} s", not_before=left, code="breaker"
                    )
                if self.stopping() or (writing and now - began + min(left, PATIENCE) > PATIENCE):
                    raise Held(f"{self.name}: {reason}", not_before=min(left, PATIENCE), code="held")
                self._changed.wait(min(left, _GLANCE))
                now = self._clock()

    def leave(self, passed: Passed, operation: str, status: int) -> None:
        """A request has ended; ``status`` is 0 where no answer came."""
        now = self._clock()
        with self._changed:
            self._under_way -= 1
            answered = status not in (0, 502, 503, 504)
            turned = self._breaker.note(answered, passed.probe, now)
            if 200 <= status < 400:
                self._succeeded += 1
                self._budget.succeeded()
            if status in REFUSALS:
                self._refused += 1
            before = self._allowed
            if self._adapting is not None:
                self._adapt(self._adapting, passed, operation, status, now)
            if turned is None and self._allowed <= before:
                self._changed.notify()
            else:
                self._changed.notify_all()
        if turned is not None:
            self._tell(self._of_the_breaker(turned))

    # ---------------------------------------------------------------- what holds

    def pause(self, seconds: float) -> None:
        """Nobody sends for so many seconds; a shorter pause never ends a longer one."""
        with self._changed:
            until = self._clock() + seconds
            if until > self._paused_until:
                self._paused_until, self._pause = until, seconds
        if seconds >= 1.0:
            message = f"{self.name} asks to be left alone for {seconds:.0f} s"
            self._tell({"event": "pause", "connection": self.name, "seconds": seconds, "message": message})

    def hold(self, who: str, reason: str) -> None:
        """Nobody sends until ``who`` releases it."""
        with self._changed:
            self._holds[who] = reason

    def release(self, who: str) -> None:
        """Take back what ``who`` has asked for by ``hold``; harmless where there is nothing."""
        with self._changed:
            if self._holds.pop(who, None) is not None:
                self._changed.notify_all()

    def throttle(self, who: str, parallel: Optional[int]) -> None:
        """At most so many requests at the same time, as ``who`` says; ``None`` takes it back."""
        with self._changed:
            self._throttles.pop(who, None)
            if parallel is not None:
                self._throttles[who] = max(1, parallel)
            self._allowed = self._compute_allowed()
            self._changed.notify_all()

    def retry_wait(self, longest: float) -> float:
        """Something is to be tried again: seconds (at most ``longest``) by which it waits for the retry budget."""
        with self._changed:
            return self._budget.wait(self._clock(), longest)

    def retried(self, outcome: Outcome, wait: float) -> None:
        """A read is tried again in so many seconds, since it has ended so. What the breaker kept back was not tried."""
        if outcome.code == "breaker":
            return
        kind = error_class(outcome.code, outcome.detail)
        told = {"connection": self.name, "class": kind, "code": outcome.code, "wait": round(wait, 3)}
        self._tell({"event": "retry", **told})

    def sleep(self, seconds: float) -> None:
        """Sleep, but not beyond ``close``. Raises ``Held`` where the run is being stopped."""
        until = self._clock() + seconds
        with self._changed:
            while not self._closed:
                left = until - self._clock()
                if left <= 0:
                    return
                if self.stopping():
                    raise Held(f"{self.name}: the run is being stopped", code="held")
                self._changed.wait(min(left, _GLANCE))

    def close(self) -> None:
        """Wake all who wait; nothing is sent any more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    # ---------------------------------------------------------------- looking on

    def listen(self, tell: Tell) -> None:
        """Call ``tell`` with each event: the breaker turns, the server asks for a pause, a read is tried again."""
        self._listeners.append(tell)

    def figures(self) -> Figures:
        """How it stands."""
        with self._changed:
            allowed = None if self._allowed == float("inf") else int(self._allowed)
            pause = max(0.0, self._paused_until - self._clock())
            breaker, held = self._breaker, tuple(self._holds.values())
            return Figures(self._under_way, allowed, self._refused, breaker.state, held, pause, breaker.unanswered)

    # ---------------------------------------------------------------- together with others

    def standing(self) -> Standing:
        """What others before the same host should know."""
        with self._changed:
            now = self._clock()
            pause = max(0.0, self._paused_until - now)
            return Standing(
                self._under_way,
                self._refused,
                pause,
                self._breaker.keeps_others(now, PATIENCE),
                self._succeeded,
                self._budget.taken,
                self._adapting.seen() if self._adapting is not None else None,
            )

    def follow(self, directions: Directions) -> None:
        """Keep to what holds for all who send to this host."""
        with self._changed:
            now = self._clock()
            if directions.pause and now + directions.pause > self._paused_until:
                self._paused_until, self._pause = now + directions.pause, directions.pause
            if self._pace is not None and directions.rate:
                self._pace.slow_to(directions.rate)
            if directions.broken:
                self._breaker.close()
            if directions.round is not None and self._adapting is not None:
                self._adapting.follow(directions.round, directions.slow, now)
            if directions.retries is not None:
                self._budget.follow(directions.retries, directions.owing)
            held = {"others": directions.held, "breaker": "left alone, as another worker found" * directions.broken}
            held["share"] = "others have the places" if directions.parallel == 0 else ""
            for who, reason in held.items():
                self._holds.pop(who, None)
                if reason:
                    self._holds[who] = reason
            self._throttles.pop("share", None)
            if directions.parallel:
                self._throttles["share"] = directions.parallel
            self._allowed = self._compute_allowed()
            self._changed.notify_all()

    @property
    def limits(self) -> tuple[Optional[int], Optional[float], str]:
        """Requests at the same time and a second that are stated or asked for, and why nothing may leave."""
        with self._changed:
            parallel = [stated for stated in (self._parallel, *self._throttles.values()) if stated is not None]
            return min(parallel, default=None), self._rate, next(iter(self._holds.values()), "")

    # ---------------------------------------------------------------- under the lock

    def _hindrance(self, now: float) -> tuple[float, str]:
        """Seconds to wait (a glance: until it is changed) and why; 0 where nothing hinders."""
        if self._closed:
            raise NotSent("the connection was closed", code="closed")
        if self._holds:
            return _GLANCE, next(iter(self._holds.values()))  # released at any moment
        if now < self._paused_until:
            return self._paused_until - now, "pause"
        left = self._breaker.left(now)
        if left:
            return left, "breaker"
        if self._under_way >= self._allowed:
            self._reached()
            return _GLANCE, "no request more may be under way"  # a place becomes free at any moment
        if self._pace is not None:
            return self._pace.left(now), "the stated rate is reached"
        return 0.0, ""

    def _pass(self, now: float) -> Passed:
        if self._pace is not None:
            self._pace.take(now)
        self._under_way += 1
        if self._under_way >= self._allowed:
            self._reached()
        return Passed(now, self._breaker.admit(now))

    def _reached(self) -> None:
        if self._adapting is not None:
            self._adapting.reached()

    def _adapt(self, adapting: Adapting, passed: Passed, operation: str, status: int, now: float) -> None:
        if status in REFUSALS:
            adapting.refused(self._under_way, now)
        elif 200 <= status < 300 or status == 500:
            adapting.answered(operation, max(now - passed.at, 1e-6), now)
        self._allowed = self._compute_allowed()

    def _compute_allowed(self) -> float:
        stated = float("inf") if self._parallel is None else float(self._parallel)
        stated = min([stated, *self._throttles.values()])
        return stated if self._adapting is None else self._adapting.allowed(stated)

    # ---------------------------------------------------------------- telling

    def _of_the_breaker(self, state: str) -> Mapping[str, Any]:
        told = "does not answer: the circuit breaker opens" if state == OPEN else "answers again"
        message = f"{self.name} {told}"
        return {"event": "breaker", "connection": self.name, "state": state, "message": message}

    def _tell(self, event: Mapping[str, Any]) -> None:
        for listener in self._listeners:
            listener(event)
