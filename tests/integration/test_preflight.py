"""``j2o preflight``: whether both systems are ready, and what an administrator may make."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any, Iterator

import pytest

from ..running import Migration, sandbox
from .test_frozen_spec import writes

pytestmark = [pytest.mark.newest, pytest.mark.xdist_group("preflight")]

SPEC = """\
apiVersion: j2o/v1
kind: Migration
name: demo
extends: j2o:demo
tables:
  types: {Bug: "User's \\\\ story", "*": Task}
  statuses: {QA: In QA}
entities:
  work_packages:
    map:
      cf:Points: {from: 'fields.customfield_1', steps: [number], missing: "null"}
      cf:Shade: {from: 'fields.customfield_2', table: shades, missing: "null"}
    load: {plugin: openproject.work_packages, origin_field: Origin}
"""
SHADES = "  shades: {a: Light, b: Dark}\n"
SETUP = """\
custom_fields:
  Origin: {format: string, for_all: true, types: all}
  Points: {format: float, types: [Task]}
projects:
  pilot: {name: Pilot}
"""


@pytest.fixture(scope="module")
def flying(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Migration]:
    folder = tmp_path_factory.mktemp("preflight")
    spec, setup = folder / "spec.yaml", folder / "setup.yaml"
    spec.write_text(SPEC.replace("entities:\n", SHADES + "entities:\n", 1), encoding="utf-8")
    setup.write_text(SETUP, encoding="utf-8")
    with sandbox(projects=1, issues=3, openproject_setup=str(setup)) as made:
        yield Migration(made, folder / "home", str(spec))


def looked(flying: Migration, *arguments: str, code: int = 0) -> dict[str, Any]:
    ended = flying.command("preflight", flying.spec, "--json", *arguments)
    assert ended.returncode == code, ended.stderr
    return dict(json.loads(ended.stdout))


def test_it_tells_what_is_ready_and_what_an_administrator_may_make(flying: Migration, tmp_path: Path):
    page, marks, script, report = (tmp_path / name for name in ("list.html", "list.md", "make.rb", "report.html"))
    found = looked(flying, "--checklist", str(page), "--script", str(script), "--report", str(report))
    assert found["ready"] and all(line["status"] in ("ok", "warn") for line in found["lines"])
    topics = {(line["connection"], line["topic"]) for line in found["lines"]}
    for topic in (
        "connection",
        "version",
        "clock",
        "account",
        "permission",
        "setting",
        "mail",
        "custom field",
        "identifier",
    ):
        assert ("openproject", topic) in topics, topic
    assert ("jira", "projects") in topics
    state = {(one["kind"], one["name"]): one for one in found["prerequisites"]}
    assert state[("types", "Task")]["done"] and state[("custom_fields", "Origin")]["done"]
    missing = {key for key, one in state.items() if not one["done"]}
    assert {("types", "User's \\ story"), ("statuses", "In QA"), ("custom_fields", "Shade")} <= missing
    assert all(one["place"] and one["how"] and one["without"] for one in state.values())
    text = script.read_text(encoding="utf-8")
    assert r"j2o_type('User\'s \\ story')" in text
    assert "j2o_custom_field('Shade', 'list', ['Light', 'Dark'])" in text
    assert "j2o_status('In QA')" in text and "j2o_type('Task')" not in text
    assert "In QA" in page.read_text(encoding="utf-8") and "Preflight of demo" in report.read_text(encoding="utf-8")
    looked(flying, "--checklist", str(marks))
    assert re.search(r"\| \[ \] \| \? \| statuses \| In QA \|", marks.read_text(encoding="utf-8"))
    assert "| [x] | ? | types | Task |" in marks.read_text(encoding="utf-8")
    assert all(name.endswith("/form") for name in writes(flying.sandbox)), "nothing is written"
    if shutil.which("ruby"):
        subprocess.run(["ruby", "-c", str(script)], check=True, capture_output=True)


def test_what_is_required_and_missing_is_exit_3_for_preflight_and_run_and_nothing_is_written(flying: Migration):
    spec = Path(flying.spec)
    text = spec.read_text(encoding="utf-8")
    spec.write_text(text + "required: {types: [Task], statuses: [In QA]}\n", encoding="utf-8")
    try:
        found = looked(flying, code=3)
        (line,) = [one for one in found["lines"] if one["topic"] == "required"]
        assert line["status"] == "error" and "In QA" in line["message"] and not found["ready"]
        ended = flying.run()
        assert ended.exit_code == 3 and "In QA" in ended.errors
        assert all(name.endswith("/form") for name in writes(flying.sandbox))
    finally:
        spec.write_text(text, encoding="utf-8")


@pytest.mark.long
@pytest.mark.parametrize("read", [False, True])
def test_identifiers_that_the_server_refuses_are_told_before_and_after_something_was_read(
    flying: Migration, tmp_path: Path, read: bool
):
    path = tmp_path / "spec.yaml"
    as_it_is = "entities:\n  projects: {map: {identifier: {steps: null}}}\n"
    path.write_text(Path(flying.spec).read_text(encoding="utf-8").replace("entities:\n", as_it_is, 1), encoding="utf-8")
    upper = Migration(flying.sandbox, tmp_path / "home", str(path))
    if read:
        assert upper.command("extract", upper.spec).returncode == 0
    found = looked(upper, code=1)
    (line,) = [one for one in found["lines"] if one["topic"] == "identifier"]
    key = flying.sandbox.jira.state("projects")["projects"][0]["key"]
    assert line["status"] == "error" and f"{key if read else 'ACME'} is called" in line["message"]
    ended = upper.run()
    assert ended.exit_code == 1 and "J2O-O020" in json.dumps(ended.events) + ended.errors


@pytest.mark.long
def test_once_something_was_read_each_is_counted_with_examples_and_what_is_needed_most_comes_first(
    flying: Migration, tmp_path: Path
):
    assert flying.command("extract", flying.spec).returncode == 0
    page = tmp_path / "list.html"
    found = looked(flying, "--checklist", str(page))
    state = {(one["kind"], one["name"]): one for one in found["prerequisites"]}
    issues = sum(one["count"] for key, one in state.items() if key[0] == "types")
    assert issues == state[("custom_fields", "Origin")]["count"] > 0
    assert issues == sum(one["count"] for key, one in state.items() if key[0] == "statuses")
    assert issues == sum(one["count"] for key, one in state.items() if key[0] == "workflows")
    assert all(len(one["examples"]) == min(3, one["count"]) for one in state.values())
    assert state[("categories", next(name for kind, name in state if kind == "categories"))]["count"] > 0
    for done in (True, False):
        numbers = [one["count"] for one in found["prerequisites"] if one["done"] is done]
        assert numbers == sorted(numbers, reverse=True)
    example = state[("types", "Task")]["examples"][0]
    assert example in page.read_text(encoding="utf-8")
    stops = state[("statuses", "In QA")]
    assert stops["loss"] == "failure" and "`on_fail: stop` of work_packages" in stops["without"]


@pytest.mark.long
def test_a_connection_that_does_not_work_is_one_line_and_exit_3_and_no_checklist_says_that_nothing_is_missing(
    flying: Migration, tmp_path: Path
):
    broken = Migration(flying.sandbox, flying.home, flying.spec, environment={"OPENPROJECT_API_KEY": "wrong"})
    checklist, script = tmp_path / "todo.md", tmp_path / "todo.rb"
    options = ("--json", "--checklist", str(checklist), "--script", str(script))
    ended = broken.command("preflight", flying.spec, *options)
    assert ended.returncode == 3, ended.stderr
    found = json.loads(ended.stdout)
    (line,) = [one for one in found["lines"] if one["status"] == "error"]
    assert (line["connection"], line["topic"]) == ("openproject", "connection") and line["advice"]
    assert any(one["connection"] == "jira" and one["status"] == "ok" for one in found["lines"])
    for path in (checklist, script):
        assert f"{path.name} was not written: openproject could not be looked at" in ended.stderr
        assert not path.exists()


@pytest.mark.long
def test_the_doctor_looks_at_both_systems_and_at_what_the_accounts_may_do(flying: Migration):
    well = flying.command("doctor", flying.spec, "--json")
    assert well.returncode == 0, well.stdout + well.stderr
    lines = json.loads(well.stdout)["lines"]
    for name in ("jira", "openproject"):
        topics = {line["topic"]: line["status"] for line in lines if line["connection"] == name}
        assert topics["connection"] == topics["clock"] == topics["version"] == "ok" and "permission" in topics
    assert {"versions", "plugins", "spec", "home", "disk", "memory", "ledger"} <= {
        line["topic"] for line in lines if not line["connection"]
    }
    flying.environment["OPENPROJECT_API_KEY"] = "wrong-key-of-nobody"
    try:
        ill = flying.command("doctor", flying.spec)
    finally:
        del flying.environment["OPENPROJECT_API_KEY"]
    assert ill.returncode == 3
    assert "error openproject: connection: " in ill.stdout and "Correct `url` and `auth`" in ill.stdout
    assert "ok    jira: connection: " in ill.stdout
    assert "wrong-key-of-nobody" not in ill.stdout + ill.stderr
