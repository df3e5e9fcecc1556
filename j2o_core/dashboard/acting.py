"""What the dashboard may ask of a run: of one that goes by its ledger, of one that does not by starting it again."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import List, Mapping, Optional

from ..ledger import control, runs
from ..ledger.asking import ask, lift
from ..ledger.store import Ledger
from .ledgers import Ledgers

RESUME, RETRY = "resume", "retry-failed"
#: seconds for a running run to take an order
WAIT = 10.0
#: seconds in which a process that cannot start has said so
SAYS_NO = 3.0
_RESUMABLE = ("stopped", "interrupted")


class Refused(Exception):
    """The order makes no sense for the run as it is."""


def act(ledgers: Ledgers, name: str, command: str, number: Optional[int], ledger_url: Optional[str]) -> str:
    """Carry an order out; returns what became of it. Raises ``Refused`` with the reason, ``Unknown``."""
    ledger, run = ledgers.ledger_of(name)
    if (number is None) == (command == control.THROTTLE):
        raise Refused("throttle needs a number of requests, and the others none")
    if command in (RESUME, RETRY):
        return _start(ledgers.home, ledger, run, command, ledger_url)
    identifier, state = str(run["run"]), str(run["state"])
    if command == control.CONTINUE and state in _RESUMABLE and lift(ledger.engine, identifier):
        return "when it is carried on, nothing holds it"
    if state != runs.RUNNING:
        raise Refused(f"run {identifier} is {state}: there is nothing to {command}")
    taken, goes = ask(ledger.engine, identifier, command, "" if number is None else str(number), WAIT)
    if not taken:
        why = f"has not taken it within {WAIT:g} s" if goes else "has ended meanwhile"
        raise Refused(f"run {identifier} {why}: {command} was withdrawn")
    return f"{command} taken"


def _start(home: Path, ledger: Ledger, run: Mapping[str, object], command: str, ledger_url: Optional[str]) -> str:
    identifier, state = str(run["run"]), str(run["state"])
    if command == RESUME and state not in _RESUMABLE:
        raise Refused(f"run {identifier} is {state}: only one that was stopped or interrupted can be resumed")
    if command == RETRY and state != runs.FINISHED:
        raise Refused(f"run {identifier} is {state}: what failed is tried again when it has finished")
    arguments = _arguments(run, command, ledger_url)
    with ledger.engine.begin() as connection:
        runs.note(connection, identifier, f"dashboard {command}")
    folder = home / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    said = folder / f"{command}-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}.txt"
    with said.open("wb") as out:
        started = subprocess.Popen(
            [sys.executable, "-m", "j2o_core", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env={**os.environ, "J2O_HOME": str(home)},
            start_new_session=True,
        )
    try:
        code = started.wait(SAYS_NO)
    except subprocess.TimeoutExpired:
        return f"started (process {started.pid}); what it says is in {said}"
    if code:
        told = said.read_text("utf-8", errors="replace").strip()[-2000:]
        raise Refused(f"it ended at once with exit code {code}: {told}")
    return f"done; what it said is in {said}"


def _arguments(run: Mapping[str, object], command: str, ledger_url: Optional[str]) -> List[str]:
    if command == RESUME:
        return ["resume", str(run["run"]), *(["--ledger", ledger_url] if ledger_url else [])]
    asked = run["asked"]
    spec = str(asked.get("spec") or "") if isinstance(asked, Mapping) else ""
    if not spec:
        raise Refused("the run does not say from which file its spec came: use `j2o run SPEC --retry-failed`")
    environment = run["environment"]
    return ["run", spec, "--retry-failed", *(["--env", str(environment)] if environment else [])]
