"""``!include``: a value in a file of its own, beside the spec."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from j2o_core.spec.load import LoadResult, load_spec

BASE = """\
apiVersion: j2o/v1
kind: Migration
name: base
connections:
  jira: {plugin: jira, id: acme, url: "https://jira.example"}
entities:
  users: {extract: {plugin: jira.users}}
"""


def load(folder: Path, environment: str = "", **files: str) -> LoadResult:
    for name, text in files.items():
        path = folder / (name.replace("__", "/") + ".yaml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return load_spec(folder / "spec.yaml", environment=environment, variables={})


def told(result: LoadResult) -> list[tuple[str, str]]:
    """Codes, and the places without their folders."""
    return [(problem.code, str(problem.place).rsplit("/", 1)[-1]) for problem in result.problems]


def test_an_included_value_may_be_a_mapping_a_list_or_text_and_keeps_its_own_place(tmp_path: Path) -> None:
    spec = (
        BASE
        + "select: {projects: !include parts/projects.yaml, jql: !include parts/jql.yaml}\nruntime: !include r.yaml\n"
    )
    result = load(
        tmp_path, spec=spec, parts__projects="# ours\n- ACME\n- OPS\n", parts__jql="updated > 2019\n", r="workers: 3\n"
    )
    assert result.spec is not None, result.problems
    assert (result.spec.projects, result.spec.jql, result.spec.runtime.workers) == (
        ("ACME", "OPS"),
        "updated > 2019",
        3,
    )
    assert str(result.spec.values["select.projects[1]"]).endswith("parts/projects.yaml:3:3")
    assert str(result.spec.places["runtime.workers"]).endswith("r.yaml:1:1")
    assert len(result.spec.files) == 4


def test_what_is_included_may_include_from_its_own_folder(tmp_path: Path) -> None:
    result = load(tmp_path, spec=BASE + "select: !include a/s.yaml\n", a__s="projects: !include p.yaml\n", a__p="[X]\n")
    assert result.spec is not None
    assert result.spec.projects == ("X",)


def test_an_extended_file_and_an_overlay_may_include_and_the_overlay_merges(tmp_path: Path) -> None:
    result = load(
        tmp_path,
        "one",
        spec="extends: ./base.yaml\n",
        base=BASE + "runtime: !include r.yaml\n",
        r="{workers: 3, batch_size: 7}\n",
        environments__one="runtime: !include ../one.yaml\n",
        one="workers: 5\n",
    )
    assert result.spec is not None, result.problems
    assert (result.spec.runtime.workers, result.spec.runtime.batch_size) == (5, 7)


def test_a_fault_in_an_included_file_is_told_there(tmp_path: Path) -> None:
    result = load(tmp_path, spec=BASE + "runtime: !include r.yaml\n", r="workers: 3\nbatch_sise: 4\n")
    assert told(result) == [("J2O-S010", "r.yaml:2:1")]


@pytest.mark.parametrize("name", ["../r.yaml", "/etc/passwd", "~/../../etc/passwd", "a/../../r.yaml"])
def test_what_lies_outside_of_the_folder_is_not_read(tmp_path: Path, name: str) -> None:
    (tmp_path / "r.yaml").write_text("workers: 3\n", encoding="utf-8")
    (tmp_path / "~").mkdir()
    result = load(tmp_path / "specs", spec=BASE + f"runtime: !include {name}\n")
    assert told(result) == [("J2O-S021", "spec.yaml:8:10")]
    assert len(result.texts) == 1


def test_a_link_out_of_the_folder_is_outside_for_includes_and_environments_too(tmp_path: Path) -> None:
    (tmp_path / "r.yaml").write_text("workers: 3\n", encoding="utf-8")
    folder = tmp_path / "specs"
    (folder / "environments").mkdir(parents=True)
    (folder / "r.yaml").symlink_to(tmp_path / "r.yaml")
    (folder / "round.yaml").symlink_to(folder / "round.yaml")
    (folder / "environments" / "one.yaml").symlink_to(tmp_path / "r.yaml")
    assert told(load(folder, spec=BASE + "runtime: !include r.yaml\n")) == [("J2O-S021", "spec.yaml:8:10")]
    assert told(load(folder, spec=BASE + "runtime: !include round.yaml\n"))[0][0] in ("J2O-S020", "J2O-S021")
    assert told(load(folder, "one", spec=BASE)) == [("J2O-S021", "one.yaml:1:1")]


def test_a_missing_file_names_the_nearest_and_brings_no_consequences(tmp_path: Path) -> None:
    result = load(tmp_path, spec=BASE.replace("{extract", "!include parts/usrs.yaml #"), parts__users="a: b\n")
    (problem,) = result.problems
    assert (problem.code, problem.suggestion, problem.path) == ("J2O-S020", "parts/users.yaml", "entities.users")


@pytest.mark.parametrize("name", ['"a\\0b"', '"' + "x" * 5000 + '"', '""', ".", "parts"])
def test_a_name_that_no_file_can_have_is_told(tmp_path: Path, name: str) -> None:
    (tmp_path / "parts").mkdir()
    for line in (f"runtime: !include {name}", f"extends: {name}"):
        result = load(tmp_path, spec=BASE + line + "\n")
        assert result.spec is None
        assert result.problems[0].code in ("J2O-S016", "J2O-S020", "J2O-S021")
    assert told(load(tmp_path, spec=BASE + f"extends: j2o:{'x' * 5000}\n"))[0][0] == "J2O-S020"
    assert load_spec("y" * 5000, variables={}).problems[0].code == "J2O-S001"


def test_a_file_that_includes_itself_is_refused(tmp_path: Path) -> None:
    result = load(
        tmp_path, spec=BASE + "runtime: !include a.yaml\n", a="wait: !include b.yaml\n", b="[!include a.yaml]"
    )
    assert told(result) == [("J2O-S022", "b.yaml:1:2")]
    assert "a.yaml -> b.yaml -> a.yaml" in result.problems[0].message


def test_includes_that_multiply_are_refused_within_a_second(tmp_path: Path) -> None:
    files = {f"f{n}": f"[{', '.join([f'!include f{n + 1}.yaml'] * 9)}]\n" for n in range(12)}
    before = time.process_time()
    result = load(tmp_path, spec=BASE + "select: !include f0.yaml\n", f12="x\n", **files)
    assert time.process_time() - before < 1.0
    assert {problem.code for problem in result.problems} == {"J2O-S022"}


def test_depth_and_values_count_across_files(tmp_path: Path) -> None:
    deep = {f"f{n}": "[" * 20 + f"!include f{n + 1}.yaml" + "]" * 20 + "\n" for n in range(5)}
    result = load(tmp_path, spec=BASE + "select: !include f0.yaml\n", f5="x\n", **deep)
    assert told(result)[0] == ("J2O-S008", "f3.yaml:1:4")
    many = "[" + "x," * 16_000 + "]\n"
    assert told(load(tmp_path, spec=BASE + "a: !include m.yaml\nb: !include m.yaml\n", m=many))[0][0] == "J2O-S007"
    wide = load(tmp_path, spec="extends: [./a.yaml, ./b.yaml]\n" + BASE, a="a: " + many, b="b: " + many)
    assert told(wide)[0][0] == "J2O-S007"


def test_files_that_are_too_large_together_are_refused(tmp_path: Path) -> None:
    large = "#" * 1_500_000 + "\nname: x\n"
    before = time.process_time()
    result = load(tmp_path, spec="extends: [./a.yaml, ./b.yaml, ./c.yaml]\n", a=large, b=large, c=large)
    assert time.process_time() - before < 1.0
    assert [(code, place) for code, place in told(result)] == [("J2O-S002", "c.yaml:1:1")]


def test_another_tag_is_refused_and_a_misspelt_one_named(tmp_path: Path) -> None:
    (problem,) = load(tmp_path, spec=BASE + "runtime: !inclde r.yaml\n").problems
    assert (problem.code, problem.suggestion) == ("J2O-S006", "!include")
    (problem,) = load(tmp_path, spec=BASE + "!include r.yaml: x\n").problems
    assert problem.code == "J2O-S006"
    (problem,) = load(tmp_path, spec=BASE + "runtime: !include {a: b}\n").problems
    assert problem.code == "J2O-S006"


def test_an_alias_of_what_was_included_is_the_same_value(tmp_path: Path) -> None:
    spec = BASE + "select: {projects: &p !include p.yaml}\nsystem: {plugin: x, list: *p}\n"
    result = load(tmp_path, spec=spec, p="[A, B]\n")
    assert result.spec is not None
    assert result.spec.document["system"]["list"] == ["A", "B"]
