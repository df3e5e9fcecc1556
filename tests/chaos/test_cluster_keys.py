"""Keys that are reproduced by several workers: their order holds, and no filler is left, also where one is killed."""

from __future__ import annotations

import os
import random
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from ..cluster import lives
from ..integration.test_reproduced_keys import acme, ops
from ..postgres import Postgres
from ..running import Migration, explained, sandbox
from .test_keys import Keys, assert_as_they_were, called, issues, rows

pytestmark = pytest.mark.long

RUNTIME = """
runtime:
  ledger: postgresql://j2o:${env:LEDGER_PASSWORD}@127.0.0.1:${env:LEDGER_PORT}/${env:LEDGER_DATABASE}
  workers: 4
  executor: {dask: {workers: 3, threads: 3, lease: 3}}
"""


class ByWorkers(Keys):
    """A migration that reproduces keys, by three workers."""

    def by_workers(self, made: Any, server: Postgres) -> tuple[Migration, str]:
        migration = self.migration(made)
        spec = Path(migration.spec)
        spec.write_text(spec.read_text() + RUNTIME)
        database = server.create()
        variables = {
            "LEDGER_PASSWORD": server.password,
            "LEDGER_PORT": str(server.port),
            "LEDGER_DATABASE": database,
        }
        return Migration(made, self.folder / "home", migration.spec, environment=variables), database


def test_several_workers_give_every_issue_its_own_key_and_fill_the_gaps(tmp_path: Path, server: Postgres) -> None:
    others = [ops(number) for number in range(1, 40, 3)]
    keys = ByWorkers(tmp_path, [*issues(), *others], gaps="70%")
    with sandbox(latency_ms=20, **keys.options) as made:
        migration, _ = keys.by_workers(made, server)
        made.openproject.faults(
            {"method": "POST", "path": "/api/v3/work_packages", "do": "lose", "probability": 0.05},
            {"method": "POST", "path": "/api/v3/work_packages", "do": "status", "status": 503, "probability": 0.05},
        )
        ended = migration.run()
        assert ended.exit_code == 0, explained(ended)
        wanted = {issue["key"] for issue in (*issues(), *others)}
        assert called(made) == {key: key for key in wanted}
        assert set(rows(made)) == wanted, "no filler is left"


def test_a_refused_issue_leaves_its_number_to_a_filler_of_the_worker(tmp_path: Path, server: Postgres) -> None:
    keys = ByWorkers(tmp_path, [acme(1), acme(2), acme(3), acme(6), ops(1), ops(3)], gaps="50%")
    with sandbox(**keys.options) as made:
        migration, _ = keys.by_workers(made, server)
        refusal = {"method": "POST", "path": "/api/v3/work_packages", "do": "status", "status": 422, "times": 1}
        made.openproject.faults(refusal)
        ended = migration.run()
        assert ended.exit_code == 1, explained(ended)
        assert ended.entities["work_packages"]["failed"] == 1
        found = called(made)
        assert len(found) == 5 and all(key == name for key, name in found.items()), found
        assert set(rows(made)) == set(found)


def test_workers_killed_while_keys_are_reproduced_shift_no_number(tmp_path: Path, server: Postgres) -> None:
    chance = random.Random(20261124)
    keys = ByWorkers(tmp_path, issues(), gaps="60%")
    with sandbox(latency_ms=80, state=str(tmp_path / "state"), **keys.options) as made:
        migration, database = keys.by_workers(made, server)
        going = migration.going()
        assert going.reach(3, event="progress", stage="apply", entity="work_packages"), explained(going.end())
        for _ in range(2):
            pids = [row[0] for row in server.execute("SELECT pid FROM worker ORDER BY id", database)]
            os.kill(chance.choice([pid for pid in pids if lives(pid)]), signal.SIGKILL)
            time.sleep(chance.uniform(0.5, 1.5))
        ended = going.end()
        if ended.exit_code:
            ended = migration.run()
        assert ended.exit_code == 0, explained(ended)
        assert_as_they_were(made)
