"""Reading the source: page by page, resumable, and never silent about what it could not read."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Callable, Iterator, Mapping, Optional

import pytest

from j2o_core.hooks.protocols import Extractor, Page, Selection
from j2o_core.model.origin import Origin
from j2o_core.model.outcome import Fatal, ItemFailed, NotSent, Outcome, Retriable
from j2o_core.model.record import Record
from j2o_core.pipeline.extract import FIELD_NAMES, extract
from j2o_core.snapshot.store import Snapshot


class Numbers(Extractor):
    """Six records in pages of two; ``trouble`` is raised once before the page that begins at ``at``."""

    name = "test.numbers"

    def __init__(self, trouble: Optional[Outcome] = None, at: int = 2) -> None:
        super().__init__(None, "test", "numbers", {})
        self.trouble, self.at = trouble, at
        self.asked: list[int] = []

    def pages(self, selection: Selection, slice: str, cursor: Optional[Any]) -> Iterator[Page]:
        for start in range(cursor or 0, 6, 2):
            self.asked.append(start)
            if self.trouble is not None and start == self.at:
                trouble, self.trouble = self.trouble, None
                raise trouble
            records = [Record(Origin("test", "numbers", str(n)), str(n), {"n": n}) for n in (start, start + 1)]
            yield Page(records, start + 2, 6)


class Halves(Numbers):
    """The same by two slices, of which one does not say how many there are; the other says so late."""

    def slices(self, selection: Selection) -> list[str]:
        return ["known", "unknown"]

    def pages(self, selection: Selection, slice: str, cursor: Optional[Any]) -> Iterator[Page]:
        first = 0 if slice == "known" else 3
        for number in range(first, first + 3):
            record = Record(Origin("test", "numbers", str(number)), str(number), {"n": number})
            yield Page([record], number, 3 if slice == "known" and number else None)


def read(
    extractor: Extractor, snapshot: Snapshot, emit: Callable[[Mapping[str, Any]], None] = lambda event: None
) -> None:
    runtime = SimpleNamespace(workers=2)
    wiring: Any = SimpleNamespace(
        extractors={("numbers", 0): extractor},
        derivations=[],
        selection=Selection(),
        field_names={"customfield_1": "Team"},
        spec=SimpleNamespace(
            runtime=runtime, document={"entities": {"numbers": {"extract": {"plugin": "test.numbers"}}}}
        ),
    )
    extract(wiring, snapshot, emit, threading.Event())


@pytest.fixture
def snapshot(tmp_path: Path) -> Iterator[Snapshot]:
    opened = Snapshot(tmp_path / "snapshot.sqlite", "test")
    opened.begin(1)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    "trouble", [Retriable("the server is busy"), NotSent("the server is away"), ItemFailed("the page is forbidden")]
)
def test_a_page_that_cannot_be_read_stops_the_run_and_the_next_goes_on_there(
    snapshot: Snapshot, trouble: Outcome
) -> None:
    extractor = Numbers(trouble)
    with pytest.raises(Fatal, match=rf"reading numbers \(all\) stopped: {trouble.message}") as caught:
        read(extractor, snapshot)
    assert caught.value.exit_code == 3
    assert snapshot.count("numbers") == 2
    read(extractor, snapshot)
    assert snapshot.count("numbers") == 6
    assert extractor.asked == [0, 2, 2, 4]


def test_a_fatal_error_of_the_source_keeps_its_own_words(snapshot: Snapshot) -> None:
    with pytest.raises(Fatal, match=r"^unknown project$") as caught:
        read(Numbers(Fatal("unknown project", exit_code=2)), snapshot)
    assert caught.value.exit_code == 2


def test_the_names_of_the_source_s_fields_are_recorded_with_its_records(snapshot: Snapshot) -> None:
    read(Numbers(), snapshot)
    assert json.loads(snapshot.meta(FIELD_NAMES) or "") == {"customfield_1": "Team"}


def test_how_many_there_are_is_told_once_every_slice_has_told_or_ended(snapshot: Snapshot) -> None:
    events: list[Mapping[str, Any]] = []
    read(Halves(), snapshot, events.append)
    told = [(event["done"], event["total"]) for event in events if event["event"] == "progress"]
    assert told[-1] == (6, 6) and told == sorted(told, key=lambda one: one[0])
    assert {total for _, total in told} == {None, 6}
    again: list[Mapping[str, Any]] = []
    read(Halves(), snapshot, again.append)
    assert [(event["done"], event["total"]) for event in again if event["event"] == "progress"][-1] == (6, 6)
