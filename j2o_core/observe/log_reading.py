"""Reads logs, plain and packed, of many processes, in the order of time: one line of each open file is in memory."""

from __future__ import annotations

import gzip
import heapq
import json
import math
import os
import zlib
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from io import BufferedReader
from pathlib import Path
from typing import Any, Callable, Iterator, Mapping, Optional, Sequence, Tuple, Union

from .log_keeping import PACKED, PLAIN, logs_in
from .log_line import written

#: device and number of a file
Identity = Tuple[int, int]

#: how our own lines begin, and where the moment stands in them
_BEGIN = b'{"time": "'
_TIME = slice(len(_BEGIN), len(_BEGIN) + len("2026-11-23T07:15:00.123+00:00"))
#: longer lines are no lines of a log
_LONGEST = 16 * 1024 * 1024
_READ = 1 << 18


@dataclass
class Reading:
    """What was read so far; ``unreadable`` lines and files are those that no one can make sense of."""

    files: int = 0
    lines: int = 0
    unreadable: int = 0
    broken: list[str] = field(default_factory=list)


def log_files(places: Sequence[Path], since: float = 0.0) -> list[Path]:
    """The logs in these folders, and these files; without those that were last written before ``since`` (seconds)."""
    found = [path for place in places for path in ((place,) if place.is_file() else logs_in(place))]
    return [path for path in dict.fromkeys(found) if _written(path) >= since]


def entries(
    files: Sequence[Path],
    reading: Reading,
    may: Callable[[bytes, str], bool] = lambda raw, time: True,
    limits: Optional[Mapping[Identity, int]] = None,
) -> Iterator[Mapping[str, Any]]:
    """The lines of all files that ``may`` be meant, given as bytes and with their moment, in the order of time.

    ``limits``: of these plain files only so many bytes are read, and nothing of others. A file that cannot be unpacked
    to its end is told in ``reading``, and what came before counts.
    """
    for time, raw in _merged(files, reading, limits):
        reading.lines += 1
        if may(raw, time):
            entry = parsed(raw)
            if entry is None:
                reading.unreadable += 1
            else:
                yield entry


def parsed(raw: bytes) -> Optional[dict[str, Any]]:
    """A line as data; ``None`` where it is none."""
    try:
        entry = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return entry if isinstance(entry, dict) else None


def moment_of(raw: bytes) -> str:
    """When a line was written, in UTC as a text; empty where it does not say."""
    if raw.startswith(_BEGIN):
        time = raw[_TIME]
        if time.endswith(b"+00:00"):
            return time.decode("ascii", "replace")
    entry = parsed(raw)
    try:
        return written(datetime.fromisoformat(str(entry["time"]))) if entry else ""
    except (KeyError, ValueError):
        return ""


def _written(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:  # packed or removed meanwhile: seen when it is opened
        return math.inf


def identity_of(status: os.stat_result) -> Identity:
    """Which file that is, whatever its name."""
    return status.st_dev, status.st_ino


def _merged(
    files: Sequence[Path], reading: Reading, limits: Optional[Mapping[Identity, int]]
) -> Iterator[tuple[str, bytes]]:
    starts = []
    for path in files:
        first = next(_lines(path, reading, limits), None)
        if first is not None:
            starts.append((moment_of(first), str(path), path))
    waiting = deque(sorted(starts))
    reading.files += len(waiting)
    heap: list[tuple[str, int, bytes, Iterator[bytes]]] = []
    number = 0
    while waiting or heap:
        while waiting and (not heap or waiting[0][0] <= heap[0][0]):
            path = waiting.popleft()[2]
            number += 1
            _push(heap, number, _lines(path, reading, limits), "")
        if not heap:
            continue
        time, order, raw, lines = heapq.heappop(heap)
        yield time, raw
        _push(heap, order, lines, time)


def _push(heap: list[tuple[str, int, bytes, Iterator[bytes]]], number: int, lines: Iterator[bytes], time: str) -> None:
    raw = next(lines, None)
    if raw is not None:  # what does not say when stays behind what came before it
        heapq.heappush(heap, (moment_of(raw) or time, number, raw, lines))


def _lines(path: Path, reading: Reading, limits: Optional[Mapping[Identity, int]]) -> Iterator[bytes]:
    """The lines of one file; one that is not complete yet, at its end, is left out."""
    try:
        with _opened(path) as file:
            rest, left = b"", _limit(file, limits)
            while True:
                # One piece at a time: what is whole of a file that breaks off counts.
                data = file.read1(_READ if left is None else min(_READ, left))
                left = None if left is None else left - len(data)
                if not data:
                    return
                *whole, rest = (rest + data).split(b"\n")
                yield from (line for line in whole if line)
                if len(rest) > _LONGEST:
                    reading.unreadable += 1
                    rest = b""
    except FileNotFoundError:
        return  # removed meanwhile
    except (OSError, EOFError, zlib.error) as error:
        reading.broken.append(f"{path}: {error}")


def _limit(file: Union[gzip.GzipFile, BufferedReader], limits: Optional[Mapping[Identity, int]]) -> Optional[int]:
    if limits is None or isinstance(file, gzip.GzipFile):
        return None
    return limits.get(identity_of(os.fstat(file.fileno())), 0)


def _opened(path: Path) -> Union[gzip.GzipFile, BufferedReader]:
    if path.name.endswith(".gz"):
        return gzip.GzipFile(path, "rb")
    try:
        return path.open("rb")
    except FileNotFoundError:  # packed meanwhile, or removed
        return gzip.GzipFile(path.with_name(path.name.replace(PLAIN, PACKED)), "rb")
