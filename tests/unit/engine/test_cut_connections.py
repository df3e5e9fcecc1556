"""The connections to a ledger on a server are cut while effects are sent: each outcome is recorded all the same."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from j2o_core.ledger import effects

from .conftest import Bench

COUNT = 60


@pytest.mark.parametrize("arrives", [False, True], ids=["before the commit", "after the commit"])
def test_every_outcome_is_recorded_once_with_its_item_although_commits_are_cut_off(
    tmp_path: Path, postgres_url: str, postgres_server: Any, postgres_ledger: str, arrives: bool
):
    bench = Bench(tmp_path, url=postgres_url)
    bench.ledger.lock()
    bench.things(COUNT)
    write, dialect = bench.target.write, bench.ledger.engine.dialect
    commit, commits = dialect.do_commit, [0]

    def slow(what: str, change: Any) -> Any:
        time.sleep(0.01)
        return write(what, change)

    def cut(connection: Any) -> None:
        commits[0] += 1
        if commits[0] % 3 == 0:
            if arrives:
                commit(connection)
            postgres_server.cut_off(postgres_ledger)
            connection.execute("SELECT 1")
        commit(connection)

    bench.target.write = slow  # type: ignore[method-assign]
    dialect.do_commit = cut  # type: ignore[method-assign]
    try:
        bench.go()
    finally:
        dialect.do_commit = commit  # type: ignore[method-assign]
    assert commits[0] >= 6
    assert set(bench.states().values()) == {effects.DONE}
    assert len(bench.engine.items.get("things", [str(number) for number in range(1, COUNT + 1)])) == COUNT
    assert bench.marks() == sorted(str(number) for number in range(1, COUNT + 1))
    bench.close()
