"""One ``<entity>.ndjson``: lines are only ever added while a run writes; what was superseded goes when it ends."""

from __future__ import annotations

import os
import threading
from io import RawIOBase
from pathlib import Path
from typing import BinaryIO, Iterator, Optional, Sequence

from j2o_core.api import Fatal

from .durable import replace_durably, sync_folder
from .index import Index, place_of
from .line import Line, parse

#: ending of the name of ``mark_of``
OPEN = ".open"


class _Entry:
    """A line on its way to the disk."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.done = False
        self.error: Optional[Fatal] = None


class Journal:
    """The items of one entity. The last line of an id counts; a line without an end was never written.

    Any number of threads may use it; those that write at the same time share one wait for the disk.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._index = Index()
        self._guard = threading.Condition(threading.RLock())
        self._waiting: list[_Entry] = []
        self._writing = False
        self._reader: Optional[BinaryIO] = None
        self._writer: Optional[RawIOBase] = None
        #: bytes up to the end of the last complete line
        self._end = 0
        self._last_place = ""
        self._in_order = True
        #: inode and size of the file when it was read
        self._read_as: tuple[int, int] = (0, 0)
        self._load()

    # ---------------------------------------------------------------- reading

    def get(self, identifier: str) -> Optional[Line]:
        """The item as it was written last."""
        with self._guard:
            found = self._index.get(identifier)
            return parse(self._bytes(*found)) if found else None

    def all(self) -> Iterator[Line]:
        """Every item, in order."""
        with self._guard:
            chunks = self._index.all()
        while True:
            with self._guard:
                lines = [parse(self._bytes(*found)) for found in next(chunks, ())]
            if not lines:
                return
            yield from lines

    def below(self, parents: Sequence[str]) -> list[Line]:
        """The items that belong to some others, by their ids."""
        with self._guard:
            return [parse(self._bytes(*found)) for found in self._index.below(parents)]

    # ---------------------------------------------------------------- writing

    def put(self, line: Line) -> None:
        """Write an item, whether it is there or not; on the disk when this returns. Raises ``Fatal``: no room, say."""
        entry = _Entry(line)
        with self._guard:
            self._waiting.append(entry)
            while self._writing and not entry.done:
                self._guard.wait()
            if not entry.done:
                self._writing = True
        if not entry.done:
            self._write_waiting()
        if entry.error is not None:
            raise entry.error

    def refresh(self) -> None:
        """Read the file again where it is another one now, or longer or shorter than it was."""
        with self._guard:
            if _state(self.path) == self._read_as:
                return
            if self._reader is not None:
                self._reader.close()
                self._reader = None
            self._index.close()
            self._index = Index()
            self._end, self._last_place, self._in_order = 0, "", True
            self._load()

    def settle(self) -> None:
        """Leave one line for each item, in order: writing is over. Raises ``Fatal``; nothing is lost then."""
        with self._guard:
            if self._writer is not None:
                self._writer.close()
                self._writer = None
            try:
                if not self._in_order:
                    replace_durably(self.path, self._lines())
                    self._in_order = True
                mark_of(self.path).unlink()
            except FileNotFoundError:
                pass
            except OSError as error:
                message = f"{self.path} could not be put in order: {error.strerror or error}; it is complete, run again"
                raise Fatal(message, exit_code=4) from None

    def close(self) -> None:
        """Give everything back."""
        with self._guard:
            for file in (self._reader, self._writer):
                if file is not None:
                    file.close()
            self._index.close()

    # ---------------------------------------------------------------- the inside

    def _load(self) -> None:
        """Find the line of each item. What a killed process left half-written is passed over."""
        try:
            self._reader = self.path.open("rb")
        except FileNotFoundError:
            return
        except OSError as error:
            raise Fatal(f"{self.path}: {error.strerror}", exit_code=3) from None
        self._read_as = _state(self.path)
        self._index.begin()
        for number, data in enumerate(self._reader, 1):
            if not data.endswith(b"\n"):
                self._in_order = False
                break
            try:
                self._note(parse(data), self._end, len(data))
            except ValueError as error:
                message = f"{self.path}:{number}: {error}; restore the file, or remove it and run with another J2O_HOME"
                raise Fatal(message, exit_code=3) from None
            self._end += len(data)
        self._index.commit()

    def _note(self, line: Line, start: int, size: int) -> None:
        if line.deleted:
            self._index.remove(line.id)
            self._in_order = False
            return
        place = place_of(line.key, line.id)
        if place <= self._last_place or self._index.get(line.id) is not None:
            self._in_order = False
        self._last_place = place
        self._index.put(line.id, place, (line.parent or {}).get("id"), start, size)

    def _bytes(self, start: int, size: int) -> bytes:
        if self._reader is None:
            self._reader = self.path.open("rb")
        self._reader.seek(start)
        return self._reader.read(size)

    def _write_waiting(self) -> None:
        """Write what waits, of all threads, and wait for the disk once."""
        with self._guard:
            entries, self._waiting = self._waiting, []
        error: Optional[Fatal] = Fatal(f"{self.path} was not written", exit_code=4)
        try:
            self._append(entries)
            error = None
        except OSError as failure:
            error = Fatal(f"{self.path} cannot be written: {failure.strerror or failure}", exit_code=4)
        finally:
            with self._guard:
                for entry in entries:
                    entry.error, entry.done = error, True
                self._writing = False
                self._guard.notify_all()

    def _append(self, entries: Sequence[_Entry]) -> None:
        writer = self._opened()
        encoded = [entry.line.encoded() for entry in entries]
        try:
            rest = memoryview(b"".join(encoded))
            while rest:
                rest = rest[writer.write(rest) :]
            os.fsync(writer.fileno())
        except OSError:
            # Half a line must not be continued by the next one.
            writer.truncate(self._end)
            raise
        with self._guard:
            self._index.begin()
            for entry, data in zip(entries, encoded):
                self._note(entry.line, self._end, len(data))
                self._end += len(data)
            self._index.commit()

    def _opened(self) -> RawIOBase:
        if self._writer is None:
            mark_of(self.path).touch()
            self._writer = self.path.open("ab", buffering=0)
            self._writer.truncate(self._end)
            sync_folder(self.path.parent)
        return self._writer

    def _lines(self) -> Iterator[bytes]:
        for chunk in self._index.all():
            for start, size in chunk:
                yield self._bytes(start, size)


def _state(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except FileNotFoundError:
        return 0, 0
    return found.st_ino, found.st_size


def mark_of(path: Path) -> Path:
    """The file that stands beside a journal while it is written; where it was left, lines have to be settled."""
    return path.with_name(path.name + OPEN)
