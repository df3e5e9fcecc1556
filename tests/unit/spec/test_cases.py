"""Tests in a spec: where they may stand, and what is wrong with them."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Callable

import pytest

from j2o_core.hooks.manager import load_plugins
from j2o_core.mapping import builtin
from j2o_core.spec.cases import Case, cases_of
from j2o_core.spec.load import LoadResult, load_spec
from j2o_core.spec.packaged import schema

HEAD = "apiVersion: j2o/v1\nkind: Migration\nname: own\nextends: j2o:demo\n"
GOOD = "tests:\n  a:\n    entity: work_packages\n    source: {}\n    expect: {subject: (no summary)}\n"


@pytest.fixture()
def loaded(tmp_path: Path) -> Callable[..., LoadResult]:
    """Loads own.yaml: a spec over the demo that goes on with ``text``; ``beside`` is own.tests.yaml."""

    def load(text: str, beside: str = "", environment: str = "", tests: bool = True) -> LoadResult:
        path = tmp_path / "own.yaml"
        path.write_text(HEAD + text, encoding="utf-8")
        if beside:
            (tmp_path / "own.tests.yaml").write_text(beside, encoding="utf-8")
        return load_spec(path, environment or None, None, {}, tests)

    return load


def names(result: LoadResult) -> list[str]:
    assert result.spec is not None, result.problems
    return [case.name for case in cases_of(result.spec)]


def test_the_keys_of_a_test_are_those_of_the_code() -> None:
    known = {field.name for field in dataclasses.fields(Case)}
    assert set(schema("migration")["$defs"]["test"]["properties"]) == known - {"name", "place", "places"}


def test_editors_find_the_schema_of_a_file_of_tests() -> None:
    assert schema("tests")["$ref"] == "migration.schema.json#/properties/tests"
    assert schema("migration")["properties"]["tests"]["additionalProperties"] == {"$ref": "#/$defs/test"}


def test_a_test_knows_its_line_and_those_of_what_it_expects(loaded: Callable[..., LoadResult]) -> None:
    result = loaded("tests:\n  a:\n    entity: users\n    source: {}\n    expect:\n      login: a\n      email: b\n")
    assert result.spec is not None
    (case,) = cases_of(result.spec)
    assert case.place is not None
    assert (case.place.line, case.places["expect", "email"].line) == (6, 11)


@pytest.mark.parametrize(
    ("lines", "code", "line", "suggestion"),
    [
        ("entity: work_packags\n    source: {}\n    expect: {subject: a}", "J2O-S040", 7, "work_packages"),
        ("entity: users\n    source: {}\n    expect: {login: a}\n    refs: {grups: []}", "J2O-S040", 10, "groups"),
        (
            "entity: groups\n    source: {}\n    expect: {members: [{ref: usrs, key: a}]}",
            "J2O-S040",
            9,
            "users",
        ),
        ("entity: users\n    source: {}\n    expect: {logn: a}", "J2O-S070", 9, "login"),
        ("entity: users\n    source: {}\n    expct: {login: a}", "J2O-S010", 9, "expect"),
        ("entity: users\n    source: {}", "J2O-S071", 6, ""),
        ("entity: users\n    source: {}\n    parent: {}\n    fail: x", "", 0, ""),
        ("entity: work_packages\n    source: {}\n    parent: {}\n    fail: x", "J2O-S072", 9, ""),
        ("entity: work_packages\n    source: {}\n    beside: []\n    fail: x", "J2O-S073", 9, ""),
        ("entity: users\n    source: {}\n    skip: x\n    expect: {login: a}", "J2O-S017", 10, ""),
        ("entity: users\n    source: {}\n    skip: x\n    fail: a", "J2O-S017", 10, ""),
        ("entity: users\n    source: []\n    fail: a", "J2O-S012", 8, ""),
        ("entity: users\n    expect: {login: a}", "J2O-S011", 6, ""),
    ],
)
def test_what_cannot_be_meant_is_told_with_its_line_and_the_nearest_name(
    loaded: Callable[..., LoadResult], lines: str, code: str, line: int, suggestion: str
) -> None:
    problems = loaded(f"tests:\n  a:\n    {lines}\n").problems
    found = [(problem.code, problem.place and problem.place.line, problem.suggestion) for problem in problems]
    assert found == ([(code, line, suggestion)] if code else [])


def test_people_found_in_issues_are_no_parts_of_them(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(HEAD + "tests: {a: {entity: users, source: {}, parent: {}, fail: x}}\n", encoding="utf-8")
    registry = load_plugins({}, [(builtin.NAME, builtin)]).registry
    codes = [problem.code for problem in load_spec(path, None, registry, {}, tests=True).problems]
    assert codes == ["J2O-S072"]


def test_fields_that_a_rule_repairs_can_be_expected(loaded: Callable[..., LoadResult]) -> None:
    rule = "{on: target, assert: '{{ target.cf_x }}', message: m, on_fail: fix, fix: {percentageDone: 0}}"
    entity = f"entities: {{work_packages: {{rules: {{a: {rule}}}}}}}\n"
    test = "tests: {a: {entity: work_packages, source: {}, expect: {percentageDone: 0}}}\n"
    assert loaded(entity + test).problems == []


def test_a_run_waits_for_no_test_but_for_the_keys_of_one(loaded: Callable[..., LoadResult]) -> None:
    text = "tests: {a: {entity: nothing, source: {}, expect: {x: 1}}}\n"
    assert loaded(text, beside="b: {entity: nothing}\n", tests=False).problems == []
    assert [problem.code for problem in loaded(text.replace("entity", "entty"), tests=False).problems] == ["J2O-S010"]


def test_tests_beside_a_spec_are_laid_over_its_own(loaded: Callable[..., LoadResult]) -> None:
    beside = "a: null\nb: {entity: users, source: {}, expect: {login: null}}\n"
    result = loaded(GOOD, beside)
    assert names(result) == ["b"]
    assert names(loaded(GOOD, beside, tests=False)) == ["a"]
    (case,) = cases_of(loaded(GOOD, beside).spec)  # type: ignore[arg-type]
    assert case.place is not None and case.place.file.endswith("own.tests.yaml")


def test_the_file_beside_a_spec_holds_no_key_tests(loaded: Callable[..., LoadResult]) -> None:
    (problem,) = loaded("", GOOD).problems
    assert (problem.code, problem.place and problem.place.line) == ("J2O-S010", 1)


def test_what_a_packaged_spec_tests_of_itself_is_not_inherited(loaded: Callable[..., LoadResult]) -> None:
    assert names(loaded("")) == []
    packaged = load_spec("j2o:demo", tests=True)
    assert len(names(packaged)) >= 25


def test_an_overlay_adds_tests_and_removes_them(loaded: Callable[..., LoadResult]) -> None:
    overlay = "{tests: {a: null, b: {entity: users, source: {}, expect: {login: null}}}}"
    assert names(loaded(f"{GOOD}environments: {{e: {overlay}}}\n", environment="e")) == ["b"]


def test_tests_may_be_included(loaded: Callable[..., LoadResult]) -> None:
    beside = "b: {entity: users, source: {}, expect: {login: null}}\n"
    assert names(loaded("tests: !include own.tests.yaml\n", beside)) == ["b"]


def test_a_test_is_no_part_of_the_hash_by_which_runs_know_their_spec(loaded: Callable[..., LoadResult]) -> None:
    with_tests, without = loaded(GOOD).spec, loaded("").spec
    assert with_tests is not None and without is not None
    assert with_tests.digest == without.digest
    assert "tests" in with_tests.document


def test_what_a_misspelt_name_leaves_undone_is_no_fault_of_the_tests(loaded: Callable[..., LoadResult]) -> None:
    entities = 'entities: {work_packges: {map: {"cf:Team": fields.team}}}\n'
    tests = 'tests: {a: {entity: work_packages, source: {}, expect: {"cf:Team": x}}}\n'
    (problem,) = loaded(entities + tests).problems
    assert (problem.code, problem.suggestion) == ("J2O-S025", "work_packages")


def test_removing_a_test_that_is_not_there_is_told_with_the_one_that_is(loaded: Callable[..., LoadResult]) -> None:
    (problem,) = loaded(GOOD + "  b: null\n").problems
    assert problem.code == "J2O-S025"
    assert "there is no test 'b' to remove" in problem.message
