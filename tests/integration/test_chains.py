"""Relations that move dates: one after the other within a chain, chains side by side, each written once."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from pathlib import Path
from typing import Any

from ..running import Migration, explained, sandbox
from .test_odd_records import issue

PRECEDES = {"id": "11", "name": "Precedes", "inward": "follows", "outward": "precedes"}
#: 1 to 2 and 3 to 4 are chains of their own until 5 ties them; 6 and 7 stay apart
PAIRS = [(1, 2), (3, 4), (5, 2), (5, 4), (6, 7)]


def test_chains_that_a_later_relation_ties_share_a_lane(tmp_path: Path):
    links: dict[int, list[dict[str, Any]]] = {number: [] for number in range(1, 8)}
    for one, other in PAIRS:
        end = {"id": str(10000 + other), "key": f"ODD-{other}"}
        links[one].append({"id": str(100 * one + other), "type": PRECEDES, "outwardIssue": end})
    data = tmp_path / "issues.ndjson"
    rows = [issue(number, issuelinks=found) for number, found in links.items()]
    data.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    with sandbox(jira_data=str(data)) as made:
        migration = Migration(made, tmp_path / "home")
        ended = migration.run()
        assert ended.exit_code == 0, explained(ended)
        stored = made.openproject.state("relations")["relations"]
    assert len(stored) == len(PAIRS) and {row["type"] for row in stored} == {"follows"}
    (ledger,) = (tmp_path / "home").glob("*.db")
    with contextlib.closing(sqlite3.connect(ledger)) as connection:
        rows = connection.execute("SELECT lane, count(*) FROM effect WHERE entity = 'relations' GROUP BY lane")
        assert sorted(count for _, count in rows) == [1, 4]
