"""A whole run beside the plain script: what somebody gains who uses ``j2o`` instead of writing one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, Mapping

from j2o_core.api import Fatal

from . import measure
from .world import World, world

#: every kind of item that either has to have written
KINDS = (
    *("users", "groups", "projects", "memberships", "versions", "work_packages"),
    *("attachments", "comments", "relations", "watchers", "time_entries"),
)
#: in how many items of a kind the two may differ: a policy of one that the other has not
_APART = 0.02


@dataclass(frozen=True)
class Beside:
    """Seconds that either took for the same job, and what the targets held then."""

    run: float
    script: float
    stages: Mapping[str, float]
    items: int

    def __str__(self) -> str:
        stages = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in self.stages.items())
        return f"{self.items} items; j2o {self.run:.1f} s ({stages}), the script {self.script:.1f} s"


def beside(spec: str, folder: Path, issues: int, projects: int, seed: int, latency_ms: float) -> Beside:
    """Run both once, each between fresh servers. Raises ``Fatal`` where they did not do the same job."""
    with world(issues, projects, seed, latency_ms) as first:
        measured = measure.run(spec, folder / "home-beside", first)
        ours = first.held(*KINDS)
    with world(issues, projects, seed, latency_ms) as second:
        seconds = _script(second)
        theirs = second.held(*KINDS)
    apart = {kind: (ours[kind], theirs[kind]) for kind in KINDS if _differ(ours[kind], theirs[kind])}
    if apart:
        told = ", ".join(f"{kind} {here} and {there}" for kind, (here, there) in apart.items())
        raise Fatal(f"j2o and the script did not do the same job: {told}", exit_code=1)
    return Beside(measured.seconds, seconds, measured.stages, sum(ours.values()))


def _script(target: World) -> float:
    began = time.monotonic()
    ended = subprocess.run(
        [sys.executable, "-m", "j2o_sandbox.bench.plain_script"],
        env={**os.environ, **target.variables},
        capture_output=True,
        check=False,
    )
    seconds = time.monotonic() - began
    if ended.returncode:
        raise Fatal(f"the plain script ended with {ended.returncode}: {ended.stderr.decode()[-1000:]}", exit_code=1)
    told: Dict[str, Any] = json.loads(ended.stdout)
    if told["refused"] or told["differences"]:
        raise Fatal(f"the plain script had {told['refused']} writes refused: {told}", exit_code=1)
    return seconds


def _differ(here: int, there: int) -> bool:
    return abs(here - there) > max(2, _APART * max(here, there))
