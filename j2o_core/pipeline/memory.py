"""The memory of this process: how much it has, how much it may have here, and how often it had to be read back."""

from __future__ import annotations

from pathlib import Path
from typing import Iterator, Optional, Tuple

import psutil

try:
    import resource
except ImportError:  # not on Windows
    resource = None  # type: ignore[assignment]

#: the most that a process may have without a word of it in the spec, in bytes
MOST = 2_000_000_000
#: the parts that all processes of a run may have of a machine, on which others work too, and of a control group
_OF_MACHINE, _OF_GROUP = 0.5, 0.75
_PROC, _GROUPS = Path("/proc"), Path("/sys/fs/cgroup")


def usual_limit(processes: int = 1, proc: Path = _PROC, groups: Path = _GROUPS) -> int:
    """Bytes that each of so many processes of a run may have on this machine, where nothing is stated."""
    shares = [int(_OF_MACHINE * psutil.virtual_memory().total)]
    group = group_limit(proc, groups)
    if group is not None:
        shares.append(int(_OF_GROUP * group))
    return min(MOST, min(shares) // processes)


def group_limit(proc: Path = _PROC, groups: Path = _GROUPS) -> Optional[int]:
    """Bytes that the control groups of this process (those of a container, say) leave to it; ``None``: any number."""
    limits = [limit for file in _limits_of_groups(proc, groups) for limit in [_number(file)] if limit is not None]
    return min(limits, default=None)


def resident(process: psutil.Process) -> Tuple[int, int]:
    """Bytes of a process that are in memory, and bytes of it that are swapped out (0 where the system does not say)."""
    return int(process.memory_info().rss), _swapped(_PROC / str(process.pid) / "status")


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


def _limits_of_groups(proc: Path, groups: Path) -> Iterator[Path]:
    """The files that may hold a limit; a container sees its own group as the root of all."""
    try:
        lines = (proc / "self" / "cgroup").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return
    for line in lines:
        _, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if not controllers:
            top, name = groups, "memory.max"
        elif "memory" in controllers.split(","):
            top, name = groups / "memory", "memory.limit_in_bytes"
        else:
            continue
        parts = [part for part in path.split("/") if part and part != ".."]
        for length in range(len(parts) + 1):
            yield top.joinpath(*parts[:length], name)


def _number(file: Path) -> Optional[int]:
    try:
        return int(file.read_text(encoding="ascii"))
    except (OSError, ValueError):  # not there, or "max"
        return None
