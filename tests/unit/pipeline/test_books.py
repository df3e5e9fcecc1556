"""The books of a migration: every record of the source is in one column, and what nobody accounts for is told."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, Iterator, Optional

import pytest

from j2o_core.ledger import listing, runs
from j2o_core.ledger.items import CREATED, Item, Items
from j2o_core.ledger.listing import FAILED, SKIPPED, Listed
from j2o_core.ledger.store import open_ledger
from j2o_core.ledger.writer import Writer
from j2o_core.model.origin import Origin
from j2o_core.model.record import Record
from j2o_core.pipeline import books as module
from j2o_core.pipeline.books import Book, Books, books
from j2o_core.pipeline.recorded import snapshot_path
from j2o_core.snapshot.store import Snapshot
from tests.ledgers import begin_run

HERE = ("1", "2", "3", "4", "5")


class Desk:
    """A source of five records of which it counts one more, and a ledger that knows some of them."""

    def __init__(self, home: Path, url: str) -> None:
        self.ledger = open_ledger(url, home)
        self.writer = Writer(self.ledger.engine)
        target = self.writer.submit(lambda connection: runs.target_id(connection, "op"))
        self.items = Items(self.ledger.engine, target, "acme")
        self.loader = SimpleNamespace(stands_in_for=None)
        self.wiring: Any = SimpleNamespace(
            home=home,
            source="acme",
            source_identity="one",
            spec=None,
            entities=["notes"],
            loaders={"notes": self.loader},
        )
        snapshot = Snapshot(snapshot_path(home, "acme", "one"), "acme")
        snapshot.begin(1)
        parent = Record(Origin("acme", "issues", "9"), "A-9", {}, digest="d")
        with snapshot.transaction() as connection:
            records = [Record(Origin("acme", "notes", one), f"A-{one}", {}, digest="d") for one in HERE]
            snapshot.put(connection, ((one, 0, True) for one in [*records, parent]))
            snapshot.put_unreturned(connection, "notes", parent, 1)
        snapshot.close()

    def run(self, **outcomes: str) -> None:
        """A run that listed these origins."""
        name = self.writer.submit(begin_run).id
        listed = [Listed("notes", origin[1:], "k", outcome, "c", "why") for origin, outcome in outcomes.items()]
        self.writer.submit(lambda connection: listing.put(connection, name, listed))

    def write(self, *origins: str) -> None:
        """Items of these origins."""
        items = [Item("notes", one, f"A-{one}", f"t{one}", CREATED) for one in origins]
        self.writer.submit(lambda connection: self.items.put(connection, "run-1", items))

    def books(self) -> Books:
        return books(self.wiring, self.items)

    def book(self) -> Optional[Book]:
        return self.books().entities.get("notes")


@pytest.fixture()
def desk(tmp_path: Path, ledger_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setattr(module, "read_before", lambda spec, snapshot: 1.0)
    made = Desk(tmp_path, ledger_url)
    yield made
    made.writer.close()
    made.ledger.close()


def test_every_record_is_in_one_column_and_what_the_source_counts_and_hides_too(desk: Desk) -> None:
    desk.run(_4=SKIPPED, _5=FAILED)
    desk.write("1", "2", "3", "8")
    listed = {"_9/unreturned/1": SKIPPED}
    desk.run(**listed)
    assert desk.book() == Book(source=6, written=3, skipped=2, failed=1, unaccounted=0, retired=1)
    assert desk.books().findings == ()


def test_what_is_neither_written_nor_listed_is_told_with_its_keys(desk: Desk) -> None:
    desk.run(_4=SKIPPED)
    desk.write("1", "2")
    assert desk.book() == Book(source=6, written=2, skipped=1, failed=0, unaccounted=3, retired=0)
    (finding,) = desk.books().findings
    assert (finding.code, finding.entity) == ("J2O-V004", "notes")
    assert finding.message == (
        "3 of 6 notes of the source are neither on the target nor listed as left out (A-3, A-5, A-9)"
    )


def test_the_last_run_that_listed_it_says_what_it_is(desk: Desk) -> None:
    desk.run(_1=SKIPPED, _2=FAILED)
    desk.run(_1=FAILED)
    book = desk.book()
    assert book is not None and (book.skipped, book.failed) == (0, 2)


def test_of_what_stands_in_for_others_only_what_was_needed_is_counted(desk: Desk) -> None:
    desk.run(_4=SKIPPED)
    desk.write("1")
    desk.loader.stands_in_for = "users"
    assert desk.book() == Book(source=2, written=1, skipped=1, failed=0, unaccounted=0, retired=0)
    assert desk.books().findings == ()


def test_without_what_was_read_whole_there_are_no_books_and_the_reason_is_given(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "read_before", lambda spec, snapshot: None)
    assert "not read to its end" in desk.books().reason
    desk.wiring.source_identity = "another"
    assert desk.books() == Books({}, reason=f"what was read of 'acme' is not in {desk.wiring.home}")
