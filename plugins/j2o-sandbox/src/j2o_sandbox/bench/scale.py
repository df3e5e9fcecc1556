"""Many issues and a tenth of them: whether memory and processor time stay what they are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Sequence

from . import measure
from .world import world


@dataclass(frozen=True)
class Scale:
    """One run: peak memory in bytes, and seconds of the processor."""

    issues: int
    memory: int
    cpu: float

    @property
    def cost(self) -> float:
        """Processor time of an issue with all that belongs to it, in seconds."""
        return self.cpu / self.issues


def scale(spec: str, folder: Path, issues: int, projects: int, seed: int) -> Sequence[Scale]:
    """A tenth of the issues, then all of them. Raises ``Fatal``."""
    return [_run(spec, folder, number, projects, seed) for number in (issues // 10, issues)]


def _run(spec: str, folder: Path, issues: int, projects: int, seed: int) -> Scale:
    with world(issues, projects, seed) as both:
        measured = measure.run(spec, folder / f"home-{issues}", both)
    return Scale(issues, measured.memory, measured.cpu)
