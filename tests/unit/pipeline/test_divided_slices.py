"""A large slice is divided: its parts are read side by side, each with a checkpoint of its own."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Iterator, Optional

import pytest

from j2o_core.hooks.protocols import Division, Extractor, Page, Selection, Slice
from j2o_core.model.origin import Origin
from j2o_core.model.outcome import Fatal, Retriable
from j2o_core.model.problem import WARNING, Problem
from j2o_core.model.record import Record
from j2o_core.pipeline.extract import extract
from j2o_core.pipeline.interrupt import Interrupted
from j2o_core.pipeline.slice_reader import PARTS_AT_A_TIME
from j2o_core.snapshot.slices import Slices
from j2o_core.snapshot.store import Snapshot


class Tens(Extractor):
    """Forty records in divisions of twenty, slices of ten, pages of five; ``trouble`` names what fails once."""

    name = "test.tens"

    def __init__(self, trouble: str = "") -> None:
        super().__init__(None, "test", "numbers", {})
        self.trouble = trouble
        self.asked: list[str] = []

    def divide(self, selection: Selection, slice: str, cursor: Optional[Any]) -> Iterator[Division]:
        for start in range(cursor or 0, 40, 20):
            self.ask(f"divide {start}")
            parts = [Slice(f"{first} on", [first, first + 10], 10) for first in (start, start + 10)]
            problems = [Problem("J2O-X007", "one is missing", WARNING)] if start else []
            yield Division(parts, start + 20, 40, problems)

    def pages(self, selection: Selection, slice: str, cursor: Any) -> Iterator[Page]:
        start, end = cursor
        for first in range(start, end, 5):
            self.ask(f"{slice} {first}")
            records = [Record(Origin("test", "numbers", str(n)), str(n), {"n": n}) for n in range(first, first + 5)]
            yield Page(records, [first + 5, end])

    def ask(self, what: str) -> None:
        if what == self.trouble:
            self.trouble = ""
            raise Retriable("the server is busy")
        self.asked.append(what)


def read(
    extractor: Extractor, snapshot: Snapshot, events: Optional[list[Any]] = None, stop: Optional[Any] = None, workers=1
) -> None:
    document = {"entities": {"numbers": {"extract": {"plugin": "test.tens"}}}}
    wiring: Any = SimpleNamespace(
        extractors={("numbers", 0): extractor},
        derivations=[],
        selection=Selection(),
        field_names={},
        spec=SimpleNamespace(runtime=SimpleNamespace(workers=workers), document=document),
    )
    extract(wiring, snapshot, (events if events is not None else []).append, stop or threading.Event())


@pytest.fixture
def snapshot(tmp_path: Path) -> Iterator[Snapshot]:
    opened = Snapshot(tmp_path / "snapshot.sqlite", "test")
    opened.begin(1)
    yield opened
    opened.close()


@pytest.mark.parametrize("workers", [1, 4])
def test_every_part_of_a_divided_slice_is_read_once(snapshot: Snapshot, workers: int) -> None:
    extractor, events = Tens(), []
    read(extractor, snapshot, events, workers=workers)
    assert snapshot.count("numbers") == 40
    assert len(extractor.asked) == len(set(extractor.asked)) == 2 + 8
    assert [problem.message for problem in snapshot.problems()] == ["one is missing"]
    progress = [event for event in events if event["event"] == "progress"]
    assert (progress[-1]["done"], progress[-1]["total"]) == (40, 40)


@pytest.mark.parametrize("trouble", ["divide 20", "0 on 5", "10 on 10", "30 on 35"])
def test_what_was_read_is_not_read_again(snapshot: Snapshot, trouble: str) -> None:
    extractor = Tens(trouble)
    with pytest.raises(Fatal, match="stopped: the server is busy"):
        read(extractor, snapshot)
    before = list(extractor.asked)
    read(extractor, snapshot)
    assert snapshot.count("numbers") == 40
    assert len(extractor.asked) == len(set(extractor.asked)) == 2 + 8
    assert trouble in extractor.asked[len(before) :]


def test_a_trouble_names_the_part(snapshot: Snapshot) -> None:
    with pytest.raises(Fatal, match=r"reading numbers \(all: 10 on\) stopped"):
        read(Tens("10 on 15"), snapshot)


def test_parts_are_read_side_by_side(snapshot: Snapshot) -> None:
    together = threading.Barrier(4)

    class Waiting(Tens):
        def pages(self, selection: Selection, slice: str, cursor: Any) -> Iterator[Page]:
            together.wait(10)  # breaks unless all four are read at the same time
            yield from super().pages(selection, slice, cursor)

    read(Waiting(), snapshot, workers=5)
    assert snapshot.count("numbers") == 40


def test_only_a_few_parts_are_in_memory_at_a_time_however_many_workers_there_are(snapshot: Snapshot) -> None:
    guard, now, most = threading.Lock(), [0], [0]

    class Counting(Tens):
        def divide(self, selection: Selection, slice: str, cursor: Optional[Any]) -> Iterator[Division]:
            yield Division([Slice(f"{first} on", [first, first + 5], 5) for first in range(0, 100, 5)], 100, 100)

        def pages(self, selection: Selection, slice: str, cursor: Any) -> Iterator[Page]:
            with guard:
                now[0] += 1
                most[0] = max(most[0], now[0])
            time.sleep(0.002)
            yield from super().pages(selection, slice, cursor)
            with guard:
                now[0] -= 1

    read(Counting(), snapshot, workers=16)
    assert snapshot.count("numbers") == 100
    assert 1 < most[0] <= PARTS_AT_A_TIME


def test_a_stop_is_noticed_between_pages(snapshot: Snapshot) -> None:
    stop = threading.Event()

    class Stopping(Tens):
        def pages(self, selection: Selection, slice: str, cursor: Any) -> Iterator[Page]:
            for page in super().pages(selection, slice, cursor):
                stop.set()
                yield page

    extractor = Stopping()
    with pytest.raises(Interrupted):
        read(extractor, snapshot, stop=stop)
    assert len(extractor.asked) == 3
    stop.clear()
    read(extractor, snapshot)
    assert snapshot.count("numbers") == 40


def test_a_new_generation_divides_anew(snapshot: Snapshot) -> None:
    extractor = Tens()
    read(extractor, snapshot)
    snapshot.begin(2)
    read(extractor, snapshot)
    assert len(extractor.asked) == 2 * 10
    assert snapshot.count("numbers") == 40


def test_what_is_announced_counts_before_it_is_read(snapshot: Snapshot) -> None:
    with pytest.raises(Fatal):
        read(Tens("0 on 0"), snapshot)
    assert Slices(snapshot).expected("numbers") == 40


def test_what_is_no_division_is_told(snapshot: Snapshot) -> None:
    class Wrong(Tens):
        def divide(self, selection: Selection, slice: str, cursor: Optional[Any]) -> Iterator[Any]:
            yield ["a", "b"]

    with pytest.raises(Fatal, match=r"'test\.tens' of numbers gives what is no division"):
        read(Wrong(), snapshot)
