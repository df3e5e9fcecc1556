from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from j2o_core.ledger import store
from j2o_core.ledger.store import open_ledger
from j2o_core.ledger.tables import metadata
from j2o_core.ledger.writer import Writer
from j2o_core.model.outcome import Fatal


def test_the_migrations_make_the_tables_that_the_code_uses(tmp_path: Path):
    ledger = open_ledger("sqlite:///ledger.db", tmp_path)
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


@pytest.mark.parametrize("url", ["nonsense", "mysql://host/db", "sqlite://"])
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


def test_a_second_process_is_refused_and_told_who_has_the_ledger(tmp_path: Path):
    ledger = open_ledger("sqlite:///ledger.db", tmp_path)
    ledger.lock()
    script = (
        "import sys, pathlib\n"
        "from j2o_core.ledger.store import open_ledger\n"
        "from j2o_core.model.outcome import Fatal\n"
        "try:\n"
        "    open_ledger('sqlite:///ledger.db', pathlib.Path(sys.argv[1])).lock()\n"
        "except Fatal as error:\n"
        "    print(error.exit_code, error.message)\n"
    )
    second = subprocess.run([sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=True)
    assert second.stdout.startswith("5 ")
    import os

    assert f"process {os.getpid()}" in second.stdout
    ledger.close()
    third = subprocess.run([sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=True)
    assert third.stdout == ""


def test_the_writer_commits_what_was_posted_before_it_answers_a_submit(tmp_path: Path):
    ledger = open_ledger("sqlite:///ledger.db", tmp_path)
    writer = Writer(ledger.engine)
    for number in range(50):
        writer.post(
            lambda connection, number=number: connection.exec_driver_sql(
                "INSERT INTO target (identity) VALUES (?)", (f"t{number}",)
            )
        )
    assert writer.submit(lambda connection: connection.exec_driver_sql("SELECT count(*) FROM target").scalar()) == 50
    writer.close()
    ledger.close()


def test_a_writer_that_failed_once_refuses_everything_after_it(tmp_path: Path):
    ledger = open_ledger("sqlite:///ledger.db", tmp_path)
    writer = Writer(ledger.engine)
    with pytest.raises(Fatal, match="cannot be written"):
        writer.submit(lambda connection: connection.exec_driver_sql("INSERT INTO nowhere VALUES (1)"))
    with pytest.raises(Fatal, match="cannot be written"):
        writer.post(lambda connection: None)
    writer.close()
    ledger.close()
