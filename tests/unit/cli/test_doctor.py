"""``j2o doctor``: what keeps j2o from working, each with what to do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Callable, Optional

import pytest

from j2o_core.cli.doctor import _look as looked
from j2o_core.cli.doctor import _row as row
from j2o_core.cli.session import Session
from j2o_core.hooks.manager import PluginInfo, Plugins, load_plugins
from j2o_core.ledger.store import open_ledger
from j2o_core.mapping import builtin
from j2o_core.model.outcome import Fatal
from j2o_core.pipeline import doctor

SPEC = """\
apiVersion: j2o/v1
kind: Migration
name: demo
extends: j2o:demo
runtime: {ledger: "sqlite:///acme.db"}
"""

AWAY = {
    "JIRA_URL": "http://127.0.0.1:1",
    "JIRA_TOKEN": "s3cr3t-t0ken",
    "OPENPROJECT_URL": "http://127.0.0.1:1",
    "OPENPROJECT_API_KEY": "s3cr3t-key",
}


@pytest.fixture(scope="module")
def plugins() -> Plugins:
    return load_plugins({}, [(builtin.NAME, builtin)])


@pytest.fixture()
def look(plugins: Plugins, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    for name in ("JIRA_URL", "OPENPROJECT_URL", "J2O_ENV"):
        monkeypatch.delenv(name, raising=False)

    def call(spec: Optional[str] = None, code: int = 0) -> list[dict[str, Any]]:
        lines, ended = looked(Session(tmp_path / "home", plugins), spec, None)
        assert ended == code, lines
        assert all(line.advice for _, line in lines if line.status != "ok"), lines
        return [row(name, line) for name, line in lines]

    return call


def broken(lines: list[dict[str, Any]]) -> list[str]:
    return [line["topic"] for line in lines if line["status"] == "error"]


def test_a_fresh_machine_is_well_and_nothing_is_made_by_looking(look: Any, tmp_path: Path) -> None:
    lines = look()
    assert {"versions", "plugins", "environment", "home", "disk", "memory", "ledger"} <= {
        line["topic"] for line in lines
    }
    assert not (tmp_path / "home").exists()


def test_a_person_is_told_line_by_line_and_a_program_one_document(
    j2o: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("J2O_HOME", str(tmp_path / "file"))
    (tmp_path / "file").write_text("no folder")
    called = j2o("doctor")
    assert called.code == 1
    assert f"error home: {tmp_path / 'file'} cannot be a folder\n      Name another home folder" in called.out
    assert called.out.endswith("what is marked `error` has to be mended first\n")
    document = json.loads(j2o("doctor", "--json").out)
    assert (document["healthy"], document["exit_code"]) == (False, 1)
    assert broken(document["lines"]) == ["home"]


@pytest.mark.newest
def test_a_spec_with_errors_is_exit_code_2_and_the_rest_is_looked_at_all_the_same(look: Any, tmp_path: Path) -> None:
    spec = tmp_path / "acme.yaml"
    spec.write_text(SPEC + "entities: {users: {map: {name: {steps: [nosuch]}}}}\n", encoding="utf-8")
    lines = look(str(spec), code=2)
    assert set(broken(lines)) == {"spec"}
    assert "nosuch" in "".join(line["message"] for line in lines)
    assert any(line["topic"] == "disk" for line in lines)


@pytest.mark.newest
def test_half_a_set_of_variables_is_exit_code_2(look: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIRA_URL", "http://127.0.0.1:1")
    lines = look("j2o:demo", code=2)
    assert broken(lines) == ["connections"]


def test_systems_that_do_not_answer_are_exit_code_3_also_where_nothing_can_be_logged(
    look: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("j2o_core.cli.doctor.open_log_of", read_only)
    for name, value in AWAY.items():
        monkeypatch.setenv(name, value)
    lines = look("j2o:demo", code=3)
    assert [line["connection"] for line in lines if line["status"] == "error"] == ["jira", "openproject"]
    assert all(line["advice"] for line in lines if line["status"] == "error")
    assert "s3cr3t" not in json.dumps(lines)


def read_only(*_: object) -> None:
    raise OSError(30, "Read-only file system", "/srv/j2o")


def test_a_home_that_cannot_be_used_keeps_nothing_else_from_being_looked_at(
    look: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("j2o_core.pipeline.preflight.look_before", read_only)
    (line,) = (line for line in look("j2o:demo", code=1) if line["status"] == "error")
    assert (line["topic"], line["message"]) == ("connections", "not looked at: /srv/j2o: Read-only file system")


def test_whoever_finds_something_and_knows_no_way_out_is_given_one(look: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise Fatal("the sandbox does not start", exit_code=3)

    monkeypatch.setattr("j2o_core.pipeline.preflight.look_before", away)
    (line,) = (line for line in look("j2o:demo", code=3) if line["status"] == "error")
    assert "j2o preflight" in line["advice"]


def test_a_damaged_ledger_is_told_and_left_as_it_is(look: Any, tmp_path: Path) -> None:
    home = tmp_path / "home"
    open_ledger("sqlite:///ledger.db", home).close()
    (home / "ledger.db.lock").write_text("{}")
    torn = b"not a database any more" * 100
    (home / "ledger.db").write_bytes(torn)
    lines = look(code=1)
    assert broken(lines) == ["ledger"]
    assert (home / "ledger.db").read_bytes() == torn


def test_a_ledger_of_a_newer_version_is_told(look: Any, tmp_path: Path) -> None:
    ledger = open_ledger("sqlite:///ledger.db", tmp_path / "home")
    with ledger.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    ledger.close()
    (tmp_path / "home" / "ledger.db.lock").write_text("{}")
    (line,) = (line for line in look(code=1) if line["status"] == "error")
    assert "newer j2o" in line["message"] and line["advice"]


def test_a_plugin_that_was_left_out_is_told_with_what_to_do() -> None:
    good = PluginInfo("good", "j2o-good", "1.0")
    bad = PluginInfo("bad", "j2o-bad", "1.0", error="ImportError: no module named nothing")
    plugins = Plugins(None, None, (good, bad), ("J2O_PLUGINS names 'typo', which is no plugin",))  # type: ignore[arg-type]
    lines = list(doctor.plugin_lines(plugins))
    assert [line.status for line in lines] == ["error", "warn", "ok"]
    assert "j2o-bad 1.0" in lines[0].message and "j2o-bad" in lines[0].advice
    assert lines[2].message == "1 work: good"


def test_of_a_proxy_only_the_name_of_its_variable_is_told() -> None:
    lines = list(doctor.environment_lines({"https_proxy": "http://me:s3cret@proxy:3128", "J2O_ENV": "staging"}))
    assert [line.topic for line in lines] == ["environment", "proxy"]
    assert "J2O_ENV=staging" in lines[0].message
    assert "HTTPS_PROXY" in lines[1].message and "s3cret" not in lines[1].message
