"""Bad input: the exit code, what is wrong, where, and what to do; no token in it, and nothing written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Iterator

import pytest

from ..running import Ended, Migration, Sandbox, explained, sandbox

pytestmark = [pytest.mark.newest, pytest.mark.xdist_group("bad-input")]

HEAD = "apiVersion: j2o/v1\nkind: Migration\nname: demo\nextends: j2o:demo\n"
QUICK = HEAD + "runtime: {retry: {attempts: 2, wait: {initial: 0.05, max: 0.1}}}\n"


@pytest.fixture(scope="module")
def made() -> Iterator[Sandbox]:
    with sandbox(projects=1, issues=5, seed=19) as running:
        yield running


@pytest.fixture()
def migration(made: Sandbox, tmp_path: Path) -> Iterator[Migration]:
    yield Migration(made, tmp_path / "home")
    for server in (made.jira, made.openproject):
        server.faults()


def spec(migration: Migration, text: str) -> str:
    path = migration.home.parent / "spec.yaml"
    path.write_text(text, encoding="utf-8")
    migration.spec = str(path)
    return str(path)


def written(made: Sandbox) -> list[str]:
    counted = made.openproject.state("requests")["requests"]
    return [name for name in counted if not name.startswith("GET ")]


def refused(migration: Migration, exit_code: int, *words: str) -> Ended:
    """The run ends with this code and these words, betrays no token, and has written nothing."""
    before = written(migration.sandbox)
    ended = migration.run()
    text = ended.errors + json.dumps(ended.events)
    assert ended.exit_code == exit_code, explained(ended)
    for word in words:
        assert word in text, (word, explained(ended))
    for token in (migration.sandbox.running.jira["token"], migration.sandbox.running.openproject["api_key"]):
        assert token not in text
    assert "canary" not in text
    assert "Traceback" not in text
    assert written(migration.sandbox) == before
    last = ended.events[-1]
    assert (last["event"], last["exit_code"]) == ("run_finished", exit_code)
    return ended


def test_a_spec_that_is_not_there(migration: Migration):
    migration.spec = str(migration.home.parent / "nothing.yaml")
    refused(migration, 2, "nothing.yaml")


def test_yaml_that_cannot_be_read_is_told_with_its_place(migration: Migration):
    path = spec(migration, HEAD + "entities:\n  users: [unclosed\n")
    refused(migration, 2, f"{path}:7:")


def test_a_plugin_that_is_not_there(migration: Migration):
    spec(migration, HEAD + "entities:\n  users:\n    load: {plugin: openprojekt.users}\n")
    refused(migration, 2, "openprojekt.users", "spec.yaml:7:", "openproject.users")


def test_a_step_that_is_not_there(migration: Migration):
    spec(migration, HEAD + "entities:\n  users:\n    map:\n      login: {from: name, steps: [trimm]}\n")
    refused(migration, 2, "trimm", "spec.yaml:8:", "did you mean 'trim'")


def test_a_wrong_jira_token(migration: Migration):
    migration.environment["JIRA_TOKEN"] = "canary-token-of-jira"
    refused(migration, 3, "connections.jira", migration.sandbox.jira.url, "auth")


def test_a_wrong_openproject_key(migration: Migration):
    migration.environment["OPENPROJECT_API_KEY"] = "canary-key-of-openproject"
    refused(migration, 3, "connections.openproject", migration.sandbox.openproject.url, "auth")


@pytest.mark.parametrize("name", ["JIRA_URL", "OPENPROJECT_URL"])
def test_a_server_that_does_not_answer(migration: Migration, name: str):
    spec(migration, QUICK)
    migration.environment[name] = "http://127.0.0.1:9"
    refused(migration, 3, "connections.", "http://127.0.0.1:9")


@pytest.mark.parametrize("server", ["jira", "openproject"])
def test_a_login_page_in_place_of_data(migration: Migration, server: str):
    spec(migration, QUICK)
    half = getattr(migration.sandbox, server)
    half.faults({"server": server, "do": "html", "status": 200})
    refused(migration, 3, f"connections.{server}", half.url, "a web page")


def test_some_variables_but_not_all(migration: Migration):
    for name in ("JIRA_TOKEN", "OPENPROJECT_URL", "OPENPROJECT_API_KEY"):
        migration.environment[name] = ""
    refused(migration, 2, "JIRA_URL", "JIRA_TOKEN")


def test_a_file_in_the_place_of_the_home(migration: Migration):
    migration.home.write_text("not a folder", encoding="utf-8")
    refused(migration, 2, str(migration.home))


def test_a_ledger_that_is_no_ledger(migration: Migration):
    migration.home.mkdir()
    (migration.home / "ledger.db").write_bytes(b"this is no database" * 100)
    refused(migration, 4, "ledger.db")


def test_a_ledger_in_use_by_another_process(migration: Migration):
    migration.sandbox.openproject.faults({"server": "openproject", "do": "delay", "seconds": 0.2})
    going = migration.going()
    assert going.reach(event="run_started")
    assert going.process.poll() is None
    ended = migration.run()
    assert ended.exit_code == 5
    assert f"process {going.process.pid} on " in ended.errors
    assert " s" in ended.errors.split("process", 1)[1]
    going.process.kill()
    going.end()


def test_a_snapshot_that_is_none(migration: Migration):
    going = migration.going()
    assert going.reach(event="stage_started", stage="plan")
    going.process.kill()
    going.end()
    (path,) = (migration.home / "snapshots").glob("*.db")
    path.write_bytes(b"this is no database" * 100)
    for extra in ("-wal", "-shm"):
        path.with_name(path.name + extra).unlink(missing_ok=True)
    refused(migration, 4, path.name, "--fresh")
    assert migration.run("--fresh").exit_code == 0
