"""Many issues and a tenth of them: whether memory and speed stay what they are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import List, Sequence

from . import measure
from .machine_speed import MachineSpeed
from .world import Write, world

#: fewer have no tenths that could be compared
LEAST = 100
_CREATE = "POST /api/v3/work_packages"


@dataclass(frozen=True)
class Tenth:
    """Work packages per second, and what a fixed piece of work took meanwhile, in milliseconds of processor time."""

    rate: float
    piece: float


@dataclass(frozen=True)
class Scale:
    """One run: peak memory in bytes, seconds and those of the processor, the first and the last tenth of the work
    packages."""

    issues: int
    memory: int
    seconds: float
    cpu: float
    first: Tenth
    last: Tenth

    @property
    def cost(self) -> float:
        """Processor time of an issue with all that belongs to it, in seconds."""
        return self.cpu / self.issues

    @property
    def kept(self) -> float:
        """The rate of the last tenth against the first, on a machine that is as fast in both."""
        return self.last.rate / self.first.rate * self.last.piece / self.first.piece


def scale(spec: str, folder: Path, issues: int, projects: int, seed: int) -> Sequence[Scale]:
    """A tenth of the issues, then all of them. Raises ``Fatal``."""
    return [_run(spec, folder, number, projects, seed) for number in (issues // 10, issues)]


def _run(spec: str, folder: Path, issues: int, projects: int, seed: int) -> Scale:
    with world(issues, projects, seed) as both, MachineSpeed() as speed:
        both.record(only=[_CREATE])
        measured = measure.run(spec, folder / f"home-{issues}", both)
        creates = sorted(both.writes(), key=lambda write: write.ended)
    number = max(2, len(creates) // 10)
    tenths = [_tenth(creates[:number], speed), _tenth(creates[-number:], speed)]
    return Scale(issues, measured.memory, measured.seconds, measured.cpu, *tenths)


def _tenth(creates: List[Write], speed: MachineSpeed) -> Tenth:
    began, ended = creates[0].ended, creates[-1].ended
    return Tenth((len(creates) - 1) / max(ended - began, 1e-9), 1e3 * speed.cost(began, ended))
