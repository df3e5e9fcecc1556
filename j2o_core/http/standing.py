"""What the gates before one host tell each other, where several processes send to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional


@dataclass(frozen=True)
class Standing:
    """What a gate has seen: requests under way and ``refused`` so far, and seconds for which it is left alone still.

    ``broken``: its breaker is open, or probes.
    """

    under_way: int = 0
    refused: int = 0
    pause: float = 0.0
    broken: bool = False


@dataclass(frozen=True)
class Directions:
    """What a gate is to keep to, beyond what it sees itself.

    ``parallel`` and ``rate`` are its share of what is stated (``None``: nothing is); ``pause``: seconds; ``held``: why
    nothing leaves; ``broken``: another one's breaker is open, and probes for all; ``refused``: by the others so far.
    """

    parallel: Optional[int] = None
    rate: Optional[float] = None
    pause: float = 0.0
    held: str = ""
    broken: bool = False
    refused: int = 0
