"""A run of ``j2o`` and the pump in turns: what the engine adds to the requests themselves."""

from __future__ import annotations

import base64
import json
import statistics
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, List, Sequence, Tuple

from j2o_core.api import Fatal

from . import measure
from .sampling import Sampler
from .world import World, Write, world

_MOST_REFUSED = 0.01


@dataclass(frozen=True)
class Applied:
    """How fast writes went, from the end of the structure to the last answer, and the processor time of each."""

    writes: int
    seconds: float
    cpu: float

    @property
    def rate(self) -> float:
        """Writes per second."""
        return self.writes / self.seconds


@dataclass(frozen=True)
class Pair:
    """One run and the pump with its bodies."""

    run: Applied
    pump: Applied


@dataclass(frozen=True)
class Contest:
    """Pairs of runs in turns."""

    pairs: Sequence[Pair]

    @property
    def rate(self) -> float:
        """Median of the run's rate over the pump's."""
        return statistics.median(pair.run.rate / pair.pump.rate for pair in self.pairs)

    @property
    def cpu(self) -> float:
        """Median of the run's processor time per write over the pump's."""
        return statistics.median(
            (pair.run.cpu / pair.run.writes) / (pair.pump.cpu / pair.pump.writes) for pair in self.pairs
        )

    @property
    def pump_rate(self) -> float:
        """The pump's median rate in writes per second."""
        return statistics.median(pair.pump.rate for pair in self.pairs)

    @property
    def run_rate(self) -> float:
        """The run's median rate in writes per second."""
        return statistics.median(pair.run.rate for pair in self.pairs)

    def __str__(self) -> str:
        def milliseconds(side: str) -> float:
            return 1000 * statistics.median(getattr(pair, side).cpu / getattr(pair, side).writes for pair in self.pairs)

        return (
            f"{self.pairs[0].run.writes} writes; j2o {self.run_rate:.0f}/s at {milliseconds('run'):.2f} ms of "
            f"processor time each, the pump {self.pump_rate:.0f}/s at {milliseconds('pump'):.2f} ms"
        )


def contest(spec: str, folder: Path, issues: int, seed: int, latency_ms: float, workers: int, times: int) -> Contest:
    """Run and pump in turns, each on a fresh target with one project. Raises ``Fatal``."""
    pairs = []
    for number in range(times):
        with world(issues, 1, seed, latency_ms) as first:
            first.record(bodies=True)
            measured = measure.run(spec, folder / f"home-{latency_ms:g}-{number}", first)
            writes = first.writes()
        ran = applied(writes, measured.sampler)
        with world(issues, 1, seed, latency_ms) as second:
            second.record()
            pumped = _pump(phases(writes), second, workers, folder)
        pairs.append(Pair(ran, pumped))
    return Contest(pairs)


def phases(writes: Sequence[Write]) -> List[List[object]]:
    """The recorded writes as the pump reads them. A phase is all requests of one kind, ordered by their first one.

    Within a phase those to one address (comments of one work package, which lock it) are spread evenly: the pump knows
    no lanes, and must not lose its time at locks.
    """
    numbers: Dict[str, int] = {}
    to_one: Counter[Tuple[int, str]] = Counter()
    placed = []
    for write in writes:
        kind = f"{write.method} {write.template}"
        phase = 0 if write.is_structure else numbers.setdefault(kind, len(numbers) + 1)
        body = base64.b64encode(write.body).decode("ascii")
        to_one[phase, write.address] += 1
        placed.append((to_one[phase, write.address], [phase, write.method, write.address, write.content_type, body]))
    spread = sorted(
        (row for row in placed if row[1][0]), key=lambda row: (row[0] - 0.5) / to_one[int(row[1][0]), str(row[1][2])]
    )
    return [row for _, row in (*(row for row in placed if not row[1][0]), *spread)]


def applied(writes: Sequence[Write], sampler: Sampler) -> Applied:
    """How fast a process has written, as the target saw it. Raises ``Fatal``."""
    structure = [write.ended for write in writes if write.is_structure]
    rest = [write for write in writes if not write.is_structure]
    if not structure or not rest:
        raise Fatal("nothing was written that could be measured: are there issues?", exit_code=1)
    began, ended = max(structure), max(write.ended for write in rest)
    return Applied(len(rest), ended - began, sampler.cpu(began, ended))


def _pump(rows: List[List[object]], target: World, workers: int, folder: Path) -> Applied:
    path = folder / "writes.jsonl"
    with path.open("w", encoding="ascii") as out:
        out.writelines(json.dumps(row) + "\n" for row in rows)
    order = {**target.openproject, "workers": workers, "writes": str(path)}
    process = subprocess.Popen(
        [sys.executable, "-m", "j2o_sandbox.bench.pump"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    sampler = Sampler(process.pid)
    answer, _ = process.communicate(json.dumps(order).encode() + b"\n")
    sampler.stop()
    if process.returncode:
        raise Fatal(f"the pump ended with {process.returncode}", exit_code=1)
    told = json.loads(answer)
    if told["failed"] > len(rows) * _MOST_REFUSED:
        raise Fatal(f"{told['failed']} of the pump's {len(rows)} requests were refused: {told['first']}", exit_code=1)
    return applied(target.writes(), sampler)
