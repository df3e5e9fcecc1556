"""The pump and the plain script: they do the work that they are measured by."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import j2o_sandbox.bench
from j2o_core.api import Fatal
from j2o_sandbox.bench.beside import beside
from j2o_sandbox.bench.pumping import contest
from j2o_sandbox.bench.setting import Setting

FOLDER = Path(j2o_sandbox.bench.__file__).parent


def setting(folder: Path) -> Setting:
    return Setting("j2o:demo", folder, 2, 1, frozenset(), None, 4, 1, lambda words: None)


@pytest.mark.parametrize("name", ["pump.py", "plain_script.py"])
def test_what_is_measured_against_shares_no_code_with_what_is_measured(name):
    imported = set()
    for node in ast.walk(ast.parse((FOLDER / name).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "a relative import"
            imported.add(str(node.module).split(".")[0])
    assert not {module for module in imported if module.startswith("j2o")}


def test_the_pump_sends_what_the_run_has_sent_and_is_not_refused(tmp_path):
    one = setting(tmp_path)
    turns = contest(one.write_spec(flat=True), tmp_path, 20, 1, 0.0, 4, 1)
    (pair,) = turns.pairs
    assert pair.run.writes == pair.pump.writes > 20
    assert turns.rate > 0 and turns.cpu > 0


def test_the_script_makes_as_many_items_as_the_run(tmp_path):
    both = beside(setting(tmp_path).write_spec(), tmp_path, 40, 2, 5, 0.0)
    assert both.items > 200
    assert both.run > 0 and both.script > 0


def test_no_issues_are_nothing_to_measure(tmp_path):
    with pytest.raises(Fatal, match="are there issues"):
        contest(setting(tmp_path).write_spec(flat=True), tmp_path, 0, 1, 0.0, 4, 1)
