"""The memory of this process: how much it has, how much it may have here, and how often it had to be read back."""

from __future__ import annotations

from pathlib import Path
from typing import Optional, Tuple

import psutil

from .control_groups import GROUPS, PROC, files_of_groups

try:
    import resource
except ImportError:  # not on Windows
    resource = None  # type: ignore[assignment]

#: the most that a process may have without a word of it in the spec, in bytes
MOST = 2_000_000_000
#: the parts that all processes of a run may have of a machine, on which others work too, and of a control group
_OF_MACHINE, _OF_GROUP = 0.5, 0.75


def usual_limit(processes: int = 1, proc: Path = PROC, groups: Path = GROUPS) -> int:
    """Bytes that each of so many processes of a run may have on this machine, where nothing is stated."""
    shares = [int(_OF_MACHINE * psutil.virtual_memory().total)]
    group = group_limit(proc, groups)
    if group is not None:
        shares.append(int(_OF_GROUP * group))
    return min(MOST, min(shares) // processes)


def group_limit(proc: Path = PROC, groups: Path = GROUPS) -> Optional[int]:
    """Bytes that the control groups of this process (those of a container, say) leave to it; ``None``: any number."""
    files = files_of_groups("memory", "memory.max", "memory.limit_in_bytes", proc, groups)
    return min((limit for limit in map(_number, files) if limit is not None), default=None)


def resident(process: psutil.Process) -> Tuple[int, int]:
    """Bytes of a process that are in memory, and bytes of it that are swapped out (0 where the system does not say)."""
    return int(process.memory_info().rss), _swapped(PROC / str(process.pid) / "status")


def read_back() -> int:
    """How often this process has waited for a part of its memory to come from a disk, since it began."""
    return 0 if resource is None else resource.getrusage(resource.RUSAGE_SELF).ru_majflt


def _swapped(status: Path) -> int:
    try:
        text = status.read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0
    for line in text.splitlines():
        name, _, value = line.partition(":")
        if name == "VmSwap":
            return int(value.split()[0]) * 1024
    return 0


def _number(file: Path) -> Optional[int]:
    try:
        return int(file.read_text(encoding="ascii"))
    except (OSError, ValueError):  # not there, or "max"
        return None
