"""What one round of chaos will be, drawn from its seed alone: the same seed is the same round."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any, Optional

from .faults import draw_faults

EDITIONS = ("server", "datacenter", "cloud")
VERSIONS = ("13.4", "14.6", "15.5", "16.6", "17.2", "17.8")
SQLITE, POSTGRESQL = "sqlite", "postgresql"
#: the most kills of one round
KILLS = 6
#: blows: the process is killed; the database cuts its connections off, crashes, or goes away and comes back
KILL, CUT, CRASH, RESTART = "kill", "cut", "crash", "restart"
STAGES = ("extract", "plan", "apply", "verify")


@dataclass(frozen=True)
class Blow:
    """What happens ``after`` so many seconds of a stage."""

    kind: str
    stage: str
    after: float


@dataclass(frozen=True)
class Attempt:
    """One process of j2o.

    ``disk`` is how many bytes a file may have (none: any number), ``clock`` by how many seconds the process's clock is
    ahead, ``patience`` after how many seconds it gives an answer up (none: as by default).
    """

    faults: tuple[dict[str, Any], ...]
    blows: tuple[Blow, ...]
    disk: Optional[int] = None
    clock: float = 0.0
    patience: Optional[float] = None


@dataclass(frozen=True)
class Plan:
    """One round: a source and a target, settings, and what is done to the run before it may end in peace."""

    seed: int
    edition: str
    version: str
    projects: int
    issues: int
    latency: float
    workers: int
    batch_size: int
    adaptive: bool
    ledger: str
    attempts: tuple[Attempt, ...]

    @property
    def kills(self) -> int:
        """How many kills it holds; a run that is done before is spared the rest."""
        return sum(blow.kind == KILL for attempt in self.attempts for blow in attempt.blows)


def draw(seed: int) -> Plan:
    """The round of this seed. Every other one has its ledger on PostgreSQL."""
    chance = random.Random(f"round {seed}")
    ledger = (SQLITE, POSTGRESQL)[seed % 2]
    attempts = [_killed(chance, ledger) for _ in range(chance.choices(range(1, KILLS + 1), (4, 4, 3, 2, 1, 1))[0])]
    if chance.random() < 0.35:
        attempts.append(_on_a_full_disk(chance))
    chance.shuffle(attempts)
    if ledger == POSTGRESQL:
        attempts.append(_cut_off(chance))  # the last: it may well get through
    return Plan(
        seed=seed,
        edition=chance.choice(EDITIONS),
        version=chance.choice(VERSIONS),
        projects=chance.choice((1, 1, 2)),
        issues=chance.randint(7, 12),
        latency=chance.choice((2.0, 5.0, 10.0, 20.0)),
        workers=chance.choice((1, 2, 4, 8, 16)),
        batch_size=chance.choice((1, 3, 10, 100)),
        adaptive=chance.random() < 0.3,
        ledger=ledger,
        attempts=tuple(attempts),
    )


def _killed(chance: random.Random, ledger: str) -> Attempt:
    blows = [_blow(chance, CUT, "apply")] if ledger == POSTGRESQL and chance.random() < 0.3 else []
    stage = chance.choices(STAGES, (2, 1, 8, 1))[0]
    return _attempt(chance, [*blows, _blow(chance, KILL, stage)])


def _on_a_full_disk(chance: random.Random) -> Attempt:
    return Attempt(draw_faults(chance), (), disk=chance.choice((40_000, 120_000, 250_000, 500_000)))


def _cut_off(chance: random.Random) -> Attempt:
    kinds = chance.choices((CUT, CRASH, RESTART), (6, 2, 2), k=chance.randint(1, 2))
    return _attempt(chance, [_blow(chance, kind, chance.choice(("extract", "apply", "apply"))) for kind in kinds])


def _blow(chance: random.Random, kind: str, stage: str) -> Blow:
    return Blow(kind, stage, round(chance.uniform(0.0, 1.0 if stage == "apply" else 0.25), 3))


def _attempt(chance: random.Random, blows: list[Blow]) -> Attempt:
    return Attempt(
        draw_faults(chance),
        tuple(blows),
        clock=chance.choice((-7200.0, -30.0, 30.0, 7200.0)) if chance.random() < 0.25 else 0.0,
        patience=0.6 if chance.random() < 0.25 else None,
    )
