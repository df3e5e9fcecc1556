from __future__ import annotations

import contextlib
import io
import threading
from types import SimpleNamespace
from typing import Any, Iterator

import pytest

from j2o_core.engine.prefetch import ROOM, Prefetch
from j2o_core.model.outcome import ItemFailed


class Files:
    """Opens files slowly or not at all, and knows which are open."""

    def __init__(self) -> None:
        self.opened: list[int] = []
        self.closed: list[int] = []
        self.go = threading.Event()
        self.begun = threading.Semaphore(0)

    @contextlib.contextmanager
    def open(self, row: Any) -> Iterator[Any]:
        self.begun.release()
        assert self.go.wait(5)
        if row.id == 13:
            raise ItemFailed("gone")
        self.opened.append(row.id)
        try:
            yield io.BytesIO(b"%d" % row.id)
        finally:
            self.closed.append(row.id)


def file(number: int, size: int = 10) -> Any:
    return SimpleNamespace(id=number, entity="files", payload={"size": size})


def test_a_file_is_opened_before_it_is_asked_for_and_once():
    files = Files()
    files.go.set()
    prefetch = Prefetch({"files": files.open}, 2)
    prefetch.begin(file(1))
    assert files.begun.acquire(timeout=5)
    with prefetch.openers["files"](file(1)) as stream:
        assert stream.read() == b"1" and files.closed == []
    assert files.opened == files.closed == [1]
    prefetch.close()


def test_what_was_opened_for_nobody_is_closed():
    files = Files()
    files.go.set()
    prefetch = Prefetch({"files": files.open}, 2)
    for number in range(20):
        prefetch.begin(file(number))
    prefetch.close()
    assert sorted(files.opened) == sorted(files.closed)
    with prefetch.openers["files"](file(3)) as stream:
        assert stream.read() == b"3"


def test_a_failure_is_told_to_who_asks_for_the_file():
    files = Files()
    files.go.set()
    prefetch = Prefetch({"files": files.open}, 2)
    prefetch.begin(file(13))
    with pytest.raises(ItemFailed), prefetch.openers["files"](file(13)):
        pass
    prefetch.close()


def test_large_files_and_other_kinds_are_left_to_the_worker():
    files = Files()
    prefetch = Prefetch({"files": files.open}, 2)
    prefetch.begin(file(1, ROOM + 1))
    prefetch.begin(SimpleNamespace(id=2, entity="things", payload={}))
    assert not files.begun.acquire(timeout=0.05)
    files.go.set()
    with prefetch.openers["files"](file(1, ROOM + 1)) as stream:
        assert stream.read() == b"1"
    prefetch.close()


def test_room_is_bounded_by_bytes_and_given_on():
    files = Files()
    files.go.set()
    prefetch = Prefetch({"files": files.open}, 2)
    prefetch.begin(file(1, ROOM))
    prefetch.begin(file(2, ROOM))
    assert files.begun.acquire(timeout=5)
    assert not files.begun.acquire(timeout=0.05), "the second has no room yet"
    with prefetch.openers["files"](file(1, ROOM)):
        assert files.begun.acquire(timeout=5)
    with prefetch.openers["files"](file(2, ROOM)) as stream:
        assert stream.read() == b"2"
    prefetch.close()


def test_who_comes_before_the_file_was_begun_opens_it_alone():
    files = Files()
    prefetch = Prefetch({"files": files.open}, 1)
    prefetch.begin(file(1))
    prefetch.begin(file(2))
    assert files.begun.acquire(timeout=5)
    done = threading.Event()

    def second() -> None:
        with prefetch.openers["files"](file(2)):
            done.set()

    worker = threading.Thread(target=second)
    worker.start()
    assert files.begun.acquire(timeout=5), "not behind the first"
    files.go.set()
    assert done.wait(5)
    worker.join(5)
    prefetch.close()
