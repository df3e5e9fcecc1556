"""The ledger on a server: killed, cut off and crashed at random moments, it still knows each item exactly once."""

from __future__ import annotations

import json
import random
import signal
import time
from collections import Counter
from pathlib import Path
from typing import Any, Iterator, Sequence
from urllib.parse import quote

import pytest

from ..exactly_once import assert_exactly_once
from ..postgres import Postgres
from ..running import Ended, Migration, Sandbox, explained, sandbox

pytestmark = pytest.mark.long

SIZE = {"projects": 1, "issues": 8, "seed": 11, "latency_ms": 8}
#: what happens to a run: its process is killed, the server is crashed or restarted, its connections are cut
BLOWS = ("kill", "crash", "cut", "restart")

SPEC = """
extends: j2o:demo
runtime:
  ledger: postgresql://j2o:${env:LEDGER_PASSWORD}@127.0.0.1:${env:LEDGER_PORT}/${env:LEDGER_DATABASE}
"""


@pytest.fixture(scope="module")
def durable(own_postgres: Any) -> Iterator[Postgres]:
    """A server with fsync, as in production."""
    with own_postgres(durable=True) as server:
        yield server


class Case:
    """A migration whose ledger lies in a database of its own."""

    def __init__(self, made: Sandbox, server: Postgres, folder: Path) -> None:
        self.server, self.database = server, server.create()
        self.dealt: Counter[str] = Counter()
        spec = folder / "spec.yaml"
        spec.write_text(SPEC)
        variables = {
            "LEDGER_PASSWORD": server.password,
            "LEDGER_PORT": str(server.port),
            "LEDGER_DATABASE": self.database,
        }
        self.migration = Migration(made, folder / "home", spec=str(spec), environment=variables)

    @property
    def ledger(self) -> tuple[str, str]:
        """The option that names the ledger."""
        return "--ledger", self.server.url(self.database).replace("+psycopg", "")

    def strike(self, blows: Sequence[str], chance: random.Random) -> Ended:
        """Run, and deal the blows one after the other while it writes; a run that ends before is spared the rest."""
        going = self.migration.going()
        going.reach(event="stage_started", stage="apply")
        for blow in blows:
            time.sleep(chance.uniform(0.0, 0.5))
            if going.process.poll() is not None:
                break
            self.dealt[blow] += 1
            if blow == "kill":
                going.signal(signal.SIGKILL)
                break
            if blow == "cut":
                self.server.cut_off(self.database)
            else:
                self.server.restart(signal.SIGQUIT if blow == "crash" else signal.SIGINT)
        ended = going.end()
        if ended.exit_code not in (0, 4, -signal.SIGKILL):
            why = self.migration.command("errors", "last", "--items", *self.ledger)
            raise AssertionError(f"{explained(ended)}\n{why.stdout}\n{why.stderr}")
        if ended.exit_code == 4:
            assert "the ledger postgresql+psycopg://j2o:***@127.0.0.1" in ended.errors, explained(ended)
        return ended


def test_a_run_with_its_ledger_on_postgresql_is_told_by_every_command_and_nobody_learns_the_password(
    tmp_path: Path, durable: Postgres
):
    with sandbox(**SIZE) as made:
        case = Case(made, durable, tmp_path)
        migration = case.migration
        going = migration.going()
        assert going.reach(event="stage_started", stage="apply")
        going.signal(signal.SIGSTOP)  # or it would be done before the others have looked
        second = migration.run()
        assert second.exit_code == 5, explained(second)
        assert f"is in use by process {going.process.pid} on " in second.errors
        shown = json.loads(migration.command("status", "--json", *case.ledger).stdout)
        assert shown["state"] == "running"
        going.signal(signal.SIGCONT)
        ended = going.end()
        assert ended.exit_code == 0, explained(ended)
        assert_exactly_once(made, ended)
        assert not list(migration.home.glob("*.db"))
        assert json.loads(migration.command("runs", "--json").stdout) == []
        said = [ended.errors, second.errors, json.dumps(ended.events)]
        for command in (("runs",), ("report", "last")):
            told = migration.command(*command, *case.ledger)
            assert told.returncode == 0, (command, told.stderr)
            said += [told.stdout, told.stderr]
        assert ended.run in "".join(said)
        again = migration.run()
        assert again.exit_code == 0, explained(again)
        assert all(counts["created"] == counts["updated"] == 0 for counts in again.entities.values()), again.entities
        kept = [path.read_bytes() for path in migration.home.rglob("*") if path.is_file()]
        secrets = {durable.password, quote(durable.password, safe="")}
        assert not [secret for secret in secrets for text in said if secret in text]
        assert not [secret for secret in secrets for content in kept if secret.encode() in content]


def test_killed_crashed_and_cut_off_it_writes_everything_exactly_once(tmp_path: Path, durable: Postgres):
    chance = random.Random(20261122)
    with sandbox(state=str(tmp_path / "state"), **SIZE) as made:
        case = Case(made, durable, tmp_path)
        case.strike(["cut", "kill"], chance)
        ended = case.strike(["crash", "cut", "restart", "cut"], chance)
        if ended.exit_code:
            ended = case.migration.run()
        assert ended.exit_code == 0, explained(ended)
        assert case.dealt["kill"] and case.dealt["crash"]
        assert_exactly_once(made, ended)


@pytest.mark.long
def test_a_hundred_blows_to_process_and_server_repeat_and_lose_nothing(tmp_path: Path, durable: Postgres):
    chance = random.Random(20261123)
    dealt: Counter[str] = Counter()
    ended_well = runs = 0
    while sum(dealt.values()) < 100:
        folder = tmp_path / str(runs)
        folder.mkdir()
        with sandbox(state=str(folder / "state"), **{**SIZE, "issues": 16, "seed": 11 + runs}) as made:
            case = Case(made, durable, folder)
            for _ in range(4):
                ended = case.strike(chance.choices(BLOWS, k=4), chance)
                runs += 1
                ended_well += ended.exit_code == 0
            ended = case.migration.run()
            assert ended.exit_code == 0, explained(ended)
            assert_exactly_once(made, ended)
            dealt += case.dealt
    print(f"{runs} runs were dealt {dict(dealt)}; {ended_well} ended well all the same")
