"""What a run that gave way to another still owed to its items is noted at them."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, Iterator, Optional

import pytest
from sqlalchemy import update

from j2o_core.ledger import plan_rows, runs, tables
from j2o_core.ledger.effects import CREATE, DONE, FAILED, PLANNED, SENT, SHAPE, UPDATE, Planned
from j2o_core.ledger.items import CREATED, Item, Items
from j2o_core.ledger.store import Ledger, open_ledger
from j2o_core.ledger.writer import Writer
from j2o_core.pipeline import owed
from j2o_core.pipeline.owed import note_owed
from tests.ledgers import begin_run

THINGS = "things"
LOADERS: Any = {THINGS: SimpleNamespace(restored_fields=("start",), passing_fields=())}
WRITTEN = {"start": "1", "subject": "2"}


class Past:
    """A ledger with one run, and what it wrote before."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger, self.writer = ledger, Writer(ledger.engine)
        with ledger.engine.begin() as connection:
            self.run = begin_run(connection).id
            target = runs.target_id(connection, "op")
        self.items = Items(ledger.engine, target, "acme")

    def item(self, origin: str) -> None:
        known = Item(THINGS, origin, origin, origin, CREATED, record_digest="r", fields=WRITTEN, image=WRITTEN)
        self.writer.submit(lambda connection: self.items.put(connection, self.run, [known]))

    def effect(self, origin: str, state: str, kind: str = SHAPE, only: str = "start") -> None:
        planned = Planned(0, THINGS, origin, origin, kind, "repeatable", {}, only=[only])
        self.writer.submit(lambda connection: plan_rows.enter(connection, self.run, [planned]))
        change = update(tables.effect).where(tables.effect.c.origin == origin, tables.effect.c.kind == kind)
        self.writer.submit(lambda connection: connection.execute(change.values(state=state)))

    def noted(self) -> dict[str, bool]:
        """By origin, whether a later plan sees that its start is not as it should be."""
        note_owed(self.run, self.items, self.writer, LOADERS)
        (known,) = list(self.items.stream(THINGS))
        for item in known:
            assert item.fields["subject"] == item.image["subject"] == "2"
            assert (item.fields["start"], item.image.get("start"), item.record_digest) in (
                ("1", "1", "r"),
                ("", None, ""),
            )
        return {item.origin: item.record_digest == "" for item in known}


@pytest.fixture
def past(tmp_path: Path, ledger_url: str) -> Iterator[Past]:
    ledger = open_ledger(ledger_url, tmp_path)
    made = Past(ledger)
    yield made
    made.writer.close()
    ledger.close()


def test_what_was_not_restored_is_noted_and_nothing_else(past: Past):
    for origin, state, only in (
        ("planned", PLANNED, "start"),
        ("sent", SENT, "start"),
        ("restored", DONE, "start"),
        ("refused", FAILED, "start"),
        ("a text", PLANNED, "subject"),
    ):
        past.item(origin)
        past.effect(origin, state, only=only)
    past.effect("child", DONE, CREATE)
    expected = {"planned": True, "sent": True, "restored": False, "refused": False, "a text": False}
    assert past.noted() == expected
    assert past.noted() == expected  # stopped in the middle, it is noted again


def test_a_run_that_sent_nothing_has_disturbed_nothing(past: Past):
    past.item("parent")
    past.effect("parent", PLANNED)
    past.effect("child", PLANNED, CREATE)
    assert past.noted() == {"parent": False}


def test_many_are_noted_a_few_at_a_time(past: Past, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(owed, "_CHUNK", 2)
    chunks: list[int] = []
    put = past.items.put
    monkeypatch.setattr(
        past.items, "put", lambda connection, run, items: (chunks.append(len(items)), put(connection, run, items))
    )
    for number in range(4):
        past.item(f"{number}")
        past.effect(f"{number}", SENT)
    past.effect("1", PLANNED, only="subject")  # the same item, of another chunk
    chunks.clear()
    assert set(past.noted().values()) == {True}
    assert chunks == [2, 1, 1]


@pytest.mark.parametrize(
    ("state", "kind", "parent", "noted"),
    [
        (SENT, SHAPE, None, True),
        (SENT, UPDATE, None, True),
        (PLANNED, UPDATE, None, False),
        (DONE, SHAPE, None, False),
        (SENT, CREATE, "holder", True),
        (DONE, CREATE, "holder", False),
    ],
)
def test_what_a_write_of_several_steps_may_have_left_aside_is_noted(
    past: Past, state: str, kind: str, parent: Optional[str], noted: bool
):
    loaders: Any = {
        THINGS: SimpleNamespace(restored_fields=(), passing_fields=("start",)),
        "files": SimpleNamespace(restored_fields=(), passing_fields=("start",)),
    }
    past.item("holder")
    entity = "files" if parent else THINGS
    origin = "file" if parent else "holder"
    above: Any = {"parent_entity": THINGS, "parent_origin": parent} if parent else {}
    planned = Planned(0, entity, origin, origin, kind, "marked", {}, only=["subject"], **above)
    past.writer.submit(lambda connection: plan_rows.enter(connection, past.run, [planned]))
    past.writer.submit(lambda connection: connection.execute(update(tables.effect).values(state=state)))
    note_owed(past.run, past.items, past.writer, loaders)
    item = past.items.get(THINGS, ["holder"])["holder"]
    assert (item.record_digest == "", "start" not in item.image, item.image["subject"]) == (noted, noted, "2")
