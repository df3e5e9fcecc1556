"""Items that must get certain numbers: in order, with fillers; what comes out wrong ends its lane and nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, Iterator, Optional, Sequence

import pytest
from sqlalchemy import select

from j2o_core.engine.numbers import filler_origin
from j2o_core.hooks.protocols import Numbering
from j2o_core.ledger import effects, numbers, sending, tables
from j2o_core.ledger.items import Items
from j2o_core.ledger.numbers import lane_of
from j2o_core.model.effect import Answer, Effect, Found
from j2o_core.model.outcome import InDoubt, ItemFailed

from .conftest import Bench, Things, thing

LANE = lane_of("projects/1")


class Counted(Things):
    """A target that counts what it creates, and never gives a number twice."""

    def create(self, effect: Effect) -> Answer:
        def change() -> Answer:
            self.client.counter = getattr(self.client, "counter", 0) + 1
            identifier, image = str(100 + self.client.counter), dict(self.image(effect))
            display = f"T-{self.client.counter}"
            row = {"mark": effect.origin.id, "version": 0, "image": image, "display": display}
            self.client.rows[identifier] = row
            return Answer(identifier, "0", image, display=display)

        return self.client.write(f"create {effect.key}", change)

    def scan(self, scopes: Sequence[str]) -> Iterator[Found]:
        for identifier, row in self.client.rows.items():
            yield Found(identifier, mark=row["mark"], version="0", image=dict(row["image"]), display=row["display"])

    def delete(self, identifier: str, parent: str = "") -> None:
        def change() -> None:
            self.client.rows.pop(identifier, None)

        self.client.write(f"delete {identifier}", change)


class ByKey(Numbering):
    by = "project"

    def split(self, key: str) -> Optional[tuple[str, int]]:
        return key[0], int(key[2:])

    def called(self, name: str, number: int) -> str:
        return f"{name}-{number}"

    def name_of(self, payload: Any) -> str:
        return "T"

    def last(self, identifier: str) -> int:
        return 0

    def refusal(self) -> str:
        return ""

    def takes(self, gaps: int, highest: int) -> bool:
        return True

    def limit(self) -> str:
        return "any"

    def filler(self, key: str, payload: Any) -> Any:
        return {"name": f"fills {key}"}


class Numbered(Bench):
    def connect(self, workers: int = 4, attempts: int = 4, **more: Any) -> Any:
        return super().connect(workers, attempts, numbering={"things": ByKey()}, **more)

    def things(self, count: int, fillers: Sequence[int] = (), **more: Any) -> None:
        self.plan(*(filler(number) if number in fillers else numbered(number) for number in range(1, count + 1)))

    def given(self) -> dict[str, str]:
        return {row["display"]: row["mark"] for row in self.target.rows.values()}

    def clear(self) -> None:
        """As the step after it does."""
        items = Items(self.ledger.engine, 1, "acme")
        self.plan(*map(clearing, numbers.to_clear(items, self.run, "things")))
        self.go(1)


def numbered(number: int, **more: Any) -> Any:
    return thing(number, lane=LANE, display=f"T-{number}", **more)


def clearing(row: effects.EffectRow) -> Any:
    made = thing(
        0, effects.CLEAR, step=1, lane=row.origin, payload=row.payload, item=row.item, undoes=row.id, display="*"
    )
    return replace(made, origin=row.origin)


def filler(number: int) -> Any:
    made = numbered(number, kind=effects.FILL, payload={"name": "filler"})
    return replace(made, origin=filler_origin(f"T-{number}"))


@pytest.fixture
def bench(tmp_path: Path, ledger_url: str) -> Iterator[Numbered]:
    made = Numbered(tmp_path, Counted, url=ledger_url)
    yield made
    made.close()


def test_numbers_are_given_in_order_and_fillers_are_no_items(bench: Numbered) -> None:
    bench.things(5, fillers=[2, 4])
    bench.go()
    assert bench.given() == {"T-1": "1", "T-2": "gap:T-2", "T-3": "3", "T-4": "gap:T-4", "T-5": "5"}
    items = Items(bench.ledger.engine, 1, "acme")
    assert items.count("things") == 3
    bench.clear()
    assert bench.given() == {"T-1": "1", "T-3": "3", "T-5": "5"}
    assert list(numbers.to_clear(items, bench.run, "things")) == []


def test_what_is_refused_is_listed_and_leaves_its_number_to_a_filler(bench: Numbered) -> None:
    bench.things(3)
    bench.target.before[2] = ItemFailed("no such type")
    bench.go()
    assert bench.given() == {"T-1": "1", "T-2": "gap:T-2", "T-3": "3"}
    assert bench.listed() == {"T-2": "no such type"}
    bench.clear()
    assert bench.given() == {"T-1": "1", "T-3": "3"}


def test_a_wrong_number_ends_its_lane_before_it_gets_worse_and_no_other(bench: Numbered) -> None:
    bench.things(2)
    bench.go()
    bench.target.counter += 1  # type: ignore[attr-defined]
    bench.plan(numbered(3), numbered(4), filler(5), numbered(6), thing(7))
    bench.go()
    assert set(bench.given()) == {"T-1", "T-2", "T-4", "T-5"}, (
        "the one that came out wrong, and the one of another lane"
    )
    states = bench.states()
    assert (states["T-3"], states["T-4"], states["T-5"], states["T-6"]) == ("done", "failed", "skipped", "failed")
    assert all("T-4 instead of T-3" in bench.listed()[key] for key in ("T-4", "T-6"))
    assert told(bench) == ["J2O-E041"]


def test_a_filler_that_is_refused_ends_its_lane(bench: Numbered) -> None:
    bench.things(3, fillers=[2])
    bench.target.before[2] = ItemFailed("a field is required")
    bench.go()
    assert bench.given() == {"T-1": "1"}
    assert "T-2 cannot be filled (a field is required)" in bench.listed()["T-3"]


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_create_or_a_filler_whose_answer_was_lost_is_found_and_takes_no_second_number(
    bench: Numbered, number: int
) -> None:
    bench.things(4, fillers=[2])
    bench.target.after[number] = InDoubt("no answer")
    bench.go()
    assert set(bench.given()) == {"T-1", "T-2", "T-3", "T-4"}
    assert bench.listed() == {}


def test_after_a_kill_what_was_sent_is_looked_for_in_its_turn(bench: Numbered) -> None:
    bench.things(6, fillers=[2, 3])
    lost = bench.engine.effects.window(0, 0, effects.PLANNED, 0, 100)
    rows = [{"of": row.id, "digest": "", "image": None} for row in lost[:4]]
    bench.writer.submit(lambda connection: sending.mark_sent(connection, rows))
    loader = bench.engine.loaders["things"]
    for mark in ("1", "gap:T-2"):  # the first two arrived before the process died
        loader.client.counter = getattr(loader.client, "counter", 0) + 1
        display = f"T-{loader.client.counter}"
        row = {"mark": mark, "version": 0, "image": {}, "display": display}
        loader.client.rows[str(100 + loader.client.counter)] = row
    bench.die()
    bench.go()
    assert bench.given() == {"T-1": "1", "T-2": "gap:T-2", "T-3": "gap:T-3", "T-4": "4", "T-5": "5", "T-6": "6"}
    bench.clear()
    assert set(bench.given()) == {"T-1", "T-4", "T-5", "T-6"}


def test_a_filler_of_an_interrupted_run_is_looked_for_and_removed(bench: Numbered) -> None:
    bench.things(1)
    bench.go()
    bench.plan(filler(2))
    (row,) = bench.engine.effects.window(0, 0, effects.PLANNED, 0, 10)
    bench.target.counter += 1  # type: ignore[attr-defined]
    bench.target.rows["999"] = {"mark": "gap:T-2", "version": 0, "image": {}, "display": "T-2"}
    marked = [{"of": row.id, "digest": "", "image": None}]
    bench.writer.submit(lambda connection: sending.mark_sent(connection, marked))
    items = Items(bench.ledger.engine, 1, "acme")
    assert list(numbers.to_clear(items, bench.run, "things")) == [], "this run will settle it"
    (left,) = numbers.to_clear(items, "a later run", "things")
    assert (left.origin, left.item) == ("gap:T-2", None)
    bench.plan(clearing(left))
    bench.go(1)
    assert set(bench.given()) == {"T-1"}


def told(bench: Bench) -> list[str]:
    with bench.ledger.engine.connect() as connection:
        return list(connection.execute(select(tables.problem.c.code)).scalars())


def test_lanes_are_arranged_by_number_and_in_turns_and_the_longest_first(bench: Numbered) -> None:
    others = [
        thing(number, lane=lane_of("projects/2"), display=f"U-{number - 20}", rank=number - 20) for number in (22, 21)
    ]
    mine = [replace(numbered(number), rank=number) for number in (4, 1, 3)]
    last = replace(numbered(9), rank=numbers.LAST, display="*")
    bench.plan(last, *mine, *others, thing(30))
    (one, two) = numbers.lanes(bench.ledger.engine, bench.run, 0)
    assert (one.effects, one.highest, two.effects, two.highest) == (3, 4, 2, 2)
    bench.writer.submit(lambda connection: numbers.arrange(connection, bench.run, 0))
    rows = bench.engine.effects.window(0, 0, effects.PLANNED, 0, 100)
    assert [row.key for row in rows] == ["T-30", "T-1", "T-3", "T-4", "T-21", "T-9", "T-22"]
    assert {row.rank for row in rows} == {0}
