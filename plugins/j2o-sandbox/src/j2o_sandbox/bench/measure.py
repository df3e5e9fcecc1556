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

import requests


@dataclass(frozen=True)
class Measured:
    """A finished run. Times are seconds, ``memory`` is the peak resident set in MiB.

    ``stages`` are the wall-clock seconds of each stage; ``reads`` and ``writes`` the target's requests by stage.
    """

    exit_code: int
    seconds: float
    cpu: float
    memory: float
    stages: Mapping[str, float]
    reads: Mapping[str, int]
    writes: Mapping[str, int]
    entities: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    errors: str = ""


def run(spec: str, home: Path, variables: Mapping[str, str], arguments: List[str]) -> Measured:
    """Run a spec to its end and look at the target's counters between its stages."""
    command = [sys.executable, "-m", "j2o_core", "run", spec, "--json", "--quiet", *arguments]
    environment = {**os.environ, **variables, "J2O_HOME": str(home)}
    target = variables["OPENPROJECT_URL"]
    stages: Dict[str, float] = {}
    counters = [("start", *_counters(target))]
    began = time.monotonic()
    stage, since, last = "start", began, {}  # type: ignore[var-annotated]
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=errors)
        assert process.stdout is not None
        for line in process.stdout:
            event = json.loads(line)
            if event["event"] == "stage_started" and event["stage"] != stage:
                now = time.monotonic()
                stages[stage] = stages.get(stage, 0.0) + now - since
                counters.append((stage, *_counters(target)))
                stage, since = event["stage"], now
            last = event
        process.stdout.close()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        ended = time.monotonic()
        errors.seek(0)
        words = errors.read().decode("utf-8", "replace")
    stages[stage] = stages.get(stage, 0.0) + ended - since
    counters.append((stage, *_counters(target)))
    reads: Dict[str, int] = {}
    writes: Dict[str, int] = {}
    for (_, reads_before, writes_before), (name, reads_after, writes_after) in zip(counters, counters[1:]):
        reads[name] = reads.get(name, 0) + reads_after - reads_before
        writes[name] = writes.get(name, 0) + writes_after - writes_before
    return Measured(
        exit_code=process.returncode,
        seconds=ended - began,
        cpu=used.ru_utime + used.ru_stime,
        memory=used.ru_maxrss / (1024 if sys.platform != "darwin" else 1024 * 1024),
        stages=stages,
        reads=reads,
        writes=writes,
        entities=last.get("entities", {}),
        errors=words,
    )


def needed_writes(jira: str) -> int:
    """How many writes the generator says are needed: without locks, which belong to the cut-over."""
    manifest: Dict[str, Any] = requests.get(f"{jira}/_sandbox/state", timeout=120).json()["manifest"]
    return sum(number for kind, number in manifest["writes"].items() if kind != "locks")


def _counters(url: str) -> tuple[int, int]:
    state = requests.get(f"{url}/_sandbox/state", params={"only": "requests"}, timeout=120).json()
    counted: Dict[str, int] = state["requests"]
    reads = sum(number for name, number in counted.items() if name.startswith("GET "))
    return reads, sum(counted.values()) - reads
