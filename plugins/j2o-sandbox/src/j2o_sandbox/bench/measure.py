"""One run of ``j2o`` in a process of its own, and what it used."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Dict, List, Mapping

from j2o_core.api import Fatal

from .sampling import Sampler
from .world import World


@dataclass(frozen=True)
class Measured:
    """A finished run. Times are seconds, ``memory`` is the peak resident set in bytes.

    ``stages`` are the wall-clock seconds of each stage; ``reads`` and ``writes`` the target's requests by stage.
    """

    seconds: float
    cpu: float
    memory: int
    sampler: Sampler
    stages: Mapping[str, float]
    reads: Mapping[str, int]
    writes: Mapping[str, int]
    entities: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @property
    def failed(self) -> str:
        """How many items of what failed; empty where none did."""
        found = ((name, counts.get("failed", 0)) for name, counts in self.entities.items())
        return ", ".join(f"{number} {name}" for name, number in found if number)


def run(spec: str, home: Path, world: World) -> Measured:
    """Run a spec to its end and look at the target's counters between its stages.

    Raises ``Fatal`` where it stops before the end; items that failed are in ``entities``.
    """
    command = [sys.executable, "-m", "j2o_core", "run", spec, "--json", "--quiet"]
    stages: Dict[str, float] = {}
    counters = [("start", *world.requests())]
    began = time.monotonic()
    stage, since = "start", began
    last: Dict[str, Any] = {}
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(command, env=environment(home, world), stdout=subprocess.PIPE, stderr=errors)
        sampler = Sampler(process.pid)
        assert process.stdout is not None
        for line in process.stdout:
            event = json.loads(line)
            if event["event"] == "stage_started" and event["stage"] != stage:
                now = time.monotonic()
                stages[stage] = stages.get(stage, 0.0) + now - since
                counters.append((stage, *world.requests()))
                stage, since = event["stage"], now
            last = event
        process.stdout.close()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        ended = time.monotonic()
        sampler.stop()
        errors.seek(0)
        words = errors.read().decode("utf-8", "replace")
    if process.returncode not in (0, 1) or last.get("event") != "run_finished":
        raise Fatal(f"the measured run ended with {process.returncode}:\n{words[-2000:]}", exit_code=1)
    stages[stage] = stages.get(stage, 0.0) + ended - since
    counters.append((stage, *world.requests()))
    return Measured(
        seconds=ended - began,
        cpu=used.ru_utime + used.ru_stime,
        memory=sampler.memory,
        sampler=sampler,
        stages=stages,
        reads=_by_stage([(name, reads) for name, reads, _ in counters]),
        writes=_by_stage([(name, writes) for name, _, writes in counters]),
        entities=last.get("entities", {}),
    )


def environment(home: Path, world: World) -> Dict[str, str]:
    """The variables of a run between the two servers of a world."""
    # As the pump and the plain script: straight to servers of this machine, whatever proxy leads elsewhere.
    straight = dict.fromkeys(("no_proxy", "NO_PROXY"), "127.0.0.1")
    return {**os.environ, **world.variables, **straight, "J2O_HOME": str(home)}


def _by_stage(counted: List[Any]) -> Dict[str, int]:
    """From counts at the end of each stage to what each stage added."""
    added: Dict[str, int] = {}
    for (_, before), (name, after) in zip(counted, counted[1:]):
        added[name] = added.get(name, 0) + after - before
    return added
