from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, Optional

import pytest
from sqlalchemy import select

from j2o_core.ledger import effects, plan_rows, tables
from j2o_core.ledger.effects import Planned
from j2o_core.ledger.store import open_ledger
from j2o_core.ledger.writer import Writer
from j2o_core.pipeline.tree_plan import TreePlan
from j2o_core.snapshot.store import Snapshot
from j2o_core.snapshot.tree import WAVE, Tree
from tests.ledgers import begin_run


@pytest.mark.parametrize("dask", [None, object()])
def test_the_second_wave_is_ranked_after_the_first_where_nobody_waits_at_ranks(tmp_path: Path, dask: Optional[object]):
    snapshot = Snapshot(tmp_path / "snapshot.db", "acme")
    roots = [f"{number:05}" for number in range(WAVE + 1)]
    with snapshot.transaction() as connection:
        connection.executemany(
            "INSERT INTO record (entity, id, key, position, priority, digest, generation)"
            " VALUES ('things', ?, '', 0, 0, '', 1)",
            [(identifier,) for identifier in roots],
        )
    tree = Tree(snapshot)
    first, last = roots[0], roots[-1]
    tree.add([*((root, None, False) for root in roots), ("below first", first, False), ("below last", last, False)])
    ledger = open_ledger("sqlite:///ledger.db", tmp_path)
    writer = Writer(ledger.engine)
    run = writer.submit(lambda connection: begin_run(connection)).id
    wanted = [first, "below first", last, "below last"]
    planned = [Planned(0, "things", one, one, effects.CREATE, "marked", {}) for one in wanted]
    writer.submit(lambda connection: plan_rows.enter(connection, run, planned))
    wiring: Any = SimpleNamespace(
        source="acme",
        steps=[SimpleNamespace(entity="things", kind="write", number=0)],
        spec=SimpleNamespace(runtime=SimpleNamespace(dask=dask)),
    )
    loader: Any = SimpleNamespace(lane=lambda own, parent, root, payload: root)
    TreePlan(wiring, tree, None, None, writer, run).place("things", loader)  # type: ignore[arg-type]
    writer.close()
    with ledger.engine.connect() as connection:
        rows = connection.execute(select(tables.effect.c.origin, tables.effect.c.rank, tables.effect.c.lane)).all()
    ledger.close()
    snapshot.close()
    later = 0 if dask else 1
    assert {row.origin: row.rank for row in rows} == dict(zip(wanted, (0, 1, later, later + 1)))
    assert {row.lane for row in rows} == {f"acme/things/{first}", f"acme/things/{last}"}
