"""What a coordinator and its workers tell each other: plain data, as it travels and as it lies in the ledger."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Mapping, Optional, Sequence

#: how a worker's part in a turn ends; ``OVER``: its machine has no room for more, and it takes no further part
DONE, STOPPED, LOST, OVER, FATAL = "done", "stopped", "lost", "over", "fatal"


@dataclass(frozen=True)
class RunOrder:
    """What a worker has to know of a run. ``document`` is the merged spec, its secrets as references.

    ``settle`` and ``lease`` are seconds; ``identity`` is what the ledger calls the target.
    """

    run: str
    token: str
    version: str
    document: Mapping[str, Any]
    digest: str
    name: str
    environment: Optional[str]
    files: Sequence[str]
    source: str
    target: int
    identity: str
    settle: float
    lease: float


@dataclass(frozen=True)
class TurnOrder:
    """One turn: its (step, rank), the entities that are written in it, and among how many workers it is shared.

    ``effects`` of it lie in one partition, on average.
    """

    number: int
    parts: Sequence[tuple[int, int]]
    entities: Sequence[str]
    workers: int
    effects: float = 1.0


@dataclass(frozen=True)
class Part:
    """How a worker's part in a turn ended; ``message``, ``exit_code`` and ``code`` tell why, where it is."""

    ended: str
    message: str = ""
    exit_code: int = 4
    code: str = ""

    def plain(self) -> dict[str, Any]:
        """As it travels."""
        return asdict(self)


@dataclass(frozen=True)
class GateOrder:
    """What holds before one host. ``parallel`` and ``rate`` are the shares by worker; ``pause_until`` is on the
    ledger's clock; ``broken_by``: the worker that probes. ``round`` and ``slow``: of the adaptive limit, where there is
    one; ``retries``: granted so far, by worker, of whom so many (``owing``) have taken more.
    """

    held: str = ""
    pause_until: float = 0.0
    broken_by: Optional[int] = None
    parallel: Optional[Mapping[str, int]] = None
    rate: Optional[Mapping[str, float]] = None
    round: Optional[int] = None
    slow: Mapping[str, float] = field(default_factory=dict)
    retries: Mapping[str, float] = field(default_factory=dict)
    owing: int = 0
