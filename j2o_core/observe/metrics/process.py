"""What this process uses of its machine, under names of our own: an exporter of a machine has the usual ones itself.

Every process calls itself ``LEAD``; others call it otherwise, see ``together``.
"""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Iterator, Mapping

import psutil

from .families import BORN, CPU, DISK_FREE, DISK_SIZE, FILES, MEMORY, PROCESS, THREADS
from .samples import Sample

#: the name of the process that leads a run
LEAD = "lead"


class ProcessFigures:
    """``folders`` are those that a run writes to, by the word under which they are told."""

    def __init__(self, folders: Mapping[str, Path]) -> None:
        self._folders = folders
        self._process = psutil.Process()

    def samples(self) -> Iterator[Sample]:
        """As it stands."""
        process = self._process
        with process.oneshot():
            used = process.cpu_times()
            yield Sample(CPU, (LEAD,), used.user + used.system)
            yield Sample(MEMORY, (LEAD,), process.memory_info().rss)
            yield Sample(THREADS, (LEAD,), process.num_threads())
            yield Sample(BORN, (LEAD,), process.create_time())
        yield Sample(PROCESS, (LEAD, socket.gethostname()), 1)
        if os.name == "posix":
            yield Sample(FILES, (LEAD,), process.num_fds())
        for word, folder in self._folders.items():
            if folder.is_dir():
                disk = psutil.disk_usage(str(folder))
                yield Sample(DISK_FREE, (LEAD, word), disk.free)
                yield Sample(DISK_SIZE, (LEAD, word), disk.total)
