"""How much is committed, and asked for, at once: seen from the ledger's server and from the target."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ..exactly_once import assert_exactly_once
from ..postgres import Postgres
from ..running import Ended, Migration, Sandbox, explained, sandbox

pytestmark = pytest.mark.long

SPEC = """\
apiVersion: j2o/v1
kind: Migration
name: batches
extends: j2o:demo
runtime: RUNTIME
entities:
  work_packages:
    map:
      subject: {from: fields.summary, steps: [trim, {truncate: LENGTH}], default: none}
"""
SIZE: dict[str, Any] = {"projects": 1, "issues": 12, "seed": 19}


def migration(made: Sandbox, folder: Path, runtime: str, length: int = 100, **environment: str) -> Migration:
    spec = folder / "spec.yaml"
    spec.write_text(SPEC.replace("RUNTIME", runtime).replace("LENGTH", str(length)), encoding="utf-8")
    return Migration(made, folder / "home", spec=str(spec), environment=environment)


def ended_well(run: Migration) -> Ended:
    ended = run.run()
    assert ended.exit_code == 0, explained(ended)
    return ended


def test_the_target_is_asked_for_as_many_items_at_once_as_is_stated(tmp_path: Path):
    with sandbox(**SIZE) as made:
        ended_well(migration(made, tmp_path, "{workers: 4}"))
        asked = []
        for number, lookup in enumerate((200, 5)):
            made.openproject.reset_counters()
            changed = migration(made, tmp_path, f"{{workers: 4, lookup_size: {lookup}}}", 9 - number)
            assert ended_well(changed).entities["work_packages"]["updated"] >= 10
            counted = made.openproject.state("requests")["requests"]
            asked.append(sum(many for name, many in counted.items() if name.startswith("GET")))
            verified = changed.command("verify", changed.spec, "--sample", "12")
            assert verified.returncode == 0, verified.stderr
            again = made.openproject.state("requests")["requests"]
            asked.append(again["GET /api/v3/work_packages"] - counted.get("GET /api/v3/work_packages", 0))
    assert (asked[1], asked[3]) == (1, 3)
    assert asked[2] > asked[0]


def test_the_ledger_takes_as_many_changes_at_once_as_is_stated(tmp_path: Path, postgres_server: Postgres):
    commits = []
    for commit in (500, 1):
        database = postgres_server.create()
        folder = tmp_path / str(commit)
        folder.mkdir()
        ledger = (
            postgres_server.url(database).replace("+psycopg", "").replace(postgres_server.password, "${env:SECRET}")
        )
        with sandbox(**SIZE) as made:
            runtime = f"{{workers: 8, commit_size: {commit}, ledger: '{ledger}'}}"
            run = migration(made, folder, runtime, SECRET=postgres_server.password)
            assert_exactly_once(made, ended_well(run))
        commits.append(committed(postgres_server, database))
    assert commits[1] > commits[0] + 50, commits


def committed(server: Postgres, database: str) -> int:
    rows = server.execute(f"SELECT xact_commit FROM pg_stat_database WHERE datname = '{database}'", "postgres")
    return int(rows[0][0])
