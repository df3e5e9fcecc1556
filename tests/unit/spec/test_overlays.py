"""What overlays do wrong: the misspelt name is told, and nothing that only follows from it."""

from __future__ import annotations

from pathlib import Path

import pytest

from j2o_core.spec.load import LoadResult, load_spec
from j2o_core.spec.model import Spec

HEAD = """\
apiVersion: j2o/v1
kind: Migration
name: acme
extends: ./base.yaml
"""
BASE = """\
apiVersion: j2o/v1
kind: Migration
name: base
connections:
  jira: {plugin: jira, id: acme, url: "https://jira.example"}
  target: {plugin: target, url: "https://target.example"}
tables:
  types: {Bug: Bug, "*": Task}
runtime: {workers: 2}
entities:
  users: {extract: {plugin: jira.users}, map: {login: name}, load: {plugin: target.users}}
  issues:
    extract: {plugin: jira.issues}
    map:
      subject: {from: summary, steps: [trim]}
      type: {from: type, table: types}
      assignee: {from: assignee, ref: users, missing: note}
    load: {plugin: target.issues}
"""


def load(folder: Path, spec: str, environment: str = "", staging: str = "") -> LoadResult:
    (folder / "base.yaml").write_text(BASE, encoding="utf-8")
    (folder / "spec.yaml").write_text(HEAD + spec, encoding="utf-8")
    if staging:
        (folder / "environments").mkdir()
        (folder / "environments" / "staging.yaml").write_text(staging, encoding="utf-8")
    return load_spec(folder / "spec.yaml", environment, variables={}, environments=True)


def told(result: LoadResult) -> list[tuple[str, str, str]]:
    return [(found.code, str(found.place).rsplit("/", 1)[-1], found.suggestion) for found in result.problems]


@pytest.mark.parametrize(
    ("overlay", "line", "suggestion"),
    [
        ("entities: {isues: {map: {subject: {from: title}}}}", "2:13", "issues"),
        ("entities: {usrs: null}", "2:13", "users"),
        ("connections: {jra: {url: 'https://other.example'}}", "2:16", "jira"),
        ("entities: {issues: {map: {subjct: {steps: [trim]}}}}", "2:28", "subject"),
        ("entities: {issues: {map: {asignee: null}}}", "2:28", "assignee"),
        ("tables: {typs: null}", "2:11", "types"),
    ],
)
def test_a_misspelt_part_is_told_alone_in_each_kind_of_overlay(
    tmp_path: Path, overlay: str, line: str, suggestion: str
) -> None:
    column = line.partition(":")[2]
    child = load(tmp_path, overlay + "\n")
    assert told(child) == [("J2O-S025", f"spec.yaml:5:{int(column) - 1}", suggestion)]
    inline = f"environments:\n  staging: {{{overlay}}}\n"
    for environment in ("", "staging"):
        ((code, place, guess),) = told(load(tmp_path, inline, environment))
        assert (code, place, guess) == ("J2O-S025", f"spec.yaml:6:{int(column) + 11}", suggestion)
    beside = load(tmp_path, "", "staging", "# the rehearsal\n " + overlay + "\n")
    assert told(beside) == [("J2O-S025", f"staging.yaml:2:{column}", suggestion)]


def test_a_misspelt_section_brings_no_complaint_about_what_it_would_have_set(tmp_path: Path) -> None:
    spec = "connections: {jira: {plugin: null}}\n"
    result = load(tmp_path, spec, "staging", "conections: {jira: {plugin: jira}}\n")
    assert told(result) == [("J2O-S010", "staging.yaml:1:1", "connections")]


def test_what_stands_below_a_misspelt_key_is_checked_too(tmp_path: Path) -> None:
    result = load(tmp_path, "entitis: {issues: {unmaped: warn, map: {type: {table: tipes}}}}\n")
    assert told(result) == [
        ("J2O-S010", "spec.yaml:5:1", "entities"),
        ("J2O-S010", "spec.yaml:5:20", "unmapped"),
        ("J2O-S042", "spec.yaml:5:55", "types"),
    ]


def test_a_misspelt_table_leaves_none_unused(tmp_path: Path) -> None:
    result = load(tmp_path, "entities: {issues: {map: {type: {table: typs}}}}\n")
    assert told(result) == [("J2O-S042", "spec.yaml:5:41", "types")]


def test_independent_problems_stay_beside_a_misspelt_name(tmp_path: Path) -> None:
    result = load(tmp_path, "entities: {isues: {after: users}}\nruntime: {workers: none, batch_size: 0}\n")
    assert [code for code, *_ in told(result)] == ["J2O-S025", "J2O-S012", "J2O-S016"]


def test_an_environment_that_is_not_chosen_is_checked_as_if_it_were(tmp_path: Path) -> None:
    inline = "environments:\n  staging: {entities: {users: null}}\n  other: {runtime: {workers: 2}}\n"
    result = load(tmp_path, inline)
    assert [(found.code, found.severity) for found in result.problems] == [
        ("J2O-S040", "error"),
        ("J2O-S024", "warning"),
    ]
    assert result.problems[0].message == "there is no entity 'users', in the environment 'staging'"
    without = load_spec(tmp_path / "spec.yaml", variables={})
    assert isinstance(without.spec, Spec)


def test_an_environment_that_repeats_the_spec_or_says_nothing_is_a_warning_at_the_key(tmp_path: Path) -> None:
    overlay = "runtime: {workers: 2, batch_size: 7}\ntables: {types: {Bug: Bug, New: null}}\nselect: {}\n"
    result = load(tmp_path, "select: {projects: [A]}\n", "staging", overlay)
    assert told(result) == [
        ("J2O-S024", "staging.yaml:1:11", ""),
        ("J2O-S024", "staging.yaml:2:18", ""),
        ("J2O-S024", "staging.yaml:3:1", ""),
    ]
    assert result.spec is not None


def test_an_overlay_that_cannot_be_read_is_told_alone(tmp_path: Path) -> None:
    result = load(tmp_path, "connections: {jira: {url: null}}\n", "staging", "connections: [\n")
    assert [code for code, *_ in told(result)] == ["J2O-S004"]


def test_two_files_of_one_environment_are_refused(tmp_path: Path) -> None:
    load(tmp_path, "", "staging", "runtime: {workers: 7}\n")
    (tmp_path / "environments" / "staging.yml").write_text("runtime: {workers: 8}\n", encoding="utf-8")
    assert [found.code for found in load_spec(tmp_path / "spec.yaml", "staging", variables={}).problems] == ["J2O-S023"]


def test_a_suggestion_that_does_not_fit_brings_no_problem_of_its_own(tmp_path: Path) -> None:
    """There is no table `x`, but whether one was meant is not known."""
    (tmp_path / "base.yaml").write_text(BASE, encoding="utf-8")
    (tmp_path / "spec.yaml").write_text(HEAD + "entities: {issues: {map: {subject: {tabel: x}}}}\n", encoding="utf-8")
    problems = load_spec(tmp_path / "spec.yaml", variables={}).problems
    assert [(found.code, found.suggestion) for found in problems] == [("J2O-S010", "table")]
