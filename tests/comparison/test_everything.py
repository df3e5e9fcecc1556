"""A Jira with everything at once: what arrives where is what the page of the reference says, and nothing is missing."""

from __future__ import annotations

import os
from typing import Callable

import pytest

from .finding import Comparison
from .page import read_seen, seen_of, write_seen
from .runs import RUNS, Migrated, Run

#: the one that `make test` makes
_FIRST = Run("datacenter")
_PARAMETERS = [
    pytest.param(
        run,
        id=run.name,
        marks=[pytest.mark.xdist_group(run.name), pytest.mark.newest if run == _FIRST else pytest.mark.long],
    )
    for run in RUNS
]
#: of all things
SHARE = 0.999


@pytest.fixture(scope="module", params=_PARAMETERS)
def compared(request: pytest.FixtureRequest, made_once: Callable[[Run], Migrated]) -> tuple[Run, Migrated, Comparison]:
    run: Run = request.param
    migrated = made_once(run)
    return run, migrated, migrated.compare()


def test_nothing_is_missing(compared: tuple[Run, Migrated, Comparison]) -> None:
    run, _, result = compared
    assert not result.missing, (run.name, result.missing[:20])
    assert result.accounted > 3000


def test_the_report_states_the_rate(compared: tuple[Run, Migrated, Comparison]) -> None:
    _, migrated, _ = compared
    assert len(migrated.rates) == 3 and min(migrated.rates) >= SHARE, migrated.rates
    assert migrated.report["adds_up"]


def test_everything_stands_where_the_reference_says(compared: tuple[Run, Migrated, Comparison]) -> None:
    run, _, result = compared
    if os.environ.get("FIDELITY") == "write":
        write_seen(run.name, seen_of(result))
    assert seen_of(result) == read_seen().get(run.name), "bring the page up to date with: make fidelity"
