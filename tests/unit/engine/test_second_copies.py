"""A second copy of what was sent again after doubt: removed, unless others would lose something with it."""

from __future__ import annotations

import time

import pytest
from sqlalchemy import select, update

from j2o_core.ledger import effects, tables
from j2o_core.pipeline.sweep import sweep

from .conftest import Bench


@pytest.mark.parametrize(("along", "left"), [("", 1), ("its comments", 2)])
def test_a_copy_to_which_others_added_something_stays_and_is_told(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, along: str, left: int
):
    told = []
    bench.things(1)
    with bench.ledger.engine.begin() as connection:
        connection.execute(update(tables.effect).values(state=effects.SENT, sent=time.time() - 60))
    bench.connect()
    bench.go()
    bench.engine.emit = told.append
    bench.target.rows["9"] = dict(bench.target.rows["1"])
    monkeypatch.setattr(bench.loader, "goes_along", lambda self, identifier: along if identifier == "9" else "")
    monkeypatch.setattr(bench.loader, "delete", lambda self, identifier, parent="": self.client.rows.pop(identifier))
    sweep(bench.engine)
    assert len(bench.target.rows) == left
    (problem,) = told
    assert (problem["code"], along in problem["message"]) == ("J2O-E030", True)
    with bench.ledger.engine.connect() as connection:
        assert connection.execute(select(tables.effect.c.resent)).scalar_one()
