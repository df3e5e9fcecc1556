"""Metadata are asked for once within their lifetime, by whichever run."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..running import Migration, Sandbox, explained, sandbox

pytestmark = pytest.mark.long

METADATA = {
    "openproject": (
        "GET /api/v3/types",
        "GET /api/v3/statuses",
        "GET /api/v3/priorities",
        "GET /api/v3/roles",
        "GET /api/v3/work_packages/schemas/{id}",
        "GET /api/v3/projects/{id}/categories",
        "POST /api/v3/time_entries/form",
        "POST /api/v3/work_packages/form",
    ),
    "jira": ("GET /rest/api/2/field",),
}


def asked(made: Sandbox) -> dict[str, int]:
    counted = {server: getattr(made, server).state("requests")["requests"] for server in METADATA}
    return {name: counted[server].get(name, 0) for server, names in METADATA.items() for name in names}


def again(made: Sandbox, migration: Migration) -> dict[str, int]:
    for server in (made.jira, made.openproject):
        server.reset_counters()
    ended = migration.run()
    assert ended.exit_code == 0, explained(ended)
    return {name: count for name, count in asked(made).items() if count}


def test_within_their_lifetime_a_second_run_asks_for_no_metadata(tmp_path: Path):
    with sandbox(projects=1, issues=5, seed=19) as made:
        migration = Migration(made, tmp_path / "home")
        first = again(made, migration)
        assert len(first) >= 7 and set(first.values()) <= {1, 2}, first  # two types have a schema each
        assert again(made, migration) == {}
        spec = tmp_path / "forgetful.yaml"
        spec.write_text(
            "apiVersion: j2o/v1\nkind: Migration\nname: demo\nextends: j2o:demo\nruntime: {metadata_lifetime: 0}\n",
            encoding="utf-8",
        )
        migration.spec = str(spec)
        assert again(made, migration).get("GET /rest/api/2/field")
