"""A run by the workers of an embedded Dask cluster."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ..cluster import Case
from ..exactly_once import assert_exactly_once
from ..postgres import Postgres
from ..running import explained, sandbox

pytestmark = pytest.mark.oldest


def test_workers_in_processes_of_their_own_write_everything_once_and_their_log_lines_arrive(
    tmp_path: Path, postgres_server: Postgres
):
    with sandbox(projects=1, issues=12, seed=11, latency_ms=5) as made:
        case = Case(made, postgres_server, tmp_path, "workers: 2, threads: 3")
        ended = case.migration.run()
        assert ended.exit_code == 0, explained(ended)
        assert_exactly_once(made, ended)
    logs = [line for path in (case.migration.home / "logs").iterdir() for line in path.read_text().splitlines()]
    workers = {json.loads(line).get("worker") for line in logs} - {None}
    assert len(workers) == 2, workers
    written = {event["entity"]: event["done"] for event in ended.events if event["event"] == "progress"}
    assert written["comments"] == ended.entities["comments"]["created"]
    for table in ("worker", "lease", "orders", "carried_alias", "carried_record"):
        assert case.server.execute(f"SELECT count(*) FROM {table}", case.database) == [(0,)], table
