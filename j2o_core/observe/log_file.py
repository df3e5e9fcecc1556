"""The file that a process writes its log to: one write for each line, another file when one is full or old enough.

What cannot be written is counted and told once: a full disk must neither stop a migration nor fill its terminal.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Callable, Optional

from ..model.log_policy import LogPolicy
from .log_keeping import PLAIN, opened

_FLAGS = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


class LogFile:
    """A sink of loguru, which lets one thread in at a time.

    ``closed`` is told of each file that is not written to any more; ``missing`` makes the line that stands for so many
    that could not be written.
    """

    def __init__(
        self, folder: Path, policy: LogPolicy, closed: Callable[[Path], object], missing: Callable[[int], str]
    ) -> None:
        """Opens the first file. Raises ``OSError``."""
        self._folder, self._policy, self._closed, self._missing = folder, policy, closed, missing
        self._descriptor: Optional[int] = None
        self._size, self._began = 0, 0.0
        self._lost = 0
        self._open()

    def write(self, message: str) -> None:
        """Write a line, to the next file where this one is full."""
        line = message.encode("utf-8", "backslashreplace")
        try:
            if self._is_due(len(line)):
                self._shut()
            if self._descriptor is None:
                self._open()
            if self._lost:
                self._append(self._missing(self._lost).encode("utf-8"))
                self._lost = 0
            self._append(line)
        except OSError as error:
            self._lose(error)

    def stop(self) -> None:
        """No more lines will come."""
        if self._descriptor is not None:
            descriptor, self._descriptor = self._descriptor, None
            with contextlib.suppress(OSError):
                os.close(descriptor)

    def _is_due(self, length: int) -> bool:
        policy = self._policy
        return bool(self._size) and (
            bool(policy.size and self._size + length > policy.size)
            or bool(policy.every and time.time() - self._began > policy.every)
        )

    def _shut(self) -> None:
        self.stop()
        self._closed(self.path)

    def _open(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        moment = datetime.now(timezone.utc)
        while self._descriptor is None:
            name = f"{moment:%Y%m%dT%H%M%S}.{moment.microsecond // 1000:03d}Z-{os.getpid()}{PLAIN}"
            self.path = self._folder / name
            with contextlib.suppress(FileExistsError):
                self._descriptor = opened(self.path, _FLAGS)
            moment += timedelta(milliseconds=1)
        self._size, self._began = 0, time.time()

    def _append(self, line: bytes) -> None:
        assert self._descriptor is not None
        done = 0
        try:
            while done < len(line):
                done += os.write(self._descriptor, line[done:])
        except OSError:
            if done:  # half a line would spoil the next one
                with contextlib.suppress(OSError):
                    os.ftruncate(self._descriptor, self._size)
            raise
        self._size += done

    def _lose(self, error: OSError) -> None:
        self._lost += 1
        if self._lost == 1:
            with contextlib.suppress(OSError, ValueError, AttributeError):  # nobody to tell
                reason = error.strerror or error
                print(f"the log in {self._folder} cannot be written: {reason}; it goes on without", file=sys.stderr)
