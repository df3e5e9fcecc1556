"""One process per ledger, by a file lock that the system takes back when the process dies."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import socket
import sys
import time
from pathlib import Path
from typing import IO, Any, Mapping, Optional

from ..model.outcome import Fatal
from .processes import birth

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_LEFT = "left"
#: a text of always the same length
_SEQUENCE = "sequence"
#: how the system says that another process has it
_TAKEN = (errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES, errno.EDEADLK)


class Lock:
    """An exclusive lock on ``path``; the file tells who holds it. ``left`` is what the last holder left, once held.

    ``sequence`` is the number of the last commit that its holders have noted here, 0 where none has.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.left: Mapping[str, Any] = {}
        self.sequence = 0
        self._file: Optional[IO[str]] = None
        self._me: dict[str, Any] = {}

    def acquire(self) -> None:
        """Take it, or raise ``Fatal``: 5 with the holder's process id, host and age; 4 where no file can be locked."""
        file = self._locked()
        found = _content(file)
        left, sequence = found.get(_LEFT), found.get(_SEQUENCE)
        self.left = left if isinstance(left, dict) else {}
        self.sequence = int(sequence) if isinstance(sequence, str) and sequence.isdecimal() else 0
        self._me = {"pid": os.getpid(), "host": socket.gethostname(), "since": time.time(), "birth": birth(os.getpid())}
        _write(file, self._now())
        self._file = file

    @property
    def abandoned(self) -> bool:
        """Whether the process that last took it is known to be dead."""
        return is_abandoned(self.path)

    def note(self, sequence: int) -> None:
        """Another commit is durable: in the place of the one before, so that the file is whole at any moment."""
        self.sequence = sequence
        if self._file is not None:
            with contextlib.suppress(OSError):  # then less is known of what may be missing
                self._file.seek(0)
                self._file.write(json.dumps(self._now()))
                self._file.flush()

    def release(self, left: Optional[Mapping[str, Any]] = None) -> None:
        """Give it back, leaving something for the next holder to know; harmless where it is not held."""
        if self._file is not None:
            if left is not None:
                with contextlib.suppress(OSError):  # then the next one does not know
                    _write(self._file, {**self._now(), _LEFT: dict(left)})
            with contextlib.suppress(OSError):  # what a full disk did not take
                self._file.close()
            self._file = None

    def _now(self) -> dict[str, Any]:
        return {**self._me, _SEQUENCE: f"{self.sequence:020d}"}

    def _locked(self) -> IO[str]:
        ledger = self.path.with_suffix("")
        while True:
            file = os.fdopen(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o666), "r+", encoding="utf-8")
            try:
                _lock(file)
                # Between opening and locking it, somebody may have removed the file: then the lock keeps nobody out.
                if os.path.samestat(os.fstat(file.fileno()), self.path.stat()):
                    return file
            except FileNotFoundError:
                pass
            except OSError as error:
                holder = _read(file)
                file.close()
                if error.errno in _TAKEN:
                    raise Fatal(f"the ledger {ledger} is in use by {holder}", exit_code=5) from None
                raise Fatal(
                    f"the ledger {ledger} cannot be locked: {error.strerror}; put it on a file system with locks, or "
                    "on PostgreSQL",
                    exit_code=4,
                ) from error
            file.close()


def is_abandoned(path: Path) -> bool:
    """Whether the process that last took the lock is known to be dead. The lock itself is not touched.

    ``False`` also where this cannot be told: another host holds it, or the system has no harmless way to ask.
    """
    try:
        holder = json.loads(path.read_text(encoding="utf-8"))
        pid = int(holder["pid"])
        if sys.platform == "win32" or holder["host"] != socket.gethostname():
            return False
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass  # there is such a process, of another user
    except (OSError, ValueError, KeyError, TypeError):
        return False
    # The number may have been given to another process since.
    known, now = holder.get("birth"), birth(pid)
    return bool(known and now and known != now)


def _lock(file: IO[str]) -> None:
    if sys.platform == "win32":
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _write(file: IO[str], content: Mapping[str, Any]) -> None:
    file.seek(0)
    file.truncate()
    json.dump(content, file)
    file.flush()


def _content(file: IO[str]) -> Mapping[str, Any]:
    try:
        file.seek(0)
        content = json.load(file)
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _read(file: IO[str]) -> str:
    try:
        file.seek(0)
        holder: Any = json.load(file)
        # A clock that was set back must not make it younger than it can be.
        age = max(0, int(time.time() - float(holder["since"])))
        since = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(float(holder["since"])))
        return f"process {holder['pid']} on {holder['host']}, for {age} s (since {since})"
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        return "another process"
