"""The control groups of this process (those of a container, say), where Linux writes what they may use."""

from __future__ import annotations

from pathlib import Path
from typing import Iterator

PROC, GROUPS = Path("/proc"), Path("/sys/fs/cgroup")


def files_of_groups(controller: str, name: str, older: str, proc: Path = PROC, groups: Path = GROUPS) -> Iterator[Path]:
    """The files that may hold a limit: of this ``name``, or ``older`` for groups that each controller has of its own.

    A container sees its own group as the root of all.
    """
    try:
        lines = (proc / "self" / "cgroup").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return
    for line in lines:
        _, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if not controllers:
            top, file = groups, name
        elif controller in controllers.split(","):
            top, file = groups / controller, older
        else:
            continue
        parts = [part for part in path.split("/") if part and part != ".."]
        for length in range(len(parts) + 1):
            yield top.joinpath(*parts[:length], file)
