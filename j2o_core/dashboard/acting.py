"""What the dashboard may ask of a run: of one that goes by its ledger, of one that does not by starting it again."""

from __future__ import annotations

from typing import List, Mapping, Optional, Sequence

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from ..ledger import control, runs
from ..ledger.asking import ask, lift
from ..ledger.queries import Queries, as_it_is
from ..ledger.store import Ledger
from ..ledger.told import has_told
from ..model.outcome import Fatal
from .ledgers import Ledgers
from .starting import Refused, Starter

RESUME, RETRY = "resume", "retry-failed"
#: seconds for a running run to take an order
WAIT = 10.0
_RESUMABLE = ("stopped", "interrupted")


def act(
    ledgers: Ledgers, starter: Starter, name: str, command: str, number: Optional[int], ledger_url: Optional[str]
) -> str:
    """Carry an order out; returns what became of it. Raises ``Refused`` with the reason, ``Unknown``."""
    ledger, run = ledgers.ledger_of(name)
    if (number is None) == (command == control.THROTTLE):
        raise Refused("throttle needs a number of requests, and the others none")
    if command in (RESUME, RETRY):
        arguments = _arguments(run, command, ledger_url)
        with starter.turn:  # who presses twice is told how things are after the first time
            return _start(ledgers, starter, ledger, str(run["run"]), command, arguments)
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


def _start(ledgers: Ledgers, starter: Starter, ledger: Ledger, run: str, command: str, arguments: Sequence[str]) -> str:
    with ledger.engine.connect() as connection:
        _check(connection, as_it_is(Queries(ledger.engine).run(run), ledger.abandoned), command)

    def has_begun(process: int) -> bool:
        try:
            return has_told(ledger.engine, process)
        except (SQLAlchemyError, Fatal):  # at the next look
            return False

    _note(ledger, run, command)
    try:
        return starter.start(ledgers.home, command, arguments, has_begun)
    except Refused as refused:
        _note(ledger, run, command, f"did not go: {refused}")
        raise


def _check(connection: Connection, run: Mapping[str, object], command: str) -> None:
    identifier, state = str(run["run"]), str(run["state"])
    if command == RESUME and state not in _RESUMABLE:
        raise Refused(f"run {identifier} is {state}: only one that was stopped or interrupted can be resumed")
    if command == RESUME:
        return
    if state != runs.FINISHED:
        raise Refused(f"run {identifier} is {state}: what failed is tried again when it has finished")
    pair = runs.pair_of(connection, identifier)
    later = runs.unfinished(connection, *pair)
    newest = runs.last_finished(connection, *pair) if later is None else later.id
    if newest != identifier:
        raise Refused(f"run {newest} came after run {identifier}, and only what failed in the newest is tried again")


def _note(ledger: Ledger, run: str, command: str, detail: str = "") -> None:
    with ledger.engine.begin() as connection:
        runs.note(connection, run, f"dashboard {command}", detail[:500])


def _arguments(run: Mapping[str, object], command: str, ledger_url: Optional[str]) -> List[str]:
    if command == RESUME:
        return ["resume", str(run["run"]), *(["--ledger", ledger_url] if ledger_url else [])]
    asked = run["asked"]
    spec = str(asked.get("spec") or "") if isinstance(asked, Mapping) else ""
    if not spec:
        raise Refused("the run does not say from which file its spec came: use `j2o run SPEC --retry-failed`")
    environment = run["environment"]
    return ["run", spec, "--retry-failed", *(["--env", str(environment)] if environment else [])]
