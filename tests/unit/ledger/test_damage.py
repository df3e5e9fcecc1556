"""A torn ledger is noticed before it is used, and never thrown away."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from pathlib import Path
from typing import Callable

import pytest

from j2o_core.ledger import damage as looking
from j2o_core.ledger.damage import damage, set_aside
from j2o_core.ledger.store import open_ledger, take_ledger
from j2o_core.ledger.writer import Writer
from j2o_core.model.outcome import Fatal

URL = "sqlite:///ledger.db"
SOMETHING = "INSERT INTO target (identity) VALUES (hex(randomblob(8)))"


@pytest.fixture()
def path(tmp_path: Path) -> Path:
    ledger = open_ledger(URL, tmp_path)
    writer = Writer(ledger.engine)
    for number in range(400):
        writer.submit(
            lambda connection, number=number: connection.exec_driver_sql(
                "INSERT INTO target (identity) VALUES (?)", (f"{number}" * 50,)
            )
        )
    writer.close()
    ledger.close()
    return tmp_path / "ledger.db"


def holed(path: Path) -> None:
    data = bytearray(path.read_bytes())
    for start in range(4096, len(data), 8192):
        data[start : start + 4096] = b"\xa5" * 4096
    path.write_bytes(bytes(data))


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def garbled(path: Path) -> None:
    path.write_bytes(b"not a database " * 999)


def emptied(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("DROP TABLE item")


def test_a_whole_an_absent_and_an_empty_file_are_no_damage(path: Path):
    assert damage(path, used=True) is None
    assert damage(path.with_name("absent.db"), used=True) is None
    path.write_bytes(b"")
    assert damage(path, used=True) is None


@pytest.mark.parametrize("harm", [holed, cut, garbled, emptied])
def test_damage_is_found_told_and_set_aside_where_it_can_be_rebuilt(path: Path, harm: Callable[[Path], None]):
    take_ledger(URL, path.parent).close()
    harm(path)
    torn = path.read_bytes()
    with pytest.raises(Fatal, match="is damaged") as caught:
        take_ledger(URL, path.parent)
    assert caught.value.exit_code == 4
    assert "j2o adopt SPEC" in caught.value.message
    assert path.read_bytes() == torn
    ledger = take_ledger(URL, path.parent, rebuild=True)
    assert ledger.in_place_of is not None
    assert ledger.in_place_of.path.read_bytes() == torn
    assert ledger.in_place_of.path.name.startswith("ledger.db.damaged-")
    ledger.close()
    assert damage(path, used=True) is None


def test_what_lies_beside_a_damaged_ledger_goes_with_it_and_names_do_not_collide(path: Path):
    for _ in range(3):
        path.write_bytes(b"torn")
        path.with_name("ledger.db-wal").write_bytes(b"its log")
        aside = set_aside(path, "torn")
        assert aside.path.with_name(aside.path.name + "-wal").read_bytes() == b"its log"
    assert not path.exists()
    assert len(list(path.parent.glob("ledger.db.damaged-*"))) == 6


def test_a_file_that_was_never_a_ledger_is_left_alone_even_where_one_could_be_rebuilt(tmp_path: Path):
    path = tmp_path / "ledger.db"
    path.write_text("my notes\n" * 50, encoding="utf-8")
    with pytest.raises(Fatal, match="is it the file you meant"):
        take_ledger(URL, tmp_path, rebuild=True)
    assert path.read_text(encoding="utf-8").startswith("my notes")


@pytest.mark.parametrize("replaced", [False, True])
def test_a_ledger_that_goes_away_in_use_stops_what_writes_to_it(path: Path, replaced: bool):
    ledger = take_ledger(URL, path.parent)
    writer = Writer(ledger.engine)
    writer.submit(lambda connection: None)
    path.unlink()
    if replaced:
        path.write_bytes(b"")
    with pytest.raises(Fatal, match="was replaced" if replaced else "was removed") as caught:
        writer.submit(lambda connection: None)
    assert caught.value.exit_code == 4
    writer.close()
    ledger.close()


@pytest.mark.parametrize("first_writes", [False, True])
def test_where_the_lock_was_removed_only_one_of_two_processes_goes_on(path: Path, first_writes: bool):
    first = take_ledger(URL, path.parent)
    path.with_name("ledger.db.lock").unlink()
    second = take_ledger(URL, path.parent)
    going, refused = (first, second) if first_writes else (second, first)
    for ledger, writer in ((going, Writer(going.engine)), (refused, Writer(refused.engine))):
        if ledger is going:
            for _ in range(2):
                writer.submit(lambda connection: connection.exec_driver_sql(SOMETHING))
        else:
            with pytest.raises(Fatal, match="another process writes") as caught:
                writer.submit(lambda connection: connection.exec_driver_sql(SOMETHING))
            assert caught.value.exit_code == 5
        writer.close()
    first.close()
    second.close()


def test_a_ledger_and_a_link_to_it_are_one(path: Path):
    first = take_ledger(URL, path.parent)
    path.with_name("link.db").symlink_to(path)
    with pytest.raises(Fatal, match="in use") as caught:
        take_ledger("sqlite:///link.db", path.parent)
    assert caught.value.exit_code == 5
    first.close()


def write(folder: Path, lines: int) -> None:
    ledger = take_ledger(URL, folder)
    writer = Writer(ledger.engine)
    for _ in range(lines):
        writer.submit(lambda connection: connection.exec_driver_sql(SOMETHING))
    writer.close()
    ledger.close()


def test_an_older_copy_is_not_taken_for_the_ledger(path: Path):
    write(path.parent, 2)
    older = path.read_bytes()
    write(path.parent, 1)
    newer = path.read_bytes()
    path.write_bytes(older)
    for _ in range(2):
        with pytest.raises(Fatal, match=r"is damaged .*older than what was written to it last") as caught:
            take_ledger(URL, path.parent)
        assert caught.value.exit_code == 4
    path.write_bytes(newer)
    write(path.parent, 1)
    path.write_bytes(older)
    ledger = take_ledger(URL, path.parent, rebuild=True)
    assert ledger.in_place_of is not None
    assert ledger.in_place_of.path.read_bytes() == older
    ledger.close()
    write(path.parent, 1)


def test_a_ledger_that_lost_its_log_is_not_taken_for_a_whole_one(path: Path, tmp_path: Path):
    write(path.parent, 2)
    held = take_ledger(URL, path.parent)
    writer = Writer(held.engine)
    writer.submit(lambda connection: connection.exec_driver_sql(SOMETHING))
    killed = {}
    for name, left_out in (("whole", ()), ("torn", ("ledger.db-wal", "ledger.db-shm"))):
        killed[name] = shutil.copytree(path.parent, tmp_path / name, ignore=shutil.ignore_patterns(name, *left_out))
    writer.close()
    held.close()
    take_ledger(URL, killed["whole"]).close()
    with pytest.raises(Fatal, match="older than what was written to it last"):
        take_ledger(URL, killed["torn"])


def test_a_ledger_that_was_emptied_is_set_aside_as_any_other_damage_and_a_removed_one_begins_anew(path: Path):
    write(path.parent, 1)
    path.write_bytes(b"")
    ledger = take_ledger(URL, path.parent, rebuild=True)
    assert ledger.in_place_of is not None
    ledger.close()
    write(path.parent, 1)
    path.unlink()
    write(path.parent, 1)


@pytest.fixture()
def read_through(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One entry for each time that a ledger's file is read through."""
    times: list[int] = []
    whole = looking._read_through

    def counted(connection: sqlite3.Connection) -> str:
        times.append(1)
        return whole(connection)

    monkeypatch.setattr(looking, "_read_through", counted)
    return times


def test_a_ledger_that_is_as_it_was_closed_is_not_read_through_again(path: Path, read_through: list[int]):
    for written in (True, False, False):
        ledger = take_ledger(URL, path.parent)
        writer = Writer(ledger.engine)
        if written:
            writer.submit(lambda connection: connection.exec_driver_sql("INSERT INTO target (identity) VALUES ('x')"))
        writer.close()
        ledger.close()
    assert len(read_through) == 1


@pytest.mark.parametrize("touch", [holed, cut, garbled, emptied])
def test_whatever_happens_to_a_closed_ledger_has_it_read_through(
    path: Path, read_through: list[int], touch: Callable[[Path], None]
):
    take_ledger(URL, path.parent).close()
    touch(path)
    with pytest.raises(Fatal, match="damaged"):
        take_ledger(URL, path.parent)


def test_a_ledger_that_was_not_closed_or_not_read_for_a_day_is_read_through(
    path: Path, read_through: list[int], monkeypatch: pytest.MonkeyPatch
):
    take_ledger(URL, path.parent).close()
    held = take_ledger(URL, path.parent)
    held._lock.release()  # as a process that dies does
    held.engine.dispose()
    take_ledger(URL, path.parent).close()
    assert len(read_through) == 2
    now = looking.time.time()
    monkeypatch.setattr(looking.time, "time", lambda: now + 90_000)
    take_ledger(URL, path.parent).close()
    assert len(read_through) == 3
    monkeypatch.setattr(looking.time, "time", lambda: now - 90_000)
    take_ledger(URL, path.parent).close()
    assert len(read_through) == 4
