"""Four workers of a Dask cluster against one, each with as many threads: what several machines gain.

Measured from the first work package on, without parents and relations: what a project or a web of relations puts into
one lane goes one after the other, however many send.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from j2o_core.api import Fatal

from . import measure
from .database import database
from .world import world

#: as the table says
WORKERS, THREADS, LATENCY_MS = 4, 4, 400.0
_EXTENDED = """\
apiVersion: j2o/v1
kind: Migration
name: bench
extends: ./{spec}
runtime:
  ledger: {ledger}
  executor: {{dask: {{workers: {workers}, threads: {threads}}}}}
entities: {{relations: null}}
"""


@dataclass(frozen=True)
class Crews:
    """Seconds from the first work package to the last write, by one worker and by several; and how many writes."""

    alone: float
    together: float
    writes: int

    @property
    def times(self) -> float:
        """How many times as fast several were."""
        return self.alone / self.together

    def __str__(self) -> str:
        rates = f"{self.writes / self.alone:.1f}/s and {self.writes / self.together:.1f}/s"
        return f"{self.writes} writes: {self.alone:.1f} s alone, {self.together:.1f} s by {WORKERS}; {rates}"


def crews(spec: str, folder: Path, issues: int, projects: int, seed: int) -> Crews:
    """Run both once, each between fresh servers and with a fresh ledger. The spec lies in ``folder``."""
    alone, writes = _written(spec, folder, issues, projects, seed, 1)
    together, again = _written(spec, folder, issues, projects, seed, WORKERS)
    if abs(writes - again) > 0.02 * writes:
        raise Fatal(f"one worker sent {writes} writes and {WORKERS} sent {again}", exit_code=1)
    return Crews(alone, together, writes)


def _written(spec: str, folder: Path, issues: int, projects: int, seed: int, workers: int) -> tuple[float, int]:
    with database() as ledger, world(issues, projects, seed, LATENCY_MS) as both:
        path = folder / f"crew-{workers}.yaml"
        path.write_text(
            _EXTENDED.format(spec=Path(spec).name, ledger=ledger, workers=workers, threads=THREADS), encoding="utf-8"
        )
        both.record()
        measure.run(str(path), folder / f"home-crew-{workers}", both)
        sent = both.writes()
    sent = [write for write in sent if not write.is_structure]
    if not sent:
        raise Fatal(f"the run by {workers} workers wrote nothing", exit_code=1)
    return max(write.ended for write in sent) - min(write.began for write in sent), len(sent)
