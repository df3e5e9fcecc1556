"""What other processes ask of a run, in its ledger."""

from __future__ import annotations

from pathlib import Path
from typing import Iterator

import pytest
from sqlalchemy import select

from j2o_core.ledger import control, tables
from j2o_core.ledger.store import Ledger, open_ledger
from tests.ledgers import begin_run


@pytest.fixture()
def ledger(tmp_path: Path, ledger_url: str) -> Iterator[Ledger]:
    opened = open_ledger(ledger_url, tmp_path)
    yield opened
    opened.close()


@pytest.fixture()
def run(ledger: Ledger) -> str:
    with ledger.engine.begin() as connection:
        return begin_run(connection).id


def test_a_command_is_taken_once_and_in_order(ledger: Ledger, run: str) -> None:
    with ledger.engine.begin() as connection:
        first = control.ask(connection, run, control.PAUSE)
        control.ask(connection, run, control.THROTTLE, "4")
        asked = control.pending(connection, run)
        assert [(request.command, request.argument) for request in asked] == [("pause", ""), ("throttle", "4")]
        assert "@" in asked[0].actor
        assert control.answer(connection, first) is None
        assert [control.take(connection, run, request) for request in asked] == [True, True]
        assert control.take(connection, run, asked[0]) is False
        assert control.answer(connection, first) == control.TAKEN
        assert control.pending(connection, run) == []


def test_a_withdrawn_command_is_never_taken_and_a_taken_one_never_withdrawn(ledger: Ledger, run: str) -> None:
    with ledger.engine.begin() as connection:
        first, second = control.ask(connection, run, control.STOP), control.ask(connection, run, control.PAUSE)
        one, two = control.pending(connection, run)
        assert control.withdraw(connection, run, first, control.STOP) is True
        assert control.take(connection, run, one) is False
        assert control.take(connection, run, two) is True
        assert control.withdraw(connection, run, second, control.PAUSE) is False


def test_the_audit_trail_tells_what_was_asked_and_what_became_of_it(ledger: Ledger, run: str) -> None:
    with ledger.engine.begin() as connection:
        control.ask(connection, run, control.THROTTLE, "4")
        (request,) = control.pending(connection, run)
        control.take(connection, run, request)
        lost = control.ask(connection, run, control.STOP)
        control.withdraw(connection, run, lost, control.STOP)
        rows = connection.execute(
            select(tables.audit.c.action, tables.audit.c.detail).order_by(tables.audit.c.id)
        ).all()
    assert [tuple(row) for row in rows[-2:]] == [
        ("control throttle", f"4 asked by {request.actor}"),
        ("control stop", "the run did not take it"),
    ]


def test_a_pause_and_a_throttle_stand_until_the_run_is_told_to_continue(ledger: Ledger, run: str) -> None:
    def told(*commands: tuple[str, str]) -> list[str]:
        with ledger.engine.begin() as connection:
            for command, argument in commands:
                control.ask(connection, run, command, argument)
            for request in control.pending(connection, run):
                control.take(connection, run, request)
            return [f"{one.command} {one.argument}".strip() for one in control.standing(connection, run)]

    assert told() == []
    assert told(("throttle", "4"), ("pause", ""), ("throttle", "2"), ("stop", "")) == ["throttle 2", "pause"]
    with ledger.engine.begin() as connection:
        control.ask(connection, run, control.CONTINUE)
        control.forget(connection, run)  # nobody took it
    assert told() == ["throttle 2", "pause"]
    assert told(("continue", "")) == []
    assert told(("pause", "")) == ["pause"]
    with ledger.engine.begin() as connection:
        assert control.lift(connection, run) is True
        assert control.standing(connection, run) == []
        assert control.lift(connection, run) is False


def test_what_was_asked_of_an_earlier_process_is_of_the_past(ledger: Ledger, run: str) -> None:
    with ledger.engine.begin() as connection:
        asked = control.ask(connection, run, control.PAUSE)
        control.forget(connection, run)
        assert control.pending(connection, run) == []
        assert control.answer(connection, asked) == control.WITHDRAWN
