from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, event, func, insert, inspect, select, text

from j2o_core.ledger import effects, listing, plan_rows, sending, store, tables
from j2o_core.ledger.effect_rows import Ended
from j2o_core.ledger.effects import Planned
from j2o_core.ledger.items import CREATED, Item, Items
from j2o_core.ledger.listing import Listed
from j2o_core.ledger.queries import Queries
from j2o_core.ledger.store import migrate, open_ledger
from j2o_core.ledger.tables import metadata
from j2o_core.ledger.writer import Writer
from j2o_core.model.outcome import Fatal
from tests.ledgers import begin_run


def test_the_migrations_make_the_tables_that_the_code_uses(tmp_path: Path, ledger_url: str):
    ledger = open_ledger(ledger_url, tmp_path)
    with ledger.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    ledger.close()


def test_the_newest_migration_is_the_one_that_a_ledger_is_compared_with():
    config = Config()
    config.set_main_option("script_location", str(Path(store.__file__).with_name("migrations")))
    assert ScriptDirectory.from_config(config).get_current_head() == store.HEAD


def test_a_relative_ledger_lies_in_the_home_folder(tmp_path: Path):
    open_ledger("sqlite:///deep/ledger.db", tmp_path).close()
    assert (tmp_path / "deep" / "ledger.db").exists()


@pytest.mark.parametrize(
    "url", ["nonsense", "mysql://host/db", "sqlite://", "postgresql://host", "postgresql+psycopg2://host/db"]
)
def test_an_url_that_is_no_ledger_is_refused_with_what_is_expected(tmp_path: Path, url: str):
    with pytest.raises(Fatal, match="expected") as caught:
        open_ledger(url, tmp_path)
    assert caught.value.exit_code == 2


def test_a_file_that_is_no_ledger_is_named_and_left_alone(tmp_path: Path):
    path = tmp_path / "ledger.db"
    path.write_bytes(b"this is no database, " * 500)
    with pytest.raises(Fatal, match="cannot be opened") as caught:
        open_ledger("sqlite:///ledger.db", tmp_path)
    assert caught.value.exit_code == 4
    assert path.read_bytes().startswith(b"this is no database")


@pytest.mark.parametrize("revision", ["0005dc1b", "ae1f0c7d2b9a", "0000", ""])
def test_tables_that_another_program_migrates_are_left_alone(tmp_path: Path, ledger_url: str, revision: str):
    ledger = open_ledger(ledger_url, tmp_path)
    change = text("UPDATE alembic_version SET version_num = :revision")
    with ledger.engine.begin() as connection:
        connection.execute(change, {"revision": revision})
    try:
        with pytest.raises(Fatal, match="of another program") as caught:
            open_ledger(ledger_url, tmp_path)
    finally:
        with ledger.engine.begin() as connection:
            connection.execute(change, {"revision": store.HEAD})
        ledger.close()
    assert caught.value.exit_code == 4


def test_a_second_process_is_refused_and_told_who_has_the_ledger(tmp_path: Path, ledger_url: str):
    ledger = open_ledger(ledger_url, tmp_path)
    ledger.lock()
    script = (
        "import sys, pathlib\n"
        "from j2o_core.ledger.store import open_ledger\n"
        "from j2o_core.model.outcome import Fatal\n"
        "try:\n"
        "    open_ledger(sys.argv[2], pathlib.Path(sys.argv[1])).lock()\n"
        "except Fatal as error:\n"
        "    print(error.exit_code, error.message)\n"
    )
    call = [sys.executable, "-c", script, str(tmp_path), ledger_url]
    second = subprocess.run(call, capture_output=True, text=True, check=True)
    assert second.stdout.startswith("5 ")
    assert f"is in use by process {os.getpid()} on {socket.gethostname()}, for " in second.stdout
    ledger.close()
    third = subprocess.run(call, capture_output=True, text=True, check=True)
    assert third.stdout == ""


def test_the_writer_commits_what_was_posted_before_it_answers_a_submit(tmp_path: Path, ledger_url: str):
    ledger = open_ledger(ledger_url, tmp_path)
    writer = Writer(ledger.engine)
    for number in range(50):
        writer.post(
            lambda connection, number=number: connection.execute(insert(tables.target).values(identity=f"t{number}"))
        )
    count = select(func.count()).select_from(tables.target)
    assert writer.submit(lambda connection: connection.execute(count).scalar()) == 50
    writer.close()
    ledger.close()


def test_one_commit_takes_as_many_changes_as_is_stated(tmp_path: Path):
    ledger = open_ledger("sqlite:///ledger.db", tmp_path)
    commits: list[int] = []
    event.listen(ledger.engine, "commit", lambda connection: commits.append(1))
    numbers = []
    for limit in (4, 100):
        writer = Writer(ledger.engine, limit)
        held = threading.Event()
        writer.post(lambda connection, held=held: held.wait(10) and None)
        for _ in range(11):
            writer.post(lambda connection: None)
        held.set()
        writer.flush()
        writer.close()
        numbers.append(len(commits))
        commits.clear()
    ledger.close()
    assert numbers[0] >= 4 > numbers[1]


def test_a_writer_that_failed_once_refuses_everything_after_it(tmp_path: Path, ledger_url: str):
    ledger = open_ledger(ledger_url, tmp_path)
    writer = Writer(ledger.engine)
    with pytest.raises(Fatal, match="cannot be written"):
        writer.submit(lambda connection: connection.exec_driver_sql("INSERT INTO nowhere VALUES (1)"))
    with pytest.raises(Fatal, match="cannot be written"):
        writer.post(lambda connection: None)
    writer.close()
    ledger.close()


def test_every_migration_can_be_taken_back_and_done_again(tmp_path: Path, ledger_url: str):
    ledger = open_ledger(ledger_url, tmp_path)
    with ledger.engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(Path(store.__file__).with_name("migrations")))
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
        assert not inspect(connection).has_table("effect")
        migrate(connection)
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    ledger.close()


def test_of_items_and_listings_with_one_key_the_last_stays(tmp_path: Path, ledger_url: str):
    ledger = open_ledger(ledger_url, tmp_path)
    writer = Writer(ledger.engine)
    run = _begin(writer)
    items = Items(ledger.engine, 1, "acme")
    text = "words ☃ 🎉 \\ %s ' \" {}"
    first = Item("users", "1", "fred", "7", CREATED, image={"name": "a"}, version="0")
    second = Item("users", "1", text, "8", CREATED, image={"name": text}, parent="3")
    writer.submit(lambda connection: items.put(connection, run, [first, second]))
    assert items.get("users", ["1", "2"]) == {"1": second}
    listed = [Listed("users", "1", "fred", outcome, "J2O-E001", text) for outcome in ("failed", "skipped")]
    writer.submit(lambda connection: listing.put(connection, run, listed))
    assert [(row["outcome"], row["message"]) for row in Queries(ledger.engine).listed(run)] == [("skipped", text)]
    writer.close()
    ledger.close()


def test_any_number_of_items_is_found_each_once(tmp_path: Path, ledger_url: str):
    ledger = open_ledger(ledger_url, tmp_path)
    writer = Writer(ledger.engine)
    run = _begin(writer)
    items, others = Items(ledger.engine, 1, "acme"), Items(ledger.engine, 1, "other")
    names = [f"{one:04}" for one in range(1100)]
    all_of_them = [Item("users", one, f"k{one}", f"7{one}", CREATED, "K", None, "r", "m") for one in names]
    writer.submit(lambda connection: items.put(connection, run, all_of_them))
    writer.submit(lambda connection: others.put(connection, run, all_of_them))
    for number in (0, 1, 2, 20, 21, 500, 501, 1100):
        some = all_of_them[:number]
        asked, targets = [*(one.origin for one in some), "nobody"], [one.item for one in some]
        found = items.get("users", asked)
        assert [found[one] for one in sorted(found)] == some
        assert items.made_of("users", asked) == {one.origin: ("r", "m") for one in some}
        assert items.names("users", asked) == {one.origin: (one.item, one.display, one.key) for one in some}
        assert items.by_target("users", targets) == {one.item: [one] for one in some}
        assert len(items.by_target("users", targets, run)) == number
    assert items.by_target("users", targets, "another") == items.get("groups", asked) == {}
    placed = [one for chunk in items.places("users") for one in chunk]
    assert placed == [(one.origin, one.key, one.item) for one in all_of_them]
    unverified = [list(items.unverified("users", "now", one)) for one in (None, run, "another")]
    assert unverified == [all_of_them, all_of_them, []]
    assert [items.parents("users", one) for one in (None, run, "another")] == [[None], [None], []]
    assert (items.written_by(run), items.written_by("another"), list(items.places("groups"))) == ({"users"}, set(), [])
    writer.close()
    ledger.close()


def test_what_is_single_below_its_parent_is_found_below_the_parents_that_are_asked_for(tmp_path: Path, ledger_url: str):
    ledger = open_ledger(ledger_url, tmp_path)
    writer = Writer(ledger.engine)
    run = _begin(writer)
    items = Items(ledger.engine, 1, "acme")
    watching = [Item("watchers", f"{one}/fred", "", "7", CREATED, parent=f"{one}") for one in range(700)]
    free = Item("watchers", "free", "", "7", CREATED)
    other = Item("watchers", "3/anna", "", "8", CREATED, parent="3")
    writer.submit(lambda connection: items.put(connection, run, [*watching, free, other]))
    for asked in (run, None):
        found = items.at_places("watchers", [("7", "3"), ("7", "5"), ("8", "4"), ("9", "3")], asked)
        assert found == {"7": [*watching[3:6], free], "8": [other]}
        assert items.at_places("watchers", [("8", "3")], asked) == {"8": [other]}
        everywhere = items.at_places("watchers", [*(("7", f"{one}") for one in range(700)), ("8", "3")], asked)
        assert sorted(len(one) for one in everywhere.values()) == [1, 701]
    assert items.at_places("watchers", [("7", "3")], "another") == items.at_places("users", [("7", "3")]) == {}
    writer.close()
    ledger.close()


def test_items_are_walked_through_without_sorting_them_for_every_chunk(tmp_path: Path):
    ledger = open_ledger("sqlite:///ledger.db", tmp_path)
    items = Items(ledger.engine, 1, "acme")
    asked: list[tuple[str, Any]] = []
    event.listen(ledger.engine, "before_cursor_execute", lambda *said: asked.append((said[2], said[3])))
    for walk in (items.stream("users"), items.stream("users", "some run"), items.places("users")):
        assert list(walk) == []
    with ledger.engine.connect() as connection:
        for statement, parameters in list(asked):
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
            assert [row[-1].split(" (")[0] for row in plan] == ["SEARCH item USING INDEX sqlite_autoindex_item_1"]
    ledger.close()


def test_items_are_found_by_their_ids_on_the_target_without_reading_all_of_the_entity(tmp_path: Path):
    ledger = open_ledger("sqlite:///ledger.db", tmp_path)
    items = Items(ledger.engine, 1, "acme")
    asked: list[tuple[str, Any]] = []
    event.listen(ledger.engine, "before_cursor_execute", lambda *said: asked.append((said[2], said[3])))
    assert items.by_target("users", ["5", "6"]) == items.by_target("users", ["5", "6"], "some run") == {}
    places = [("5", "17"), ("6", "18")]
    assert items.at_places("users", places) == items.at_places("users", places, "some run") == {}
    with ledger.engine.connect() as connection:
        for statement, parameters in list(asked):
            (row,) = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
            below = " AND parent=?" * ("item.parent IN" in statement or "item.parent IS NULL" in statement)
            assert row[-1].endswith(
                f"USING INDEX item_by_target (target=? AND source=? AND entity=? AND item=?{below})"
            )
    ledger.close()


def test_connections_to_a_file_keep_few_pages_for_there_are_many(tmp_path: Path):
    ledger = open_ledger("sqlite:///ledger.db", tmp_path)
    with ledger.engine.connect() as one, ledger.engine.connect() as other:
        kept = [connection.exec_driver_sql("PRAGMA cache_size").scalar() for connection in (one, other)]
    assert kept == [-512, -512]
    ledger.close()


def test_a_planned_effect_is_read_as_it_was_planned(tmp_path: Path, ledger_url: str):
    ledger = open_ledger(ledger_url, tmp_path)
    writer = Writer(ledger.engine)
    run = _begin(writer)
    payload = {"subject": "nul \x00, lone \ud800, ☃", "hours": 1.5, "done": True, "none": None}
    one = Planned(0, "things", "1", "T-1", "create", "marked", payload, only=["subject"], lane="l", doubtful=True)
    writer.submit(lambda connection: plan_rows.enter(connection, run, [one]))
    (row,) = effects.Effects(ledger.engine, run).window(0, 0, effects.PLANNED, 0, 10)
    assert (row.payload, row.only, row.doubtful, row.resent, row.sent) == (
        payload, frozenset(["subject"]), True, False, None,
    )  # fmt: skip
    writer.close()
    ledger.close()


def test_what_was_sent_and_how_it_ended_is_read_as_it_was_written(tmp_path: Path, ledger_url: str):
    ledger = open_ledger(ledger_url, tmp_path)
    writer = Writer(ledger.engine)
    run = _begin(writer)
    planned = [
        Planned(0, "things", str(number), f"T-{number}", "create", "marked", {"name": "100 %s"}, lane=f"l{number % 2}")
        for number in range(5)
    ]
    writer.submit(lambda connection: plan_rows.enter(connection, run, planned))
    known = effects.Effects(ledger.engine, run)
    assert known.longest_lane(0) == 3 and known.longest_lane(1) == 0
    rows = known.window(0, 0, effects.PLANNED, 0, 10)
    sent = [{"of": row.id, "digest": f"d{row.id}", "image": None} for row in rows]
    ended = [
        Ended(rows[0].id, effects.DONE, 1, "77", "3", True, {"kind": "delete"}),
        Ended(rows[1].id, effects.DONE, 2, "78", late=["text"]),
        Ended(rows[2].id, effects.FAILED, 1, code="J2O-E001", message="no: 100 % \\ ' \""),
    ]
    writer.submit(lambda connection: sending.mark_sent(connection, sent))
    writer.submit(lambda connection: sending.end(connection, ended))
    waiting = known.window(0, 0, effects.SENT, 0, 10)
    assert [row.key for row in waiting] == ["T-3", "T-4"] and all(row.sent for row in waiting)
    names = ("state", "attempts", "item", "version", "adopted", "inverse", "late", "code", "message", "payload")
    with ledger.engine.connect() as connection:
        stored = [
            tuple(row)
            for row in connection.execute(
                select(*(tables.effect.c[name] for name in names))
                .where(tables.effect.c.finished.isnot(None))
                .order_by(tables.effect.c.id)
            )
        ]
    assert stored[0] == ("done", 1, "77", "3", True, '{"kind": "delete"}', None, None, None, None)
    assert stored[1][:7] == ("done", 2, "78", None, False, None, '["text"]')
    assert stored[1][9] is not None, "a payload that is written again stays"
    assert stored[2][7:] == ("J2O-E001", "no: 100 % \\ ' \"", None)
    writer.close()
    ledger.close()


def test_a_seal_is_of_one_item_alone(tmp_path: Path, ledger_url: str):
    ledger = open_ledger(ledger_url, tmp_path)
    writer = Writer(ledger.engine)
    run = _begin(writer)
    items = Items(ledger.engine, 1, "acme")
    both = [Item("users", "1", "fred", "7", CREATED), Item("users", "2", "mary", "8", CREATED)]
    writer.submit(lambda connection: items.put(connection, run, both))
    writer.submit(lambda connection: items.seal(connection, "users", run, [("2", "5", "today")]))
    writer.submit(lambda connection: items.digests(connection, "users", [("1", "r", "m")]))
    found = items.get("users", ["1", "2"])
    assert (found["2"].version, found["2"].updated, found["2"].verified) == ("5", "today", run)
    assert (found["1"].version, found["1"].verified) == (None, None)
    assert (found["1"].record_digest, found["1"].mapping_digest, found["2"].record_digest) == ("r", "m", "")
    writer.close()
    ledger.close()


def _begin(writer: Writer) -> str:
    def begin(connection: Connection) -> str:
        return begin_run(connection, "memory").id

    return str(writer.submit(begin))
