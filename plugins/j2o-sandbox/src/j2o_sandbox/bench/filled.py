"""A ledger with as many items as wanted: a small run carried out, and then its rows many times over."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from pathlib import Path
from typing import Dict, List, Mapping

from . import measure
from .world import world

#: issues of the small run
ISSUES = 60
#: seconds between one round of rows and the next, as the moments at which they ended tell it
_ROUND = 20
_KINDS = ("create", "update", "upload")
#: what was written in one round of ten is left, as if the run had been stopped
_LEFT = "n % 10 = 9 AND state = 'done'"
#: what differs from round to round, all else is as it was
_NAMES: Mapping[str, Mapping[str, str]] = {
    "effect": {
        "origin": "origin || '-' || n",
        "key": "key || '-' || n",
        "partition": "(partition + n) % 256",
        "sent": "CASE WHEN {left} THEN NULL ELSE sent + n * {round} END",
        "finished": "CASE WHEN {left} THEN NULL ELSE finished + n * {round} END",
        "adopted": "CASE WHEN {left} THEN 0 ELSE adopted END",
        "state": "CASE WHEN {left} THEN 'planned' ELSE state END",
        "payload": "CASE WHEN {left} THEN randomblob(400) ELSE payload END",
    },
    "listed": {"origin": "origin || '-' || n", "key": "key || '-' || n"},
    "problem": {"origin": "origin || '-' || n", "key": "key || '-' || n"},
}
#: another pair of systems: no later run goes on with it
_OF_OTHERS = "bench-filled"


def filled_ledger(spec: str, folder: Path, items: int, projects: int, seed: int) -> Path:
    """The ledger's file in ``folder``, with a stopped run of at least so many items (``ISSUES``). Raises ``Fatal``."""
    with world(ISSUES, projects, seed) as both:
        measure.run(spec, folder, both)
    path = folder / "ledger.db"
    with contextlib.closing(sqlite3.connect(path)) as ledger, ledger:
        ledger.execute("PRAGMA journal_mode = WAL")
        ledger.execute("PRAGMA cache_size = -200000")
        marks = ", ".join("?" for _ in _KINDS)
        (of_items,) = ledger.execute(f"SELECT count(*) FROM effect WHERE kind IN ({marks})", _KINDS).fetchone()
        rounds = -(-items // of_items) - 1
        for table, changed in _NAMES.items():
            _multiply(ledger, table, changed, rounds)
        _count_anew(ledger, rounds)
        ledger.execute("UPDATE run SET state = 'stopped', stage = 'apply', exit_code = 4, source = ?", (_OF_OTHERS,))
        ledger.execute("UPDATE target SET identity = ?", (_OF_OTHERS,))
    return path


def _multiply(ledger: sqlite3.Connection, table: str, changed: Mapping[str, str], rounds: int) -> None:
    columns: List[str] = [row[1] for row in ledger.execute(f"PRAGMA table_info({table})") if row[1] != "id"]
    values = [changed.get(name, f'"{name}"').format(left=_LEFT, round=_ROUND) for name in columns]
    names = ", ".join(f'"{name}"' for name in columns)
    ledger.execute(
        f"WITH RECURSIVE rounds(n) AS (SELECT 1 WHERE ?1 > 0 UNION ALL SELECT n + 1 FROM rounds WHERE n < ?1)"
        f" INSERT INTO {table} ({names}) SELECT {', '.join(values)} FROM rounds CROSS JOIN {table} WHERE id <= ?2",
        (rounds, ledger.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone()[0]),
    )


def _count_anew(ledger: sqlite3.Connection, rounds: int) -> None:
    """What the plan saw: of each item as many as there are rounds, and the first."""
    (text,) = ledger.execute("SELECT entities FROM run").fetchone()
    counts: Dict[str, Dict[str, int]] = json.loads(text)
    more = {
        entity: {name: number * (rounds + 1) for name, number in numbers.items()} for entity, numbers in counts.items()
    }
    ledger.execute("UPDATE run SET entities = ?", (json.dumps(more),))
