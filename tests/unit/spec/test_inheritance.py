"""What a spec extends, and what an environment lays over it."""

from __future__ import annotations

from pathlib import Path
from typing import Optional

import pytest

from j2o_core.spec.load import LoadResult, load_spec
from j2o_core.spec.model import Spec

BASE = """\
apiVersion: j2o/v1
kind: Migration
name: base
connections:
  jira: {plugin: jira, id: acme, url: "https://jira.example"}
tables:
  types: {Bug: Bug, Story: User story}
select: {projects: [A, B]}
runtime: {workers: 2, batch_size: 50}
entities:
  users: {extract: {plugin: jira.users}}
  issues:
    extract: {plugin: jira.issues}
    map: {type: {from: type, table: types}}
    load: {plugin: jira.issues}
"""


def load(
    folder: Path, environment: Optional[str] = None, variables: Optional[dict[str, str]] = None, **files: str
) -> LoadResult:
    for name, text in files.items():
        path = folder / (name.replace("__", "/") + ".yaml")
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return load_spec(folder / "spec.yaml", environment=environment, variables=variables or {})


def spec_of(result: LoadResult) -> Spec:
    assert result.spec is not None, result.problems
    return result.spec


def test_maps_merge_lists_replace_and_null_removes(tmp_path: Path) -> None:
    overlay = """\
extends: ./base.yaml
name: acme
select: {projects: [C]}
runtime: {workers: 9}
tables: {types: {Bug: Task}}
entities: {users: null}
"""
    spec = spec_of(load(tmp_path, base=BASE, spec=overlay))
    assert spec.name == "acme"
    assert spec.projects == ("C",)
    assert (spec.runtime.workers, spec.runtime.batch_size) == (9, 50)
    assert spec.tables["types"] == {"Bug": "Task", "Story": "User story"}
    assert list(spec.entities) == ["issues"]
    assert "extends" not in spec.document


def test_null_stays_a_value_where_there_is_nothing_to_remove(tmp_path: Path) -> None:
    spec = spec_of(load(tmp_path, base=BASE, spec="extends: ./base.yaml\ntables: {types: {Gone: null}}\n"))
    assert spec.tables["types"]["Gone"] is None


def test_the_place_of_each_value_survives_the_merge(tmp_path: Path) -> None:
    spec = spec_of(load(tmp_path, base=BASE, spec="extends: ./base.yaml\nruntime:\n  workers: 9\n"))
    assert str(spec.places["runtime.workers"]) == f"{tmp_path / 'spec.yaml'}:3:3"
    assert str(spec.values["runtime.workers"]) == f"{tmp_path / 'spec.yaml'}:3:12"
    assert spec.places["runtime.batch_size"].file.endswith("base.yaml")
    assert (spec.places["runtime.batch_size"].line, spec.places["runtime.batch_size"].column) == (9, 23)
    assert [Path(file).name for file in spec.files] == ["spec.yaml", "base.yaml"]


def test_a_problem_in_what_is_extended_is_told_in_its_own_file(tmp_path: Path) -> None:
    result = load(tmp_path, base=BASE.replace("workers", "workrs"), spec="extends: ./base.yaml\n")
    (problem,) = result.problems
    assert problem.place is not None
    assert problem.place.file.endswith("base.yaml")
    assert "workrs" in result.texts[problem.place.file].split("\n")[problem.place.line - 1]


def test_of_several_the_later_one_wins_and_the_spec_over_all(tmp_path: Path) -> None:
    spec = spec_of(
        load(
            tmp_path,
            base=BASE,
            more="runtime: {workers: 5, batch_size: 7}\nname: more\n",
            spec="extends: [./base.yaml, ./more.yaml]\nruntime: {workers: 6}\n",
        )
    )
    assert (spec.name, spec.runtime.workers, spec.runtime.batch_size) == ("more", 6, 7)


def test_a_chain_of_files_is_followed(tmp_path: Path) -> None:
    spec = spec_of(
        load(tmp_path, sub__base=BASE, sub__more="extends: ./base.yaml\n", spec="extends: ./sub/more.yaml\n")
    )
    assert spec.name == "base"


def test_a_packaged_spec_can_be_extended(tmp_path: Path) -> None:
    spec = spec_of(load(tmp_path, spec="extends: j2o:demo\nname: mine\nconnections: {jira: {id: mine}}\n"))
    assert spec.name == "mine"
    assert spec.connections["jira"].options["id"] == "mine"
    assert len(spec.entities) == 11


def test_a_circle_through_another_file_is_refused(tmp_path: Path) -> None:
    result = load(tmp_path, base="extends: ./spec.yaml\n", spec="name: x\nextends: ./base.yaml\n")
    (problem,) = result.problems
    assert problem.code == "J2O-S022"
    assert problem.place is not None
    assert problem.place.file.endswith("base.yaml")


def test_a_long_chain_and_a_wide_tree_of_files_end(tmp_path: Path) -> None:
    for number in range(40):
        text = f"extends: [./f{number + 1}.yaml, ./f{number + 1}.yaml]\n"
        (tmp_path / f"f{number}.yaml").write_text(text, encoding="utf-8")
    result = load(tmp_path, spec="extends: ./f0.yaml\n")
    assert {problem.code for problem in result.problems} == {"J2O-S022"}


def test_a_link_out_of_the_folder_is_outside(tmp_path: Path) -> None:
    outside = tmp_path / "secret.yaml"
    outside.write_text(BASE, encoding="utf-8")
    folder = tmp_path / "specs"
    folder.mkdir()
    (folder / "base.yaml").symlink_to(outside)
    (problem,) = load(folder, spec="extends: ./base.yaml\n").problems
    assert problem.code == "J2O-S021"


def test_an_inline_environment_is_laid_over_the_spec(tmp_path: Path) -> None:
    text = BASE + "environments: {staging: {runtime: {workers: 1}, select: null}}\n"
    spec = spec_of(load(tmp_path, "staging", spec=text))
    assert (spec.environment, spec.runtime.workers, spec.projects) == ("staging", 1, ())
    assert "environments" not in spec.document
    plain = spec_of(load(tmp_path, spec=text))
    assert (plain.environment, plain.runtime.workers) == (None, 2)
    assert plain.digest != spec.digest


def test_an_environment_file_beside_the_spec_is_found(tmp_path: Path) -> None:
    spec = spec_of(load(tmp_path, "production", spec=BASE, environments__production="runtime: {workers: 30}\n"))
    assert spec.runtime.workers == 30
    assert spec.places["runtime.workers"].file.endswith("production.yaml")


def test_j2o_env_picks_the_environment_and_the_option_wins(tmp_path: Path) -> None:
    text = BASE + "environments: {one: {runtime: {workers: 1}}, three: {runtime: {workers: 3}}}\n"
    assert spec_of(load(tmp_path, None, {"J2O_ENV": "one"}, spec=text)).runtime.workers == 1
    assert spec_of(load(tmp_path, "three", {"J2O_ENV": "one"}, spec=text)).runtime.workers == 3


@pytest.mark.parametrize("key", ["extends: ./spec.yaml", "environments: {}"])
def test_an_environment_file_neither_extends_nor_holds_environments(tmp_path: Path, key: str) -> None:
    result = load(tmp_path, "e", spec=BASE, environments__e=key + "\n")
    assert [problem.code for problem in result.problems] == ["J2O-S010"]


def test_the_digest_is_of_the_merged_document_alone(tmp_path: Path) -> None:
    whole = spec_of(load(tmp_path, spec=BASE))
    parted = spec_of(load(tmp_path, base=BASE, spec="# a comment\nextends: ./base.yaml\n"))
    assert parted.digest == whole.digest
