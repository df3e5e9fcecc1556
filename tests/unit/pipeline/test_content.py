"""What a disk that takes nothing means for the files on their way: the run stops, and no item is to blame."""

from __future__ import annotations

import errno
import os
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Callable, Iterable, Iterator, Optional

import pytest

from j2o_core.hooks.protocols import Part, Splitter
from j2o_core.model.effect import Stream
from j2o_core.model.outcome import Fatal
from j2o_core.model.record import Record
from j2o_core.pipeline.content import openers

Write = Callable[[Path], None]


def opening(folder: Path, write: Write) -> AbstractContextManager[Stream]:
    """The bytes of an item of a plugin that does so much in the folder it is given."""

    class Files(Splitter):
        name = "test.files"

        def split(self, record: Record) -> Iterable[Part]:
            return ()

        @contextmanager
        def content(self, client: Any, record: Any, folder: Path) -> Iterator[Stream]:
            write(folder)
            with (folder / "bytes").open("w+b") as stream:
                yield stream

    made: Any = Files()
    wiring: Any = SimpleNamespace(extractors={}, splitters={"files": [("", made)]})
    row: Any = SimpleNamespace(origin="1", key="F-1")
    record: Any = object()
    return openers(wiring, lambda entity, origin: record, folder)["files"](row)


def failing(number: int, name: Optional[str] = None) -> Write:
    def write(folder: Path) -> None:
        raise OSError(number, os.strerror(number), *([str(folder / name)] if name else []))

    return write


@pytest.mark.parametrize(
    "write",
    [
        failing(errno.ENOSPC),
        failing(errno.EDQUOT),
        failing(errno.EROFS),
        failing(errno.EACCES, "bytes"),
        failing(errno.ENOENT, "bytes"),
    ],
)
def test_a_folder_that_cannot_be_written_stops_the_run(tmp_path: Path, write: Write) -> None:
    with pytest.raises(Fatal, match=r"cannot be written to: .*; when it can") as stopped, opening(tmp_path, write):
        pass
    assert (stopped.value.exit_code, stopped.value.code) == (4, "disk")


def test_a_folder_that_cannot_be_made_stops_the_run(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in its place", encoding="utf-8")
    with pytest.raises(Fatal, match="file") as stopped, opening(tmp_path / "file" / "files", lambda folder: None):
        pass
    assert stopped.value.code == "disk"


def test_a_file_of_the_source_that_cannot_be_read_is_no_matter_of_this_disk(tmp_path: Path) -> None:
    def write(folder: Path) -> None:
        raise FileNotFoundError(errno.ENOENT, "no such file", "/elsewhere/bytes")

    with pytest.raises(FileNotFoundError), opening(tmp_path / "files", write):
        pass


def test_what_goes_wrong_with_the_bytes_in_use_stays_what_it_is_and_they_are_closed(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="reset"), opening(tmp_path / "files", lambda folder: None) as stream:
        raise OSError(errno.ECONNRESET, "reset")
    assert getattr(stream, "closed", False)
