"""One process per ledger, by a file lock that the system takes back when the process dies."""

from __future__ import annotations

import json
import os
import socket
import sys
import time
from pathlib import Path
from typing import IO, Optional

from ..model.outcome import Fatal

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl


class Lock:
    """An exclusive lock on ``path``; the file tells who holds it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: Optional[IO[str]] = None

    def acquire(self) -> None:
        """Take it, or raise ``Fatal`` (exit 5) with the holder's process id, host and age."""
        file = self.path.open("a+", encoding="utf-8")
        try:
            _lock(file)
        except OSError:
            file.seek(0)
            holder = _read(file.read())
            file.close()
            raise Fatal(f"the ledger {self.path.with_suffix('')} is in use by {holder}", exit_code=5) from None
        file.seek(0)
        file.truncate()
        json.dump({"pid": os.getpid(), "host": socket.gethostname(), "since": time.time()}, file)
        file.flush()
        self._file = file

    @property
    def abandoned(self) -> bool:
        """Whether the process that last took it is known to be dead."""
        return is_abandoned(self.path)

    def release(self) -> None:
        """Give it back; harmless where it is not held."""
        if self._file is not None:
            self._file.close()
            self._file = None


def is_abandoned(path: Path) -> bool:
    """Whether the process that last took the lock is known to be dead. The lock itself is not touched.

    ``False`` also where this cannot be told: another host holds it, or the system has no harmless way to ask.
    """
    try:
        holder = json.loads(path.read_text(encoding="utf-8"))
        if sys.platform == "win32" or holder["host"] != socket.gethostname():
            return False
        os.kill(int(holder["pid"]), 0)
    except ProcessLookupError:
        return True
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return False


def _lock(file: IO[str]) -> None:
    if sys.platform == "win32":
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _read(text: str) -> str:
    try:
        holder = json.loads(text)
        age = max(0, int(time.time() - float(holder["since"])))
        return f"process {holder['pid']} on {holder['host']}, for {age} s"
    except (ValueError, KeyError, TypeError):
        return "another process"
