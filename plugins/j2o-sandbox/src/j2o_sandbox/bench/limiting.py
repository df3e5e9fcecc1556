"""The adaptive limit beside fixed ones: whole runs against a server that refuses what is too much for it."""

from __future__ import annotations

import json
import statistics
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, List, Mapping, Sequence

from j2o_core.api import Fatal

from . import measure
from .setting import Setting
from .world import World, world

#: the fixed numbers of requests at the same time that are tried
SWEEP = (4, 6, 8, 10, 12, 16)
#: as many as no limit tried reaches
WORKERS = 32
#: the server works on so many at once; so many may wait, whoever comes then is answered 429
_SETUP = {"settings": {"threads": 8, "queue_length": 4, "queue_wait": 30}}
#: seconds that kinds of requests take where nothing waits; whatever matches none takes no time
_TAKES = (
    ("POST", r"/api/v3/work_packages$", 0.16),
    ("PATCH", r"/api/v3/work_packages/\d+$", 0.12),
    ("POST", r"/attachments$", 0.10),
    ("POST", r"/activities$", 0.08),
    ("POST", r"/relations$", 0.06),
    ("POST", r"/watchers$", 0.04),
    ("POST", r"", 0.07),
    ("GET", r"", 0.03),
)


@dataclass(frozen=True)
class Limited:
    """A run under a limit: writes a second that were not refused, and the share of writes that were."""

    rate: float
    refused: float


@dataclass(frozen=True)
class Limits:
    """The rate under each fixed limit, and pairs of runs in turns: under the best of them, under the adaptive one."""

    swept: Mapping[int, Limited]
    best: int
    pairs: Sequence[tuple[Limited, Limited]]

    @property
    def reached(self) -> float:
        """Median of the adaptive limit's rate over the best fixed one's."""
        return statistics.median(adaptive.rate / fixed.rate for fixed, adaptive in self.pairs)

    @property
    def refused(self) -> float:
        """The median share of writes that were refused under the adaptive limit."""
        return statistics.median(adaptive.refused for _, adaptive in self.pairs)

    def __str__(self) -> str:
        swept = ", ".join(f"{limit}: {run.rate:.0f}/s" for limit, run in self.swept.items())
        adaptive = statistics.median(run.rate for _, run in self.pairs)
        return f"fixed {swept}; adaptive {adaptive:.0f}/s against {self.best} at once, in turns"


def limits(setting: Setting, issues: int) -> Limits:
    """Sweep the fixed limits, then take turns between the best one and the adaptive one. Raises ``Fatal``."""
    swept: Dict[int, Limited] = {limit: _run(setting, issues, str(limit)) for limit in SWEEP}
    best = max(swept, key=lambda limit: swept[limit].rate)
    pairs = [(_run(setting, issues, str(best)), _run(setting, issues, "adaptive")) for _ in range(setting.times)]
    return Limits(swept, best, pairs)


def _run(setting: Setting, issues: int, limit: str) -> Limited:
    setup = _written(setting.folder / "knee.json", _SETUP)
    rules = [
        {"server": "openproject", "method": method, "regex": regex, "do": "delay", "seconds": seconds}
        for method, regex, seconds in _TAKES
    ]
    faults = _written(setting.folder / "takes.json", {"rules": rules})
    spec = setting.write_spec(flat=True, limit=limit, workers=WORKERS)  # a tree is written by one worker
    with world(issues, setting.projects, setting.seed, openproject_setup=setup, faults=faults) as both:
        both.record()
        measure.run(spec, _fresh(setting.folder, limit), both)
        return _limited(both)


def _limited(both: World) -> Limited:
    writes = both.writes()
    structure = [write.ended for write in writes if write.is_structure]
    rest = [write for write in writes if not write.is_structure]
    if not structure or not rest:
        raise Fatal("nothing was written that could be measured: are there issues?", exit_code=1)
    taken = [write for write in rest if write.status < 400]
    seconds = max(write.ended for write in taken) - max(structure)
    return Limited(len(taken) / seconds, sum(write.status == 429 for write in writes) / len(writes))


def _written(path: Path, value: object) -> str:
    path.write_text(json.dumps(value), encoding="utf-8")  # JSON is YAML
    return str(path)


def _fresh(folder: Path, limit: str) -> Path:
    made: List[Path] = list(folder.glob(f"home-limit-{limit}-*"))
    return folder / f"home-limit-{limit}-{len(made)}"
