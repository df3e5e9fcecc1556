"""``j2o test``."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Callable
from xml.etree import ElementTree

import pytest

from j2o_core.spec.load import load_spec
from j2o_core.spec.packaged import packaged_names

HEAD = "apiVersion: j2o/v1\nkind: Migration\nname: own\nextends: j2o:demo\n"
TESTS = """\
tests:
  an epic becomes a phase:
    entity: work_packages
    source: {fields: {project: {key: ACME}, issuetype: {name: Epic}, assignee: {name: jdoe}}}
    expect:
      subject: (no summary)
      type: Epic
      assignee: bob
  a comment keeps its text:
    entity: comments
    source: {body: Hi}
    expect: {text: Hi}
"""


@pytest.fixture()
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """own.yaml in the working folder: one test fails, one passes."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("J2O_ENV", raising=False)
    path = tmp_path / "own.yaml"
    path.write_text(HEAD + TESTS, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", packaged_names())
def test_what_extends_a_packaged_spec_inherits_no_test(name: str) -> None:
    spec = load_spec(f"j2o:{name}", variables={}).spec
    assert spec is not None
    assert "tests" not in spec.document, f"they belong into {name}.tests.yaml, beside {name}.yaml"


@pytest.mark.parametrize("name", packaged_names())
def test_every_packaged_spec_has_tests_and_they_pass(j2o: Callable[..., Any], name: str) -> None:
    called = j2o("test", f"j2o:{name}", "--json")
    found = json.loads(called.out)
    assert [test for test in found["tests"] if not test["passed"]] == []
    assert found["tests"], f"{name}.tests.yaml is missing"
    assert called.code == 0


def test_a_failing_test_shows_its_line_what_differs_and_what_made_it_so(j2o: Callable[..., Any], own: Path) -> None:
    called = j2o("test", "own.yaml")
    assert called.code == 1
    lines = called.out.splitlines()
    assert lines[0] == "own.yaml:6: an epic becomes a phase (work_packages)"
    assert lines[1].startswith("    type: expected at own.yaml:11, made at ")
    assert lines[2:4] == ["      - Epic", "      + Phase"]
    assert lines[4].startswith("    assignee: expected at own.yaml:12, made at ")
    assert lines[5:7] == ["      - bob", "      + jdoe (users)"]
    assert lines[7].startswith("own.yaml: 2 tests, 1 passed, 1 failed (")
    assert len(lines) == 8


def test_json_holds_every_test_with_its_differences(j2o: Callable[..., Any], own: Path) -> None:
    called = j2o("test", "own.yaml", "--json")
    assert called.code == 1
    found = json.loads(called.out)
    assert (found["spec"], found["passed"], found["failed"]) == ("own.yaml", 1, 1)
    epic, comment = found["tests"]
    assert (epic["name"], epic["entity"], epic["passed"]) == ("an epic becomes a phase", "work_packages", False)
    assert (epic["file"], epic["line"]) == ("own.yaml", 6)
    kind, assignee = epic["differences"]
    assert (kind["what"], kind["expected"], kind["actual"], kind["line"]) == ("type", "Epic", "Phase", 11)
    assert kind["made_at"]["file"].endswith("demo.yaml")
    assert assignee["actual"] == {"ref": "users", "key": "jdoe", "aliases": ["jdoe"]}
    assert (comment["passed"], comment["differences"]) == (True, [])


def test_junit_is_written_beside_what_is_printed(j2o: Callable[..., Any], own: Path, tmp_path: Path) -> None:
    called = j2o("test", "own.yaml", "--junit", "reports/tests.xml")
    assert called.code == 1
    assert "an epic becomes a phase" in called.out
    (suite,) = ElementTree.parse(tmp_path / "reports" / "tests.xml").getroot()
    assert (suite.attrib["tests"], suite.attrib["failures"]) == ("2", "1")
    epic, _ = suite
    assert (epic.attrib["file"], epic.attrib["line"]) == ("own.yaml", "6")
    assert epic[0].attrib["message"] == "not as expected: type, assignee"
    assert "- Epic\n  + Phase" in (epic[0].text or "")


def test_a_junit_file_that_cannot_be_written_is_told(j2o: Callable[..., Any], own: Path) -> None:
    called = j2o("test", "own.yaml", "--junit", "own.yaml/tests.xml")
    assert called.code == 2
    assert "own.yaml" in called.err and "internal error" not in called.err


@pytest.mark.parametrize("pattern", ["COMMENT", "keeps", "a c*text", "comments"])
def test_a_pattern_chooses_by_name_and_entity(j2o: Callable[..., Any], own: Path, pattern: str) -> None:
    called = j2o("test", "own.yaml", "-k", pattern, "--json")
    assert [test["name"] for test in json.loads(called.out)["tests"]] == ["a comment keeps its text"]
    assert called.code == 0


def test_a_pattern_that_chooses_nothing_is_a_mistake(j2o: Callable[..., Any], own: Path) -> None:
    called = j2o("test", "own.yaml", "-k", "[comment]")
    assert called.code == 2
    assert "none of the 2 tests of own.yaml has '[comment]' in its name or entity" in called.err


def test_a_spec_without_tests_passes_and_says_so(j2o: Callable[..., Any], own: Path) -> None:
    own.write_text(HEAD, encoding="utf-8")
    called = j2o("test", "own.yaml")
    assert called.code == 0
    assert "own.yaml has no tests" in called.err
    assert json.loads(j2o("test", "own.yaml", "--json").out)["tests"] == []


def test_a_faulty_spec_is_refused_with_its_problems(j2o: Callable[..., Any], own: Path) -> None:
    own.write_text(HEAD + TESTS.replace("entity: comments", "entity: coments"), encoding="utf-8")
    called = j2o("test", "own.yaml")
    assert called.code == 2
    assert "own.yaml:14:13  there is no entity 'coments'" in called.err
    assert "did you mean 'comments'?" in called.err
    assert called.out == ""


def test_validate_finds_what_is_wrong_with_tests_beside_a_spec(j2o: Callable[..., Any], own: Path) -> None:
    own.write_text(HEAD, encoding="utf-8")
    beside = "a: {entity: users, source: {}, expect: {logn: a}}\n"
    own.with_name("own.tests.yaml").write_text(beside, encoding="utf-8")
    called = j2o("validate", "own.yaml", "--json")
    (problem,) = json.loads(called.out)["problems"]
    assert (problem["code"], problem["file"], problem["line"], problem["suggestion"]) == (
        "J2O-S070",
        "own.tests.yaml",
        1,
        "login",
    )
    assert called.code == 2


def test_the_environment_that_is_chosen_is_the_one_that_is_tested(j2o: Callable[..., Any], own: Path) -> None:
    overlay = "environments: {e: {tables: {types: {Epic: Epic}}, tests: {a comment keeps its text: null}}}\n"
    own.write_text(HEAD + TESTS + overlay, encoding="utf-8")
    found = json.loads(j2o("test", "own.yaml", "--env", "e", "--json").out)
    (epic,) = found["tests"]
    assert [difference["what"] for difference in epic["differences"]] == ["assignee"]


def test_nothing_of_a_run_is_left_behind(
    j2o: Callable[..., Any], own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("J2O_HOME", str(tmp_path / "home"))
    j2o("test", "own.yaml")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["own.yaml"]


def test_control_characters_of_a_test_do_not_reach_the_terminal(j2o: Callable[..., Any], own: Path) -> None:
    own.write_text(
        HEAD + 'tests: {"a\\e[31m": {entity: users, source: {name: "b\\e[1m"}, expect: {login: "c\\e[2m"}}}\n', "utf-8"
    )
    called = j2o("test", "own.yaml")
    assert called.code == 1
    assert "\x1b" not in called.out + called.err


def test_what_only_runs_need_is_not_waited_for(tmp_path: Path) -> None:
    heavy = ("sqlalchemy", "alembic", "requests_cache", "rich.progress", "starlette", "uvicorn")
    code = (
        "import sys; from j2o_core.cli import main; "
        f"code = main(['test', 'j2o:demo']); print(code, [name for name in {heavy!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "0 []"
