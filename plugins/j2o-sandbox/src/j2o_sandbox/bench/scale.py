"""Many issues and a tenth of them: whether memory and speed stay what they are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import List, Sequence

from . import measure
from .world import CREATE, Write, world

#: fewer have no tenths that could be compared
LEAST = 100


@dataclass(frozen=True)
class Scale:
    """One run: peak memory in bytes, seconds and those of the processor, work packages per second among the first and
    among the last tenth of them."""

    issues: int
    memory: int
    seconds: float
    cpu: float
    first_rate: float
    last_rate: float

    @property
    def cost(self) -> float:
        """Processor time of an issue with all that belongs to it, in seconds."""
        return self.cpu / self.issues


def scale(spec: str, folder: Path, issues: int, projects: int, seed: int) -> Sequence[Scale]:
    """A tenth of the issues, then all of them. Raises ``Fatal``."""
    return [_run(spec, folder, number, projects, seed) for number in (issues // 10, issues)]


def _run(spec: str, folder: Path, issues: int, projects: int, seed: int) -> Scale:
    with world(issues, projects, seed) as both:
        both.record(only=[CREATE])
        measured = measure.run(spec, folder / f"home-{issues}", both)
        creates = sorted(both.writes(), key=lambda write: write.ended)
    tenth = max(2, len(creates) // 10)
    rates = _rate(creates[:tenth]), _rate(creates[-tenth:])
    return Scale(issues, measured.memory, measured.seconds, measured.cpu, *rates)


def _rate(creates: List[Write]) -> float:
    return (len(creates) - 1) / max(creates[-1].ended - creates[0].ended, 1e-9)
