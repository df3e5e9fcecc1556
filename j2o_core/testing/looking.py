"""What is proved alike of all that looks at a system and tells of it: surveyors and inspectors."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import partial
from typing import Any, Callable, Generic, Iterator, Mapping, Optional, TypeVar

from ..model.outcome import Outcome
from . import hostile_proxy as hostile
from .hostile_proxy import HostileProxy, Trouble
from .proofs import NotConforming, Proof, demand
from .worlds import NotProved, World, Worlds

T = TypeVar("T")

_PASSING: Mapping[str, Callable[[hostile.Answered], hostile.Answered]] = {
    "a gateway's errors": hostile.gateway_error,
    "limits of requests": hostile.too_many,
    "answers cut off": hostile.cut_off,
}
_LASTING: Mapping[str, Callable[[hostile.Answered], hostile.Answered]] = {
    "a login page with status 200": hostile.web_page,
    "broken JSON": hostile.half_json,
    "a gateway's errors": hostile.gateway_error,
}
_FORMS = (b"null", b'"text"', b"[null]", b"[]", b"{}")
#: requests that a disturbed look may need at most, as a multiple of those of an undisturbed one
_PATIENCE = 12


@dataclass
class _Seen(Generic[T]):
    """What was told, or what ended it, and how many requests it took."""

    told: Optional[T] = None
    outcome: Optional[Outcome] = None
    asked: int = 0


class Looking(ABC, Generic[T]):
    """Looks at a world through what is proved. ``who`` is it, and ``silence`` says what it does not do in silence."""

    who: str
    silence: str

    def __init__(self, worlds: Worlds, world: Callable[[Worlds], World]) -> None:
        self._worlds, self._made = worlds, world
        self._whole: Optional[_Seen[T]] = None

    def proofs(self, subject: str) -> Iterator[Proof]:
        """That it only reads, tells the same whatever stands in between, and hides nothing that it could not read."""
        yield Proof(subject, "tells the same twice, over any address", self._prove_stability)
        yield Proof(subject, "writes nothing", self._prove_reading)
        for name, change in _PASSING.items():
            yield Proof(subject, f"tells everything despite {name}", partial(self._prove_passing, change))
        for name, change in _LASTING.items():
            yield Proof(subject, f"{self.silence} in silence behind {name}", partial(self._prove_lasting, change))
        for text in _FORMS:
            yield Proof(subject, f"does not break over {text.decode()}", partial(self._prove_answer, text))

    def once(self) -> T:
        """What is told where nothing is in the way."""
        if self._whole is None:
            self._whole = self._look("")
        if self._whole.told is None:
            outcome = self._whole.outcome
            raise NotConforming(f"an undisturbed look ends with {type(outcome).__name__}: {outcome}")
        return self._whole.told

    @abstractmethod
    def look(self, client: Any) -> T:
        """Look once, with a client of the world."""

    @abstractmethod
    def demand_warned(self, told: T, whole: T, when: str) -> None:
        """Demand that what could not be read since ``when`` is told of, where ``told`` is not the ``whole``."""

    # ------------------------------------------------------------------ proofs

    def _prove_stability(self) -> None:
        with HostileProxy(self._address()) as proxy:
            self._same(self._look(proxy.url))

    def _prove_reading(self) -> None:
        state = self._world().state
        if state is None:
            raise NotProved("the world tells no state, so that no write can be seen")
        before = state()
        self._look("")
        demand(state() == before, "the system holds something else after it was looked at")

    def _prove_passing(self, change: Callable[[hostile.Answered], hostile.Answered]) -> None:
        self._same(self._disturbed(hostile.once(change)))

    def _prove_lasting(self, change: Callable[[hostile.Answered], hostile.Answered]) -> None:
        whole = self.once()
        asked = self._asked_once()
        for first in sorted({0, asked // 2, max(asked - 1, 0)}):
            told = self._disturbed(hostile.from_on(change, first)).told
            if told is not None and told != whole:
                self.demand_warned(told, whole, f"from request {first + 1} on")

    def _prove_answer(self, text: bytes) -> None:
        self._disturbed(hostile.from_on(hostile.other_json(text), 0))

    # ------------------------------------------------------------------ looking

    def _same(self, seen: _Seen[T]) -> None:
        if seen.outcome is not None:
            raise NotConforming(f"it gave up: {type(seen.outcome).__name__}: {seen.outcome}")
        demand(seen.told == self.once(), "it tells something else about the same system")

    def _disturbed(self, trouble: Trouble) -> _Seen[T]:
        limit = _PATIENCE * self._asked_once() + 40
        with HostileProxy(self._address(), trouble, limit + 50) as proxy:
            seen = self._look(proxy.url)
            demand(proxy.asked <= limit, f"it asked over {limit} times")
        return seen

    def _asked_once(self) -> int:
        self.once()
        return self._whole.asked if self._whole else 0

    def _world(self) -> World:
        return self._worlds.world(self._made)

    def _address(self) -> str:
        address = self._world().options.url
        if not address:
            raise NotProved(f"the world has no url, and what stands between it and the {self.who} cannot misbehave")
        return address

    def _look(self, url: str) -> _Seen[T]:
        seen: _Seen[T] = _Seen()

        def count(exchange: Any) -> None:
            seen.asked += 1

        client = self._worlds.connect(self._world(), url, count)
        try:
            seen.told = self.look(client)
        except Outcome as outcome:
            seen.outcome = outcome
        except NotConforming:
            raise
        except Exception as error:
            raise NotConforming(
                f"it raises {type(error).__name__}: {error}; what cannot be read is told, or an Outcome "
                "(Retriable, Fatal, ...)"
            ) from error
        finally:
            client.close()
        return seen
