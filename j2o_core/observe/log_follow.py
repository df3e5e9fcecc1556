"""Follows logs while they are written: new lines of all files of the folders, of files that begin later too."""

from __future__ import annotations

import contextlib
import gzip
import os
import time
import zlib
from pathlib import Path
from typing import IO, Any, Callable, Collection, Iterator, Mapping, Optional, Sequence

from .log_keeping import PACKED, PLAIN
from .log_reading import Identity, identity_of, moment_of, parsed

#: seconds between two looks
_LOOK = 0.3


class _Followed:
    """One file, known by what it is and not by its name: it is renamed when it is full."""

    def __init__(self, path: Path, file: IO[bytes], offset: int) -> None:
        self.path, self.file, self._rest = path, file, b""
        file.seek(offset)

    def lines(self) -> list[bytes]:
        """The whole lines since the last look."""
        *whole, self._rest = (self._rest + self.file.read()).split(b"\n")
        return [line for line in whole if line]


def ends(places: Sequence[Path]) -> dict[Identity, int]:
    """How long each plain file is now: what comes after that is new."""
    found = {}
    for path in _plain(places):
        with contextlib.suppress(FileNotFoundError):  # packed or removed meanwhile
            status = path.stat()
            found[identity_of(status)] = status.st_size
    return found


def files_of(places: Sequence[Path]) -> set[Path]:
    """The files that there are, packed ones too, by the names that they had before."""
    return {*_plain(places), *(_unpacked(path) for path in _packed(places))}


def follow(
    places: Sequence[Path],
    begin: Mapping[Identity, int],
    sleep: Callable[[float], Any] = time.sleep,
    ended: Callable[[], bool] = lambda: False,
    before: Optional[Collection[Path]] = None,
) -> Iterator[Mapping[str, Any]]:
    """Lines as they come, from where the files ended at the ``begin``; for ever, or until it has ``ended``.

    ``before``: the ``files_of`` these places at that time.
    """
    known: dict[Identity, _Followed] = {}
    seen = set(files_of(places) if before is None else before)
    first = True
    try:
        while True:
            over = ended()
            present = _open_new(places, known, begin if first else {})
            first = False
            found = [(moment_of(raw), raw) for path in _packed_unseen(places, known, seen) for raw in _whole(path)]
            for identity, followed in list(known.items()):
                found += [(moment_of(raw), raw) for raw in followed.lines()]
                if identity not in present:  # packed or removed: nobody writes to it any more
                    known.pop(identity).file.close()
            for _, raw in sorted(found, key=lambda one: one[0]):
                entry = parsed(raw)
                if entry is not None:
                    yield entry
            if over:
                return
            sleep(_LOOK)
    finally:
        for followed in known.values():
            followed.file.close()


def _packed_unseen(places: Sequence[Path], known: Mapping[Identity, _Followed], seen: set[Path]) -> list[Path]:
    """Files that were begun, filled and packed between two looks."""
    seen.update(followed.path for followed in known.values())
    found = [path for path in _packed(places) if _unpacked(path) not in seen]
    seen.update(_unpacked(path) for path in found)
    return found


def _whole(path: Path) -> list[bytes]:
    try:
        return [line for line in gzip.decompress(path.read_bytes()).split(b"\n") if line]
    except (OSError, EOFError, zlib.error):  # removed meanwhile
        return []


def _open_new(places: Sequence[Path], known: dict[Identity, _Followed], begin: Mapping[Identity, int]) -> set[Identity]:
    present = set()
    for path in _plain(places):
        try:
            identity = identity_of(path.stat())
            if identity not in known:
                file = path.open("rb")
                identity = identity_of(os.fstat(file.fileno()))
                known[identity] = _Followed(path, file, begin.get(identity, 0))
        except FileNotFoundError:
            continue
        known[identity].path = path
        present.add(identity)
    return present


def _packed(places: Sequence[Path]) -> list[Path]:
    return [path for place in places if place.is_dir() for path in sorted(place.glob(f"*{PACKED}"))]


def _unpacked(path: Path) -> Path:
    return path.with_name(path.name[: -len(PACKED)] + PLAIN)


def _plain(places: Sequence[Path]) -> list[Path]:
    return [
        path
        for place in places
        for path in ([place] if place.is_file() else sorted(place.glob(f"*{PLAIN}")))
        if path.name.endswith(PLAIN)
    ]
