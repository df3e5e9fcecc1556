"""A ledger's file that is torn: noticed before it is used, set aside under another name, never thrown away."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Mapping, Optional

from ..model.outcome import Fatal

_HEADER = b"SQLite format 3\x00"
#: what SQLite keeps beside the file
_BESIDE = ("-wal", "-shm", "-journal")
#: without these it is no ledger
_TABLES = {"run", "item", "effect"}
#: seconds after which a file is read through again though nobody has touched it: disks fail in silence
_DAY = 86_400.0


@dataclass(frozen=True)
class SetAside:
    """A damaged ledger under its new name. ``written``: when (epoch seconds) it was last written to."""

    path: Path
    reason: str
    written: float


class Examined:
    """When a ledger's file was last read through, and how it was left then: it need not be read at every start.

    ``left`` is what ``to_leave`` gave when it was closed.
    """

    def __init__(self, path: Path, left: Mapping[str, Any]) -> None:
        self._path = path
        moment, now = left.get("examined"), time.time()
        known = isinstance(moment, (int, float)) and 0 <= now - moment < _DAY
        #: whether it is as it was left, and was found whole not long before
        self.still = bool(known and left.get("file") and left.get("file") == _look(path))
        self._moment = moment if self.still else now

    def to_leave(self) -> Mapping[str, Any]:
        """What is to be kept of it, once nobody has it open."""
        return {"examined": self._moment, "file": _look(self._path)}


def _look(path: Path) -> Optional[list[int]]:
    """What tells a file from another, and from what it was; ``None`` where a part of it lies beside it."""
    if any(path.with_name(path.name + ending).exists() for ending in _BESIDE):
        return None
    try:
        found = path.stat()
    except OSError:
        return None
    return [found.st_ino, found.st_size, found.st_mtime_ns]


def damage(path: Path, used: bool, examined: bool = False) -> Optional[str]:
    """What is wrong with a ledger's file; ``None`` where it is whole, empty or absent.

    ``used``: j2o has worked with it, so that even a file without any trace of a database is a torn ledger.
    ``examined``: it was found whole and is as it was then, so that it is not read through again. Raises ``Fatal``
    (exit 4) where it cannot be read, or belongs to something else: that is left alone.
    """
    try:
        with path.open("rb") as stream:
            head = stream.read(len(_HEADER))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Fatal(f"the ledger {path} cannot be opened: {error.strerror}", exit_code=4) from error
    if not head:
        return None
    if head != _HEADER:
        if used:
            return "it is no database any more"
        raise Fatal(f"the ledger {path} cannot be opened: it is no database; is it the file you meant?", exit_code=4)
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=60)) as connection:
            found = "ok" if examined else _read_through(connection)
            names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    except sqlite3.OperationalError as error:  # locked, no permission, a failing disk: the file itself may be whole
        raise Fatal(f"the ledger {path} cannot be opened: {error}", exit_code=4) from error
    except sqlite3.DatabaseError as error:
        return str(error)
    if found != "ok":
        return found.splitlines()[0]
    if names and "alembic_version" not in names and not names >= _TABLES:
        raise Fatal(f"the ledger {path} cannot be opened: it is a database of something else", exit_code=4)
    if "alembic_version" in names and not names >= _TABLES:
        return f"it lacks its tables {', '.join(sorted(_TABLES - names))}"
    return None


def behind(path: Path, sequence: int) -> Optional[str]:
    """What is wrong with a whole file that lacks commits: ``sequence`` is the number of the last that was made.

    ``None`` where it has them all, or is absent: then nothing is taken for what it is not.
    """
    if not sequence or not path.exists():
        return None
    with contextlib.closing(sqlite3.connect(path, timeout=60)) as connection:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE name = 'holder'")}
        row = connection.execute("SELECT max(sequence) FROM holder").fetchone() if tables else None
    if row is not None and (row[0] or 0) >= sequence:
        return None
    return (
        f"it is older than what was written to it last: {path.name}{_BESIDE[0]}, which belongs to it, was lost, or an "
        "older copy was put in its place"
    )


def _read_through(connection: sqlite3.Connection) -> str:
    return str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])


def set_aside(path: Path, reason: str) -> SetAside:
    """Rename a damaged ledger with all that lies beside it."""
    files = [path, *(path.with_name(path.name + ending) for ending in _BESIDE)]
    there = [file for file in files if file.exists()]
    written = max(file.stat().st_mtime for file in there)
    name = f"{path.name}.damaged-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}"
    number = 0
    while path.with_name(name + (f"-{number}" if number else "")).exists():
        number += 1
    new = path.with_name(name + (f"-{number}" if number else ""))
    for file in there:
        file.rename(new.with_name(new.name + file.name[len(path.name) :]))
    return SetAside(new, reason, written)
