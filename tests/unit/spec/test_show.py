"""Problems as people and programs read them."""

from __future__ import annotations

from j2o_core.model.problem import WARNING, Place, Problem
from j2o_core.spec.show import problem_json, render_problem


def problem(line: int, column: int, **other: str) -> Problem:
    return Problem(
        other.pop("code", "J2O-S014"),
        other.pop("message", "unknown step 'trucate' in work_packages.map.subject"),
        place=Place("specs/acme.yaml", line, column),
        **other,  # type: ignore[arg-type]
    )


def test_a_problem_shows_its_line_with_a_caret_under_the_word() -> None:
    text = "\n" * 40 + "      subject: {from: fields.summary, steps: [trim, {trucate: 255}]}\n"
    shown = render_problem(problem(41, 54, suggestion="truncate"), text)
    assert shown == (
        "J2O-S014 specs/acme.yaml:41:54  unknown step 'trucate' in work_packages.map.subject\n"
        "   41 |       subject: {from: fields.summary, steps: [trim, {trucate: 255}]}\n"
        "      |                                                      ^^^^^^^\n"
        "   did you mean 'truncate'?   reference/errors.md#j2o-s014"
    )


def test_without_a_suggestion_it_shows_what_was_expected() -> None:
    shown = render_problem(problem(1, 1, expected="a step"), "trucate")
    assert shown.endswith("\n   expected a step   reference/errors.md#j2o-s014")


def test_a_warning_says_so() -> None:
    assert "  warning: unknown" in render_problem(problem(1, 1, severity=WARNING), "x")


def test_a_problem_outside_the_text_has_no_excerpt() -> None:
    assert render_problem(problem(9, 1), "one line").count("\n") == 1


def test_a_long_line_is_cut_around_the_place() -> None:
    text = "a: [" + "x, " * 500 + "wrong, " + "y, " * 500 + "]"
    lines = render_problem(problem(1, text.index("wrong") + 1), text).split("\n")
    assert len(lines[1]) < 130
    caret = lines[2].index("^")
    assert lines[1][caret : caret + 5] == "wrong"
    assert lines[2].count("^") == 5


def test_the_caret_stands_under_wide_and_combining_characters() -> None:
    text = "日本: e\u0301 wrong"
    lines = render_problem(problem(1, text.index("wrong") + 1), text).split("\n")
    assert lines[2].index("^") - lines[1].index("|") == 2 + len("日本: e ") + 2


def test_a_tab_and_a_control_character_take_one_column() -> None:
    lines = render_problem(problem(1, 3), "\t\x1b[31mred").split("\n")
    assert "\x1b" not in lines[1]
    assert "\t" not in lines[1]


def test_no_excerpt_shows_a_secret() -> None:
    lines = {
        "jira: {auth: {token: geheim}, wrong: 1}": "wrong",
        'jira: {auth: {"api_key":"geheim"}, wrong: 1}': "wrong",
        "jira: {tokne: geheim, wrong: 1}": "wrong",
        "auth: geheim": "auth",
        "url: https://me:geheim@host/": "url",
        "password: 'geheim und mehr'": "password",
        "token: geheim # ${env:X}": "token",
        "token: ${env:X:geheim}": "token",
    }
    for line, word in lines.items():
        path = "connections.jira.x" if line.startswith("jira") else ""
        found = problem(1, line.index(word) + 1, path=path)
        assert "geheim" not in render_problem(found, line), line
    found = problem(1, 8, code="J2O-S032")
    assert "geheim" not in render_problem(found, "token: geheim: und [mehr")


def test_references_to_secrets_stay_readable() -> None:
    assert "${secret:jira}" in render_problem(problem(1, 1), 'token: "${secret:jira}"')


def test_the_json_form_is_that_of_the_contract() -> None:
    found = problem(41, 17, path="entities.users", expected="a step", suggestion="trim")
    assert problem_json(found) == {
        "code": "J2O-S014",
        "severity": "error",
        "file": "specs/acme.yaml",
        "line": 41,
        "column": 17,
        "path": "entities.users",
        "message": "unknown step 'trucate' in work_packages.map.subject",
        "expected": "a step",
        "suggestion": "trim",
        "docs": "reference/errors.md#j2o-s014",
    }
