"""What is accounted for beside items: what was only read, and who made the items when."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from j2o_core.hooks.protocols import Provenance
from j2o_core.ledger.queries import Queries
from j2o_core.ledger.store import open_ledger
from j2o_core.ledger.writer import Writer
from j2o_core.model.origin import Origin
from j2o_core.model.record import Record
from j2o_core.pipeline import accounts as accounting
from j2o_core.pipeline.accounts import accounts, write_accounts
from j2o_core.snapshot.store import Snapshot
from j2o_core.spec.model import AccountSpec, EntitySpec, FieldSpec
from tests.ledgers import begin_run

SCHEMES = AccountSpec("listed", "there is none")
ROWS = [
    {"kind": "schemes", "projects": ["A", "B"]},
    {"kind": "states", "projects": [], "remark": "two tabs"},
    {"kind": "states"},
    {},
]


@pytest.fixture
def snapshot(tmp_path: Path) -> Any:
    made = Snapshot(tmp_path / "s.db", "s")
    made.begin(1)
    records = [Record(Origin("s", "setup", str(at)), f"Name {at}", data) for at, data in enumerate(ROWS)]
    with made.transaction() as connection:
        made.put(connection, [(record, 0, True) for record in records])
    yield made
    made.close()


def wired(account: Any, *mapped: str) -> Any:
    told = {"author": Provenance("author", True, "by the server"), "text": Provenance("time", False, "in the text")}
    items = EntitySpec("items", (), {name: FieldSpec(name, "p") for name in mapped}, None)
    setup = EntitySpec("setup", (), {}, None, account=account)
    loader = SimpleNamespace(provenance=lambda: told)
    return SimpleNamespace(spec=SimpleNamespace(entities={"items": items, "setup": setup}), loaders={"items": loader})


def test_each_record_that_nothing_writes_becomes_what_its_kind_says(snapshot: Snapshot):
    rows = {"schemes": SCHEMES, "*": AccountSpec("text", "it stays")}
    found = [(one.kind, one.name, one.becomes, one.why) for one in accounts(wired(rows), snapshot, {})]
    assert found == [
        ("schemes", "Name 0 (A, B)", "listed", "there is none"),
        ("states", "Name 1 (two tabs)", "text", "it stays"),
        ("states", "Name 2", "text", "it stays"),
        ("setup", "Name 3", "text", "it stays"),
    ]


def test_a_kind_of_which_nothing_is_said_is_listed_and_says_so(snapshot: Snapshot):
    found = list(accounts(wired({"schemes": SCHEMES}), snapshot, {}))
    assert [one.becomes for one in found] == ["listed"] * 4
    assert sum("nothing in the spec says" in one.why for one in found) == 3


def test_who_and_when_is_told_of_mapped_fields_with_the_number_of_items_that_stand_on_the_target(snapshot: Snapshot):
    counts = {"items": {"source": 12, "created": 5, "updated": 2, "unchanged": 1, "skipped": 3, "failed": 1}}
    told = [one for one in accounts(wired({}, "author", "text"), snapshot, counts) if one.entity == "items"]
    assert [(one.kind, one.becomes, one.count) for one in told] == [("author", "written", 8), ("time", "text", 8)]
    (only,) = (one for one in accounts(wired({}, "text"), snapshot, counts) if one.entity == "items")
    assert only.kind == "time"
    assert not [one for one in accounts(wired({}, "author"), snapshot, {}) if one.entity == "items"], "nothing is there"


def test_accounts_are_written_a_few_at_a_time_and_once_though_a_run_comes_to_it_again(
    snapshot: Snapshot, tmp_path: Path, ledger_url: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(accounting, "_CHUNK", 3)
    ledger = open_ledger(ledger_url, tmp_path)
    with ledger.engine.begin() as connection:
        run = begin_run(connection).id
    writer = Writer(ledger.engine)
    for _ in range(2):
        write_accounts(wired({"*": SCHEMES}), snapshot, ledger.engine, writer, run)
    writer.close()
    names = [row["name"] for row in Queries(ledger.engine).accounts(run)]
    ledger.close()
    assert names == ["Name 0 (A, B)", "Name 1 (two tabs)", "Name 2", "Name 3"]
