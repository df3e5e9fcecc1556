"""Texts that name other items: what is being created is waited for, what comes later remembered, the rest told."""

from __future__ import annotations

import threading
import weakref
from pathlib import Path
from typing import Any, Callable, Iterator

import pytest
from sqlalchemy import select

from j2o_core.engine import under_way
from j2o_core.ledger import effects, tables
from j2o_core.ledger import open_references as stored
from j2o_core.ledger.items import Items
from j2o_core.model.effect import Answer, Effect
from j2o_core.model.outcome import InDoubt
from j2o_core.model.payload import RichText

from .conftest import Bench, Things, thing


class Texts(Things):
    """Writes, in place of a text, the ids of the items that it names."""

    def create(self, effect: Effect) -> Answer:
        image = self.image(effect)  # a request is made first, then sent
        answer = super().create(effect)
        assert answer.image["text"] == image["text"]
        return answer

    def image(self, effect: Effect) -> dict[str, Any]:
        found = []
        for name in effect.payload["text"].tree:
            item = effect.look_up("things", name)
            if item is None:
                effect.tell(name)
            found.append(item.id if item else f"?{name}")
        return {"text": found}


@pytest.fixture()
def bench(tmp_path: Path) -> Iterator[Callable[..., Bench]]:
    made: list[Bench] = []

    def make(**more: Any) -> Bench:
        made.append(Bench(tmp_path, Texts))
        made[0].connect(rewritten=frozenset({"things"}), **more)
        return made[0]

    yield make
    for one in made:
        one.close()


def text(number: int, *names: str, **more: Any) -> Any:
    return thing(number, payload={"text": RichText(list(names))}, **more)


def late(bench: Bench) -> dict[str, str]:
    with bench.ledger.engine.connect() as connection:
        rows = connection.execute(
            select(tables.effect.c.key, tables.effect.c.late).where(tables.effect.c.late.isnot(None))
        )
        return {row[0]: row[1] for row in rows}


def told(bench: Bench) -> dict[str, str]:
    with bench.ledger.engine.connect() as connection:
        rows = connection.execute(select(tables.problem.c.key, tables.problem.c.message))
        return {row[0]: row[1].rpartition(": ")[2] for row in rows}


def test_a_create_waits_for_those_that_its_text_names_and_were_begun_before_it(bench: Callable[..., Bench]) -> None:
    one = bench(workers=8)
    one.plan(text(1), *(text(number, str(number - 1)) for number in range(2, 9)))
    one.go()
    assert late(one) == told(one) == {}
    ids = {row["mark"]: identifier for identifier, row in one.target.rows.items()}
    named = {row["mark"]: row["image"]["text"] for row in one.target.rows.values()}
    assert named == {"1": [], **{str(number): [ids[str(number - 1)]] for number in range(2, 9)}}
    assert len(one.target.calls) == 8, "one request for each"


def test_what_comes_later_is_remembered_with_its_field_and_not_told_yet(bench: Callable[..., Bench]) -> None:
    one = bench(workers=1)
    one.plan(text(1, "2"), text(2, "1"))
    one.go()
    assert late(one) == {"T-1": '["text"]'}
    assert told(one) == {}


def test_what_is_nowhere_is_told_once_and_not_waited_for(bench: Callable[..., Bench]) -> None:
    one = bench()
    one.plan(text(1, "7", "8", "7"))
    one.go()
    assert late(one) == {}
    assert told(one) == {"T-1": "7, 8"}


def test_the_last_writing_tells_what_is_missing_still(bench: Callable[..., Bench]) -> None:
    one = bench(workers=1)
    one.plan(text(1, "2", "9"), text(2))
    one.go()
    assert told(one) == {}
    one.plan(text(1, "2", "9", kind=effects.SHAPE, step=1, only=["text"]))
    one.go(1)
    assert told(one) == {"T-1": "9"}
    assert one.target.rows["1"]["image"]["text"] == ["2", "?9"]


def test_a_text_written_by_a_create_whose_answer_was_lost_is_not_forgotten(bench: Callable[..., Bench]) -> None:
    one = bench(workers=1)
    one.target.after[1] = InDoubt("no answer")
    one.plan(text(1, "2"), text(2))
    one.go()
    assert one.target.rows["1"]["image"]["text"] == ["?2"], "when it was written, the second had no id"
    assert late(one) == {"T-1": '["text"]'}


def test_what_was_written_leaves_nothing_for_the_collector(
    bench: Callable[..., Bench], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []
    original = Texts.image

    def image(self: Texts, effect: Effect) -> dict[str, Any]:
        asked.append(weakref.ref(effect.look_up.__self__))  # type: ignore[attr-defined]
        return original(self, effect)

    monkeypatch.setattr(Texts, "image", image)
    one = bench(workers=2)
    one.plan(text(1), text(2, "1"), text(3, "9"))
    one.go()
    assert len(asked) >= 3
    assert [of() for of in asked if of() is not None] == [], "there are no collections while tests run"


def test_patience_ends(bench: Callable[..., Bench], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(under_way, "PATIENCE", 0.1)
    one = bench(workers=2)
    gone = threading.Event()
    original = one.target.write

    def slow(what: str, change: Any) -> Any:
        if what == "create T-1":
            gone.wait(5)
        result = original(what, change)
        if what == "create T-2":
            gone.set()
        return result

    one.target.write = slow  # type: ignore[method-assign]
    one.plan(text(1), text(2, "1"))
    one.go()
    assert late(one) == {"T-2": '["text"]'}


def open_references(bench: Bench) -> dict[str, list[tuple[str, str]]]:
    items = Items(bench.ledger.engine, 1, "acme")
    return dict(stored.stream(items, "things"))


def test_what_a_text_names_in_vain_is_remembered_until_it_is_written_with_it(bench: Callable[..., Bench]) -> None:
    one = bench(workers=1)
    one.plan(text(1, "7", "8"), text(2))
    one.go()
    assert open_references(one) == {"1": [("things", "7"), ("things", "8")]}
    one.plan(text(7, step=1), text(1, "7", "8", kind=effects.SHAPE, step=2, only=["name"]))
    one.go(1)
    one.go(2)
    assert len(open_references(one)["1"]) == 2, "that effect did not write the text"
    one.plan(text(1, "7", "8", kind=effects.SHAPE, step=3, only=["text"]))
    one.go(3)
    assert open_references(one) == {"1": [("things", "8")]}
    assert told(one) == {"T-1": "8"}


def test_a_text_that_somebody_changed_meanwhile_is_left_alone_and_told_once(bench: Callable[..., Bench]) -> None:
    one = bench(workers=1)
    one.plan(text(1, "7"), text(7, step=1))
    one.go()
    one.go(1)
    one.target.rows["1"]["image"]["text"] = ["mine"]
    one.plan(text(1, "7", kind=effects.SHAPE, step=2, only=["text"]))
    one.go(2)
    assert one.target.rows["1"]["image"]["text"] == ["mine"]
    assert open_references(one) == {}
    assert "changed on the target" in told_all(one)[("J2O-E021", "T-1")]


def told_all(bench: Bench) -> dict[tuple[str, str], str]:
    with bench.ledger.engine.connect() as connection:
        columns = tables.problem.c
        rows = connection.execute(select(columns.code, columns.key, columns.message))
        return {(row[0], row[1]): row[2] for row in rows}
