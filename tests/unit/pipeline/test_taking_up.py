"""A plan is carried out once: by a run that goes on where it was stopped, and by no other."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Iterator

import pytest

from j2o_core.ledger import runs
from j2o_core.ledger.runs import RunState
from j2o_core.ledger.store import Ledger, open_ledger
from j2o_core.model.outcome import Fatal
from j2o_core.pipeline.plan_document import PlanFile
from j2o_core.pipeline.taking_up import CARRIES_OUT, take_up
from tests.ledgers import begin_run

WIRING: Any = SimpleNamespace(
    spec=SimpleNamespace(digest="d", environment=None), source="acme", target="op", mappings={}
)
PLAN = PlanFile("", "s", "d", "", "acme", "op", 1, "0", "", {}, "effects", "standing")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    made = open_ledger("sqlite:///ledger.db", tmp_path)
    yield made
    made.close()


@pytest.fixture
def stopped(ledger: Ledger) -> RunState:
    """A run that has begun to write what was planned as ``effects``."""
    with ledger.engine.begin() as connection:
        state = begin_run(connection)
        runs.change(connection, state.id, stage=runs.APPLY, state=runs.STOPPED)
    return replace(state, stage=runs.APPLY, asked={"plan": False, CARRIES_OUT: "effects"}, resumed=True)


def test_the_run_of_the_very_plan_goes_on_though_it_has_written(ledger: Ledger, stopped: RunState):
    assert take_up(replace(PLAN, run=stopped.id), WIRING, ledger, stopped.target, stopped) is stopped


@pytest.mark.parametrize(
    ("plan", "reason"),
    [
        ({"effects": "others"}, "has written since"),
        ({"run": "another"}, "is not finished"),
        ({"spec_digest": "x"}, "another spec"),
        ({"target": "x"}, "the target x"),
    ],
)
def test_a_plan_of_anything_else_is_stale(ledger: Ledger, stopped: RunState, plan: Any, reason: str):
    with pytest.raises(Fatal, match=reason) as caught:
        take_up(replace(PLAN, **{"run": stopped.id, **plan}), WIRING, ledger, stopped.target, stopped)
    assert (caught.value.exit_code, caught.value.code) == (5, "J2O-P030")
