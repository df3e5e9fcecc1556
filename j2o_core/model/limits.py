"""How hard a system may be worked, and when it is left alone: what a spec states, and what connections keep to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional


@dataclass(frozen=True)
class Limit:
    """``rate``: requests a second; ``parallel``: requests at the same time. Without either, as many as there are
    workers.

    ``adaptive``: as many at the same time as the server bears, but never more than ``parallel``; of its capacity the
    share ``courtesy`` (above 0, at most 1).
    """

    rate: Optional[float] = None
    parallel: Optional[int] = None
    adaptive: bool = False
    courtesy: float = 1.0

    def along_with(self, other: Limit) -> Limit:
        """What keeps to both limits, for one host under two names: of each part the stricter one that is stated."""
        rates = [rate for rate in (self.rate, other.rate) if rate is not None]
        numbers = [number for number in (self.parallel, other.parallel) if number is not None]
        return Limit(
            rate=min(rates, default=None),
            parallel=min(numbers, default=None),
            adaptive=self.adaptive or other.adaptive,
            courtesy=min(self.courtesy, other.courtesy),
        )


@dataclass(frozen=True)
class Guard:
    """What the run may use of this machine; 0 switches a part off.

    ``memory``: bytes of this process, those that are swapped out included; ``None``: what fits this machine. Of the
    disks that hold J2O_HOME and the ledger's file ``disk_free`` bytes stay free, but never more than ``disk_share`` of
    each. ``cpu``: share of all cores, above which the run slows down and never stops.
    """

    memory: Optional[int] = None
    disk_free: int = 200_000_000
    disk_share: float = 0.05
    cpu: float = 0.0


@dataclass(frozen=True)
class BreakerBounds:
    """Opens after ``failures`` requests in a row without an answer; after ``reset_after`` seconds one may try."""

    failures: int = 8
    reset_after: float = 30.0
