"""The examples of the page about tests are tests that pass."""

from __future__ import annotations

import re
from pathlib import Path

from j2o_core.hooks.manager import load_plugins
from j2o_core.mapping import builtin
from j2o_core.pipeline.trial import Trial
from j2o_core.spec.cases import cases_of
from j2o_core.spec.load import load_spec

PAGE = Path(__file__).resolve().parents[3] / "docs" / "how-to" / "test-a-spec.md"
SPEC = """\
apiVersion: j2o/v1
kind: Migration
name: own
extends: j2o:demo
entities:
  work_packages: {map: {"cf:Story points": {from: 'field("Story Points")', steps: [number]}}}
  users: {rules: {use: [j2o:users], one-login: {on_fail: stop}}}
tests:
"""


def test_the_examples_pass(tmp_path: Path) -> None:
    blocks = re.findall(r"```yaml\n(?:tests:\n)?((?:  .*\n)+)```", PAGE.read_text(encoding="utf-8"))
    path = tmp_path / "own.yaml"
    path.write_text(SPEC + "".join(blocks), encoding="utf-8")
    registry = load_plugins({}, [(builtin.NAME, builtin)]).registry
    result = load_spec(path, registry=registry, variables={}, tests=True)
    assert result.spec is not None, result.problems
    verdicts = list(Trial(result.spec, registry).run(cases_of(result.spec)))
    assert len(verdicts) == 4
    assert [verdict.case.name for verdict in verdicts if not verdict.passed] == []
