"""A loader that ends with an unexpected error: its item fails, the others go on, and nothing is written twice."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, Iterator, Sequence

import pytest
from loguru import logger

from j2o_core.ledger import effects
from j2o_core.ledger.items import CREATED, MATCHED
from j2o_core.model.effect import Effect, Found

from .conftest import Bench, NaturalThings, RepeatableThings, thing


class UnmarkedThings(NaturalThings):
    """Found by their natural keys."""

    def find(self, effect: Effect) -> Sequence[Found]:
        return [replace(found, mark=None) for found in super().find(effect)]


@pytest.fixture()
def logged() -> Iterator[list[Any]]:
    records: list[Any] = []
    sink = logger.add(lambda message: records.append(message.record), level="DEBUG")
    yield records
    logger.remove(sink)


def test_the_item_fails_and_the_others_are_written(bench: Bench) -> None:
    bench.target.before[2] = KeyError("id")
    bench.things(4)
    bench.go()
    assert len(bench.target.rows) == 3
    assert sorted(bench.states().values()) == [effects.DONE] * 3 + [effects.FAILED]
    assert list(bench.listed().values()) == ["the loader broke: KeyError: 'id'"]


def test_the_log_names_the_item_and_shows_where_it_broke(bench: Bench, logged: list[Any]) -> None:
    bench.target.before[1] = KeyError("id")
    bench.things(1)
    bench.go()
    (record,) = logged
    assert (record["extra"]["run"], record["extra"]["entity"], record["extra"]["item"]) == (bench.run, "things", "T-1")
    assert record["exception"].type is KeyError
    assert record["exception"].traceback is not None


def test_what_it_wrote_before_it_broke_is_found_and_kept(bench: Bench, logged: list[Any]) -> None:
    bench.target.after[1] = KeyError("id")
    bench.things(1)
    bench.go()
    assert bench.marks() == ["1"]
    assert bench.states() == {"T-1": effects.DONE}
    assert bench.engine.items.get("things", ["1"])["1"].item == "1"
    assert [record["exception"].type for record in logged] == [KeyError]


@pytest.mark.parametrize(
    ("loader", "state", "owned"),
    [
        (NaturalThings, effects.DONE, CREATED),
        (UnmarkedThings, effects.DONE, MATCHED),
        (RepeatableThings, effects.FAILED, None),
    ],
)
def test_only_a_mark_proves_that_it_is_ours(
    tmp_path: Path, ledger_url: str, loader: Any, state: str, owned: Any
) -> None:
    bench = Bench(tmp_path, loader, url=ledger_url)
    bench.target.after[1] = KeyError("id")
    bench.things(1)
    bench.go()
    assert bench.states() == {"T-1": state}
    item = bench.engine.items.get("things", ["1"]).get("1")
    assert (item and item.owned) == owned
    bench.close()


def test_a_look_up_that_breaks_too_fails_the_item_alone(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(effect: object) -> Any:
        raise TypeError("no list")

    monkeypatch.setattr(bench.engine.loaders["things"], "find", broken)
    bench.target.after[1] = KeyError("id")
    bench.things(2)
    bench.go()
    assert len(bench.target.rows) == 2
    assert sorted(bench.states().values()) == [effects.DONE, effects.FAILED]


def test_a_look_at_an_item_to_be_changed_that_breaks_fails_this_item_alone(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, logged: list[Any]
) -> None:
    bench.things(2)
    bench.go()
    bench.plan(
        *(thing(number, kind=effects.UPDATE, payload={"name": "new"}, only=["name"], step=1) for number in (1, 2))
    )
    things = bench.engine.loaders["things"]
    read = things.read

    def broken(identifier: str, parent: str = "") -> Found:
        if identifier == bench.engine.items.get("things", ["1"])["1"].item:
            raise KeyError("lockVersion")
        return read(identifier, parent)

    monkeypatch.setattr(things, "read", broken)
    bench.go(step=1)
    assert sorted(row["image"]["name"] for row in bench.target.rows.values()) == ["new", "thing 1"]
    assert list(bench.listed().values()) == ["the loader broke: KeyError: 'lockVersion'"]
    assert [record["exception"].type for record in logged] == [KeyError]


def test_where_a_look_at_many_breaks_they_are_read_one_by_one(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, logged: list[Any]
) -> None:
    bench.things(2)
    bench.go()
    bench.plan(
        *(thing(number, kind=effects.UPDATE, payload={"name": "new"}, only=["name"], step=1) for number in (1, 2))
    )

    def broken(identifiers: Sequence[str]) -> Any:
        raise KeyError("id")

    monkeypatch.setattr(bench.engine.loaders["things"], "read_many", broken)
    bench.go(step=1)
    assert [row["image"]["name"] for row in bench.target.rows.values()] == ["new", "new"]
    assert [record["exception"].type for record in logged] == [KeyError]
