from __future__ import annotations

import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Iterator, Optional

import pytest
from sqlalchemy import update

from j2o_core.engine.dispatch import Dispatcher, Stopped
from j2o_core.engine.readiness import Readiness
from j2o_core.engine.task import Task
from j2o_core.ledger import effects, tables
from j2o_core.ledger.effects import Planned
from j2o_core.model.outcome import InDoubt, ItemFailed
from j2o_core.model.payload import Ref
from j2o_core.pipeline.drafting import as_row

from .conftest import Bench, Things, thing

SETTLE = 1.5


class Nodes(Things):
    """Things that stand below each other."""

    parent_field = "parent"


@pytest.fixture
def bench(tmp_path: Path, ledger_url: str) -> Iterator[Bench]:
    made = Bench(tmp_path, Nodes, SETTLE, ledger_url)
    yield made
    made.close()


def node(number: int, rank: int = 0, parent: Optional[int] = None, lane: Optional[str] = None) -> Planned:
    above = None if parent is None else Ref("things", (str(parent),), str(parent), missing="skip")
    payload = {"name": f"thing {number}", "parent": above}
    return thing(number, payload=payload, rank=rank, lane=lane or str(parent or number))


def parents(bench: Bench) -> dict[str, Optional[str]]:
    """By mark, the mark of what it stands below."""
    marks = {identifier: row["mark"] for identifier, row in bench.target.rows.items()}
    return {row["mark"]: marks.get(row["image"].get("parent")) for row in bench.target.rows.values()}


@pytest.mark.parametrize("lane", [None, "of its own"])
def test_a_parent_in_doubt_keeps_its_children_waiting_and_nobody_else(bench: Bench, lane: Optional[str]):
    bench.target.before[1] = InDoubt("reset")
    bench.plan(*(node(number) for number in range(1, 5)))
    bench.plan(*(node(10 + number, 1, number, lane and f"{lane} {number}") for number in range(1, 5)))
    bench.plan(*(node(20 + number, 2, 10 + number) for number in range(1, 5)))
    bench.go()
    found = {**{str(10 + n): str(n) for n in range(1, 5)}, **{str(20 + n): str(10 + n) for n in range(1, 5)}}
    assert parents(bench) == {**dict.fromkeys("1234"), **found}
    assert bench.target.calls[-3:] == ["create T-1", "create T-11", "create T-21"]
    assert set(bench.states().values()) == {effects.DONE}


def test_the_child_of_what_fails_after_doubt_is_written_as_its_policy_says(bench: Bench):
    bench.target.before.update({1: InDoubt("reset"), 2: ItemFailed("refused")})
    bench.plan(node(1), node(11, 1, 1))
    bench.go()
    assert parents(bench) == {"11": None}
    assert bench.states() == {"T-1": effects.FAILED, "T-11": effects.DONE}


def test_what_waits_for_itself_is_written_in_the_end(bench: Bench):
    bench.target.before[1] = InDoubt("reset")
    bench.plan(node(1), node(2, 1, 3), node(3, 1, 2), node(4, 1, 1))
    bench.go()
    assert bench.marks() == ["1", "2", "3", "4"]


def test_after_a_crash_a_child_waits_for_the_parent_whose_outcome_was_lost(bench: Bench):
    bench.plan(node(1), node(11, 1, 1, "of its own"))
    bench.target.before[2] = InDoubt("reset")
    stop = threading.Timer(0.3, bench.engine.stop.set)
    stop.start()
    with pytest.raises(Stopped):  # while the child is in doubt
        Dispatcher(bench.engine).run(0)
    stop.join()
    bench.writer.submit(
        lambda connection: connection.execute(
            update(tables.effect).where(tables.effect.c.key == "T-1").values(state=effects.SENT, sent=time.time())
        )
    )
    bench.writer.submit(lambda connection: connection.execute(tables.item.delete()))
    bench.die()
    bench.go()
    assert parents(bench) == {"1": None, "11": "1"}


def test_ranks_of_what_has_no_parents_end_before_the_next_begin(bench: Bench, tmp_path: Path):
    flat = Bench(tmp_path / "flat", settle=0.5)
    flat.target.before[1] = InDoubt("reset")
    flat.plan(*(thing(number) for number in range(1, 4)), *(thing(number, rank=1) for number in range(4, 7)))
    flat.go()
    flat.close()
    later = [flat.target.calls.index(f"create T-{number}") for number in range(4, 7)]
    assert min(later) > max(index for index, call in enumerate(flat.target.calls) if call == "create T-1")


def test_what_must_have_its_number_is_never_put_aside(bench: Bench):
    readiness = Readiness(bench.engine.loaders, bench.engine.resolver)
    rows = [replace(as_row(node(number, 0, 1)), display=display) for number, display in ((2, "T-2"), (3, ""))]
    readiness.begin(Task(as_row(node(1)), None))
    assert readiness.ready(rows) == rows[:1]
    assert readiness.waiting == 1
