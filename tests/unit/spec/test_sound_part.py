"""An error in one part of a spec hides none in another: expressions are checked however much is wrong beside them."""

from __future__ import annotations

from pathlib import Path

import pytest

from j2o_core.hooks.manager import load_plugins
from j2o_core.hooks.registry import Registry
from j2o_core.mapping import builtin
from j2o_core.mapping.offline import check_mappings
from j2o_core.model.problem import ERROR
from j2o_core.spec.load import load_spec

from .test_codes import MISTAKES, registry

__all__ = ["registry"]

OURS = load_plugins({"J2O_PLUGINS": "jira,openproject,sandbox"}, [(builtin.NAME, builtin)]).registry
HEAD = "apiVersion: j2o/v1\nkind: Migration\nname: a\nextends: j2o:demo\n"
FAULTY = """\
entities:
  work_packages:
    map:
      cf:Hidden: {value: "{{ item.key | lowr }}"}
"""
BESIDE = {
    "an unknown key above": ("runtme: {workers: 2}\n", ""),
    "a bad value above": ("runtime: {workers: many}\n", ""),
    "a literal secret": ("connections: {jira: {auth: {token: abcdefgh1234}}}\n", ""),
    "an unknown step": ("", "      subject: {from: fields.summary, steps: [trimm]}\n"),
    "an unknown key of a field": ("", "      subject: {from: fields.summary, stepz: [trim]}\n"),
    "a reference to nothing": ("", "      assignee: {from: fields.assignee, ref: people}\n"),
    "a table that is not there": ("", "      type: {from: fields.issuetype.name, table: kinds}\n"),
    "a rule that is none": ("", "    rules: {r: {assert: '{{ true }}'}}\n"),
    "an entity in a circle": ("", "    after: [comments]\n"),
    "a test that cannot fail": ("tests: {a: {entity: users, source: {}}}\n", ""),
    "a duplicate key": ("select: {projects: [A], projects: [B]}\n", ""),
}


@pytest.mark.parametrize("kind", BESIDE, ids=lambda kind: kind.replace(" ", "-"))
def test_an_expression_is_checked_beside(kind: str, tmp_path: Path) -> None:
    above, below = BESIDE[kind]
    path = tmp_path / "spec.yaml"
    path.write_text(f"{HEAD}{above}{FAULTY}{below}", encoding="utf-8")
    result = load_spec(path, registry=OURS, variables={}, tests=True)
    assert result.spec is None and result.rest is not None
    (found,) = check_mappings(result.rest, OURS)
    assert (found.code, found.place and found.place.line) == ("J2O-M004", (HEAD + above + FAULTY).count("\n"))


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda name: name.replace(" ", "-"))
def test_no_mistake_brings_another_by_what_was_put_in_its_place(
    mistake: str, tmp_path: Path, registry: Registry
) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text(MISTAKES[mistake][1].replace("«", ""), encoding="utf-8")
    result = load_spec(path, registry=registry, variables={})
    told = {one.place for one in result.problems}
    more = check_mappings(result.rest, registry) if result.rest is not None else []
    assert [one for one in more if one.severity == ERROR and one.place not in told] == []


def test_the_command_tells_both(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from j2o_core.cli import main

    path = tmp_path / "spec.yaml"
    path.write_text(f"{HEAD}runtime: {{workers: many}}\n{FAULTY}", encoding="utf-8")
    assert main(["validate", str(path)]) == 2
    out = capsys.readouterr().out
    assert "J2O-S012" in out and "J2O-M004" in out and "did you mean 'lower'?" in out
    assert "2 problems" in out
