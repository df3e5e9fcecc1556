"""Stand-ins of those whose account was refused: killed on the way to them, a run makes each exactly once."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..integration.test_placeholder_users import LICENSED, NO_ACCOUNTS, SPEC, Gone, gone_people
from ..postgres import Postgres
from ..running import Ended, explained

pytestmark = pytest.mark.long

KILLER = '''
"""Kills its process once at each moment of the way from a refusal to what stands in for the refused."""
import os, pathlib, signal
from j2o_core.api import hookimpl
from j2o_core.ledger import runs
from j2o_core.ledger.effects import Effects

seen, entered = pathlib.Path(os.environ["KILLER_FOLDER"]), []
count_more, left = runs.count_more, Effects.left

def die(moment):
    mark = seen / moment
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)

def entering(*arguments):
    die("entering")
    count_more(*arguments)
    entered.append(True)

def going_on(effects, step=None):
    if entered:
        die("entered")
    return left(effects, step)

@hookimpl
def j2o_run_started(run, spec):
    runs.count_more, Effects.left = entering, going_on

@hookimpl
def j2o_before_effect(run, entity, key, kind):
    if entity == "placeholder_users":
        die("sending")

@hookimpl
def j2o_after_effect(run, entity, key, kind, outcome, detail):
    if entity == "users" and outcome == "failed":
        die("refused")
    if entity == "placeholder_users" and outcome == "done":
        die("written")
'''
MOMENTS = {"refused", "entering", "entered", "sending", "written"}
SERVER = """
runtime:
  ledger: postgresql://j2o:${env:LEDGER_PASSWORD}@127.0.0.1:${env:LEDGER_PORT}/${env:LEDGER_DATABASE}
"""
#: the runtime, and how many of the moments end the run itself
KINDS = {
    "file": ("", 5),
    "server": (SERVER, 5),
    "workers": (SERVER + "  executor: {dask: {workers: 2, threads: 2, lease: 3}}\n", 2),
}


@pytest.mark.parametrize("kind", list(KINDS))
def test_a_run_killed_between_a_refusal_and_its_placeholder_writes_each_once(
    tmp_path: Path, request: pytest.FixtureRequest, kind: str
):
    runtime, deaths = KINDS[kind]
    with gone_people(tmp_path, LICENSED) as made:
        made.migration.environment.update(killer(tmp_path))
        if runtime:
            made.migration.environment.update(ledger(request.getfixturevalue("server")))
        made.made.openproject.faults(NO_ACCOUNTS)
        ends = [made.run(SPEC + runtime)]
        while ends[-1].exit_code < 0 and len(ends) <= len(MOMENTS):
            ends.append(made.run(SPEC + runtime))
        assert {path.name for path in (tmp_path / "seen").iterdir()} == MOMENTS, explained(ends[-1])
        assert len(ends) >= deaths + 1
        assert_once(made, ends[-1])
        before = made.made.openproject.state("placeholder_users", "memberships", "work_packages")
        assert_once(made, made.run(SPEC + runtime), again=True)
        assert made.made.openproject.state("placeholder_users", "memberships", "work_packages") == before


def assert_once(made: Gone, ended: Ended, again: bool = False) -> None:
    assert ended.exit_code == 1, explained(ended)
    names = sorted(row["name"] for row in made.rows("placeholder_users"))
    assert names == ["Ann Doe (ann)", "Bob Gone (bob)", "Bob Gone (rob)"]
    assert made.assigned()["Issue 4"] == "Ann Doe (ann)"
    for entity, counts in ended.entities.items():
        assert sum(counts.values()) == 2 * counts["source"], (entity, counts)
    counts = ended.entities["placeholder_users"]
    assert counts["source"] == counts["unchanged" if again else "created"] == 3, counts
    assert ended.entities["users"]["failed"] == 2


def killer(folder: Path) -> dict[str, str]:
    """The variables that bring the plugin along; it notes the moments it has seen."""
    plugin = folder / "plugin"
    (plugin / "killer-1.0.dist-info").mkdir(parents=True)
    (plugin / "killer.py").write_text(KILLER)
    (plugin / "killer-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: killer\nVersion: 1.0\n")
    (plugin / "killer-1.0.dist-info" / "entry_points.txt").write_text("[j2o]\nkiller = killer\n")
    (folder / "seen").mkdir()
    return {"PYTHONPATH": str(plugin), "KILLER_FOLDER": str(folder / "seen")}


def ledger(server: Postgres) -> dict[str, str]:
    """The variables that lead to a database of its own."""
    return {"LEDGER_PASSWORD": server.password, "LEDGER_PORT": str(server.port), "LEDGER_DATABASE": server.create()}
