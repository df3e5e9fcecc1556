"""Records that are asked for one by one."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Iterator

import pytest

from j2o_core.model.origin import Origin
from j2o_core.model.record import Record
from j2o_core.pipeline.records import Records
from j2o_core.snapshot.derive import Derivation, children
from j2o_core.snapshot.store import Snapshot

COMMENTS = Derivation("comments", "issues", 0, each=lambda data: data["comments"])


def read(snapshot: Snapshot, generation: int, *comments: str) -> None:
    """One issue with these comments."""
    snapshot.begin(generation)
    data: Any = {"comments": [{"id": identifier, "body": f"said {identifier}"} for identifier in comments]}
    issue = Record(Origin("s", "issues", "1"), "A-1", data)
    with snapshot.transaction() as connection:
        snapshot.put(connection, [(issue, 0, True), *((child, 0, False) for child in children(COMMENTS, issue))])


@pytest.fixture
def snapshot(tmp_path: Path) -> Iterator[Snapshot]:
    made = Snapshot(tmp_path / "s.db", "s")
    yield made
    made.close()


def test_a_child_is_read_from_its_parent(snapshot: Snapshot):
    read(snapshot, 1, "7", "8")
    found = Records(snapshot, [COMMENTS]).one("comments", "8")
    assert found is not None and found.source is not None
    assert (found.record.data["body"], found.source.key) == ("said 8", "A-1")


def test_a_child_that_its_parent_has_no_more_is_none(snapshot: Snapshot):
    read(snapshot, 1, "7", "8")
    read(snapshot, 2, "7")
    records = Records(snapshot, [COMMENTS])
    assert records.one("comments", "8") is None
    assert records.one("comments", "7") is not None
    assert records.one("comments", "9") is None
