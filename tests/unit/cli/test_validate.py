"""``j2o validate``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Callable

import pytest
from jsonschema import Draft202012Validator

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
    ("line", "code", "column"),
    [
        ("subject: {from: fields..summary}", "J2O-M003", 23),
        ("subject: fields..summary", "J2O-M003", 16),
        ("subject: {from: [fields.summary, fields..key]}", "J2O-M003", 40),
        ('"cf:A": {value: "{{ item.fields.summary | shout }}"}', "J2O-M004", 23),
        ('"cf:A": {value: "{{ item.fields.summary | }}"}', "J2O-M004", 23),
        ('"cf:A": {value: "{{ item.__class__ }}"}', "J2O-M004", 23),
        ('"cf:A": {value: x, when: "{{ itm.key }}"}', "J2O-M004", 32),
        ('"cf:A": {from: fields.environment, default: "{{ itm.key }}"}', "J2O-M004", 51),
        ('"cf:A": {from: fields.environment, missing: note}', "J2O-M011", 51),
        ('"cf:A": {from: fields.environment, missing: placeholder}', "J2O-M011", 51),
        ('"cf:A": {from: fields.environment, missing: nobody}', "J2O-S013", 51),
    ],
)
def test_expressions_paths_and_steps_are_checked_too(
    j2o: Callable[..., Any], tmp_path: Path, line: str, code: str, column: int
) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(OWN + f"      {line}\n", encoding="utf-8")
    called = j2o("validate", str(path), "--json")
    problems = json.loads(called.out)["problems"]
    assert [(p["code"], p["file"], p["line"], p["column"]) for p in problems] == [(code, str(path), 8, column)]
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


def test_github_gets_a_command_for_each_problem_with_nothing_that_ends_it_early(
    j2o: Callable[..., Any], tmp_path: Path
) -> None:
    path = tmp_path / "a,b:100%.yaml"
    path.write_text(BAD + '"odd\\u2028key\\n, 100%: x": 1\n', encoding="utf-8")
    called = j2o("validate", str(path), "--format", "github")
    assert called.code == 2
    shown = str(tmp_path).replace(":", "%3A").replace(",", "%2C") + "/a%2Cb%3A100%25.yaml"
    lines = called.out.splitlines()
    assert (
        f"::error file={shown},line=4,col=1,title=J2O-S010::unknown key 'nam' in the spec; did you mean 'name'?"
        in (lines[0])
    )
    assert all(line.startswith((f"::error file={shown},line=", f"::warning file={shown},line=")) for line in lines)
    assert "100%25: x" in lines[-1]
    assert len(lines) == len(json.loads(j2o("validate", str(path), "--json").out)["problems"])


SARIF_ESSENTIALS = {
    "type": "object",
    "required": ["version", "runs", "$schema"],
    "properties": {
        "version": {"const": "2.1.0"},
        "$schema": {"type": "string", "format": "uri"},
        "runs": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/run"}},
    },
    "$defs": {
        "message": {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}},
        "run": {
            "type": "object",
            "required": ["tool", "results"],
            "additionalProperties": False,
            "properties": {
                "tool": {
                    "type": "object",
                    "required": ["driver"],
                    "additionalProperties": False,
                    "properties": {"driver": {"$ref": "#/$defs/driver"}},
                },
                "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                "results": {"type": "array", "items": {"$ref": "#/$defs/result"}},
            },
        },
        "driver": {
            "type": "object",
            "required": ["name"],
            "additionalProperties": False,
            "properties": {
                "name": {"type": "string"},
                "semanticVersion": {"type": "string"},
                "rules": {"type": "array", "uniqueItems": True, "items": {"$ref": "#/$defs/rule"}},
            },
        },
        "rule": {
            "type": "object",
            "required": ["id"],
            "additionalProperties": False,
            "properties": {
                "id": {"type": "string"},
                "shortDescription": {"$ref": "#/$defs/message"},
                "fullDescription": {"$ref": "#/$defs/message"},
                "help": {"$ref": "#/$defs/message"},
                "defaultConfiguration": {"properties": {"level": {"enum": ["none", "note", "warning", "error"]}}},
            },
        },
        "result": {
            "type": "object",
            "required": ["message", "ruleId", "ruleIndex", "level", "locations"],
            "additionalProperties": False,
            "properties": {
                "message": {"$ref": "#/$defs/message"},
                "ruleId": {"type": "string"},
                "ruleIndex": {"type": "integer", "minimum": 0},
                "level": {"enum": ["none", "note", "warning", "error"]},
                "properties": {"type": "object"},
                "locations": {"type": "array", "items": {"$ref": "#/$defs/location"}},
            },
        },
        "location": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "physicalLocation": {
                    "type": "object",
                    "additionalProperties": False,
                    "properties": {
                        "artifactLocation": {"properties": {"uri": {"type": "string", "pattern": "^[!-~]+$"}}},
                        "region": {
                            "properties": {
                                "startLine": {"type": "integer", "minimum": 1},
                                "startColumn": {"type": "integer", "minimum": 1},
                            }
                        },
                    },
                }
            },
        },
    },
}


def test_the_sarif_log_is_one_and_explains_each_code_that_it_names(
    j2o: Callable[..., Any], bad: str, tmp_path: Path
) -> None:
    odd = tmp_path / "mit Lücke.yaml"
    odd.write_text(OWN + "      subject: {from: fields..summary}\n", encoding="utf-8")
    for path in (bad, str(odd), "j2o:demo"):
        called = j2o("validate", path, "--format", "sarif")
        log = json.loads(called.out)
        Draft202012Validator(SARIF_ESSENTIALS).validate(log)
        (run,) = log["runs"]
        rules = run["tool"]["driver"]["rules"]
        problems = json.loads(j2o("validate", path, "--json").out)["problems"]
        assert [result["ruleId"] for result in run["results"]] == [problem["code"] for problem in problems]
        for result in run["results"]:
            assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert all(rule["help"]["text"] for rule in rules)
    (result,) = json.loads(j2o("validate", str(odd), "--format", "sarif").out)["runs"][0]["results"]
    location = result["locations"][0]["physicalLocation"]
    assert location["artifactLocation"]["uri"] == odd.as_uri()
    assert location["region"] == {"startLine": 8, "startColumn": 23}
