from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest

from j2o_core.model.origin import Origin
from j2o_core.model.outcome import Fatal
from j2o_core.model.record import Record
from j2o_core.snapshot.derive import Derivation, children, unreturned
from j2o_core.snapshot.store import Snapshot
from j2o_core.snapshot.tree import Tree

RECORD_BY_ID = "SEARCH r USING INDEX sqlite_autoindex_record_1 (entity=? AND id=?)"


@pytest.fixture
def snapshot(tmp_path: Path):
    opened = Snapshot(tmp_path / "snapshot.db", "acme")
    opened.begin(1)
    yield opened
    opened.close()


def record(identifier: str, entity: str = "users", **data: object) -> Record:
    return Record(Origin("acme", entity, identifier), str(data.pop("key", identifier)), data)


def put(snapshot: Snapshot, *records: Record, priority: int = 0, keep: bool = True) -> None:
    with snapshot.transaction() as connection:
        snapshot.put(connection, ((one, priority, keep) for one in records))


def test_a_record_comes_back_as_it_was_put(snapshot: Snapshot):
    put(snapshot, record("7", name="Zoë \ud83d\ude00 \x00"))
    (loaded, complete) = snapshot.load("users", ["7"])["7"]
    assert complete
    assert loaded.data == {"name": "Zoë \ud83d\ude00 \x00"}


def test_an_earlier_extract_is_not_overridden_by_a_later_one(snapshot: Snapshot):
    put(snapshot, record("7", name="embedded"), priority=1)
    put(snapshot, record("7", name="directory"), priority=0)
    put(snapshot, record("7", name="embedded again"), priority=1)
    assert snapshot.load("users", ["7"])["7"][0].data == {"name": "directory"}


def test_equal_priorities_give_the_same_record_in_whatever_order_they_come(tmp_path: Path):
    versions = [record("7", name="b"), record("7", name="a"), record("7", name="c")]
    seen = set()
    for number, order in enumerate(([0, 1, 2], [2, 1, 0], [1, 2, 0])):
        snapshot = Snapshot(tmp_path / f"{number}.db", "acme")
        snapshot.begin(1)
        put(snapshot, *(versions[at] for at in order))
        seen.add(snapshot.load("users", ["7"])["7"][0].digest)
        snapshot.close()
    assert len(seen) == 1


def test_what_a_new_generation_does_not_see_again_is_gone(snapshot: Snapshot):
    put(snapshot, record("1"), record("2"))
    snapshot.begin(2)
    put(snapshot, record("2"))
    assert [stub.id for chunk in snapshot.stubs("users") for stub in chunk] == ["2"]
    assert snapshot.resolve("users", ["1"]) is None


def test_an_alias_of_two_records_names_none_of_them_but_an_id_names_itself(snapshot: Snapshot):
    jane = Record(Origin("acme", "users", "k1"), "jane", {}, aliases=("Jane Doe",))
    other = Record(Origin("acme", "users", "k2"), "jane2", {}, aliases=("Jane Doe", "k1"))
    put(snapshot, jane, other)
    assert snapshot.resolve("users", ["Jane Doe"]) is None
    assert snapshot.resolve("users", ["Jane Doe", "JANE"]) == ("k1", "jane")
    assert snapshot.resolve("users", ["k1"]) == ("k1", "jane")


def test_children_are_read_from_their_parent_and_counted_against_what_was_announced():
    issue = record("1", "issues", key="A-1", comments=[{"id": "9", "body": "x"}, {"body": "no id"}], total=3)
    comments = Derivation("comments", "issues", 0, each=lambda data: data["comments"], total=lambda data: data["total"])
    found = list(children(comments, issue))
    assert [(child.origin.id, child.key, child.parent) for child in found] == [
        ("9", "A-1#9", issue.origin),
        ("1.1", "A-1#1.1", issue.origin),
    ]
    assert unreturned(comments, issue) == 1


@pytest.mark.parametrize("value", [None, "text", 7, {"a": 1}])
def test_a_list_that_is_no_list_has_no_children(value: object):
    issue = record("1", "issues", comments=value)
    assert list(children(Derivation("comments", "issues", 0, each=lambda data: data["comments"]), issue)) == []


def test_the_tree_tells_root_depth_circles_and_who_is_disturbed(snapshot: Snapshot):
    tree = Tree(snapshot)
    tree.add(
        [
            ("epic", None, True),
            ("story", "epic", False),
            ("task", "story", False),
            ("plain", None, False),
            ("under", "plain", False),
            ("quiet", None, False),
            ("dated", "quiet", True),
            ("orphan", "elsewhere", False),
            ("a", "b", False),
            ("b", "a", False),
            ("below", "a", False),
        ]
    )
    places = {place.id: (place.root, place.depth) for chunk in tree.places("things") for place in chunk}
    assert places["task"] == ("epic", 2)
    assert places["story"] == ("epic", 1)
    assert "orphan" not in places  # alone in its tree: its place is where it was planned
    assert tree.circles() == ["a", "b", "below"]
    assert tree.disturbed() == ["elsewhere", "epic", "quiet"]


def test_trees_are_put_into_waves_in_the_order_in_which_their_roots_were_read(snapshot: Snapshot):
    read = ["9", "10", "11", "12", "13"]
    with snapshot.transaction() as connection:
        connection.executemany(
            "INSERT INTO record (entity, id, key, position, priority, digest, generation)"
            " VALUES ('work_packages', ?, '', 0, 0, '', 1)",
            [(identifier,) for identifier in read],
        )
    tree = Tree(snapshot)
    tree.add([("13", "9", False), ("12", None, False), ("11", "9", False), ("10", None, False), ("9", None, False)])
    places = {place.id: (place.wave, place.depth) for chunk in tree.places("work_packages", wave=2) for place in chunk}
    assert places == {"9": (0, 0), "11": (0, 1), "13": (0, 1), "10": (1, 0), "12": (2, 0)}


def test_where_nothing_has_a_parent_there_are_no_waves(snapshot: Snapshot):
    tree = Tree(snapshot)
    tree.add([(str(number), None, False) for number in range(10)])
    assert list(tree.places("work_packages", wave=2)) == []


def test_records_are_walked_through_without_sorting_them_for_every_chunk(snapshot: Snapshot):
    connection, asked = snapshot.transaction(), []
    connection.set_trace_callback(asked.append)
    list(snapshot.stubs("users"))
    connection.set_trace_callback(None)
    (statement,) = asked
    plan = [row[-1] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}")]
    assert plan[0] == "SEARCH r USING INDEX record_in_turn (entity=? AND rowid>?)"
    assert not any("TEMP B-TREE" in step for step in plan)


def test_further_names_are_found_by_the_names_and_not_by_all_records_for_each(snapshot: Snapshot):
    connection, asked = snapshot.transaction(), []
    connection.set_trace_callback(asked.append)
    list(snapshot.further_names("users"))
    connection.set_trace_callback(None)
    (statement,) = asked
    plan = [row[-1] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}")]
    assert plan[:2] == ["SEARCH a USING PRIMARY KEY (entity=?)", RECORD_BY_ID]


def test_a_connection_keeps_few_pages_for_every_thread_has_one(snapshot: Snapshot):
    assert snapshot.transaction().execute("PRAGMA cache_size").fetchone() == (-256,)


def test_the_connection_of_a_thread_that_has_ended_is_closed(snapshot: Snapshot):
    put(snapshot, record("7"))
    opened = []

    def look() -> None:
        opened.append(snapshot.transaction())
        assert snapshot.count("users") == 1

    for _ in range(3):
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
    for connection in opened[:2]:
        with pytest.raises(sqlite3.ProgrammingError, match="closed"):
            connection.execute("SELECT 1")
    assert snapshot.count("users") == 1


def test_of_two_versions_of_a_record_the_newer_counts_and_so_do_its_children(snapshot: Snapshot):
    def issue(updated: str, *comments: str) -> Record:
        data = {"fields": {"comments": [{"id": one} for one in comments]}}
        return Record(Origin("acme", "issues", "1"), "A-1", data, updated=updated)

    derivation = Derivation("comments", "issues", 0, each=lambda data: data["fields"]["comments"])
    versions = [
        issue("2024-05-01T10:00:00.000+02:00", "a", "b"),
        issue("2024-05-01T08:30:00.000+00:00", "b", "c"),
        issue("2024-05-01T08:10:00.000+00:00", "d"),
    ]
    with snapshot.transaction() as connection:
        for version in versions:
            for parent in snapshot.put_parents(connection, [version], 0):
                snapshot.put(connection, ((child, 0, False) for child in children(derivation, parent)))
    assert snapshot.load("issues", ["1"])["1"][0].digest == versions[1].digest
    assert sorted(stub.id for stubs in snapshot.stubs("comments") for stub in stubs) == ["b", "c"]


def test_a_snapshot_that_cannot_be_opened_names_what_may_be_short(tmp_path: Path) -> None:
    with pytest.raises(
        Fatal, match=r"unable to open database file; may more files be open .*ulimit -n.*room on the disk"
    ):
        Snapshot(tmp_path, "acme")  # a folder, where SQLite says the same as where no more files may be open
    (tmp_path / "snapshot.db").write_bytes(b"this is no database, " * 500)
    with pytest.raises(Fatal, match=r"not a database; is there room on the disk\? Where the file is damaged"):
        Snapshot(tmp_path / "snapshot.db", "acme")


def test_what_is_read_without_the_data_of_a_record_stands_before_them(snapshot: Snapshot):
    columns = [row[1] for row in snapshot.transaction().execute("PRAGMA table_info(record)")]
    assert columns[-1] == "data", "a column behind a large value costs the reading of all its pages"


def test_a_snapshot_whose_columns_come_in_another_order_is_used_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "snapshot.db"
    with sqlite3.connect(path) as connection:  # as it was laid out before its data came last
        connection.execute(
            "CREATE TABLE record (sequence INTEGER PRIMARY KEY, entity TEXT NOT NULL, id TEXT NOT NULL,"
            " key TEXT NOT NULL, parent_entity TEXT, parent_id TEXT, position INTEGER NOT NULL,"
            " priority INTEGER NOT NULL, digest TEXT NOT NULL, updated TEXT, data BLOB, generation INTEGER NOT NULL,"
            " UNIQUE (entity, id))"
        )
    connection.close()
    snapshot = Snapshot(path, "acme")
    for generation in (1, 2):
        snapshot.begin(generation)
        put(snapshot, record("7", key="K-7", name=f"of the time {generation}"))
    assert snapshot.load("users", ["7"])["7"][0].data == {"name": "of the time 2"}
    assert snapshot.resolve("users", ["k-7"]) == ("7", "K-7")
    assert [stub.key for chunk in snapshot.stubs("users") for stub in chunk] == ["K-7"]
    snapshot.close()
