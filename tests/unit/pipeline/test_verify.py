"""Reading back what was written: every item is either as it was, told as changed, or told as missing."""

from __future__ import annotations

import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Iterator, Optional, Sequence, cast

import pytest

from j2o_core.engine.written import image_digests
from j2o_core.hooks.protocols import Loader
from j2o_core.ledger import runs
from j2o_core.ledger.items import CREATED, Item, Items
from j2o_core.ledger.store import open_ledger
from j2o_core.ledger.writer import Writer
from j2o_core.model.effect import EffectClass, Found
from j2o_core.pipeline.verify import Verified, Verifier, changed_fields


class Shelf:
    """A target of files, as a loader scans it."""

    effect_class = EffectClass.MARKED
    scan_batch = 1
    shared_fields: Sequence[str] = ()

    def __init__(self) -> None:
        self.held: dict[str, Found] = {}
        self.scan_by: Optional[str] = None
        self.before: Optional[Sequence[Any]] = None
        self.elsewhere: dict[str, Sequence[str]] = {}

    def before_others(self, field: str, found: Found, ours: bool) -> Optional[Sequence[Any]]:
        return self.before

    def writes_elsewhere(self) -> dict[str, Sequence[str]]:
        return self.elsewhere

    def scan(self, scopes: Sequence[str]) -> Iterator[Found]:
        return iter(self.held.values())


class Bench:
    """A ledger that knows three files, two of which have the same name."""

    def __init__(self, home: Path, url: str) -> None:
        self.ledger = open_ledger(url, home)
        self.writer = Writer(self.ledger.engine)
        target = self.writer.submit(lambda connection: runs.target_id(connection, "op"))
        self.items = Items(self.ledger.engine, target, "jira")
        self.shelf = Shelf()
        for origin, key in (("1", "A-1/log.txt"), ("2", "A-1/log.txt"), ("3", "A-1/other.txt")):
            image = {"size": 10}
            item = Item("files", origin, key, f"t{origin}", CREATED, image=image_digests(image))
            self.writer.submit(lambda connection, item=item: self.items.put(connection, "run", [item]))
            self.shelf.held[origin] = Found(f"t{origin}", origin, image=image)

    def verify(self) -> Verified:
        wiring: Any = SimpleNamespace(
            entities=["files"],
            loaders={"files": self.shelf},
            spec=SimpleNamespace(runtime=SimpleNamespace(workers=1)),
        )
        return Verifier(wiring, self.items, self.writer, "now", lambda event: None, threading.Event()).verify()

    def told(self) -> list[str]:
        return sorted(f"{finding.code} {finding.message.split()[1]}" for finding in self.verify().findings)


@pytest.fixture()
def bench(tmp_path: Path, ledger_url: str) -> Iterator[Bench]:
    made = Bench(tmp_path, ledger_url)
    yield made
    made.writer.close()
    made.ledger.close()


def test_what_stands_as_it_was_written_is_counted_and_nothing_is_told(bench: Bench) -> None:
    verified = bench.verify()
    assert verified.checked == {"files": 3}
    assert verified.findings == []


def test_a_changed_item_is_told_once_and_not_as_missing(bench: Bench) -> None:
    bench.shelf.held["3"] = Found("t3", "3", image={"size": 11})
    assert bench.told() == ["J2O-V001 t3"]


def test_what_another_loader_writes_into_an_item_is_no_change(bench: Bench) -> None:
    bench.shelf.held["3"] = Found("t3", "3", image={"size": 11})
    bench.shelf.elsewhere = {"files": ("size",), "others": ("name",)}
    assert bench.told() == []


def test_a_missing_item_is_told_although_another_of_the_same_name_has_changed(bench: Bench) -> None:
    bench.shelf.held["1"] = Found("t1", "1", image={"size": 11})
    del bench.shelf.held["2"]
    assert bench.told() == ["J2O-V001 t1", "J2O-V002 t2"]


def test_workers_compare_what_they_scan_in_small_chunks(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.shelf.held = {str(number): Found(f"t{number}", str(number), image={"size": 10}) for number in range(1, 1001)}
    sizes = []
    asked = bench.items.by_target

    def counted(entity: str, identifiers: Sequence[str], *rest: Any) -> dict[str, list[Item]]:
        sizes.append(len(identifiers))
        return asked(entity, identifiers, *rest)

    monkeypatch.setattr(bench.items, "by_target", counted)
    assert bench.verify().checked == {"files": 3}
    assert (sum(sizes), max(sizes)) == (1000, 100)


def test_who_watches_many_is_looked_up_where_it_was_found_and_nowhere_else(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = {"since": 1}
    watching = [
        Item("files", f"{one}", "", "fred", CREATED, parent=f"{one}", image=image_digests(image))
        for one in range(9, 300)
    ]
    bench.writer.submit(lambda connection: bench.items.put(connection, "run", watching))
    bench.shelf.effect_class = EffectClass.NATURAL
    bench.shelf.held.update({item.origin: Found("fred", image=image, parent=item.parent or "") for item in watching})
    bench.shelf.held["150"] = Found("fred", image={"since": 2}, parent="150")
    del bench.shelf.held["151"]
    read: list[Item] = []
    asked = bench.items.at_places

    def counted(*said: Any) -> dict[str, list[Item]]:
        found = asked(*said)
        read.extend(item for items in found.values() for item in items)
        return found

    monkeypatch.setattr(bench.items, "at_places", counted)
    assert bench.told() == ["J2O-V001 fred", "J2O-V002 fred"]
    assert len(read) == 290


def test_what_lies_in_two_of_the_scopes_is_counted_and_told_once(bench: Bench) -> None:
    bench.shelf.scan_by = "files"  # as a relation, which the work packages at both of its ends have
    bench.shelf.held["3"] = Found("t3", "3", image={"size": 11})
    verified = bench.verify()
    assert verified.checked == {"files": 3}
    assert [finding.code for finding in verified.findings] == ["J2O-V001"]


def test_an_item_that_lost_its_origin_mark_is_told(bench: Bench) -> None:
    bench.shelf.held["3"] = Found("t3", image={"size": 10})
    (finding,) = bench.verify().findings
    assert (finding.code, finding.field) == ("J2O-V001", "origin mark")


def test_a_field_that_the_target_hides_by_now_is_told_where_it_held_something(bench: Bench) -> None:
    bench.shelf.held["3"] = Found("t3", "3")
    (finding,) = bench.verify().findings
    assert (finding.code, finding.field) == ("J2O-V001", "size")
    item = Item("files", "3", "A-1/other.txt", "t3", CREATED, image=image_digests({"size": 10, "note": None}))
    hidden = Found("t3", "3", image={"size": 10})
    assert changed_fields(item, hidden, cast(Loader, bench.shelf), frozenset()) == []


def test_several_items_that_are_one_on_the_target_are_each_compared(bench: Bench) -> None:
    item = Item("files", "4", "A-2/other.txt", "t3", CREATED, image=image_digests({"size": 10}))
    bench.writer.submit(lambda connection: bench.items.put(connection, "run", [item]))
    bench.shelf.effect_class = EffectClass.NATURAL
    assert bench.verify().findings == []
    bench.shelf.held["3"] = Found("t3", "3", image={"size": 11})
    assert sorted(str(finding.key) for finding in bench.verify().findings) == ["A-1/other.txt", "A-2/other.txt"]


def test_several_items_that_are_one_are_compared_where_the_target_alone_tells_what_it_stands_in(bench: Bench) -> None:
    item = Item("files", "4", "A-2/other.txt", "t3", CREATED, image=image_digests({"size": 10}))
    bench.writer.submit(lambda connection: bench.items.put(connection, "run", [item]))
    bench.shelf.effect_class = EffectClass.NATURAL
    bench.shelf.held["3"] = Found("t3", image={"size": 10}, parent="p7")
    assert bench.verify().findings == []


def test_a_field_that_others_add_to_is_compared_as_far_as_the_loader_can_tell(bench: Bench) -> None:
    bench.shelf.shared_fields = ("size",)
    bench.shelf.held["3"] = Found("t3", "3", image={"size": 11})
    assert bench.told() == []  # it cannot
    bench.shelf.before = [11, 10]
    assert bench.told() == []
    bench.shelf.before = [11, 9]
    assert bench.told() == ["J2O-V001 t3"]
