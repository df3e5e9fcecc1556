"""References become values late, and no value appears in an error."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from j2o_core.model.problem import Place
from j2o_core.security.secrets import MAX_FILE_BYTES, Unresolved, resolve

VARIABLES = {"URL": "https://jira.example", "EMPTY": "", "J2O_SECRET_JIRA": "geheim", "J2O_SECRET_MY_KEY_2": "zwei"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("${env:URL}", "https://jira.example"),
        ("${env:URL}/rest", "https://jira.example/rest"),
        ("${env:NONE:default}", "default"),
        ("${env:NONE:http://a:1}", "http://a:1"),
        ("${env:NONE:}", ""),
        ("${env:EMPTY:default}", "default"),
        ("${secret:jira}", "geheim"),
        ("${secret:my-key.2}", "zwei"),
        ("Bearer ${secret:jira}!", "Bearer geheim!"),
        ("$${env:URL}", "${env:URL}"),
        ("$5", "$5"),
    ],
)
def test_a_reference_becomes_its_value(text: str, expected: str) -> None:
    assert resolve(text, VARIABLES) == expected


def test_maps_and_lists_are_resolved_deep_and_nothing_else_is_touched() -> None:
    value: Any = {"a": ["${env:URL}", 3, None, True], "${env:URL}": {"b": "${secret:jira}"}}
    before = {"a": ["${env:URL}", 3, None, True], "${env:URL}": {"b": "${secret:jira}"}}
    assert resolve(value, VARIABLES) == {"a": ["https://jira.example", 3, None, True], "${env:URL}": {"b": "geheim"}}
    assert value == before


def test_a_value_that_looks_like_a_reference_is_not_resolved_again() -> None:
    assert resolve("${env:A}", {"A": "${env:B}", "B": "x"}) == "${env:B}"


def test_a_file_gives_its_text_without_the_last_line_break(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("geheim\n", encoding="utf-8")
    assert resolve("${file:token}", {}, folder=tmp_path) == "geheim"
    assert resolve(f"${{file:{tmp_path / 'token'}}}", {}) == "geheim"


def test_every_reference_without_a_value_is_told_at_its_place() -> None:
    place = Place("acme.yaml", 5, 9)
    with pytest.raises(Unresolved) as caught:
        resolve(
            {"url": "${env:NONE}", "auth": {"token": "${secret:other}"}, "user": "${env:EMPTY}"},
            VARIABLES,
            path="connections.jira",
            places={"connections.jira.auth.token": place},
        )
    problems = caught.value.problems
    assert [(problem.code, problem.path) for problem in problems] == [
        ("J2O-S035", "connections.jira.url"),
        ("J2O-S035", "connections.jira.auth.token"),
        ("J2O-S035", "connections.jira.user"),
    ]
    assert problems[1].place == place
    assert "J2O_SECRET_OTHER" in problems[1].message
    assert f"acme.yaml:5:9: {problems[1].message}" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("${vault:kv/j2o#op}", "J2O-S031"),
        ("${keyring:j2o}", "J2O-S031"),
        ("${env:}", "J2O-S030"),
        ("${env:A B}", "J2O-S030"),
        ("${nothing}", "J2O-S030"),
        ("${env:X", "J2O-S030"),
        ("${file:}", "J2O-S030"),
        ("${file:/none/such}", "J2O-S036"),
        ("${file:/}", "J2O-S036"),
    ],
)
def test_what_cannot_be_resolved_says_why(text: str, code: str) -> None:
    with pytest.raises(Unresolved) as caught:
        resolve(text, VARIABLES)
    assert [problem.code for problem in caught.value.problems] == [code]


def test_a_file_that_is_large_or_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(b"x" * (MAX_FILE_BYTES + 1))
    (tmp_path / "binary").write_bytes(b"\xff\x00")
    for name in ("large", "binary"):
        with pytest.raises(Unresolved, match=name) as caught:
            resolve(f"${{file:{name}}}", {}, folder=tmp_path)
        assert caught.value.problems[0].code == "J2O-S036"


def test_no_value_and_no_default_appears_in_an_error() -> None:
    with pytest.raises(Unresolved) as caught:
        resolve("${secret:jira} ${env:NONE} ${env:URL:geheim} ${secret:none}", VARIABLES)
    assert "geheim" not in str(caught.value) + repr(caught.value.problems)
