"""Log files are closed by size and age, packed, and in the end removed or moved to an archive.

Every process writes a file of its own and holds a lock on it, which the system takes back when it dies: so nobody packs
or removes what is still written to.
"""

from __future__ import annotations

import contextlib
import gzip
import os
import shutil
import sys
import threading
import time
from pathlib import Path
from typing import Any, Iterator, Optional

from loguru import logger

from ..model.log_policy import LogPolicy

if sys.platform != "win32":
    import fcntl

#: how names of logs end: written to, or closed; packed; being packed
PLAIN, PACKED, _PART = ".jsonl", ".jsonl.gz", ".gz.part"
#: how often a lock is asked for that another one holds
_TRIES = 1000


class Keeper:
    """Packs and clears up in a thread of its own: nobody who logs waits for it."""

    def __init__(self, folder: Path, policy: LogPolicy) -> None:
        self._folder, self._policy = folder, policy
        self._asked = threading.Condition()
        self._closed: list[Path] = []
        self._waiting = False
        self._ended = False
        self._thread: Optional[threading.Thread] = None

    def tidy(self) -> None:
        """Look after the folder soon."""
        with self._asked:
            self._waiting = True
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="log keeper", daemon=True)
                self._thread.start()
            self._asked.notify()

    def closed(self, path: Path) -> None:
        """A file is not written to any more."""
        with self._asked:
            self._closed.append(path)
        self.tidy()

    def close(self) -> None:
        """Finish what was begun."""
        with self._asked:
            self._ended = True
            self._asked.notify()
        if self._thread is not None:
            self._thread.join()

    def _work(self) -> None:
        while True:
            with self._asked:
                while not self._waiting and not self._ended:
                    self._asked.wait()
                if not self._waiting:
                    return
                self._waiting = False
                closed, self._closed = self._closed, []
            try:
                clear_up(self._folder, self._policy, closed)
            except OSError as error:
                logger.bind(component="run").warning("the logs in {} cannot be looked after: {}", self._folder, error)


def clear_up(folder: Path, policy: LogPolicy, closed: Any = (), now: Optional[float] = None) -> None:
    """Pack what is closed, and let go of what is older or larger than it may be. Raises ``OSError``.

    ``closed`` files are packed at once, others once they have not been written to for as long as a file is open.
    """
    now = time.time() if now is None else now
    # Others look after the same folder: what they were faster with is no error.
    for part in folder.glob(f"*{_PART}"):
        with contextlib.suppress(FileNotFoundError):
            if now - part.stat().st_mtime > 3600:
                part.unlink()
    for path in sorted(folder.glob(f"*{PLAIN}")):
        with contextlib.suppress(FileNotFoundError, FileExistsError):
            due = path in closed or now - path.stat().st_mtime > (policy.every or policy.keep or 86_400)
            if policy.compress and due and not in_use(path):
                pack(path)
    left = []
    for path in logs_in(folder):
        with contextlib.suppress(FileNotFoundError):
            if not in_use(path):
                status = path.stat()
                left.append((status.st_mtime, status.st_size, path))
    total = sum(size for _, size, _ in left)
    for written, size, path in sorted(left):
        if (policy.keep and now - written > policy.keep) or (policy.room and total > policy.room):
            with contextlib.suppress(FileNotFoundError):
                let_go(path, policy)
            total -= size


def pack(path: Path) -> Path:
    """The packed file, which takes the place of the plain one and has its time.

    Raises ``FileExistsError`` where it is being packed.
    """
    target, part = path.with_name(path.name + ".gz"), path.with_name(path.name + _PART)
    times = path.stat()
    made = part.open("xb")
    try:
        with path.open("rb") as plain, made, gzip.GzipFile(path.name, "wb", 6, made) as packed:
            shutil.copyfileobj(plain, packed, 1 << 20)
        shutil.copymode(path, part)
        os.utime(part, (times.st_atime, times.st_mtime))
        part.replace(target)
    except BaseException:  # a disk that is full, above all: half of it must not stay there
        with contextlib.suppress(OSError):
            part.unlink()
        raise
    path.unlink()
    return target


def let_go(path: Path, policy: LogPolicy) -> None:
    """Remove a log, or move it to the archive."""
    if not policy.archive:
        path.unlink()
        return
    archive = Path(policy.archive).expanduser()
    archive.mkdir(parents=True, exist_ok=True)
    shutil.move(str(path), str(archive / path.name))


def logs_in(folder: Path) -> Iterator[Path]:
    """All logs of a folder, plain and packed."""
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.name.endswith((PLAIN, PACKED)):
            yield path


def in_use(path: Path) -> bool:
    """Whether a process writes to it. Where locks do not work nobody knows, and age alone decides."""
    if sys.platform == "win32" or not path.name.endswith(PLAIN):
        return False
    with contextlib.suppress(FileNotFoundError), path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:
            return False
    return False


def opened(path: Any, flags: int) -> int:
    """Open a file to write a log to, held by a lock as long as it is open."""
    descriptor = os.open(path, flags, 0o640)
    if sys.platform != "win32":
        for _ in range(_TRIES):  # who asks whether it is in use holds it for a moment
            try:
                fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                time.sleep(0.001)
            except OSError:  # a file system without locks
                break
    return descriptor
