"""What is asked of a running run by other processes: one row each, answered by the run or withdrawn by who asked."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Optional

from sqlalchemy import Connection, insert, select, update

from . import tables
from .runs import RUNNING, actor, note

PAUSE, CONTINUE, THROTTLE, STOP = "pause", "continue", "throttle", "stop"
COMMANDS = (PAUSE, CONTINUE, THROTTLE, STOP)
TAKEN, WITHDRAWN = "taken", "withdrawn"


@dataclass(frozen=True)
class Request:
    """One command; ``argument`` is the number of requests of ``throttle``, else empty."""

    id: int
    command: str
    argument: str
    actor: str


def ask(connection: Connection, run: str, command: str, argument: str = "") -> int:
    """Enter a command; returns its id."""
    values = {"run": run, "command": command, "argument": argument, "actor": actor(), "asked": time.time()}
    result = connection.execute(insert(tables.control).values(**values))
    assert result.inserted_primary_key is not None
    return int(result.inserted_primary_key[0])


def pending(connection: Connection, run: str) -> list[Request]:
    """The commands that nobody has answered, in the order in which they were asked."""
    table = tables.control.c
    statement = (
        select(table.id, table.command, table.argument, table.actor)
        .where(table.run == run, table.ended.is_(None))
        .order_by(table.id)
    )
    return [Request(row.id, row.command, row.argument, row.actor) for row in connection.execute(statement)]


def take(connection: Connection, run: str, request: Request) -> bool:
    """The run takes a command; ``False`` where it was withdrawn meanwhile. The audit trail tells who asked."""
    if not _end(connection, request.id, TAKEN):
        return False
    note(connection, run, f"control {request.command}", f"{request.argument} asked by {request.actor}".strip())
    return True


def standing(connection: Connection, run: str) -> list[Request]:
    """What holds of the commands that were taken: a pause and the last throttle, until the run was told to continue."""
    table = tables.control.c
    statement = (
        select(table.id, table.command, table.argument, table.actor)
        .where(table.run == run, table.answer == TAKEN, table.command.in_([PAUSE, THROTTLE, CONTINUE]))
        .order_by(table.id)
    )
    held: dict[str, Request] = {}
    for row in connection.execute(statement):
        held[row.command] = Request(row.id, row.command, row.argument, row.actor)
        if row.command == CONTINUE:
            held.clear()
    return list(held.values())


def lift(connection: Connection, run: str) -> bool:
    """Tell a run that does not go that it is not held when it goes again; ``False`` where nothing would hold it."""
    if not standing(connection, run):
        return False
    ask(connection, run, CONTINUE)
    for request in pending(connection, run):
        take(connection, run, request)
    return True


def withdraw(connection: Connection, run: str, request: int, command: str) -> bool:
    """Take a command back that the run has not taken; ``False`` where it has."""
    if not _end(connection, request, WITHDRAWN):
        return False
    note(connection, run, f"control {command}", "the run did not take it")
    return True


def answer(connection: Connection, request: int) -> Optional[str]:
    """``TAKEN``, ``WITHDRAWN`` or ``None``."""
    statement = select(tables.control.c.answer).where(tables.control.c.id == request)
    found: Optional[str] = connection.execute(statement).scalar()
    return found


def is_running(connection: Connection, run: str) -> bool:
    """Whether the ledger says that a run goes; one whose process died says so too."""
    return connection.execute(select(tables.run.c.state).where(tables.run.c.id == run)).scalar() == RUNNING


def forget(connection: Connection, run: str) -> None:
    """Commands that an earlier process of this run did not take are of the past."""
    statement = update(tables.control).where(tables.control.c.run == run, tables.control.c.ended.is_(None))
    connection.execute(statement.values(ended=time.time(), answer=WITHDRAWN))


def _end(connection: Connection, request: int, how: str) -> bool:
    statement = update(tables.control).where(tables.control.c.id == request, tables.control.c.ended.is_(None))
    return connection.execute(statement.values(ended=time.time(), answer=how)).rowcount == 1
