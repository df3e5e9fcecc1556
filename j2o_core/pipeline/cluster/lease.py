"""A worker's lease as it knows it: until when it may send."""

from __future__ import annotations

from typing import Callable

from ...ledger.even_clock import steady

#: of a lease, the part after which the worker believes it over before the ledger does, and at most so many seconds
_MARGIN, _LONGEST_MARGIN = 0.2, 2.0


class Lease:
    """Holds for ``term`` seconds, less a margin, from the moment at which its last renewal was asked for."""

    def __init__(self, term: float, clock: Callable[[], float] = steady) -> None:
        self._lasts = term - min(_LONGEST_MARGIN, _MARGIN * term)
        self._clock = clock
        self._until = float("-inf")

    def now(self) -> float:
        """The moment, to be remembered before a renewal is asked for."""
        return self._clock()

    def renewed(self, asked: float) -> None:
        """The ledger renewed it, some time after ``asked``."""
        self._until = max(self._until, asked + self._lasts)

    def end(self) -> None:
        """It is over for good."""
        self._until = float("-inf")
        self._lasts = float("-inf")

    def holds(self) -> bool:
        """Whether a request may leave now."""
        return self._clock() < self._until
