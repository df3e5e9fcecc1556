"""Rules kept in a file of their own, used by any number of entities and specs."""

from __future__ import annotations

from pathlib import Path

import pytest

from j2o_core.spec.model import EntitySpec
from j2o_core.spec.packaged import packaged_rule_sets

from .test_inheritance import BASE, load, spec_of

COMMON = """\
one-key: {unique: "{{ source.key }}", message: twice}
has-summary:
  on: source
  assert: "{{ source.fields.summary }}"
  message: no summary
"""


def using(use: str, more: str = "") -> str:
    return f"extends: ./base.yaml\nentities:\n  issues:\n    rules: {{use: {use}{more}}}\n"


def issues(folder: Path, use: str, more: str = "", **files: str) -> EntitySpec:
    return spec_of(load(folder, base=BASE, spec=using(use, more), **files)).entities["issues"]


def names(entity: EntitySpec) -> set[str]:
    return {rule.name for rule in (*entity.rules, *entity.across)}


def test_the_rules_of_a_set_are_those_of_the_entity_and_are_placed_in_its_file(tmp_path: Path) -> None:
    entity = issues(tmp_path, "./rules/common.yaml", rules__common=COMMON)
    assert names(entity) == {"one-key", "has-summary"}
    place = entity.rules[0].place
    assert place is not None
    assert (Path(place.file).name, place.line) == ("common.yaml", 2)


def test_own_rules_lie_over_the_set_and_null_removes_one(tmp_path: Path) -> None:
    own = ", has-summary: {on_fail: warn}, one-key: null, other: {unique: '{{ source.id }}', message: m}"
    entity = issues(tmp_path, "./rules/common.yaml", own, rules__common=COMMON)
    assert names(entity) == {"has-summary", "other"}
    assert (entity.rules[0].on_fail, entity.rules[0].message) == ("warn", "no summary")


def test_a_later_set_lies_over_an_earlier_one_and_a_set_may_use_another(tmp_path: Path) -> None:
    second = "use: ./third.yaml\nhas-summary: {on_fail: skip}\n"
    third = "deep: {count: {min: 1}, message: none}\n"
    entity = issues(
        tmp_path,
        "[./rules/common.yaml, ./rules/second.yaml]",
        rules__common=COMMON,
        rules__second=second,
        rules__third=third,
    )
    assert names(entity) == {"one-key", "has-summary", "deep"}
    assert entity.rules[0].on_fail == "skip"


def test_a_problem_in_a_set_points_into_its_file(tmp_path: Path) -> None:
    broken = COMMON.replace("message: no summary", "mesage: no summary")
    result = load(tmp_path, base=BASE, spec=using("./rules/common.yaml"), rules__common=broken)
    assert result.spec is None
    (problem,) = [found for found in result.problems if found.code == "J2O-S010"]
    assert problem.place is not None
    assert problem.place.file.endswith("common.yaml") and problem.place.line == 5
    assert problem.suggestion == "message"
    assert problem.place.file in result.texts


def test_a_changed_set_makes_another_spec(tmp_path: Path) -> None:
    def digest(text: str) -> str:
        return spec_of(load(tmp_path, base=BASE, spec=using("./r.yaml"), r=text)).digest

    assert digest(COMMON) == digest(COMMON)
    assert digest(COMMON) != digest(COMMON.replace("no summary", "nothing"))


def test_an_overlay_may_use_a_set_too(tmp_path: Path) -> None:
    inline = "environments: {staging: {entities: {issues: {rules: {use: ./rules/common.yaml}}}}}\n"
    files = {"base": BASE, "rules__common": COMMON, "spec": "extends: ./base.yaml\n" + inline}
    assert names(spec_of(load(tmp_path, **files)).entities["issues"]) == set()
    assert len(names(spec_of(load(tmp_path, "staging", **files)).entities["issues"])) == 2
    overlay = "entities: {issues: {rules: {use: ../rules/common.yaml}}}\n"
    files = {**files, "spec": "extends: ./base.yaml\n", "environments__night": overlay}
    assert len(names(spec_of(load(tmp_path, "night", **files)).entities["issues"])) == 2


@pytest.mark.parametrize(
    ("use", "code", "words"),
    [
        ("./rules/comon.yaml", "J2O-S020", "there is no file"),
        ("../outside.yaml", "J2O-S021", "outside the folder"),
        ("/etc/passwd", "J2O-S021", "outside the folder"),
        ("./loop.yaml", "J2O-S022", "uses itself"),
        ("j2o:user", "J2O-S020", "no packaged rule set"),
        ("./list.yaml", "J2O-S0", ""),
    ],
)
def test_a_set_that_cannot_be_used_is_told_at_its_name(tmp_path: Path, use: str, code: str, words: str) -> None:
    files = {"rules__common": COMMON, "loop": "use: ./loop.yaml\n", "list": "- one\n- two\n"}
    result = load(tmp_path, base=BASE, spec=using(use), **files)
    assert result.spec is None
    assert [found for found in result.problems if found.code.startswith(code) and words in found.message]
    if use.startswith("./rules"):
        assert {found.suggestion for found in result.problems} == {"./rules/common.yaml"}


def test_use_is_text_or_a_list_of_texts(tmp_path: Path) -> None:
    result = load(tmp_path, base=BASE, spec=using("{a: b}"))
    assert [(found.code, found.path) for found in result.problems] == [("J2O-S012", "entities.issues.rules.use")]


@pytest.mark.parametrize("name", ["projects", "users", "work-packages"])
def test_packaged_sets_can_be_used(tmp_path: Path, name: str) -> None:
    assert name in packaged_rule_sets()
    assert names(issues(tmp_path, f"j2o:{name}"))
