"""How often and how patiently something is tried again, by the class of what went wrong."""

from __future__ import annotations

import random
from typing import Mapping, Protocol

from .error_class import CONFLICT, INTERNAL, NETWORK, RATE_LIMIT, TIMEOUT, error_class
from .outcome import Outcome

#: the classes of outcomes that are tried again at all; the others are final
RETRIED = (NETWORK, TIMEOUT, RATE_LIMIT, CONFLICT, INTERNAL)


class Bounds(Protocol):
    """Attempts, the first included, and the bounds of the waits between them, in seconds."""

    @property
    def attempts(self) -> int: ...

    @property
    def initial(self) -> float: ...

    @property
    def maximum(self) -> float: ...


class RetryBounds(Bounds, Protocol):
    """``Bounds`` for whatever has none of its own in ``classes``."""

    @property
    def classes(self) -> Mapping[str, Bounds]: ...


def bounds_for(retry: RetryBounds, outcome: Outcome) -> Bounds:
    """The bounds for outcomes like this one."""
    if not retry.classes:
        return retry
    return retry.classes.get(error_class(outcome.code, outcome.detail), retry)


def full_jitter(bounds: Bounds, attempts: int) -> float:
    """Seconds to wait after so many attempts: anything up to a bound that doubles with each of them."""
    return random.uniform(0.0, min(bounds.maximum, bounds.initial * 2.0 ** min(max(0, attempts - 1), 20)))
