"""How many processors this process may keep busy: those of the machine, or of its container."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Optional

import psutil

from .control_groups import GROUPS, PROC, files_of_groups

_QUOTA, _PERIOD = "cpu.cfs_quota_us", "cpu.cfs_period_us"


def usable_processors(proc: Path = PROC, groups: Path = GROUPS) -> float:
    """Processors of the machine, less those that it was not given; a part of one where a control group says so."""
    given = getattr(os, "sched_getaffinity", None)
    here = float(len(given(0)) if given is not None else psutil.cpu_count() or 1)
    files = files_of_groups("cpu", "cpu.max", _QUOTA, proc, groups)
    return min([here, *(share for share in map(_share, files) if share is not None)])


def _share(file: Path) -> Optional[float]:
    try:
        quota = file.read_text(encoding="ascii").split()
        if file.name == _QUOTA:
            quota += file.with_name(_PERIOD).read_text(encoding="ascii").split()
        share = float(quota[0]) / float(quota[1])
    except (OSError, ValueError, IndexError, ZeroDivisionError):  # not there, or "max"
        return None
    return share if share > 0 else None  # the older groups say -1 for any number
