"""Asks something of a run that another process carries out, and waits until it has taken it."""

from __future__ import annotations

import time

from sqlalchemy import Engine

from . import control

#: seconds between two looks for the answer
_GLANCE = 0.1


def ask(engine: Engine, run: str, command: str, argument: str, wait: float) -> tuple[bool, bool]:
    """Ask, wait so many seconds, and withdraw what was not taken.

    Returns whether it was taken, and whether the run still goes.
    """
    with engine.begin() as connection:
        request = control.ask(connection, run, command, argument)
    until = time.monotonic() + wait
    while True:
        with engine.connect() as connection:
            answer, goes = control.answer(connection, request), control.is_running(connection, run)
        if answer is not None or not goes or time.monotonic() >= until:
            break
        time.sleep(_GLANCE)
    if answer is None:
        with engine.begin() as connection:
            return not control.withdraw(connection, run, request, command), goes
    return answer == control.TAKEN, goes


def lift(engine: Engine, run: str) -> bool:
    """End what would hold a run that does not go when it goes again; ``False`` where nothing would."""
    with engine.begin() as connection:
        return control.lift(connection, run)
