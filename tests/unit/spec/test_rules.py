"""What is wrong with a rule is said of the kind of rule that was meant, where it is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from .test_inheritance import BASE, load


@pytest.mark.parametrize(
    ("rule", "code", "path", "words"),
    [
        ('{uniqe: "{{ a }}", message: m}', "J2O-S010", ".uniqe", "unique"),
        ('{asert: "{{ a }}", on: source, message: m}', "J2O-S010", ".asert", "assert"),
        ('{assert: "{{ a }}", message: m}', "J2O-S011", ".assert", "on"),
        ('{assert: "{{ a }}", on: target}', "J2O-S011", ".assert", "message"),
        ('{unique: "{{ a }}"}', "J2O-S011", ".unique", "message"),
        ('{unique: "{{ a }}", count: {min: 1}, message: m}', "J2O-S017", ".count", "exclude each other"),
        ('{unique: "{{ a }}", on: target, message: m}', "J2O-S010", ".on", "unknown key 'on'"),
        ('{unique: "{{ a }}", message: m, on_fail: fix}', "J2O-S013", ".on_fail", "stop"),
        ('{exists: {value: "{{ a }}", inn: users}, message: m}', "J2O-S010", ".exists.inn", "in"),
        ('{exists: {value: "{{ a }}"}, message: m}', "J2O-S011", ".exists", "in"),
        ("{count: {mn: 1}, message: m}", "J2O-S010", ".count.mn", "min"),
        ("{count: {min: -1}, message: m}", "J2O-S016", ".count.min", "too small"),
        ("{count: {}, message: m}", "J2O-S016", ".count", "empty"),
        ("{message: m}", "J2O-S011", "", "assert, unique, exists or count"),
    ],
)
def test_a_rule_that_is_no_rule(tmp_path: Path, rule: str, code: str, path: str, words: str) -> None:
    spec = f"extends: ./base.yaml\nentities:\n  issues:\n    rules:\n      r: {rule}\n"
    result = load(tmp_path, base=BASE, spec=spec)
    (problem,) = result.problems
    assert (problem.code, problem.path) == (code, f"entities.issues.rules.r{path}")
    assert words in f"{problem.message} {problem.expected} {problem.suggestion}"
    assert problem.place is not None and problem.place.line == 5
