"""``j2o control``: pause, throttle, continue or stop a run from another terminal."""

from __future__ import annotations

from typing import Optional

import typer

from .document import print_json
from .failure import REFUSED, USAGE, Refusal
from .history import json_option, ledger_option, run_argument
from .ledgers import find_run, opened
from .session import session

#: states of a run that may be carried on
_RESUMABLE = ("stopped", "interrupted")


def add(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(control)


def control(
    context: typer.Context,
    run: str = run_argument(),
    command: str = typer.Argument(..., metavar="COMMAND", help="pause, continue, throttle or stop."),
    number: Optional[int] = typer.Argument(
        None, metavar="[N]", min=1, help="With throttle: requests at the same time to each system."
    ),
    wait: float = typer.Option(10.0, min=0, metavar="SECONDS", help="How long to wait for the run to take it."),
    ledger: Optional[str] = ledger_option(),
    json: bool = json_option(),
) -> None:
    """Tell a running run what to do, and wait until it has taken it.

    `pause` sends nothing more; `continue` ends a pause and a throttle; `stop` ends the run resumable, as Ctrl-C does.
    A pause and a throttle hold until `continue`, also when the run was stopped and goes on.
    Exit 5 where the run does not run, or has not taken it in time: then it is withdrawn.

    \b
    Example:
      j2o control last throttle 4
      j2o control last continue
    """
    from sqlalchemy.exc import SQLAlchemyError

    from ..ledger import control as asked
    from ..ledger.asking import ask, lift
    from ..ledger.store import unusable_ledger

    if command not in asked.COMMANDS:
        raise Refusal(f"'{command}': expected {', '.join(asked.COMMANDS[:-1])} or {asked.COMMANDS[-1]}", USAGE)
    if (number is None) == (command == asked.THROTTLE):
        raise Refusal("throttle needs a number of requests, such as `throttle 4`, and the others none", USAGE)
    home = session(context).home
    url, found = find_run(home, ledger, run)
    name = str(found["run"])
    state = str(found.get("state"))
    with opened(home, url) as store:
        try:
            lifted = command == asked.CONTINUE and state in _RESUMABLE and lift(store.engine, name)
            if state != "running" and not lifted:
                raise Refusal(f"run {name} is {state}: there is nothing to {command}", REFUSED)
            argument = "" if number is None else str(number)
            taken, goes = (True, False) if lifted else ask(store.engine, name, command, argument, wait)
        except SQLAlchemyError as error:
            raise Refusal(unusable_ledger(store.shown, error), REFUSED) from error
    if json:
        print_json({"run": name, "command": command, "number": number, "taken": taken})
    if not taken:
        why = f"has not taken it within {wait:g} s" if goes else "has ended meanwhile"
        raise Refusal(f"run {name} {why}: {command} was withdrawn", REFUSED)
    if lifted and not json:
        print(f"run {name} does not run: when it is carried on, nothing holds it")
    elif not json:
        print(f"run {name}: {command} {argument}".rstrip() + " taken")
