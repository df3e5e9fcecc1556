"""What is particular to a ledger on PostgreSQL: its lock, its fence, and a server that goes away and returns."""

from __future__ import annotations

import importlib.util
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any, Iterator

import pytest
from sqlalchemy import insert, select, text

from j2o_core.ledger import runs, server, tables
from j2o_core.ledger.holder import ServerLock
from j2o_core.ledger.store import Ledger, open_ledger
from j2o_core.ledger.writer import Writer
from j2o_core.model.outcome import Fatal

HOLD = (
    "import sys, pathlib\n"
    "from j2o_core.ledger.store import open_ledger\n"
    "ledger = open_ledger(sys.argv[1], pathlib.Path('.'))\n"
    "ledger.lock()\n"
    "print('held', flush=True)\n"
    "sys.stdin.read()\n"
)


@pytest.fixture
def ledger(postgres_url: str, tmp_path: Path) -> Iterator[Ledger]:
    opened = open_ledger(postgres_url, tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def another(postgres_url: str, tmp_path: Path) -> Iterator[Ledger]:
    """The same ledger, as another process has it."""
    opened = open_ledger(postgres_url, tmp_path)
    yield opened
    opened.close()


def enter(writer: Writer, name: str) -> int:
    return int(writer.submit(lambda connection: runs.target_id(connection, name)))


def names(ledger: Ledger) -> list[str]:
    with ledger.engine.connect() as connection:
        return list(connection.execute(select(tables.target.c.identity).order_by(tables.target.c.id)).scalars())


# ---------------------------------------------------------------- the lock


def test_the_lock_goes_with_the_process_that_is_killed(postgres_url: str, tmp_path: Path, ledger: Ledger) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, postgres_url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    assert not ledger.abandoned
    with pytest.raises(Fatal, match=f"is in use by process {holder.pid} on {socket.gethostname()}, for .* s") as caught:
        ledger.lock()
    assert caught.value.exit_code == 5
    holder.kill()
    holder.communicate()
    ledger.lock()  # at once: that the server has not noticed yet is waited for
    assert not ledger.abandoned
    ledger.close()
    assert ledger.abandoned


def test_ledgers_in_schemas_of_one_database_are_locked_apart(
    postgres_url: str, postgres_server: Any, postgres_ledger: str, ledger: Ledger, tmp_path: Path
) -> None:
    postgres_server.execute("DROP SCHEMA IF EXISTS other CASCADE; CREATE SCHEMA other", postgres_ledger)
    other = open_ledger(f"{postgres_url}?options=-csearch_path%3Dother", tmp_path)
    ledger.lock()
    other.lock()
    writer = Writer(other.engine)
    enter(writer, "theirs")
    writer.close()
    assert (names(other), names(ledger)) == (["theirs"], [])
    other.close()


# ---------------------------------------------------------------- the fence


def test_who_lost_the_ledger_to_another_cannot_commit_any_more(
    ledger: Ledger, another: Ledger, postgres_server: Any, postgres_ledger: str
) -> None:
    ledger.lock()
    writer = Writer(ledger.engine)
    enter(writer, "before")
    # The connection that holds the lock dies unnoticed, as behind a firewall; those that write live on.
    postgres_server.execute(
        "SELECT pg_terminate_backend(pid, 10000) FROM pg_locks WHERE locktype = 'advisory'", postgres_ledger
    )
    another.lock()
    with pytest.raises(Fatal, match=f"was taken over by process {os.getpid()} on ") as caught:
        enter(writer, "after")
    assert caught.value.exit_code == 5
    writer.close()
    assert names(another) == ["before"]


def test_whoever_takes_over_waits_for_what_is_being_committed(
    ledger: Ledger, another: Ledger, postgres_server: Any, postgres_ledger: str
) -> None:
    ledger.lock()
    writer = Writer(ledger.engine)
    inside, go_on = threading.Event(), threading.Event()

    def slow(connection: Any) -> int:
        inside.set()
        assert go_on.wait(30)
        return runs.target_id(connection, "slow")

    waiting = threading.Thread(target=writer.submit, args=(slow,))
    waiting.start()
    assert inside.wait(30)
    postgres_server.execute(
        "SELECT pg_terminate_backend(pid, 10000) FROM pg_locks WHERE locktype = 'advisory'", postgres_ledger
    )
    taken = threading.Thread(target=another.lock)
    taken.start()
    time.sleep(0.3)
    assert taken.is_alive()
    go_on.set()
    waiting.join(30)
    taken.join(30)
    assert names(another) == ["slow"]
    writer.close()


# ---------------------------------------------------------------- away and back


def test_connections_that_are_cut_are_made_anew_and_nothing_is_lost_or_written_twice(
    ledger: Ledger, another: Ledger, postgres_server: Any, postgres_ledger: str
) -> None:
    ledger.lock()
    writer = Writer(ledger.engine)
    cut = 0
    for number in range(40):
        writer.post(
            lambda connection, number=number: connection.execute(insert(tables.target).values(identity=f"t{number:02}"))
        )
        if number % 8 == 3:
            cut += postgres_server.cut_off(postgres_ledger)
            time.sleep(0.05)
    writer.close()
    assert cut
    assert names(another) == [f"t{number:02}" for number in range(40)]
    with pytest.raises(Fatal, match="is in use by process"):  # the lock was taken again
        another.lock()


def test_a_server_that_goes_away_again_while_the_lock_is_taken_again_is_waited_for_too(
    ledger: Ledger, another: Ledger, postgres_server: Any, postgres_ledger: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger.lock()
    writer = Writer(ledger.engine)
    enter(writer, "before")
    original, again = ServerLock._take, []

    def take(lock: ServerLock) -> Any:
        taken = original(lock)
        if not again:
            again.append(postgres_server.cut_off(postgres_ledger))
        return taken

    monkeypatch.setattr(ServerLock, "_take", take)
    postgres_server.cut_off(postgres_ledger)
    enter(writer, "after")
    writer.close()
    assert again
    assert names(another) == ["before", "after"]


@pytest.mark.parametrize("told", [True, False], ids=["lost", "committed"])
def test_a_commit_without_an_answer_is_neither_lost_nor_done_twice(
    ledger: Ledger, postgres_server: Any, postgres_ledger: str, told: bool
) -> None:
    """The connection dies just before, or just after, the server commits."""
    ledger.lock()
    writer = Writer(ledger.engine)
    dialect, original = ledger.engine.dialect, ledger.engine.dialect.do_commit
    broken: list[int] = []

    def commit(connection: Any) -> None:
        if not broken:
            broken.append(1)
            if not told:
                original(connection)
            postgres_server.cut_off(postgres_ledger)
            connection.execute("SELECT 1")
        original(connection)

    dialect.do_commit = commit  # type: ignore[method-assign]
    assert enter(writer, "once") >= 1
    dialect.do_commit = original  # type: ignore[method-assign]
    assert broken
    enter(writer, "then")
    assert names(ledger) == ["once", "then"]
    writer.close()


def test_a_server_that_stays_away_is_told_clearly_and_nothing_committed_is_lost(
    own_postgres: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "PATIENCE", 1.0)
    with own_postgres(durable=True) as own:
        url = own.url(own.create())
        ledger = open_ledger(url, tmp_path)
        ledger.lock()
        writer = Writer(ledger.engine)
        enter(writer, "kept")
        own.stop(signal.SIGQUIT)
        with pytest.raises(Fatal) as caught:
            enter(writer, "not any more")
        assert caught.value.exit_code == 4
        assert "cannot be used" in caught.value.message
        assert "goes on" in caught.value.message
        assert own.password not in caught.value.message
        with pytest.raises(Fatal, match="cannot be used"), ledger.engine.connect():
            pass
        with pytest.raises(Fatal, match="cannot be used"):
            enter(writer, "nor again")
        writer.close()
        ledger.close()
        own.start()
        again = open_ledger(url, tmp_path)
        again.lock()
        assert names(again) == ["kept"]
        again.close()


# ---------------------------------------------------------------- addresses and settings


def test_postgresql_alone_is_opened_with_psycopg_whatever_characters_the_password_has(
    postgres_url: str, postgres_server: Any, postgres_ledger: str, tmp_path: Path
) -> None:
    odd = "p@ss/w%rd:#?"
    postgres_server.execute("DROP ROLE IF EXISTS odd")
    postgres_server.execute(f"CREATE ROLE odd SUPERUSER LOGIN PASSWORD '{odd}'")
    url = f"postgresql://odd:{odd}@127.0.0.1:{postgres_server.port}/{postgres_ledger}"
    ledger = open_ledger(url, tmp_path)
    assert ledger.engine.driver == "psycopg"
    assert ledger.shown == f"postgresql+psycopg://odd:***@127.0.0.1:{postgres_server.port}/{postgres_ledger}"
    ledger.close()


def test_no_refusal_shows_the_password(postgres_server: Any, tmp_path: Path) -> None:
    wrong = postgres_server.url("postgres", password="wr0ng-but-secret")
    missing = postgres_server.url("nowhere")
    nobody = "postgresql://j2o:s3cret@127.0.0.1:1/j2o"
    optional = "postgresql://127.0.0.1/j2o?password=s3cret"
    mysql = "mysql://j2o:s3cret@db.example.com/j2o"
    for url, says in (
        (wrong, "password authentication failed"),
        (missing, 'database "nowhere" does not exist'),
        (nobody, "cannot be"),
        (optional, "password stands in the options"),
        (mysql, "is not supported"),
    ):
        with pytest.raises(Fatal, match=says) as caught:
            open_ledger(url, tmp_path)
        for error in (caught.value, caught.value.__cause__, caught.value.__context__):
            for secret in ("wr0ng-but-secret", "s3cret", postgres_server.password):
                assert secret not in repr(error), url


def test_without_the_driver_it_is_said_how_to_install_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *more: None if name == "psycopg" else find(name, *more)
    )
    with pytest.raises(Fatal, match=r"pip install 'j2o\[postgres\]'") as caught:
        open_ledger("postgresql://db.example.com/j2o", tmp_path)
    assert caught.value.exit_code == 2


def test_a_commit_is_durable_also_where_the_server_is_set_to_forget(ledger: Ledger) -> None:
    with ledger.engine.connect() as connection:
        assert connection.execute(text("SHOW synchronous_commit")).scalar() == "on"


def test_a_database_in_another_encoding_is_refused(postgres_server: Any, tmp_path: Path) -> None:
    postgres_server.execute("DROP DATABASE IF EXISTS latin")
    postgres_server.execute("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    with pytest.raises(Fatal, match="is encoded in LATIN1") as caught:
        open_ledger(postgres_server.url("latin"), tmp_path)
    assert caught.value.exit_code == 2


def test_a_text_with_nul_is_kept_with_the_sign_for_it(ledger: Ledger) -> None:
    writer = Writer(ledger.engine)
    enter(writer, "a\x00b")
    writer.close()
    assert names(ledger) == ["a\u2400b"]


def test_two_processes_that_open_a_new_ledger_make_its_tables_once(postgres_server: Any, tmp_path: Path) -> None:
    url = postgres_server.url(postgres_server.create())
    failures: list[BaseException] = []

    def opened() -> None:
        try:
            open_ledger(url, tmp_path).close()
        except BaseException as error:  # noqa: BLE001 - asserted below
            failures.append(error)

    threads = [threading.Thread(target=opened) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
