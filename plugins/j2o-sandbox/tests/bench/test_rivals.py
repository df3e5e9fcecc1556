"""The pump and the plain script: they do the work that they are measured by."""

from __future__ import annotations

import ast
import base64
from pathlib import Path

import pytest

import j2o_sandbox.bench
from j2o_core.api import Fatal
from j2o_sandbox.bench.beside import beside
from j2o_sandbox.bench.pumping import contest, phases
from j2o_sandbox.bench.setting import Setting
from j2o_sandbox.bench.world import Write

pytestmark = pytest.mark.long

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


@pytest.mark.newest
def test_the_pump_sends_what_the_run_has_sent_and_is_not_refused(tmp_path):
    one = setting(tmp_path)
    turns = contest(one.write_spec(flat=True), tmp_path, 20, 1, 0.0, 4, 1)
    (pair,) = turns.pairs
    assert pair.run.writes == pair.pump.writes > 20
    assert turns.rate > 0 and turns.cpu > 0


@pytest.mark.newest
def test_the_script_makes_as_many_items_as_the_run(tmp_path):
    both = beside(setting(tmp_path).write_spec(), tmp_path, 40, 2, 5, 0.0)
    assert both.items > 200
    assert both.run > 0 and both.script > 0


@pytest.mark.newest
def test_no_issues_are_nothing_to_measure(tmp_path):
    with pytest.raises(Fatal, match="are there issues"):
        contest(setting(tmp_path).write_spec(flat=True), tmp_path, 0, 1, 0.0, 4, 1)


def test_the_structure_keeps_its_order_and_within_a_phase_one_address_is_spread_evenly():
    def write(method: str, address: str, template: str, body: bytes) -> Write:
        return Write(method, f"/api/v3/{address}", f"/api/v3/{template}", 0.0, 0.0, 201, "application/json", body)

    comments = [("work_packages/1/activities", b"1a"), ("work_packages/1/activities", b"1b"),
                ("work_packages/1/activities", b"1c"), ("work_packages/2/activities", b"2a"),
                ("work_packages/3/activities", b"3a"), ("work_packages/1/activities", b"1d")]  # fmt: skip
    writes = [
        write("POST", "users", "users", b"u1"),
        write("POST", "projects", "projects", b"p1"),
        write("POST", "work_packages", "work_packages", b"w1"),
        *(write("POST", address, "work_packages/{id}/activities", body) for address, body in comments),
        write("POST", "work_packages", "work_packages", b"w2"),
        write("POST", "users", "users", b"u2"),
    ]
    rows = phases(writes)
    sent = {phase: [base64.b64decode(str(row[4])) for row in rows if row[0] == phase] for phase in (0, 1, 2)}
    assert sent[0] == [b"u1", b"p1", b"u2"]
    assert sent[1] == [b"w1", b"w2"]
    assert sent[2] == [b"1a", b"1b", b"2a", b"3a", b"1c", b"1d"]
    assert len(rows) == len(writes)
