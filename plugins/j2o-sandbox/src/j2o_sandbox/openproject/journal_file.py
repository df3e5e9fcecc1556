"""An append-only file of lines: what was acknowledged is in it, even after SIGKILL."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Iterator


class JournalFile:
    """Lines are handed to the operating system before ``append`` returns; a torn last line is cut off."""

    def __init__(self, path: Path) -> None:
        self._path = path
        _cut_torn_line(path)
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def append(self, line: str) -> None:
        """Add one line."""
        data = memoryview((line + "\n").encode())
        while data:
            data = data[os.write(self._file, data) :]

    def lines(self) -> Iterator[str]:
        """All lines, oldest first."""
        with self._path.open(encoding="utf-8") as file:
            yield from file

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._file)


def _cut_torn_line(path: Path) -> None:
    if not path.exists():
        return
    with path.open("rb+") as file:
        size = file.seek(0, os.SEEK_END)
        end = size
        while end > 0:
            start = max(0, end - 65536)
            file.seek(start)
            found = file.read(end - start).rfind(b"\n")
            if found >= 0:
                end = start + found + 1
                break
            end = start
        if end != size:
            file.truncate(end)
