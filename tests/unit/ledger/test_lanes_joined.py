"""Lanes that turn out to be one."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from j2o_core.ledger import plan_rows, tables
from j2o_core.ledger.effects import Planned
from j2o_core.ledger.store import open_ledger
from tests.ledgers import begin_run


def test_planned_effects_move_to_the_lane_of_the_whole_and_its_partition(tmp_path: Path, ledger_url: str) -> None:
    ledger = open_ledger(ledger_url, tmp_path)
    with ledger.engine.begin() as connection:
        run = begin_run(connection).id
        lanes = [("1", "a", "relations"), ("2", "b", "relations"), ("3", "c", "relations"), ("4", "b", "comments")]
        planned = [
            Planned(step=3, entity=entity, origin=origin, key=origin, kind="create", effect_class="natural", payload={},
                    lane=lane)
            for origin, lane, entity in lanes
        ]  # fmt: skip
        plan_rows.enter(connection, run, planned)
        plan_rows.join_lanes(connection, run, "relations", 3, {"b": "a"})
        effect = tables.effect.c
        rows = connection.execute(select(effect.origin, effect.lane, effect.partition).order_by(effect.id)).all()
    ledger.close()
    assert [(row.origin, row.lane) for row in rows] == [("1", "a"), ("2", "a"), ("3", "c"), ("4", "b")]
    assert rows[1].partition == rows[0].partition
