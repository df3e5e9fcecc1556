"""Extractors that divide wrongly are found out."""

from __future__ import annotations

from typing import Any, Iterable, Iterator, Optional, Sequence

import pytest

from j2o_core.api import Division, Extractor, Origin, Page, Record, Selection, Slice
from j2o_core.testing.proofs import NotConforming
from j2o_core.testing.slice_proofs import demand_chosen, demand_dividing


class Letters(Extractor):
    """Four records in two divisions."""

    name = "test.letters"
    incremental = True
    letters = "abcd"

    def divide(self, selection: Selection, slice: str, cursor: Optional[Any]) -> Iterator[Division]:
        for start in range(cursor or 0, 4, 2):
            yield Division([Slice(letter, letter) for letter in self.letters[start : start + 2]], start + 2)

    def chosen(self, slice: str, records: Sequence[tuple[str, str]]) -> Iterable[Slice]:
        return [Slice(f"{id} again", id) for id, _ in records]

    def pages(self, selection: Selection, slice: str, cursor: Any) -> Iterator[Page]:
        yield Page([self.record(letter) for letter in cursor], "")

    def record(self, letter: str) -> Record:
        return Record(Origin("test", "letters", letter), letter, {"letter": letter})


class OneName(Letters):
    letters = "abca"


class FromTheStart(Letters):
    def divide(self, selection: Selection, slice: str, cursor: Optional[Any]) -> Iterator[Division]:
        return super().divide(selection, slice, None)


class SometimesWhole(Letters):
    def divide(self, selection: Selection, slice: str, cursor: Optional[Any]) -> Any:
        return super().divide(selection, slice, None) if cursor is None else None


class Forgetful(Letters):
    def chosen(self, slice: str, records: Sequence[tuple[str, str]]) -> Iterable[Slice]:
        return [Slice("again", records[0][0])]


class Restless(Letters):
    asked = 0

    def record(self, letter: str) -> Record:
        self.asked += 1
        return Record(Origin("test", "letters", letter), letter, {"letter": letter, "asked": self.asked})


def made(kind: type[Letters]) -> Letters:
    return kind(None, "test", "letters", {})


def chosen(kind: type[Letters]) -> None:
    extractor = made(kind)
    demand_chosen(extractor, Selection(), {letter: [extractor.record(letter)] for letter in "abcd"})


def test_one_that_keeps_its_promises_is_let_through() -> None:
    demand_dividing(made(Letters), Selection())
    chosen(Letters)


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (OneName, "slices of one name"),
        (FromTheStart, r"after a division come \['a', 'b', 'c', 'd'\]"),
        (SometimesWhole, "is divided, and not so from the cursor 2 on"),
    ],
)
def test_what_is_wrong_with_dividing_is_told(kind: type[Letters], told: str) -> None:
    with pytest.raises(NotConforming, match=told):
        demand_dividing(made(kind), Selection())


@pytest.mark.parametrize("kind", [Forgetful, Restless])
def test_chosen_records_that_do_not_come_as_they_were_are_told(kind: type[Letters]) -> None:
    with pytest.raises(NotConforming, match=r"of the chosen \['a', 'b'\]"):
        chosen(kind)
