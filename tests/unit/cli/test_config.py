"""What was run, what it said, and how it differs from what is run now."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Callable

import pytest

from j2o_core.ledger.store import open_ledger
from j2o_core.spec.load import load_spec
from tests.ledgers import begin_run

SPEC = """\
apiVersion: j2o/v1
kind: Migration
name: acme
connections:
  jira: {plugin: jira, id: acme, url: "${env:JIRA_URL}", auth: {token: "${env:JIRA_TOKEN}"}}
  openproject: {plugin: openproject, url: "https://op.example", auth: {api_key: "${env:OPENPROJECT_API_KEY}"}}
entities:
  users:
    extract: {plugin: jira.users}
    map:
      login: name
      email: emailAddress
      firstName: name
      lastName: displayName
    load: {plugin: openproject.users}
"""


@pytest.fixture()
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A past run of ``acme.yaml`` in the working folder."""
    monkeypatch.chdir(tmp_path)
    Path("acme.yaml").write_text(SPEC, encoding="utf-8")
    spec = load_spec("acme.yaml", None, None, {}).spec
    assert spec is not None
    ledger = open_ledger("sqlite:///acme.db", Path(os.environ["J2O_HOME"]))
    with ledger.engine.begin() as connection:
        about = {"spec": spec.name, "spec_digest": spec.digest, "document": spec.document}
        origins = {path: str(place) for path, place in spec.values.items() if path}
        state = begin_run(connection, "openproject:x", origins=origins, **about)
    ledger.close()
    return state.id


def test_history_lists_each_version_once_with_its_runs(j2o: Callable[..., Any], run: str):
    [version] = json.loads(j2o("config", "history", "--json").out)
    assert version["runs"] == [run]
    assert version["spec"] == "acme"
    assert version["version"] in j2o("config", "history").out


def test_show_prints_the_spec_as_it_was_run_with_the_place_of_each_value(j2o: Callable[..., Any], run: str):
    Path("acme.yaml").write_text("changed since", encoding="utf-8")
    shown = j2o("config", "show", "last", "--origins").out
    assert next(line for line in shown.splitlines() if "login:" in line).endswith("# acme.yaml:11")
    origins = json.loads(j2o("config", "show", "last", "--origins", "--json").out)["origins"]
    assert origins["kind"] == "acme.yaml:2:7"
    assert "${env:JIRA_TOKEN}" in shown
    assert json.loads(j2o("config", "show", run, "--json").out)["entities"]["users"]["map"]["login"] == "name"


def test_diff_compares_a_run_with_a_file(j2o: Callable[..., Any], run: str):
    assert j2o("config", "diff", "last", "acme.yaml").out == "the two say the same\n"
    Path("acme.yaml").write_text(SPEC.replace("login: name", "login: key"), encoding="utf-8")
    called = j2o("config", "diff", "last", "acme.yaml", "--json")
    assert called.code == 0
    assert json.loads(called.out) == [
        {"path": "entities.users.map.login", "kind": "changed", "before": "name", "after": "key"}
    ]
    assert '+ "key"' in j2o("config", "diff", run, "acme.yaml").out


def test_a_restored_spec_is_the_one_that_ran(j2o: Callable[..., Any], run: str):
    version = json.loads(j2o("config", "history", "--json").out)[0]["version"]
    assert j2o("config", "restore", version, "-o", "again.yaml").code == 0
    assert j2o("config", "diff", run, "again.yaml").out == "the two say the same\n"
    refused = j2o("config", "restore", run, "-o", "again.yaml")
    assert refused.code == 2 and "--force" in refused.err


def test_what_is_neither_a_run_nor_a_version_nor_a_file_is_refused(j2o: Callable[..., Any], run: str):
    called = j2o("config", "show", "20200101-nothing")
    assert called.code == 2
    assert "no run '20200101-nothing'" in called.err and run in called.err
