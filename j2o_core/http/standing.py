"""What the gates before one host tell each other, where several processes send to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Mapping, Optional

from .adapting import Seen


@dataclass(frozen=True)
class Standing:
    """What a gate has seen: requests under way and ``refused`` so far, and seconds for which it is left alone still.

    ``broken``: its breaker is open, or probes. ``succeeded`` and ``retried`` count so far; ``seen``: by a limit that
    adapts.
    """

    under_way: int = 0
    refused: int = 0
    pause: float = 0.0
    broken: bool = False
    succeeded: int = 0
    retried: float = 0.0
    seen: Optional[Seen] = None


@dataclass(frozen=True)
class Directions:
    """What a gate is to keep to, beyond what it sees itself.

    ``parallel`` and ``rate`` are its share of what is stated (``None``: nothing is); ``pause``: seconds; ``held``: why
    nothing leaves; ``broken``: another one's breaker is open, and probes for all. ``round`` and ``slow``: see
    ``Adapting.follow``; ``retries`` and ``owing``: see ``RetryBudget.follow`` (``None``: not led from elsewhere).
    """

    parallel: Optional[int] = None
    rate: Optional[float] = None
    pause: float = 0.0
    held: str = ""
    broken: bool = False
    round: Optional[int] = None
    slow: Mapping[str, float] = field(default_factory=dict)
    retries: Optional[float] = None
    owing: int = 1
