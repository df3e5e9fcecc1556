"""What the engine works with: one object made by the wiring, handed to every part."""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Callable, Mapping, Optional, Protocol

from ..hooks.protocols import Loader, Numbering
from ..ledger.effects import EffectRow, Effects
from ..ledger.items import Items
from ..ledger.numbers import Wrong
from ..ledger.writer import Writer
from ..model.effect import Stream
from ..model.outcome import Held, NotSent, Outcome, Retriable
from ..model.retry import Bounds, bounds_for, full_jitter
from .resolve import Resolver
from .under_way import UnderWay

#: opens the bytes of a file's effect
Opener = Callable[[EffectRow], AbstractContextManager[Stream]]
Emit = Callable[[Mapping[str, Any]], None]


class Observe(Protocol):
    """Told about every write; must not raise."""

    def before(self, row: EffectRow) -> None:
        """A write is about to be sent."""
        ...

    def after(self, row: EffectRow, outcome: str, detail: Mapping[str, Any]) -> None:
        """A write has ended."""
        ...

    def again(self, row: EffectRow, outcome: Outcome, wait: float) -> None:
        """An attempt at a write has ended so, and is followed by another one in so many seconds."""
        ...


@dataclass(frozen=True)
class Waits:
    """Attempts per effect, and the bounds of the waits between them, in seconds; ``classes``: others by error class.

    ``budget`` takes a retry out of the target's retry budget: given the longest wait, it returns seconds to wait.
    """

    attempts: int
    initial: float
    maximum: float
    settle: float
    classes: Mapping[str, Bounds] = field(default_factory=dict)
    budget: Callable[[float], float] = lambda longest: 0.0

    def after(self, outcome: Outcome, attempts: int) -> float:
        """Seconds to wait after so many attempts, the last of which ended so."""
        if isinstance(outcome, Held):
            return outcome.not_before or 0.0
        bounds = bounds_for(self, outcome)
        wait = full_jitter(bounds, attempts)
        if not isinstance(outcome, NotSent):  # what was not sent was no load
            wait = max(wait, self.budget(bounds.maximum))
        if isinstance(outcome, (NotSent, Retriable)) and outcome.not_before is not None:
            wait += outcome.not_before
        return wait


@dataclass(frozen=True)
class InHand:
    """Effects in the hands of the workers; of all of them, ``in_doubt`` may be running on the server."""

    waiting: int = 0
    under_way: int = 0
    delayed: int = 0
    in_doubt: int = 0


@dataclass
class Engine:
    """Everything an effect needs on its way. ``late_step`` is where files go that could not be claimed."""

    run: str
    source: str
    writer: Writer
    effects: Effects
    items: Items
    resolver: Resolver
    loaders: Mapping[str, Loader]
    openers: Mapping[str, Opener]
    waits: Waits
    workers: int
    batch_size: int
    emit: Emit
    observe: Observe
    #: (entity, origin) → (outcome, message) of an item that was skipped or has failed in this run
    parent_outcome: Callable[[str, str], Optional[tuple[str, str]]]
    #: (entity, detail of a refusal) → the line of the spec that is to blame
    place: Callable[[str, Mapping[str, Any]], str] = lambda entity, detail: ""
    tolerate_share: float = 1.0
    tolerate_after: int = 200
    late_step: Mapping[str, int] = field(default_factory=dict)
    #: entities whose texts are written again where they name what came later
    rewritten: frozenset[str] = frozenset()
    #: by entity, how the keys of its items are reproduced
    numbering: Mapping[str, Numbering] = field(default_factory=dict)
    #: lanes in which nothing more is sent, and why
    ended_lanes: dict[str, Wrong] = field(default_factory=dict)
    under_way: UnderWay = field(default_factory=UnderWay)
    #: how many effects the workers have in their hands at present
    in_hand: Callable[[], InHand] = InHand
    #: by so many seconds the clock was set forward since this run was last at work
    jumped: float = 0.0
    stop: threading.Event = field(default_factory=threading.Event)
    #: whether what was marked as sent may leave now: asked before each attempt
    may_send: Callable[[], bool] = lambda: True
