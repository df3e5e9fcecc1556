"""``j2o validate``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Callable

import pytest

BAD = """\
apiVersion: j2o/v1
kind: Migration
name: acme
nam: twice
connections:
  jira: {plugin: jira, id: acme, url: "https://jira.example"}
  jira: {plugin: jira, id: acme, url: "https://jira.example"}
entities: {users: {extract: {plugin: jira.users}, map: {login: name}, load: {plugin: openproject.users}}}
"""


@pytest.fixture()
def bad(tmp_path: Path) -> str:
    path = tmp_path / "bad.yaml"
    path.write_text(BAD, encoding="utf-8")
    return str(path)


def test_all_problems_come_at_once_with_place_and_code(j2o: Callable[..., Any], bad: str) -> None:
    called = j2o("validate", bad, "--format", "json")
    assert called.code == 2
    document = json.loads(called.out)
    assert document["valid"] is False
    found = {(problem["code"], problem["line"], problem["column"]) for problem in document["problems"]}
    assert {("J2O-S005", 7, 3), ("J2O-S010", 4, 1)} <= found
    keys = {"code", "severity", "file", "line", "column", "path", "message", "expected", "suggestion", "docs"}
    assert all(set(problem) == keys for problem in document["problems"])


def test_text_shows_the_line_the_fault_and_the_nearest_name(j2o: Callable[..., Any], bad: str) -> None:
    out = j2o("validate", bad).out
    assert f"J2O-S010 {bad}:4:1  unknown key 'nam' in the spec\n    4 | nam: twice\n      | ^^^\n" in out
    assert "did you mean 'name'?" in out


def test_lint_is_another_name_and_json_is_short_for_the_format(j2o: Callable[..., Any], bad: str) -> None:
    assert j2o("lint", bad, "--json").out == j2o("validate", bad, "--format", "json").out


def test_a_missing_file_is_a_problem_like_any_other(j2o: Callable[..., Any], tmp_path: Path) -> None:
    called = j2o("validate", str(tmp_path / "nothing.yaml"), "--json")
    assert called.code == 2
    assert json.loads(called.out)["problems"][0]["code"] == "J2O-S001"


def test_the_demo_is_valid(j2o: Callable[..., Any]) -> None:
    called = j2o("validate", "j2o:demo")
    assert (called.code, called.out.splitlines()[-1]) == (0, "j2o:demo: valid")


def test_control_characters_of_a_spec_do_not_reach_the_terminal(j2o: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "odd.yaml"
    path.write_text('apiVersion: j2o/v1\nnam\u009b31m: "\u009b31m"\n', encoding="utf-8")
    assert "\u009b" not in j2o("validate", str(path)).out


OWN = """\
apiVersion: j2o/v1
kind: Migration
name: own
extends: j2o:demo
entities:
  work_packages:
    map:
"""


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("subject: {from: fields..summary}", "J2O-M003"),
        ('"cf:A": {value: "{{ item.fields.summary | shout }}"}', "J2O-M004"),
        ('"cf:A": {value: "{{ item.fields.summary | }}"}', "J2O-M004"),
        ('"cf:A": {value: "{{ item.__class__ }}"}', "J2O-M004"),
        ('"cf:A": {from: fields.environment, missing: note}', "J2O-M011"),
    ],
)
def test_expressions_paths_and_steps_are_checked_too(
    j2o: Callable[..., Any], tmp_path: Path, line: str, code: str
) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(OWN + f"      {line}\n", encoding="utf-8")
    called = j2o("validate", str(path), "--json")
    problems = json.loads(called.out)["problems"]
    assert [(p["code"], p["file"], p["line"]) for p in problems] == [(code, str(path), 8)]
    assert called.code == 2
    assert j2o("run", str(path)).code == 2


def test_a_key_that_excludes_an_inherited_one_is_told_with_how_to_remove_that(
    j2o: Callable[..., Any], tmp_path: Path
) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(OWN + "      subject: {value: fixed}\n", encoding="utf-8")
    (problem,) = json.loads(j2o("validate", str(path), "--json").out)["problems"]
    assert (problem["code"], problem["line"]) == ("J2O-S017", 8)
    assert "`from: null`" in problem["expected"]
    path.write_text(OWN + "      subject: {from: null, value: fixed}\n", encoding="utf-8")
    assert j2o("validate", str(path)).code == 0
